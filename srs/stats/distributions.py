"""Distributions: answer times, and stability and difficulty of the cards."""

from collections.abc import Mapping
from itertools import accumulate

from msgspec import Struct

from srs.models.cards import Rating
from srs.store import statistics as queries
from srs.store.connection import Store
from srs.store.statistics import DeckFilter

EDGES_S = (2, 4, 6, 8, 10, 15, 20, 30, 60)
"""Edges of the groups of answer times, seconds."""
STABILITIES = (1, 3, 7, 14, 30, 90, 180, 365, 730)
"""Edges of the groups of stability, days; each belongs to the group above it."""


class AnswerTimeGroup(Struct, frozen=True):
    """Answer times of one rating, seconds."""

    rating: int | None
    """None for all."""
    answers: int
    median: float | None
    """None without answers."""
    slowest: float | None
    """The 90th percentile."""


class AnswerTimes(Struct, frozen=True):
    """How long answers took."""

    all: AnswerTimeGroup
    by_rating: tuple[AnswerTimeGroup, ...]
    """Again, Hard, Good, Easy."""
    groups: tuple[int, ...]
    """Answers between the edges of `EDGES_S`; the last group is open."""


class CardGroup(Struct, frozen=True):
    """Cards in a range of values."""

    low: float
    """Least value in the group."""
    high: float | None
    """Least value above the group; None if open."""
    cards: int


class MemoryDistribution(Struct, frozen=True):
    """Answered cards in use by stability and by difficulty."""

    stability: tuple[CardGroup, ...]
    """Days until recall falls to 90 %."""
    difficulty: tuple[CardGroup, ...]
    """From 1 to 10, in whole steps; 10 belongs to the last group."""


def answer_times(store: Store, since_ms: int, chosen: DeckFilter) -> AnswerTimes:
    """Return how long answers took since a moment, cram reviews included."""
    by_rating: dict[int, dict[int, int]] = {rating: {} for rating in Rating}
    total: dict[int, int] = {}
    for rating, tenths, count in queries.answer_time_counts(
        store, chosen, since_ms=since_ms
    ):
        by_rating[rating][tenths] = count
        total[tenths] = total.get(tenths, 0) + count
    groups = [0] * (len(EDGES_S) + 1)
    for tenths, count in total.items():
        groups[sum(tenths >= edge * 10 for edge in EDGES_S)] += count
    return AnswerTimes(
        _time_group(None, total),
        tuple(_time_group(int(rating), found) for rating, found in by_rating.items()),
        tuple(groups),
    )


def _time_group(rating: int | None, counts: Mapping[int, int]) -> AnswerTimeGroup:
    total = sum(counts.values())
    return AnswerTimeGroup(
        rating, total, percentile(counts, 50), percentile(counts, 90)
    )


def percentile(counts: Mapping[int, int], percent: int) -> float | None:
    """Return the shortest time that a percentage of the answers don't exceed.

    Args:
        counts: Number of answers by tenths of a second.
        percent: 1 to 100.

    Returns:
        Seconds; None without answers.

    Source:
        Nearest rank: the value at place ⌈n · percent / 100⌉ in order.
    """
    if not counts:
        return None
    tenths = sorted(counts)
    rank = -(-sum(counts.values()) * percent // 100)
    reached = accumulate(counts[time] for time in tenths)
    return next(
        time / 10 for time, seen in zip(tenths, reached, strict=True) if seen >= rank
    )


def memory_distribution(store: Store, chosen: DeckFilter) -> MemoryDistribution:
    """Count the cards of each group of stability and difficulty."""
    stability = [0] * (len(STABILITIES) + 1)
    difficulty = [0] * 9
    for group, rounded, count in queries.memory_counts(
        store, chosen, stabilities=STABILITIES
    ):
        stability[group] += count
        difficulty[max(1, rounded) - 1] += count
    lows, highs = (0, *STABILITIES), (*STABILITIES, None)
    return MemoryDistribution(
        tuple(CardGroup(*group) for group in zip(lows, highs, stability, strict=True)),
        tuple(CardGroup(low, low + 1, n) for low, n in enumerate(difficulty, 1)),
    )
