"""All figures of one look at the store, in one value.

What must be counted answer by answer over a year (retention by interval and hour,
answer times, predicted against actual) takes seconds with a million answers, so
it is asked for; the rest is there at once.
"""

from msgspec import Struct

from srs.stats.answer_times import Times, answer_times
from srs.stats.calibration import Calibration, calibration
from srs.stats.confused_pairs import ConfusedPair, confused_pair_counts
from srs.stats.daily_counts import YEAR_DAYS, Daily, daily
from srs.stats.deck_filter import deck_filter
from srs.stats.decks import DeckFigures, deck_figures
from srs.stats.leeches import Leeches, leeches
from srs.stats.memory_state import MemoryStates, memory_states
from srs.stats.overview import Statistics, statistics
from srs.stats.retention import Recalled, recalled
from srs.store.connection import Store
from srs.store.settings import Options


class Answers(Struct, frozen=True):
    """What the answers of the last year say."""

    recalled: Recalled
    calibration: Calibration
    times: Times


class Figures(Struct, frozen=True):
    """What there is to tell of a store or a deck."""

    deck: str
    """Empty for all."""
    today: int
    """The study day on which it is told."""
    desired_retention: float
    """0 to 1, as it is set for this deck."""
    statistics: Statistics
    days: tuple[Daily, ...]
    """The last year, today last."""
    strength: MemoryStates
    decks: tuple[DeckFigures, ...]
    leeches: Leeches
    confused: tuple[ConfusedPair, ...]
    answers: Answers | None
    """None where it wasn't asked for."""


def collect_figures(
    store: Store, options: Options, now_ms: int, deck: str = "", *, full: bool = False
) -> Figures:
    """Compute the figures.

    Args:
        store: The store.
        options: The person's settings.
        now_ms: UTC milliseconds.
        deck: Only this deck and those under it; empty for all.
        full: Whether the answers of the last year are gone through as well.
    """
    today = options.calendar.day(now_ms)
    chosen = deck_filter(store, deck)
    answers = None
    if full:
        since = options.calendar.start_ms(today - YEAR_DAYS + 1)
        answers = Answers(
            recalled(store, since, chosen),
            calibration(store, options, since, chosen),
            answer_times(store, since, chosen),
        )
    return Figures(
        deck=deck,
        today=today,
        desired_retention=options.preset(deck).desired_retention,
        statistics=statistics(store, options, now_ms, chosen),
        days=daily(store, options.calendar, today, chosen),
        strength=memory_states(store, chosen),
        decks=deck_figures(store, now_ms, chosen),
        leeches=leeches(store, chosen),
        confused=confused_pair_counts(store, chosen),
        answers=answers,
    )
