"""True retention: how many answers to review cards were recalled, and when.

Counted are answers to cards that were in review (kind 1, as in Anki), whatever was
predicted for them; looks outside of the schedule are of another kind.  Intervals
are those before the answer; hours are those of the clock where it was given.
"""

import math
from bisect import bisect_left

from msgspec import Struct

from srs.stats.deck_filter import REVIEWS, DeckFilter
from srs.store.connection import Store

MATURE_DAYS = 21
"""From this interval on a card counts as mature, as in Anki."""
MONTH_MS = 30 * 86_400_000
INTERVALS = (1, 3, 7, 14, 30, 90, 365)
"""The longest interval of each group but the last, days."""
HOURS = 24
_Z = 1.959964
"""Standard deviations on each side that hold 95 % of a normal distribution."""


class Retention(Struct, frozen=True):
    """How many of some answers were recalled."""

    recalled: int
    reviews: int

    @property
    def share(self) -> float | None:
        """Give recalled / reviews, 0 to 1; None without reviews."""
        return self.recalled / self.reviews if self.reviews else None


class Recalled(Struct, frozen=True):
    """True retention by what may matter for it."""

    by_interval: tuple[Retention, ...]
    """For each group of `INTERVALS`, the last one being longer than all."""
    by_hour: tuple[Retention, ...]
    """For each hour of the local day, from midnight."""


def likely_range(kept: Retention) -> tuple[float, float]:
    """Give the range in which the true share lies with 95 %, 0 to 1.

    Source:
        Wilson's score interval; E. B. Wilson, "Probable Inference", Journal of
        the American Statistical Association 22 (1927).
    """
    if not kept.reviews:
        return 0.0, 1.0
    count, share = kept.reviews, kept.recalled / kept.reviews
    middle = share + _Z**2 / (2 * count)
    spread = _Z * math.sqrt(share * (1 - share) / count + _Z**2 / (4 * count**2))
    whole = 1 + _Z**2 / count
    return max(0.0, (middle - spread) / whole), min(1.0, (middle + spread) / whole)


def interval_group(days: int) -> int:
    """Give the index of the group of `INTERVALS` to which an interval belongs."""
    return bisect_left(INTERVALS, days)


def young_and_mature(
    store: Store, since_ms: int, chosen: DeckFilter
) -> tuple[Retention, Retention]:
    """Count what was recalled of young and of mature cards.

    Args:
        store: The store.
        since_ms: UTC milliseconds; only answers from then on.
        chosen: Whose cards.
    """
    row = store.row(
        f"""
        select count(*) filter (where last_interval < :mature and rating > 1),
               count(*) filter (where last_interval < :mature),
               count(*) filter (where last_interval >= :mature and rating > 1),
               count(*) filter (where last_interval >= :mature)
          from reviews
         where id >= :since and kind = 1 and void = 0 and rating > 0
           and {REVIEWS}
        """,
        chosen.values(mature=MATURE_DAYS, since=since_ms),
    )
    return Retention(row[0], row[1]), Retention(row[2], row[3])


def recalled(store: Store, since_ms: int, chosen: DeckFilter) -> Recalled:
    """Count what was recalled by interval and by hour of the local day.

    Args:
        store: The store.
        since_ms: UTC milliseconds; only answers from then on.
        chosen: Whose cards.
    """
    rows = store.rows(
        f"""
        select {_group_sql()}, (id / 1000 + offset_min * 60) / 3600 % 24,
               count(*) filter (where rating > 1), count(*)
          from reviews
         where id >= :since and kind = 1 and void = 0 and rating > 0
           and {REVIEWS}
         group by 1, 2
        """,
        chosen.values(since=since_ms),
    )
    intervals = [[0, 0] for _ in range(len(INTERVALS) + 1)]
    hours = [[0, 0] for _ in range(HOURS)]
    for group, hour, kept, count in rows:
        for sums in (intervals[group], hours[hour]):
            sums[0] += kept
            sums[1] += count
    return Recalled(
        tuple(Retention(*sums) for sums in intervals),
        tuple(Retention(*sums) for sums in hours),
    )


def _group_sql() -> str:
    """Write `interval_group` in SQL."""
    whens = (
        f"when last_interval <= {longest} then {index}"
        for index, longest in enumerate(INTERVALS)
    )
    return f"case {' '.join(whens)} else {len(INTERVALS)} end"
