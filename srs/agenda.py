"""What the rest of a study day holds, and in which order."""

from collections import deque
from itertools import islice

from srs.catching_up import count_due, fading, portion
from srs.day_cards import DUE, DayCards
from srs.options import Options
from srs.queue import Queue, Scope
from srs.store import Store


def build_queue(store: Store, options: Options, scope: Scope, now: int) -> Queue:
    """Gather what the rest of the study day holds.

    Learning cards by the minute; reviews, the oldest due first; new cards in the
    order of their files.  An exam and a backlog have orders of their own.

    Args:
        store: The store.
        options: The person's settings.
        scope: Which cards.
        now: UTC milliseconds.
    """
    cards = DayCards(store, options, scope, now)
    # Learning first, so that siblings know of them.
    learning = cards.learning()
    exam = options.exam
    if exam is not None and exam.is_ahead(cards.day):
        from srs.outlook.exam_queue import exam_queue

        return exam_queue(cards, learning, exam)
    size = portion(cards) if options.catch_up else None
    if size is None:
        due = deque(cards.due(cards.select("due_day", DUE)))
        return Queue(learning, due, deque(cards.new()), cards.day)
    overdue = count_due(cards)
    due = deque(islice(fading(cards, overdue), size))
    new = deque(cards.new()) if scope.new is not None else deque[int]()
    return Queue(learning, due, new, cards.day, overdue=overdue)
