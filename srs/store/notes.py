"""Notes and their cards: read, and inserted in one place."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from cards.errors import FlashError
from cards.identity.matching import ExistingNote
from cards.note import Note
from cards.translate import _
from srs.models.cards import StoredNote
from srs.store.connection import Store
from srs.store.rows import (
    CARD_COLUMNS,
    CARD_WIDTH,
    NOTE_COLUMNS,
    card_of,
    note_of,
    text_columns,
)
from srs.store.schema import RETIRED_REVERSE
from srs.store.settings import write_setting
from srs.store.stamps import STAMP

_SHOWS_PICTURES = """
    select exists (
        select 1 from json_each(:cards) j
          join cards c on c.id = j.value join notes n on n.guid = c.note
         where instr(n.fields, '![') or instr(n.extra, '!['))
"""


def note_count(store: Store) -> int:
    """Count the notes in use."""
    return int(store.row("select count(*) from notes where retired = 0")[0])


def known_notes(store: Store) -> list[ExistingNote]:
    """Read every note, retired ones too, as far as matching needs it."""
    # Notes in use come last: of two notes with one name the last one counts.
    sql = f"""
        select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
         order by n.retired desc, n.anki_id
    """
    return [
        ExistingNote(row[0], note_of(row), bool(row[15]), row[3])
        for row in store.connection.execute(sql)
    ]


def stored_notes(
    store: Store,
    *,
    cards: Sequence[int] | None = None,
    guids: Sequence[str] | None = None,
    retired: bool = False,
) -> Iterator[StoredNote]:
    """Read notes with their cards, in the order of new cards.

    Args:
        store: The store.
        cards: Only these cards, and their notes; None for all.
        guids: Only these notes; None for all.
        retired: Include retired notes and cards.
    """
    conditions = ["true"]
    if cards is not None:
        chosen = "(select value from json_each(:cards))"
        conditions.append(f"n.guid in (select note from cards where id in {chosen})")
        conditions.append(f"c.id in {chosen}")
    if guids is not None:
        conditions.append("n.guid in (select value from json_each(:guids))")
    if not retired:
        conditions.append("c.retired = 0 and n.retired = 0")
    sql = f"""
        select {CARD_COLUMNS}, {NOTE_COLUMNS}
          from notes n
          cross join cards c on c.note = n.guid
          join decks d on d.id = n.deck
         where {" and ".join(conditions)}
         order by n.anki_id, c.ordinal
    """
    named = msgspec.json.encode(guids or ()).decode()
    chosen_values = {"cards": str(list(cards or ())), "guids": named}
    rows = store.connection.execute(sql, chosen_values)
    group: list[Any] = []
    for row in rows:
        if group and group[0][1] != row[1]:
            yield _stored(group)
            group = []
        group.append(row)
    if group:
        yield _stored(group)


def _stored(rows: Sequence[Any]) -> StoredNote:
    first = rows[0][CARD_WIDTH:]
    return StoredNote(
        guid=first[0],
        anki_id=first[1],
        note=note_of(first),
        modified_ms=first[16],
        cards=tuple([card_of(row) for row in rows]),
        retired=bool(first[15]),
        created_ms=first[17],
    )


def note_moments(store: Store) -> dict[str, tuple[int, int]]:
    """Return for each note in use when it was changed and added.

    Returns:
        UTC milliseconds by guid.
    """
    sql = "select guid, modified, created from notes where retired = 0"
    return {guid: (changed, added) for guid, changed, added in store.rows(sql)}


def all_card_ids(store: Store) -> set[int]:
    """Return the ids of all cards, retired ones too."""
    return {row[0] for row in store.rows("select id from cards")}


def stored_note_of(store: Store, card: int) -> StoredNote:
    """Read the note of a card with all its cards, retired ones too.

    Raises:
        FlashError: There is no such card.
    """
    sql = f"""
        select {CARD_COLUMNS}, {NOTE_COLUMNS}
          from cards c
          join notes n on n.guid = c.note
          join decks d on d.id = n.deck
         where c.note = (select note from cards where id = :card)
         order by c.ordinal
    """
    rows = store.rows(sql, {"card": card})
    if not rows:
        raise FlashError(_("there is no such card"), _("it may have been deleted"))
    return _stored(rows)


_NEW_UID = """
    iif(exists (select 1 from cards where note = ?2 and uid = ?4 and uid <> ''),
        ?4 || char(30) || ?3, ?4)
