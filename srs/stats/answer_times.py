"""How long answers take."""

from collections.abc import Mapping
from itertools import accumulate

from msgspec import Struct

from srs.models.cards import Rating
from srs.stats.deck_filter import REVIEWS, DeckFilter
from srs.store.connection import Store

TENTH_MS = 100
"""Times are told to a tenth of a second."""
EDGES_S = (2, 4, 6, 8, 10, 15, 20, 30, 60)
"""Where the groups of times part, seconds."""


class AnswerTimeGroup(Struct, frozen=True):
    """The times of some answers, seconds."""

    rating: int | None
    """None for all of them."""
    answers: int
    median: float | None
    """None without answers."""
    slowest: float | None
    """90 % took at most so long."""


class Times(Struct, frozen=True):
    """How long the answers of a span took."""

    all: AnswerTimeGroup
    by_rating: tuple[AnswerTimeGroup, ...]
    """Again, hard, good, easy."""
    groups: tuple[int, ...]
    """Answers between the edges of `EDGES_S`; the last group is open."""


def answer_times(store: Store, since_ms: int, chosen: DeckFilter) -> Times:
    """Read how long answers took, looks outside of the schedule too.

    Args:
        store: The store.
        since_ms: UTC milliseconds; only answers from then on.
        chosen: Whose cards.
    """
    rows = store.rows(
        f"""
        select rating, (took_ms + {TENTH_MS // 2}) / {TENTH_MS}, count(*)
          from reviews
         where id >= :since and void = 0 and rating > 0 and {REVIEWS}
         group by 1, 2
        """,
        chosen.values(since=since_ms),
    )
    by_rating: dict[int, dict[int, int]] = {rating: {} for rating in Rating}
    together: dict[int, int] = {}
    for rating, tenths, count in rows:
        by_rating[rating][tenths] = count
        together[tenths] = together.get(tenths, 0) + count
    return Times(
        _taken(None, together),
        tuple(_taken(int(rating), found) for rating, found in by_rating.items()),
        _groups(together),
    )


def _taken(rating: int | None, counts: Mapping[int, int]) -> AnswerTimeGroup:
    total = sum(counts.values())
    return AnswerTimeGroup(
        rating, total, percentile(counts, 50), percentile(counts, 90)
    )


def percentile(counts: Mapping[int, int], percent: int) -> float | None:
    """Give the least time that so many percent of the answers don't exceed.

    Args:
        counts: How many answers took so many tenths of a second.
        percent: 1 to 100.

    Returns:
        Seconds; None without answers.

    Source:
        The nearest rank: the value at place ⌈n · percent / 100⌉ in order.
    """
    if not counts:
        return None
    tenths = sorted(counts)
    rank = -(-sum(counts.values()) * percent // 100)
    reached = accumulate(counts[one] for one in tenths)
    return next(
        one / 10 for one, seen in zip(tenths, reached, strict=True) if seen >= rank
    )


def _groups(counts: Mapping[int, int]) -> tuple[int, ...]:
    found = [0] * (len(EDGES_S) + 1)
    for tenths, count in counts.items():
        found[sum(tenths >= edge * 10 for edge in EDGES_S)] += count
    return tuple(found)
