"""Queries that find and repair broken rows; each function runs in a transaction.

Nothing of the review log is deleted as long as there is a card that it may belong to:
a lost note gets a placeholder, which its deck file replaces when it is added again.
"""

import math
import sqlite3
from collections import defaultdict
from typing import Any

import msgspec

from cards.note import Basic, Change, Content, Note, Source
from cards.questions import parts_of
from cards.text.cloze import ClozeError
from srs.models.cards import SchedulingState
from srs.scheduler.study_day import END_MS
from srs.store.connection import Store
from srs.store.notes import insert_cards, insert_notes, new_note
from srs.store.operations import REQUIRED_KEYS
from srs.store.replay import (
    NEVER_ANSWERED,
    deck_presets,
    is_leech,
    replay_cards,
    update_card_states,
)
from srs.store.rows import text_columns
from srs.store.settings import Options

_LOST = Note(Basic("(the text of this card was lost)", "add its deck file again"), "")


def integrity_errors(connection: sqlite3.Connection) -> tuple[list[str], bool]:
    """Check the file with SQLite.

    Returns:
        SQLite's errors, and whether only indexes are broken.
    """
    try:
        rows = connection.execute("pragma integrity_check(20)").fetchall()
    except sqlite3.DatabaseError as error:
        return [str(error)], False
    errors = [row[0] for row in rows if row[0] != "ok"]
    return errors, all(e.startswith(("row ", "wrong # of entries")) for e in errors)


def rebuild_indexes(connection: sqlite3.Connection) -> bool:
    """Rebuild all indexes; return False if the tables don't allow it."""
    try:
        connection.execute("reindex")
    except sqlite3.DatabaseError:
        return False
    return True


def replace_unreadable_notes(store: Store) -> int:
    """Put a placeholder in place of each unreadable note; return how many."""
    unreadable = [
        anki_id
        for anki_id, *columns in _raw_notes(store)
        if not _is_note_readable(*columns)
    ]
    store.connection.executemany(
        """
        update notes
           set id = '', text_key = '', kind = 'basic', fields = ?, extra = '',
               language = '', tags = '[]', sources = '[]', changed = '', checked = '',
               recheck = '', file = '', line = 0, retired = 1
         where anki_id = ?
        """,
        [(text_columns(_LOST)[0], anki_id) for anki_id in unreadable],
    )
    store.connection.executemany(
        """
        update cards set retired = 1
         where note = (select guid from notes where anki_id = ?)
        """,
        [(anki_id,) for anki_id in unreadable],
    )
    return len(unreadable)


def _raw_notes(store: Store) -> list[tuple[Any, ...]]:
    """Read the notes as bytes: text may be invalid UTF-8."""
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


def _is_note_readable(
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


def remove_invalid_dates(store: Store) -> int:
    """Remove dates of checks that are no dates; return how many."""
    # With a modifier SQLite writes 02-30 as 03-02, without one it accepts it.
    sql = """
        update notes set {0} = '' where {0} <> '' and date({0}, '+0 days') is not {0}
    """
    run = store.connection.execute
    return sum(run(sql.format(name)).rowcount for name in ("checked", "recheck"))


def restore_lost_decks(store: Store) -> int:
    """Name the decks that notes and cards refer to; return how many."""
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
    return len(lost)


def add_missing_notes(store: Store, now_ms: int) -> int:
    """Insert a placeholder for each note that cards refer to; return how many."""
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
            new_note(_LOST, deck, "", guid, max(first, now_ms) + index, now_ms, now_ms)
            for index, (guid, deck) in enumerate(deck_of.items())
        ],
    )
    lost = [(guid,) for guid in deck_of]
    store.connection.executemany("update notes set retired = 1 where guid = ?", lost)
    store.connection.executemany("update cards set retired = 1 where note = ?", lost)
    return len(lost)


_NO_CARD = "card not in (select id from cards)"
_DANGLING = {
    "confusions": f"""
        {_NO_CARD} or other not in (select id from cards)
        or review not in (select id from reviews where not {_NO_CARD})
    """,
    "reviews": _NO_CARD,
    "anki_notes": """
        guid not in (select guid from notes)
        or notetype not in (select id from anki_notetypes)
    """,
    "mark_stamps": _NO_CARD,
    "anki_marks": _NO_CARD,
    "mock_exams": """
        not json_valid(questions) or not json_valid(answers)
        or json_type(questions) <> 'array' or json_type(answers) <> 'array'
    """,
    "file_bases": "note not in (select anki_id from notes)",
}


def delete_dangling_rows(store: Store) -> dict[str, int]:
    """Delete rows whose card or note is gone, and mock exams that can't be read.

    Returns:
        How many, by table.
    """
    run = store.connection.execute
    return {
        table: run(f"delete from {table} where {condition}").rowcount
        for table, condition in _DANGLING.items()
    }


