"""All statistics of a store or a deck in one value.

Retention by interval and hour, answer times and calibration read a year of
answers or the whole log, which takes seconds with a million answers; they are
computed only on request.
"""

from collections.abc import Sequence

from msgspec import Struct

from srs.models.day_counts import Backlog, DayCounts
from srs.stats.calibration import Calibration, calibration
from srs.stats.difficult_cards import (
    ConfusedPair,
    DifficultCards,
    confused_pair_counts,
    difficult_cards,
)
from srs.stats.distributions import (
    AnswerTimes,
    MemoryDistribution,
    answer_times,
    memory_distribution,
)
from srs.stats.overview import (
    YEAR_DAYS,
    DeckSummary,
    Overview,
    deck_summaries,
    overview,
)
from srs.stats.retention import RetentionBreakdown, retention_breakdown
from srs.store.connection import Store
from srs.store.settings import Options
from srs.store.statistics import deck_filter


class AnswerStatistics(Struct, frozen=True):
    """Statistics of the answers of the last year."""

    retention: RetentionBreakdown
    calibration: Calibration
    times: AnswerTimes


class Statistics(Struct, frozen=True):
    """All statistics of a store or a deck."""

    deck: str
    """Empty for all."""
    today: int
    """Study day."""
    desired_retention: float
    """0 to 1, as set for this deck."""
    backlog: Backlog | None
    overview: Overview
    memory: MemoryDistribution
    decks: tuple[DeckSummary, ...]
    difficult: DifficultCards
    confused: tuple[ConfusedPair, ...]
    answers: AnswerStatistics | None
    """None if not requested."""


def collect_statistics(
    store: Store,
    options: Options,
    now_ms: int,
    deck: str,
    *,
    counts: DayCounts,
    forecast: Sequence[int],
    full: bool,
) -> Statistics:
    """Compute the statistics.

    Args:
        store: The store.
        options: The user's settings.
        now_ms: UTC milliseconds.
        deck: Only this deck and its children; empty for all.
        counts: What today still holds; likewise `forecast`, see `overview`.
        forecast: Reviews of each of the next days.
        full: Include the statistics of the last year's answers.
    """
    today = options.calendar.day(now_ms)
    chosen = deck_filter(store, deck)
    answers = None
    if full:
        since = options.calendar.start_ms(today - YEAR_DAYS + 1)
        answers = AnswerStatistics(
            retention_breakdown(store, since, chosen),
            calibration(store, options, since, chosen),
            answer_times(store, since, chosen),
        )
    return Statistics(
        deck=deck,
        today=today,
        desired_retention=options.preset(deck).desired_retention,
        backlog=counts.backlog,
        overview=overview(store, options, now_ms, chosen, counts, forecast),
        memory=memory_distribution(store, chosen),
        decks=deck_summaries(store, now_ms, chosen),
        difficult=difficult_cards(store, chosen),
        confused=confused_pair_counts(store, chosen),
        answers=answers,
    )
