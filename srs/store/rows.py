"""Convert rows of the store to values and back."""

from collections.abc import Sequence
from typing import Any

import msgspec

from cards.note import Change, Content, Note, Source
from srs.models.cards import SchedulingState, State, StoredCard
from srs.scheduler.study_day import day_start_ms
from srs.store.connection import Store

_sources = msgspec.json.Decoder(tuple[Source, ...])
_tags = msgspec.json.Decoder(tuple[str, ...])
_content = msgspec.json.Decoder(Content)
_change = msgspec.json.Decoder(Change)
_json = msgspec.json.Encoder()

_NEW = SchedulingState()

NOTE_COLUMNS = (
    "n.guid, n.anki_id, n.id, n.text_key, d.name, n.language, n.fields, n.extra, "
    "n.tags, n.sources, n.changed, n.checked, n.recheck, n.file, n.line, n.retired, "
    "n.modified, n.created"
)
"""Read by `note_of`; from `notes n join decks d on d.id = n.deck`."""

CARD_COLUMNS = (
    "c.id, c.note, c.ordinal, c.part, c.position, c.state, c.step, c.stability, "
    "c.difficulty, c.interval, c.due_ms, c.due_day, c.last_ms, c.last_day, c.reps, "
    "c.lapses, c.suspended, c.leech, c.retired, c.buried, c.flag, "
    "c.marked_ms, (select name from decks where decks.id = c.deck)"
)
"""Read by `card_of`; from `cards c`."""

CARD_WIDTH = CARD_COLUMNS.count(",") + 1

ANKI_LOG = "anki"
"""Origin of reviews from Anki's log."""
ANKI_CARD = "anki-card"
"""Origin of rows for what a card of Anki has and its log doesn't explain."""
CRAM_REVIEW = "(r.kind = 3 and r.difficulty = 0 and r.ease = 0)"
"""Condition for a cram review, which does not change the memory.

As in Anki: answered early, without a factor; from `reviews r`.
"""

STUDY_DAY = "((r.id / 1000 + r.offset_min * 60 - :shift + 172799) / 86400 - 2)"
"""The study day of an answer where it was given; `:shift` is the rollover, seconds.

From `reviews r`.  Two days more, as SQLite rounds towards 0: the first moments of 1970
are days before.
"""

ON_DAYS = f"""
    (r.id between :from_ms and :to_ms and {STUDY_DAY} between :first_day and :last_day)
"""
"""Condition for the answers of some study days; from `reviews r`.

It is the only one that counts by day: an answer stays on its day when the user travels.
`on_days` has its values.
"""

_MAX_OFFSET_MIN = 24 * 60


def on_days(first: int, last: int, rollover: int) -> dict[str, int]:
    """Return the values of `ON_DAYS`.

    Args:
        first: The first study day.
        last: The last one.
        rollover: Hour at which study days begin.
    """
    return {
        "from_ms": day_start_ms(first, _MAX_OFFSET_MIN, rollover),
        "to_ms": day_start_ms(last + 1, -_MAX_OFFSET_MIN, rollover),
        "first_day": first,
        "last_day": last,
        "shift": rollover * 3600,
    }


def note_of(row: Sequence[Any]) -> Note:
    """Make a note from `NOTE_COLUMNS`."""
    # In the order of the fields: names cost time, and there are many notes.
    return Note(
        _content.decode(row[6]),
        row[4],
        row[2],
        row[5],
        row[7],
        _tags.decode(row[8]) if row[8] != "[]" else (),
        _sources.decode(row[9]) if row[9] != "[]" else (),
        row[11],
        row[12],
        _change.decode(row[10]) if row[10] else None,
        row[13],
        row[14],
    )


def card_of(row: Sequence[Any]) -> StoredCard:
    """Make a card from `CARD_COLUMNS`."""
    is_new = row[14] == 0 and row[5] == 0
    progress = _NEW if is_new else SchedulingState(State(row[5]), *row[6:16])
    # A card of a note that is hidden behind another one has 2.
    marks = (row[16] == 1, row[17] == 1, row[18] > 0)
    values: Sequence[Any] = (*row[:5], progress, *marks, *row[19:22], row[22] or "")
    return StoredCard(*values)


def text_columns(note: Note) -> tuple[str, str, str, str]:
    """Return fields, tags, sources and changed as the store writes them."""
    return (
        _json.encode(note.content).decode(),
        _json.encode(note.tags).decode() if note.tags else "[]",
        _json.encode(note.sources).decode() if note.sources else "[]",
        _json.encode(note.changed).decode() if note.changed else "",
    )


def has_notes(store: Store, *, in_use: bool = False) -> bool:
    """Return True if the store has at least one note, or one that is not retired."""
    sql = f"select 1 from notes {'where retired = 0' if in_use else ''} limit 1"
    return store.row(sql) is not None
