"""Suspensions and flags as they were last seen in Anki, and when they changed here."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from srs.store.connection import Store
from srs.store.rows import ANKI_CARD, ANKI_LOG

_FIELDS = "fields"
"""Stands beside the marks of a card for the fields of its note."""
_DECK = "deck"
"""Stands there for the deck of the note, as a checksum of its name."""
_DECK_CHANGED = "deck_changed"
"""When its cards were last changed as the deck was seen, UTC milliseconds."""
_CONNECTED = "ankiconnect"
"""Stands for a collection: the running Anki that notes are sent to."""
_ANSWERED = "answered"
"""When the last answer was given that this Anki got with the card; 0 for none."""
_TAG = "tag:"
"""Begins the marks for tags that were sent, at any card of the note."""
_SENT = "sent"
"""When the text of the note that was last sent was changed here; UTC milliseconds."""
_SENT_AS = "sent_as"
"""When Anki was told that the text was changed; epoch seconds."""
MARK_TIMES = ""
"""Stands for a collection: when a mark was last changed in any of them, or here."""


def read_anki_marks(
    connection: sqlite3.Connection, collection: str
) -> Mapping[int, Mapping[str, int]]:
    """Return by card the marks last seen in an Anki collection."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    sql = "select card, mark, value from anki_marks where collection = ?"
    for card, mark, value in connection.execute(sql, (collection,)):
        found[card][mark] = value
    return found


def notes_seen(connection: sqlite3.Connection, collection: str) -> set[str]:
    """Return the guids of notes in use that were last seen in an Anki collection."""
    sql = """
        select distinct n.guid from anki_marks m
          join cards c on c.id = m.card join notes n on n.guid = c.note
         where m.collection = ? and m.mark = ? and n.retired = 0
    """
    return {row[0] for row in connection.execute(sql, (collection, _DECK))}


def forget_collection(connection: sqlite3.Connection, collection: str) -> None:
    """Forget all that was seen in an Anki collection."""
    sql = "delete from anki_marks where collection = ?"
    connection.execute(sql, (collection,))


def save_anki_marks(
    connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, int]]
) -> None:
    """Save marks seen in an Anki collection: card, collection, mark, value."""
    # The order of the table takes half the time.
    connection.executemany(
        """
        insert or replace into anki_marks (card, collection, mark, value)
        values (?, ?, ?, ?)
        """,
        sorted(rows),
    )


def fields_seen(connection: sqlite3.Connection, collection: str) -> dict[str, int]:
    """Return when notes were changed in a collection as it was last imported.

    Returns:
        UTC milliseconds by guid, of notes whose fields were taken from it since they
        were added.
    """
    sql = """
        select c.note, max(m.value) from anki_marks m join cards c on c.id = m.card
         where m.collection = ? and m.mark = ? group by c.note
    """
    return dict(connection.execute(sql, (collection, _FIELDS)))


def save_fields_seen(
    connection: sqlite3.Connection, collection: str, rows: Iterable[tuple[int, int]]
) -> None:
    """Remember when notes were changed in a collection: a card, UTC milliseconds."""
    marks = [(card, collection, _FIELDS, at_ms) for card, at_ms in rows]
    save_anki_marks(connection, marks)


class NotePlace(NamedTuple):
    """Where a note is, here and as it was last seen in a collection of Anki."""

    card: int
    """The card of the note that has its marks."""
    deck: str
    line: int
    modified_ms: int
    seen: int | None
    """A checksum of its deck; None if it was not seen."""
    changed_ms: int
    """When its cards had last been changed there; 0 if it was not seen."""


def note_places(
    connection: sqlite3.Connection, collection: str
) -> dict[str, NotePlace]:
    """Return where the notes in use are, by guid."""
    sql = """
        select n.guid, min(c.id), d.name, n.line, n.modified,
               max(m.value) filter (where m.mark = :deck),
               coalesce(max(m.value) filter (where m.mark = :changed), 0)
          from notes n join decks d on d.id = n.deck join cards c on c.note = n.guid
          left join anki_marks m on m.card = c.id and m.collection = :collection
               and m.mark in (:deck, :changed)
         where n.retired = 0 group by n.guid
    """
    values = {"collection": collection, "deck": _DECK, "changed": _DECK_CHANGED}
    rows = connection.execute(sql, values)
    return {guid: NotePlace(*columns) for guid, *columns in rows}


def save_decks_seen(
    connection: sqlite3.Connection,
    collection: str,
    rows: Iterable[tuple[int, int, int]],
) -> None:
    """Remember the decks of notes in a collection.

    Args:
        connection: In a transaction.
        collection: Name of the Anki collection.
        rows: As in `NotePlace`: card, checksum, and when the cards were changed.
    """
    marks = [
        (card, collection, mark, value)
        for card, deck, changed_ms in rows
        for mark, value in ((_DECK, deck), (_DECK_CHANGED, changed_ms))
    ]
    save_anki_marks(connection, marks)


def save_mark_times(
    connection: sqlite3.Connection, cards: Iterable[int], mark: str, at_ms: int
) -> None:
    """Remember when a mark was changed here, as for changes in any collection."""
    rows = [(card, MARK_TIMES, mark, at_ms) for card in cards]
    save_anki_marks(connection, rows)


