"""Today, the streak, the last year, the next days, and a summary of each deck."""

from collections.abc import Callable, Sequence

from msgspec import Struct

from srs.models.day_counts import DayCounts
from srs.models.presets import summed_by_deck
from srs.scheduler.study_day import DAY_MS, is_in_spans
from srs.stats.retention import Retention, young_and_mature
from srs.store import statistics as queries
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.settings import Options
from srs.store.statistics import DeckFilter

FORECAST_DAYS = 30
YEAR_DAYS = 365
_MONTH_DAYS = 30
_MONTH_MS = _MONTH_DAYS * DAY_MS


class DayCount(Struct, frozen=True):
    """Answers of one study day."""

    day: int
    reviews: int
    seconds: float


class Overview(Struct, frozen=True):
    """Counts of cards and answers."""

    cards: int
    """Not retired; each of them is new, learning, young, mature or suspended."""
    new: int
    learning: int
    """Cards in learning or relearning."""
    young: int
    mature: int
    suspended: int
    due: int
    """Reviews and learning cards that a review would still ask today."""
    overdue: int
    """See `srs.models.day_counts`; likewise buried."""
    buried: int
    reviews: int
    """Answers in the whole log."""
    reviewed_today: int
    again_today: int
    seconds_today: float
    streak: int
    """Consecutive study days with a review, up to today or yesterday; see `streak`."""
    young_retention: Retention
    mature_retention: Retention
    forecast: tuple[int, ...]
    """Reviews of each of the next days; see `srs.study.due_forecast`."""
    days: tuple[DayCount, ...]
    """The last year, today last, by the time zones of the answers."""


class DeckSummary(Struct, frozen=True):
    """A deck with its children."""

    deck: str
    cards: int
    """Not retired."""
    new: int
    """Not suspended; likewise mature."""
    mature: int
    retention: Retention
    """Of the last 30 days."""
    minutes_a_week: float
    """Mean of the last 30 days."""


def overview(
    store: Store,
    options: Options,
    now_ms: int,
    chosen: DeckFilter,
    left: DayCounts,
    forecast: Sequence[int],
) -> Overview:
    """Compute the overview.

    Args:
        store: The store.
        options: The user's settings.
        now_ms: UTC milliseconds.
        chosen: Whose cards.
        left: What today still holds.
        forecast: Reviews of each of the next `FORECAST_DAYS`.
    """
    calendar = options.calendar
    today = calendar.day(now_ms)
    cards = queries.card_counts(store, chosen)
    answers, again, spent_ms = queries.answer_counts(
        store, chosen, today, calendar.rollover
    )
    by_day = queries.answers_by_day(store, chosen, calendar.rollover)
    young, mature = young_and_mature(store, now_ms - _MONTH_MS, chosen)
    return Overview(
        **cards._asdict(),
        due=left.due + left.learning,
        overdue=left.overdue,
        buried=left.buried,
        reviews=sum(count for count, _ in by_day.values()),
        reviewed_today=answers,
        again_today=again,
        seconds_today=spent_ms / 1000,
        streak=streak(
            by_day.__contains__, min(by_day, default=today), today, options.away
        ),
        young_retention=young,
        mature_retention=mature,
        forecast=tuple(forecast),
        days=tuple(
            DayCount(day, count, ms / 1000)
            for day in range(today - YEAR_DAYS + 1, today + 1)
            for count, ms in [by_day.get(day, (0, 0))]
        ),
    )


def streak(
    is_studied: Callable[[int], bool],
    first: int,
    today: int,
    away: Sequence[tuple[int, int]],
) -> int:
    """Count the consecutive study days with answers, up to today or yesterday.

    The days of a vacation without answers neither end the streak nor count.

    Args:
        is_studied: Returns whether a study day has answers.
        first: The first study day that may have any.
        today: The study day of this moment.
        away: First and last study day of each vacation.
    """
    count = 0
    for day in range(today, first - 1, -1):
        if is_studied(day):
            count += 1
        elif day < today and not is_in_spans(day, away):
            break
    return count


def deck_summaries(
    store: Store, now_ms: int, chosen: DeckFilter
) -> tuple[DeckSummary, ...]:
    """Summarize the decks that have cards, sorted by name.

    Args:
        store: The store.
        now_ms: UTC milliseconds.
        chosen: Which decks.
    """
    names = deck_names_by_id(store)
    rows = queries.deck_counts(store, chosen, since_ms=now_ms - _MONTH_MS)
    # A deck without a name: a damaged store; flash doctor reports it.
    sums = summed_by_deck(
        (names[deck], counts) for deck, *counts in rows if deck in names
    )
    return tuple(
        _summary(name, sums[name])
        for name in sorted(sums)
        if sums[name][0] and chosen.contains(name)
    )


def _summary(name: str, counts: list[int]) -> DeckSummary:
    cards, new, mature, recalled, reviews, spent_ms = counts
    minutes = spent_ms / 60_000 / _MONTH_DAYS * 7
    return DeckSummary(name, cards, new, mature, Retention(recalled, reviews), minutes)
