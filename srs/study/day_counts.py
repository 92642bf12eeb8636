"""How many cards a study day still holds: one meaning of "due" for every command.

New, learning and due cards are those that a review would still ask today, after
limits and the burying of siblings.  Due siblings are buried; what is due beyond that is
overdue.
"""

from srs.models.day_counts import Backlog, DayCounts
from srs.stats.collect import Statistics, collect_statistics
from srs.stats.overview import FORECAST_DAYS
from srs.store.card_list import DeckLine, deck_lines
from srs.store.connection import Store
from srs.store.decks import deck_ids
from srs.store.queue import count_due, due_siblings
from srs.store.settings import Options
from srs.study.due_cards import CardFilter, DueCards
from srs.study.due_forecast import due_forecast
from srs.study.queue import Queue, build_queue


def day_counts(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int
) -> DayCounts:
    """Count the cards of the study day of a moment, UTC milliseconds."""
    queue = build_queue(store, options, card_filter, now_ms)
    counts = queue.counts()
    end_ms = options.calendar.start_ms(queue.day + 1)
    decks = deck_ids(store, card_filter.deck)
    due, buried = count_due(store, decks, queue.day, end_ms)
    asked = len(queue.learning) + queue.due_now()
    held = len(_buried_siblings(DueCards(store, options, card_filter, now_ms), queue))
    return DayCounts(
        counts.new,
        counts.learning,
        counts.due,
        due - asked - held,
        buried + held,
        queue.backlog(),
    )


def day_statistics(
    store: Store, options: Options, deck: str, now_ms: int, *, full: bool
) -> Statistics:
    """Compute the statistics with the cards of today and those of the next days.

    Args:
        store: The store.
        options: The user's settings.
        deck: Only this deck and its children; empty for all.
        now_ms: UTC milliseconds.
        full: See `srs.stats.collect`.
    """
    chosen = CardFilter(deck)
    counts = day_counts(store, options, chosen, now_ms)
    forecast = due_forecast(store, options, chosen, now_ms, FORECAST_DAYS)
    return collect_statistics(
        store, options, now_ms, deck, counts=counts, forecast=forecast, full=full
    )


def decks_of_day(
    store: Store, options: Options, now_ms: int
) -> tuple[list[DeckLine], Backlog | None]:
    """Count the cards of each deck and its children as `day_counts` does."""
    queue = build_queue(store, options, CardFilter(), now_ms)
    learning = [card for _, card in queue.learning]
    end_ms = options.calendar.start_ms(queue.day + 1)
    held = _buried_siblings(DueCards(store, options, CardFilter(), now_ms), queue)
    asked = (queue.new, learning, queue.due)
    found = deck_lines(store, queue.day, end_ms, *asked, held)
    return found, queue.backlog()


def _buried_siblings(cards: DueCards, queue: Queue) -> list[int]:
    """Return the due cards whose sibling is asked today or was answered."""
    learning = (card for _, card in queue.learning)
    asked = [*learning, *queue.due, *queue.new]
    rows = due_siblings(cards.store, asked, cards.day, cards.options.rollover)
    return [card for card, deck in rows if deck in cards.decks and cards.buries(deck)]