def fit_cards(store: Store, now_ms: int) -> tuple[int, int]:
    """Give each question of a note in use a card, and retire cards without one.

    Returns:
        The questions that had no card, and the cards without a question.
    """
    cards: dict[str, list[tuple[int, int, str, int]]] = defaultdict(list)
    for note, *card in store.rows(
        "select note, ordinal, id, part, retired from cards order by ordinal"
    ):
        cards[note].append((card[0], card[1], card[2], card[3]))
    count, stray = 0, []
    sql = """
        select guid, deck, fields, text_key from notes
         where retired = 0 order by anki_id
    """
    for guid, deck, fields, text_key in store.rows(sql):
        parts = parts_of(msgspec.json.decode(fields, type=Content))
        asked = {part for _, _, part, retired in cards[guid] if not retired}
        missing = [part for part in parts if part not in asked]
        if missing:
            _add_cards(store.connection, guid, deck, missing, cards[guid], now_ms)
            count += len(missing)
        # A placeholder for a lost text says nothing about its questions.
        if text_key and asked - {"", *parts}:
            stray += [
                (card,)
                for _, card, part, retired in cards[guid]
                if part and part not in parts and not retired
            ]
    run = store.connection
    run.execute("update cards set retired = 1 where part = '' and retired = 0")
    run.executemany("update cards set retired = 1 where id = ?", stray)
    return count, len(stray)


def _add_cards(
    connection: sqlite3.Connection,
    guid: str,
    deck: int,
    missing: list[str],
    cards: list[tuple[int, int, str, int]],
    now_ms: int,
) -> None:
    """Use cards without a question or retired ones; insert the rest."""
    unnamed = [card for _, card, part, _ in cards if not part]
    known = {part: card for _, card, part, _ in cards if part}
    if len(unnamed) == len(missing):
        known |= dict(zip(missing, unnamed, strict=True))
    ordinal = max((number for number, _, _, _ in cards), default=-1)
    last = connection.execute("select coalesce(max(id), 0) from cards").fetchone()[0]
    for part in missing:
        if part in known:
            connection.execute(
                "update cards set part = ?, retired = 0 where id = ?",
                (part, known[part]),
            )
            continue
        ordinal, last = ordinal + 1, max(now_ms, last + 1)
        is_back = part == "back" and all(number != 1 for number, *_ in cards)
        row = (last, guid, 1 if is_back else ordinal, part, deck, 0)
        insert_cards(connection, [row])


def undo_invalid_reviews(store: Store) -> int:
    """Mark reviews with impossible values as undone; return how many."""
    return store.connection.execute(
        f"""
        update reviews set undone = 1
         where undone = 0
           and (rating not between 0 and 4 or state not between 0 and 3
                or state_before not between 0 and 3 or kind not between 0 and 5
                or (rating > 0) <> (kind < 4)
                or step not between 0 and iif(rating, 99, 1000000)
                or abs(offset_min) > 1440 or abs(interval) > 100000000
                or id not between 1 and {END_MS}
                or difficulty not between 0 and 10
                or ease not between 0 and 1000000)
        """
    ).rowcount


def reviews_after(store: Store, end_ms: int) -> tuple[int, int]:
    """Return the number of reviews after a moment, and the last one's time."""
    sql = """
        select count(*), coalesce(max(id), 0) from reviews
         where undone = 0 and id > :end
    """
    count, last_ms = store.row(sql, {"end": end_ms})
    return count, last_ms


def delete_unreadable_operations(store: Store) -> int:
    """Delete operations that can't be undone; return how many."""
    run = store.connection.execute
    count = run(
        f"""
        delete from operations
         where not json_valid(before) or json_type(before) <> 'object'
            or at_ms not between 0 and {END_MS}
        """
    ).rowcount
    count += run(
        """
        delete from operations
         where name = 'answer' and before ->> 'card' not in (select id from cards)
        """
    ).rowcount
    for name, keys in REQUIRED_KEYS.items():
        lacking = " or ".join(f"json_type(before, '$.{key}') is null" for key in keys)
        sql = f"delete from operations where name = ? and ({lacking})"
        count += run(sql, (name,)).rowcount
    return count


def rebuild_wrong_states(store: Store) -> tuple[int, int]:
    """Rebuild card states that differ from the log.

    Returns:
        How many states were wrong, and how many cards were only wrongly a leech or
        not.
    """
    connection, options = store.connection, Options(store)
    presets = deck_presets(connection, options)
    log = replay_cards(connection, presets, options.rollover)
    wrong: dict[int, SchedulingState] = {}
    leeches = 0
    for card, deck, leech, *cached in connection.execute(
        """
        select id, deck, leech, state, step, stability, difficulty, interval, due_ms,
               due_day, last_ms, last_day, reps, lapses
          from cards
        """
    ):
        replayed = log.get(card, SchedulingState())
        if not _equals(cached, msgspec.structs.astuple(replayed)):
            wrong[card] = replayed
        elif leech != is_leech(replayed, presets[deck]):
            wrong[card] = replayed
            leeches += 1
    update_card_states(connection, presets, wrong.items())
    unanswered = [(card,) for card in wrong if card not in log]
    connection.executemany(NEVER_ANSWERED, unanswered)
    return len(wrong) - leeches, leeches


def _equals(cached: list[Any], replayed: tuple[Any, ...]) -> bool:
    return all(
        one == other
        # Two machines may differ in the last digit.
        or (
            isinstance(one, float)
            and other is not None
            and math.isclose(one, other, rel_tol=1e-9)
        )
        for one, other in zip(cached, replayed, strict=True)
    )


def append_cards_without_position(store: Store) -> int:
    """Move cards without a position to the end of the new cards; return how many."""
    rows = store.rows("select id from cards where position <= 0 order by id")
    last = max(0, store.row("select coalesce(max(position), 0) from cards")[0])
    store.connection.executemany(
        "update cards set position = ? where id = ?",
        [(last + place, card) for place, (card,) in enumerate(rows, 1)],
    )
    return len(rows)
