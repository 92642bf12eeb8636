"""Notes, cards and decks that lost one another, found and brought together.

Nothing of the review log is dropped as long as there is a card that it may belong
to: a lost note gets a stand-in, which gives way as soon as its file is added again.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import msgspec

from cards.note import Basic, Change, Content, Note, Source
from cards.questions import parts_of
from cards.text.cloze import ClozeError
from srs.maintenance.findings import Finding, counted
from srs.store.connection import Store
from srs.store.notes import insert_cards, insert_notes, note_row
from srs.store.rows import text_columns

_LOST = Note(Basic("(the text of this card was lost)", "add its deck file again"), "")
"""Stands in for a note that can't be read or is missing."""


# With a modifier SQLite writes 02-30 as 03-02, without one it takes it as it is.
_NO_DATE = """
    update notes set {0} = '' where {0} <> '' and date({0}, '+0 days') is not {0}
"""


def texts(store: Store, now_ms: int) -> Iterator[Finding]:
    """Put a stand-in where a note can't be read."""
    bad = [guid for guid, *texts in _raw_notes(store) if not _is_readable(*texts)]
    store.connection.executemany(
        """
        update notes
           set id = '', text_key = '', kind = 'basic', fields = ?, extra = '',
               language = '', tags = '[]', sources = '[]', changed = '', checked = '',
               recheck = '', file = '', line = 0, retired = 1
         where anki_id = ?
        """,
        [(text_columns(_LOST)[0], guid) for guid in bad],
    )
    sql = """
        update cards set retired = 1
         where note = (select guid from notes where anki_id = ?)
    """
    store.connection.executemany(sql, [(one,) for one in bad])
    if bad:
        told = f"{counted(len(bad), 'note')} can't be read"
        mend = "set aside with their history until their files are added again"
        yield Finding("text", told, len(bad), mend, mended=True)
    dates = sum(
        store.connection.execute(_NO_DATE.format(name)).rowcount
        for name in ("checked", "recheck")
    )
    if dates:
        told = f"{counted(dates, 'date')} of a check can't be read"
        mend = "removed until their files are added again"
        yield Finding("text", told, dates, mend, mended=True)


def _raw_notes(store: Store) -> list[tuple[Any, ...]]:
    """Read the notes without asking that their text is text."""
    connection = store.connection
    usual, connection.text_factory = connection.text_factory, bytes
    try:
        return connection.execute(
            """
            select anki_id, fields, tags, sources, changed, id, text_key, language,
                   extra, checked, recheck, file
              from notes
            """
        ).fetchall()
    finally:
        connection.text_factory = usual


def _is_readable(
    fields: bytes, tags: bytes, sources: bytes, changed: bytes, *others: bytes
) -> bool:
    try:
        parts_of(msgspec.json.decode(fields, type=Content))
        msgspec.json.decode(tags, type=tuple[str, ...])
        msgspec.json.decode(sources, type=tuple[Source, ...])
        if changed:
            msgspec.json.decode(changed, type=Change)
        for text in others:
            text.decode()
    except (msgspec.DecodeError, UnicodeDecodeError, ClozeError):
        return False
    return True


def orphans(store: Store, now_ms: int) -> Iterator[Finding]:
    """Give cards without a note a stand-in, and drop what belongs to no card."""
    run = store.connection.execute
    deck_of = dict(
        run(
            "select note, min(deck) from cards"
            " where note not in (select guid from notes) group by note"
        )
    )
    first = run("select coalesce(max(anki_id), 0) from notes").fetchone()[0] + 1
    insert_notes(
        store.connection,
        [
            note_row(
                _LOST,
                guid,
                max(first, now_ms) + index,
                deck,
                text_key="",
                created_ms=now_ms,
                modified_ms=now_ms,
            )
            for index, (guid, deck) in enumerate(deck_of.items())
        ],
    )
    found = [(guid,) for guid in deck_of]
    store.connection.executemany("update notes set retired = 1 where guid = ?", found)
    store.connection.executemany("update cards set retired = 1 where note = ?", found)
    if found:
        told = f"{counted(len(found), 'note')} lost, but not the cards"
        mend = "set aside with their history until their files are added again"
        yield Finding("orphans", told, len(found), mend, mended=True)
    for table, rows, condition in _BEREFT:
        count = run(f"delete from {table} where {condition}").rowcount
        if count:
            told = f"{counted(count, rows)} without what it belongs to"
            yield Finding("orphans", told, count, "dropped", mended=True)


