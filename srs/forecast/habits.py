"""How the user answers: the share of each rating, and the time it takes.

Computed from the log of the last year; the habits of an average learner are mixed
in, which matters while the log is short.
"""

from collections.abc import Sequence

from msgspec import Struct

from srs.models.cards import Rating, State
from srs.scheduler.study_day import DAY_MS
from srs.store.connection import Store
from srs.store.forecast_queries import rating_counts, recent_days

_YEAR_MS = 365 * DAY_MS
_WEIGHT = 40
"""The average learner counts as this many answers."""

Shares = tuple[float, ...]


class Habits(Struct, frozen=True):
    """How the user answers; the shares of each kind sum to 1."""

    first: Shares
    """Of Again, Hard, Good and Easy, for a new card."""
    recalled: Shares
    """Of Hard, Good and Easy, for a review that was recalled."""
    new_s: float
    """Seconds for a new card with all its learning steps."""
    recalled_s: float
    """Seconds for a review that was recalled."""
    forgotten_s: float
    """Seconds for a review that was forgotten, with relearning."""


AVERAGE = Habits(
    first=(0.24, 0.09, 0.5, 0.17),
    recalled=(0.22, 0.63, 0.15),
    new_s=25.0,
    recalled_s=8.0,
    forgotten_s=25.0,
)
"""An average learner; ratings and seconds are close to those that fsrs-rs and Anki
use for their simulations."""


def read_habits(store: Store, now_ms: int, decks: Sequence[int]) -> Habits:
    """Compute the habits from the answers of the last year to cards of decks (ids)."""
    counts = [[0] * 5 for _ in State]
    seconds = [[0.0] * 5 for _ in State]
    for before, rating, count, spent_s in rating_counts(
        store, decks, since_ms=now_ms - _YEAR_MS
    ):
        counts[before][rating] += count
        seconds[before][rating] += spent_s
    again = int(Rating.AGAIN)
    new, review = counts[State.NEW], counts[State.REVIEW]
    learning_s = sum(seconds[State.NEW]) + sum(seconds[State.LEARNING])
    relearning_s = seconds[State.REVIEW][again] + sum(seconds[State.RELEARNING])
    recalled, recalled_s = review[again + 1 :], sum(seconds[State.REVIEW][again + 1 :])
    return Habits(
        first=_shares(new[again:], AVERAGE.first),
        recalled=_shares(recalled, AVERAGE.recalled),
        new_s=_mean(learning_s, sum(new), AVERAGE.new_s),
        recalled_s=_mean(recalled_s, sum(recalled), AVERAGE.recalled_s),
        forgotten_s=_mean(relearning_s, review[again], AVERAGE.forgotten_s),
    )


def _shares(counts: Sequence[int], average: Shares) -> Shares:
    total = sum(counts) + _WEIGHT
    pairs = zip(counts, average, strict=True)
    return tuple((count + share * _WEIGHT) / total for count, share in pairs)


def _mean(seconds: float, count: int, average: float) -> float:
    return (seconds + average * _WEIGHT) / (count + _WEIGHT)


def average_day(store: Store, rollover: int, today: int) -> tuple[float, float]:
    """Return reviews and minutes of an average day with answers; 0 without any.

    Args:
        store: The store.
        rollover: Hour at which a study day begins.
        today: Study day; it isn't over and doesn't count.
    """
    days, reviews, minutes = recent_days(store, rollover, today)
    return (reviews / days, minutes / days) if days else (0.0, 0.0)
