"""What the rest of a study day holds, and in which order."""

from collections import deque
from itertools import islice

from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.backlog import by_forgetting_rate, count_due, daily_cap
from srs.study.due_cards import DUE, DueCards
from srs.study.queue import CardFilter, Queue


def build_queue(store: Store, options: Options, scope: CardFilter, now: int) -> Queue:
    """Gather what the rest of the study day holds.

    Learning cards by the minute; reviews, the oldest due first; new cards in the
    order of their files.  An exam and a backlog have orders of their own.

    Args:
        store: The store.
        options: The person's settings.
        scope: Which cards.
        now: UTC milliseconds.
    """
    cards = DueCards(store, options, scope, now)
    # Learning first, so that siblings know of them.
    learning = cards.learning()
    exam = options.exam
    if exam is not None and exam.is_ahead(cards.day):
        from srs.study.exam_queue import exam_queue

        return exam_queue(cards, learning, exam)
    size = daily_cap(cards) if options.catch_up else None
    if size is None:
        due = deque(cards.due(cards.select("due_day", DUE)))
        return Queue(learning, due, deque(cards.new()), cards.day)
    overdue = count_due(cards)
    due = deque(islice(by_forgetting_rate(cards, overdue), size))
    new = deque(cards.new()) if scope.new is not None else deque[int]()
    return Queue(learning, due, new, cards.day, overdue=overdue)
