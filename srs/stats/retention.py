"""True retention: the share of answers to review cards that were recalled.

Only answers to cards in review count (kind 1, as in Anki); cram reviews are of
another kind.  The interval is the one before the answer; the hour is that of the
time zone in which it was given.
"""

import math

from msgspec import Struct

from srs.store import statistics as queries
from srs.store.connection import Store
from srs.store.statistics import DeckFilter

INTERVALS = (1, 3, 7, 14, 30, 90, 365)
"""Longest interval of each group but the last, days."""
HOURS = 24
_Z = 1.959964
"""Standard deviations on each side that hold 95 % of a normal distribution."""


class Retention(Struct, frozen=True):
    """How many of some answers were recalled."""

    recalled: int
    reviews: int

    @property
    def share(self) -> float | None:
        """Share recalled, 0 to 1; None without reviews."""
        return self.recalled / self.reviews if self.reviews else None


class RetentionBreakdown(Struct, frozen=True):
    """True retention by interval and by hour."""

    by_interval: tuple[Retention, ...]
    """For each group of `INTERVALS`, then for longer ones."""
    by_hour: tuple[Retention, ...]
    """For each hour of the local day, from midnight."""


def confidence_interval(found: Retention) -> tuple[float, float]:
    """Return the 95 % confidence interval of the true share, 0 to 1.

    Source:
        Wilson's score interval; E. B. Wilson, "Probable Inference", Journal of
        the American Statistical Association 22 (1927).
    """
    if not found.reviews:
        return 0.0, 1.0
    count, share = found.reviews, found.recalled / found.reviews
    middle = share + _Z**2 / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    whole = 1 + _Z**2 / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def young_and_mature(
    store: Store, since_ms: int, chosen: DeckFilter
) -> tuple[Retention, Retention]:
    """Return the retention of young and of mature cards since a moment."""
    found = {0: Retention(0, 0), 1: Retention(0, 0)}
    for group, *counts in queries.recall_counts(store, chosen, since_ms=since_ms):
        found[group] = Retention(*counts)
    return found[0], found[1]


def retention_breakdown(
    store: Store, since_ms: int, chosen: DeckFilter
) -> RetentionBreakdown:
    """Return the retention by interval and by hour since a moment."""
    intervals = [[0, 0] for _ in range(len(INTERVALS) + 1)]
    hours = [[0, 0] for _ in range(HOURS)]
    for group, hour, recalled, count in queries.recall_by_interval_and_hour(
        store, chosen, since_ms=since_ms, intervals=INTERVALS
    ):
        for sums in (intervals[group], hours[hour]):
            sums[0] += recalled
            sums[1] += count
    return RetentionBreakdown(
        tuple(Retention(*sums) for sums in intervals),
        tuple(Retention(*sums) for sums in hours),
    )
