"""How many cards a study day still holds: one meaning of "due" for every command.

New, learning and due cards are those that a review would still ask today, after
limits and the burying of siblings.  What is due beyond that is overdue.
"""

from srs.models.day_counts import DayCounts
from srs.store.card_list import DeckLine, deck_lines
from srs.store.connection import Store
from srs.store.decks import deck_ids
from srs.store.queue import count_due
from srs.store.settings import Options
from srs.study.due_cards import CardFilter
from srs.study.queue import build_queue


def day_counts(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int
) -> DayCounts:
    """Count the cards of the study day of a moment, UTC milliseconds."""
    queue = build_queue(store, options, card_filter, now_ms)
    counts = queue.counts()
    end_ms = options.calendar.start_ms(queue.day + 1)
    decks = deck_ids(store, card_filter.deck)
    due, buried = count_due(store, decks, queue.day, end_ms)
    asked = len(queue.learning) + sum(1 for one in queue.due if one not in queue.ahead)
    return DayCounts(counts.new, counts.learning, counts.due, due - asked, buried)


def decks_of_day(store: Store, options: Options, now_ms: int) -> list[DeckLine]:
    """Count the cards of each deck and its children as `day_counts` does."""
    queue = build_queue(store, options, CardFilter(), now_ms)
    learning = [card for _, card in queue.learning]
    end_ms = options.calendar.start_ms(queue.day + 1)
    asked = (queue.new, learning, queue.due)
    return deck_lines(store, queue.day, end_ms, *asked)