_CARDS, _GONE = "(select id from cards)", "select id from reviews where card not in"
_MIXED = f"""
    card not in {_CARDS} or other not in {_CARDS}
    or review not in (select id from reviews) or review in ({_GONE} {_CARDS})
"""
_KEPT = """
    guid not in (select guid from notes)
    or notetype not in (select id from anki_notetypes)
"""
_BEREFT = (
    ("confusions", "mix-up", _MIXED),
    ("reviews", "answer", f"card not in {_CARDS}"),
    ("anki_notes", "note of Anki", _KEPT),
)


def decks(store: Store, now_ms: int) -> Iterator[Finding]:
    """Name the decks that notes and cards are in; forget those without any."""
    run = store.connection.execute
    lost = run(
        """
        select deck from notes where deck not in (select id from decks)
         union
        select deck from cards where deck not in (select id from decks)
        """
    ).fetchall()
    for (deck,) in lost:
        sql = "insert into decks (id, name) values (?, ?)"
        run(sql, (deck, f"Lost deck {deck}"))
    if lost:
        told = f"{counted(len(lost), 'deck')} of notes or cards without a name"
        mend = "named 'Lost deck' until the files are added again"
        yield Finding("orphans", told, len(lost), mend, mended=True)
    unused = run(
        """
        delete from decks
         where not exists (select 1 from notes n where n.deck = decks.id)
           and not exists (select 1 from cards c where c.deck = decks.id)
        """
    ).rowcount
    if unused:
        told = f"{counted(unused, 'deck')} without notes"
        yield Finding("decks", told, unused, "forgotten", mended=True)


def questions(store: Store, now_ms: int) -> Iterator[Finding]:
    """Give each question of a note in use a card."""
    cards: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
    for note, *card in store.rows(
        "select note, ordinal, id, part, retired from cards order by ordinal"
    ):
        cards[note].append((card[0], card[1], card[2], card[3]))
    made = 0
    sql = "select guid, deck, fields from notes where retired = 0 order by anki_id"
    for guid, deck, fields in store.rows(sql):
        parts = parts_of(msgspec.json.decode(fields, type=Content))
        asked = {part for _, _, part, retired in cards[guid] if not retired}
        missing = [part for part in parts if part not in asked]
        if missing:
            _ask(store.connection, guid, deck, missing, cards[guid], now_ms)
            made += len(missing)
    unnamed = "update cards set retired = 1 where part = '' and retired = 0"
    store.connection.execute(unnamed)
    if made:
        told = f"{counted(made, 'question')} without a card"
        mend = "named by the order in their note, else new"
        yield Finding("orphans", told, made, mend, mended=True)


def _ask(
    connection: sqlite3.Connection,
    guid: str,
    deck: int,
    missing: list[str],
    cards: list[tuple[int, int, str, int]],
    now_ms: int,
) -> None:
    """Name cards that have lost their question, wake retired ones, make the rest."""
    bare = [card for _, card, part, _ in cards if not part]
    known = {part: card for _, card, part, _ in cards if part}
    if len(bare) == len(missing):
        known |= dict(zip(missing, bare, strict=True))
    ordinal = max((one for one, _, _, _ in cards), default=-1)
    last = connection.execute("select coalesce(max(id), 0) from cards").fetchone()[0]
    for part in missing:
        if part in known:
            connection.execute(
                "update cards set part = ?, retired = 0 where id = ?",
                (part, known[part]),
            )
            continue
        ordinal, last = ordinal + 1, max(now_ms, last + 1)
        row = (last, guid, 1 if part == "back" else ordinal, part, deck, 0)
        insert_cards(connection, [row])
