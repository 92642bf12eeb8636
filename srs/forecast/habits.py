"""How a person answers: how often with which rating, and how long it takes.

Read from the log of the last year; while that is short, a usual learner's habits
are mixed in, as if they had been so many answers of the person's own.
"""

from collections.abc import Sequence

from msgspec import Struct

from srs.models.cards import Rating, State
from srs.store.connection import Store
from srs.store.rows import CRAM_REVIEW, STUDY_DAY

_YEAR_MS = 365 * 86_400_000
_LONGEST_S = 60.0
"""What took longer counts as this long, as in Anki's log."""
_WEIGHT = 40
"""The usual learner counts as so many answers."""

Shares = tuple[float, ...]


class Habits(Struct, frozen=True):
    """How a person answers; the shares of each kind sum to 1."""

    first: Shares
    """Of Again, Hard, Good and Easy, for a new card."""
    recalled: Shares
    """Of Hard, Good and Easy, for a review that was recalled."""
    new_s: float
    """Seconds for a new card, all its learning steps together."""
    recalled_s: float
    """Seconds for a review that was recalled."""
    forgotten_s: float
    """Seconds for a review that was forgotten, relearning it included."""


USUAL = Habits(
    first=(0.24, 0.09, 0.5, 0.17),
    recalled=(0.22, 0.63, 0.15),
    new_s=25.0,
    recalled_s=8.0,
    forgotten_s=25.0,
)
"""A usual learner: ratings and seconds of the order that fsrs-rs and Anki take for
their simulations."""


def read_habits(store: Store, now_ms: int, decks: Sequence[int]) -> Habits:
    """Read a person's habits from the answers of the last year.

    Args:
        store: The store.
        now_ms: UTC milliseconds.
        decks: Ids; answers to cards in them count.
    """
    rows = store.rows(
        f"""
        select r.before, r.rating, count(*),
               coalesce(sum(min(r.took_ms, :longest)), 0) / 1000.0
          from reviews r
         where r.id >= :since and r.void = 0 and r.rating > 0 and not {CRAM_REVIEW}
           and r.card in (select id from cards
                           where deck in (select value from json_each(:decks)))
         group by r.before, r.rating
        """,
        {
            "since": now_ms - _YEAR_MS,
            "longest": int(_LONGEST_S * 1000),
            "decks": str(list(decks)),
        },
    )
    counts = [[0] * 5 for _ in State]
    seconds = [[0.0] * 5 for _ in State]
    for before, rating, count, spent in rows:
        counts[before][rating] += count
        seconds[before][rating] += spent
    return _mixed(counts, seconds)


def _mixed(counts: list[list[int]], seconds: list[list[float]]) -> Habits:
    new, review = counts[State.NEW], counts[State.REVIEW]
    again = int(Rating.AGAIN)
    steps = sum(seconds[State.NEW]) + sum(seconds[State.LEARNING])
    relearned = seconds[State.REVIEW][again] + sum(seconds[State.RELEARNING])
    recalled_s = sum(seconds[State.REVIEW][again + 1 :])
    return Habits(
        first=_shares(new[again:], USUAL.first),
        recalled=_shares(review[again + 1 :], USUAL.recalled),
        new_s=_mean(steps, sum(new), USUAL.new_s),
        recalled_s=_mean(recalled_s, sum(review[again + 1 :]), USUAL.recalled_s),
        forgotten_s=_mean(relearned, review[again], USUAL.forgotten_s),
    )


def _shares(counts: Sequence[int], usual: Shares) -> Shares:
    total = sum(counts) + _WEIGHT
    pairs = zip(counts, usual, strict=True)
    return tuple((count + share * _WEIGHT) / total for count, share in pairs)


def _mean(seconds: float, count: int, usual: float) -> float:
    return (seconds + usual * _WEIGHT) / (count + _WEIGHT)


def usual_day(store: Store, rollover: int, today: int) -> tuple[float, float]:
    """Say how much a person does on a day on which they review.

    Args:
        store: The store.
        rollover: Hour at which a study day begins.
        today: Study day; it isn't over and doesn't count.

    Returns:
        Answers to review cards and minutes of all answers, the mean of the last
        days with answers; 0 where there are none.
    """
    row = store.row(
        f"""
        select count(distinct day), coalesce(sum(before = 2), 0),
               coalesce(sum(min(took_ms, 60000)), 0) / 60000.0
          from (select {STUDY_DAY} as day,
                       r.before, r.took_ms
                  from reviews r
                 where r.void = 0 and r.rating > 0 and not {CRAM_REVIEW}
                   and day < :today
                 order by r.id desc limit :many)
        """,
        {"shift": rollover * 3600, "today": today, "many": _MANY},
    )
    days, reviews, minutes = row
    return (reviews / days, minutes / days) if days else (0.0, 0.0)


_MANY = 3000
"""So many answers are enough to know a person's days."""