"""
"""The part, with the ordinal if another card of the note was created with it."""


_COPIED = ("id", "kind", "language", "extra", "checked", "recheck", "file", "line")
_ENCODED = ("fields", "tags", "sources", "changed")
_OF_FILE = (*_COPIED, *_ENCODED, "text_key", "deck")
"""The columns of a note that its deck file determines."""
REMOVED_AT = "max(:now, created + 1)"
"""SQL for when a note is removed: by this it differs from one that an undo retired."""
_INSERTED = (*_OF_FILE, "guid", "anki_id", "created", "modified")
_copied = attrgetter(*_COPIED)


def note_values(note: Note, deck: int, text_key: str) -> dict[str, Any]:
    """Return the columns of a note that its deck file determines.

    Args:
        note: The note.
        deck: Id of its deck.
        text_key: See `cards.identity.keys`.
    """
    values = (*_copied(note), *text_columns(note), text_key, deck)
    return dict(zip(_OF_FILE, values, strict=True))


def new_note(
    note: Note, deck: int, text_key: str, *columns: str | int
) -> tuple[Any, ...]:
    """Return the row of a new note.

    Args:
        note: The note.
        deck: Id of its deck.
        text_key: See `cards.identity.keys`.
        columns: Guid, anki_id, created and modified (UTC milliseconds).
    """
    return (*_copied(note), *text_columns(note), text_key, deck, *columns)


def insert_notes(
    connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]
) -> None:
    """Insert notes inside a transaction.

    Args:
        connection: In a transaction.
        rows: From `new_note`.
    """
    marks = ", ".join("?" * len(_INSERTED))
    connection.executemany(
        f"insert into notes ({', '.join(_INSERTED)}, stamp) values ({marks}, {STAMP})",
        rows,
    )


def update_note(
    connection: sqlite3.Connection, guid: str, values: Mapping[str, Any], now_ms: int
) -> None:
    """Give a note other `note_values` inside a transaction; retired ones return."""
    changes = ", ".join(f"{name} = :{name}" for name in _OF_FILE)
    connection.execute(
        f"update notes set {changes}, retired = 0, modified = :now where guid = :guid",
        {"guid": guid, "now": now_ms, **values},
    )


def stamp_notes_of(
    connection: sqlite3.Connection, cards: Sequence[int], *, only_own: bool = False
) -> None:
    """Count notes as changed here, inside a transaction, as their cards moved.

    Args:
        connection: In a transaction.
        cards: The cards that moved.
        only_own: Leave notes that another device has changed since.
    """
    connection.execute(
        f"""
        update notes set stamp = {STAMP}, device = ''
         where (device = '' or not ?) and guid in (
               select note from cards where id in (select value from json_each(?)))
        """,
        (only_own, str(list(cards))),
    )


def insert_cards(
    connection: sqlite3.Connection, rows: Iterable[tuple[int, str, int, str, int, int]]
) -> None:
    """Insert new cards inside a transaction.

    Args:
        connection: In a transaction.
        rows: Id, guid of the note, ordinal, part, deck id, position.
    """
    connection.executemany(
        f"""
        insert into cards (id, note, ordinal, part, deck, position, uid)
        values (?1, ?2, ?3, ?4, ?5, ?6, {_NEW_UID})
        """,
        rows,
    )


def answered_parts(store: Store, guids: Sequence[str]) -> dict[str, set[str]]:
    """Return the parts of notes whose cards in use have answers, by guid."""
    found: dict[str, set[str]] = {}
    rows = store.rows(
        """
        select c.note, c.part from cards c
         where c.note in (select value from json_each(:guids))
           and c.retired = 0 and c.reps > 0
        """,
        {"guids": msgspec.json.encode(guids).decode()},
    )
    for guid, part in rows:
        found.setdefault(guid, set()).add(part)
    return found


def order_new_cards(connection: sqlite3.Connection, files: Sequence[str]) -> None:
    """Introduce the new cards of these files in this order, inside a transaction.

    The cards exchange their positions; other cards keep theirs.

    Args:
        connection: In a transaction.
        files: Absolute paths of deck files; none changes nothing.
    """
    if not files:
        return
    rows = connection.execute(
        """
        select c.id, c.position
          from json_each(:files) f
          join notes n on n.file = f.value
          join cards c on c.note = n.guid
         where c.state = 0 and c.retired = 0
         order by f.key, n.line, c.ordinal
        """,
        {"files": msgspec.json.encode(files).decode()},
    ).fetchall()
    positions = sorted(position for _, position in rows)
    moved = [
        (new, card)
        for (card, old), new in zip(rows, positions, strict=True)
        if old != new
    ]
    connection.executemany("update cards set position = ? where id = ?", moved)


def take_retired_reverse(store: Store) -> int:
    """Return how many reverse cards of tables the migration retired, the first time.

    Call it inside a transaction.
    """
    count = int(store.setting(RETIRED_REVERSE) or 0)
    if count:
        write_setting(store.connection, RETIRED_REVERSE, "")
    return count


def deck_id(connection: sqlite3.Connection, name: str) -> int:
    """Return the id of a deck, inserting it if it is missing."""
    row = connection.execute("select id from decks where name = ?", (name,)).fetchone()
    if row is None:
        sql = "insert into decks (name) values (?) returning id"
        row = connection.execute(sql, (name,)).fetchone()
    return int(row[0])


def file_of_note(store: Store, guid: str) -> str:
    """Return the path of a note's deck file; empty if there is none."""
    row = store.row("select file from notes where guid = :guid", {"guid": guid})
    return "" if row is None else str(row[0])


def shows_pictures(store: Store, cards: Iterable[int]) -> bool:
    """Return True if the note of one of the cards has a picture in its text."""
    return bool(store.row(_SHOWS_PICTURES, {"cards": str(list(cards))})[0])
