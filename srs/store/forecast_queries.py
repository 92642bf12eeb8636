"""Queries for forecasts: the cards in use, and how the user has answered."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from srs.models.cards import MAX_DURATION_MS
from srs.store.connection import Store
from srs.store.rows import CRAM_REVIEW, STUDY_DAY

_RECENT_ANSWERS = 3000
"""Enough answers to know an average day."""

_decode_tags = msgspec.json.Decoder(tuple[str, ...]).decode


class CardMemory(NamedTuple):
    """A card in use and its memory."""

    id: int
    deck: int
    tags: tuple[str, ...]
    state: int
    stability: float | None
    difficulty: float | None
    last_day: int | None
    """Study day of the last answer."""
    due_day: int | None
    """Study day; None for a card in learning."""


class ReviewInterval(NamedTuple):
    """A review card with the interval that its last answer gave it."""

    deck: int
    stability: float
    interval: int
    last_day: int
    """Study day of the last answer."""


def cards_in_use(store: Store, decks: Sequence[int]) -> list[CardMemory]:
    """Return the cards of decks (ids), in the order of new cards."""
    rows = store.rows(
        """
        select c.id, c.deck, n.tags, c.state, c.stability, c.difficulty, c.last_day,
               c.due_day
          from cards c join notes n on n.guid = c.note
         where c.suspended = 0 and c.retired = 0
           and c.deck in (select value from json_each(:decks))
         order by c.position, c.id
        """,
        {"decks": str(list(decks))},
    )
    return [
        CardMemory(card, deck, _decode_tags(tags), *memory)
        for card, deck, tags, *memory in rows
    ]


def intervals_until(
    store: Store, decks: Sequence[int], last: int
) -> list[ReviewInterval]:
    """Read the review cards of decks (ids) that are due by a study day.

    Those answered on that day or later, or whose due day was set by hand, are left out.
    """
    rows = store.rows(
        """
        select deck, stability, interval, last_day
          from cards
         where state = 2 and suspended = 0 and retired = 0 and stability is not null
           and due_day = last_day + interval and due_day <= :last and last_day < :last
           and deck in (select value from json_each(:decks))
        """,
        {"decks": str(list(decks)), "last": last},
    )
    return [ReviewInterval(*row) for row in rows]


def rating_counts(
    store: Store, decks: Sequence[int], *, since_ms: int
) -> list[tuple[int, int, int, float]]:
    """Return state before, rating, number and total seconds of answers."""
    return store.rows(
        f"""
        select r.state_before, r.rating, count(*),
               coalesce(sum(min(r.duration_ms, :longest)), 0) / 1000.0
          from reviews r
         where r.id >= :since and r.undone = 0 and r.rating > 0 and not {CRAM_REVIEW}
           and r.card in (select id from cards
                           where deck in (select value from json_each(:decks)))
         group by r.state_before, r.rating
        """,
        {"since": since_ms, "longest": MAX_DURATION_MS, "decks": str(list(decks))},
    )


def recent_days(store: Store, rollover: int, before_day: int) -> tuple[int, int, float]:
    """Summarize the latest answers before a study day.

    Returns:
        Days with answers, answers to review cards, and minutes.
    """
    row = store.row(
        f"""
        select count(distinct day), coalesce(sum(state_before = 2), 0),
               coalesce(sum(min(duration_ms, :longest)), 0) / 60000.0
          from (select {STUDY_DAY} as day, r.state_before, r.duration_ms
                  from reviews r
                 where r.undone = 0 and r.rating > 0 and not {CRAM_REVIEW}
                   and day < :before_day
                 order by r.id desc limit :answers)
        """,
        {
            "shift": rollover * 3600,
            "before_day": before_day,
            "longest": MAX_DURATION_MS,
            "answers": _RECENT_ANSWERS,
        },
    )
    return tuple(row)