def mark_time(mark: str) -> str:
    """Return SQL for the time that `save_mark_times` saved, or 0; from `cards`."""
    return f"""
        coalesce((select value from anki_marks
                   where card = cards.id and collection = '{MARK_TIMES}'
                     and mark = '{mark}'), 0)
    """


def put_mark_times_back(
    connection: sqlite3.Connection, mark: str, times: Mapping[int, int]
) -> None:
    """Take back `save_mark_times`: times by card, 0 for none."""
    connection.executemany(
        "delete from anki_marks where card = ? and collection = ? and mark = ?",
        [(card, MARK_TIMES, mark) for card in times],
    )
    for card, at_ms in times.items():
        if at_ms:
            save_mark_times(connection, [card], mark, at_ms)


def cards_in_anki(store: Store) -> set[int]:
    """Return the cards that the running Anki has or had."""
    sql = "select card from anki_marks where collection = :name and mark = :mark"
    values = {"name": _CONNECTED, "mark": _ANSWERED}
    return {row[0] for row in store.rows(sql, values)}


def remember_in_anki(
    connection: sqlite3.Connection, cards: Iterable[int], *, sent: bool
) -> None:
    """Remember cards that the running Anki has.

    Args:
        connection: In a transaction.
        cards: Their ids; others than those in the store are ignored.
        sent: They were sent with their progress; else Anki had them before.
    """
    # What Anki had from elsewhere came from flash too, unless the note is from Anki.
    connection.execute(
        f"""
        insert or {"replace" if sent else "ignore"} into anki_marks
        select id, :name, :mark,
               iif(:sent or note not in (select guid from anki_notes),
                   coalesce(last_ms, 0), 0)
          from cards where id in (select value from json_each(:cards))
        """,
        {
            "name": _CONNECTED,
            "mark": _ANSWERED,
            "sent": sent,
            "cards": str(list(cards)),
        },
    )


def cards_ahead(store: Store, cards: Iterable[int]) -> int:
    """Count the cards whose last answer was given here, after Anki got the card."""
    sql = """
        select count(*) from anki_marks m
         where m.collection = :name and m.mark = :mark
           and m.card in (select value from json_each(:cards))
           and m.value < (select iif(r.origin in (:log, :by_hand), 0, r.id)
                            from reviews r
                           where r.card = m.card and r.undone = 0 and r.rating > 0
                           order by r.id desc limit 1)
    """
    values = {"name": _CONNECTED, "mark": _ANSWERED, "log": ANKI_LOG}
    values |= {"by_hand": ANKI_CARD, "cards": str(list(cards))}
    return int(store.row(sql, values)[0])


def sent_tags(store: Store, guids: Iterable[str]) -> dict[str, set[str]]:
    """Return the tags with which notes were last sent to the running Anki, by guid."""
    sql = """
        select c.note, substr(m.mark, :width + 1) from anki_marks m
          join cards c on c.id = m.card
         where m.collection = :name and substr(m.mark, 1, :width) = :tag
           and c.note in (select value from json_each(:guids))
    """
    guids = msgspec.json.encode(list(guids)).decode()
    values = {"name": _CONNECTED, "tag": _TAG, "width": len(_TAG), "guids": guids}
    found: dict[str, set[str]] = defaultdict(set)
    for guid, tag in store.rows(sql, values):
        found[guid].add(tag)
    return found


def remember_sent_tags(
    connection: sqlite3.Connection, tags: Mapping[int, Iterable[str]]
) -> None:
    """Remember the tags with which notes were sent to the running Anki.

    Args:
        connection: In a transaction.
        tags: By a card of the note, always the same one.
    """
    connection.execute(
        """
        delete from anki_marks
         where collection = :name and substr(mark, 1, :width) = :tag
           and card in (select value from json_each(:cards))
        """,
        {
            "name": _CONNECTED,
            "tag": _TAG,
            "width": len(_TAG),
            "cards": str(list(tags)),
        },
    )
    save_anki_marks(
        connection,
        [
            (card, _CONNECTED, _TAG + tag, 1)
            for card, own in tags.items()
            for tag in set(own)
        ],
    )


def sent_texts(store: Store) -> dict[str, tuple[int, int]]:
    """Return which texts of notes were last sent to the running Anki, by guid.

    Returns:
        When the text was changed here (UTC milliseconds), and when Anki was told that
        it was (epoch seconds).
    """
    sql = """
        select c.note, a.value, b.value from anki_marks a
          join anki_marks b on b.card = a.card and b.collection = a.collection
          join cards c on c.id = a.card
         where a.collection = :name and a.mark = :sent and b.mark = :sent_as
    """
    values = {"name": _CONNECTED, "sent": _SENT, "sent_as": _SENT_AS}
    return {guid: (here, there) for guid, here, there in store.rows(sql, values)}


def remember_sent_texts(
    connection: sqlite3.Connection, times: Mapping[int, tuple[int, int]]
) -> None:
    """Remember which texts were sent to the running Anki.

    Args:
        connection: In a transaction.
        times: As in `sent_texts`, by a card of the note, always the same one.
    """
    rows = [(card, _CONNECTED, _SENT, here) for card, (here, _there) in times.items()]
    rows += [(card, _CONNECTED, _SENT_AS, there) for card, (_, there) in times.items()]
    save_anki_marks(connection, rows)
