"""What comes from elsewhere, as values: notes, cards, reviews, options.

Whoever reads a file of another program makes these; `srs.merging.merge` takes
them in.
"""

from pathlib import Path
from typing import Any

from msgspec import Struct

from cards.note import Note

LOG_TABLES = """
    create table log (
        row           integer primary key,  -- by card, then by moment
        id            integer not null,
        card          integer not null,
        rating        integer not null,
        interval      integer not null,
        last_interval integer not null,
        factor        integer not null,
        took_ms       integer not null,
        kind          integer not null
    ) strict;
    create table cards (
        card     integer primary key,
        first    integer not null,  -- row in the log
        count    integer not null,
        lapses   integer not null,  -- how often it was forgotten in review
        kind     integer not null,  -- of the last row, as the following two
        id       integer not null,
        interval integer not null,
        plain    integer not null   -- nothing but answers of our times, from the first
    ) strict;
"""
"""A log too long for values, see `IncomingReview`: a database with these tables."""

FIRST_MS, LAST_MS = 1_000_000_000_000, 4_102_444_800_000
"""The years 2001 to 2100: moments of a usual log."""

LOG_CARDS = f"""
    insert into cards
    with starts as materialized (
        select a.card, a.kind, a.row as first,
               lead(a.row, 1, (select max(row) + 1 from log)) over (order by a.row)
               - a.row as count
          from log a left join log b on b.row = a.row - 1
         where b.card is not a.card
    ), forgotten as materialized (
        select card, count(*) as lapses from log
         where kind = 1 and rating = 1 group by card
    ), odd as materialized (
        select distinct card from log
         where not (id between {FIRST_MS} and {LAST_MS}
                    and rating between 1 and 4 and kind between 0 and 2
                    and interval between -1000000000 and 1000000000)
    )
    select s.card, s.first, s.count, coalesce(f.lapses, 0), z.kind, z.id, z.interval,
           s.kind = 0 and s.card not in (select card from odd)
      from starts s
      join log z on z.row = s.first + s.count - 1
      left join forgotten f on f.card = s.card
"""
"""Fills `cards`."""


class IncomingReview(Struct, frozen=True):
    """A row of Anki's review log."""

    id: int
    """UTC milliseconds."""
    card: int
    """The other program's id of the card."""
    rating: int
    """1 to 4; 0 for a manual change."""
    interval: int
    """The interval it led to: days when positive, seconds when negative."""
    last_interval: int
    factor: int
    """Difficulty (100 to 1100) or, from SM-2, the ease per mille."""
    took_ms: int
    kind: int
    """A ReviewKind."""


class IncomingCard(Struct, frozen=True):
    """A card as the other program last knew it."""

    id: int
    """The other program's; kept where it is free."""
    ordinal: int
    state: int
    """A State."""
    due_day: int | None
    """Study day on which a review card is due."""
    due_ms: int | None
    """When a learning card is due."""
    position: int
    """Place among the new cards."""
    interval: int
    """Days."""
    ease: int
    """Per mille, from SM-2."""
    steps_left: int
    suspended: bool
    buried: bool
    flag: int
    changed_ms: int
    """When anything about it last changed."""
    last_ms: int | None = None
    """When it was last answered, where the file says so."""


class AnkiFields(Struct, frozen=True):
    """A note as Anki has it, to be handed back unchanged."""

    notetype: int
    fields: tuple[str, ...]
    shown: dict[str, int]
    """Which field holds which text of the content: front, back, cloze."""


class OriginalFields(Struct, frozen=True):
    """What the store keeps of a note's type and fields."""

    raw: AnkiFields
    content: str
    """JSON of the content that was made of the fields."""


class IncomingNote(Struct, frozen=True):
    """A note with its cards."""

    guid: str
    id: int
    """The other program's; kept where it is free."""
    note: Note
    parts: dict[int, str]
    """For each ordinal the question, as `cards.questions` names it."""
    changed_ms: int
    cards: tuple[IncomingCard, ...]
    raw: AnkiFields | None = None
    """None where the note type is our own."""


class Incoming(Struct, frozen=True):
    """All that a file brings."""

    notes: tuple[IncomingNote, ...]
    reviews: dict[int, list[IncomingReview]]
    """By the other program's ids of the cards, in the order of their moments."""
    options: dict[str, dict[str, Any]]
    """Options of decks, as `srs.store.settings.save_options` takes them."""
    notetypes: dict[int, str]
    """JSON of the note types that raw notes have."""
    log: Path | None = None
    """A file with more reviews, see `LOG_TABLES`."""
