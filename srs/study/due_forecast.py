"""How many reviews the days to come hold, if each day's share is done.

Cards in learning count on the day on which their next step is due.  What a day leaves,
in a backlog, beyond a limit or as siblings, is due on the next one.  The last days
before an exam also ask cards that are not due yet.  Reviews that follow from answers of
these days are not counted.
"""

import math
from collections import deque
from itertools import islice, takewhile

from srs.forecast.habits import average_day
from srs.store.connection import Store
from srs.store.queue import QueueRow, count_overdue
from srs.store.settings import Options
from srs.study.backlog import day_cap
from srs.study.due_cards import CardFilter, DueCards
from srs.study.queue import build_queue, read_exam_queue


def due_forecast(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int, days: int
) -> tuple[int, ...]:
    """Count the reviews and learning cards of so many days from today on.

    Args:
        store: The store.
        options: The user's settings.
        card_filter: Which cards; the backlog of all others is taken to stay as it is.
        now_ms: UTC milliseconds.
        days: Number of study days, today included.

    Returns:
        For each day what a review will ask, as by the present due days.
    """
    today = options.calendar.day(now_ms)
    queue = build_queue(store, options, card_filter, now_ms)
    asked = {*queue.due, *(card for _, card in queue.learning)}
    tomorrow = _cards_on(store, options, card_filter, today + 1)
    last = _cards_on(store, options, card_filter, today + days - 1)
    learning = deque(row for row in last.rows("learning") if row[1] not in asked)
    exam = read_exam_queue(tomorrow)
    rows = _rows(tomorrow, today + days if exam is None else math.inf)
    others = count_overdue(store, today) - sum(row[0] < today for row in rows)
    usual, _ = average_day(store, options.rollover, today + 1)
    coming = deque(row for row in rows if row[1] not in asked)
    left: list[QueueRow] = []
    counts = [len(asked)]
    for day in range(today + 1, today + days):
        cards = _cards_on(store, options, card_filter, day)
        end_ms = options.calendar.start_ms(day + 1)
        steps = cards.learning(_take_until(end_ms, learning))
        left += _take_until(day + 1, coming)
        if exam is not None and exam.exam.is_ahead(day):
            reviews, ahead = exam.reviews(cards, left, coming)
            asked = {*reviews, *ahead}
            coming = deque(row for row in coming if row[1] not in asked)
        else:
            overdue = others + sum(row[0] < day for row in left)
            cap = day_cap(overdue, usual) if options.catch_up else None
            asked = set(islice(cards.due(left), cap))
        left = [row for row in left if row[1] not in asked]
        counts.append(len(steps) + len(asked))
    return tuple(counts)


def _cards_on(
    store: Store, options: Options, card_filter: CardFilter, day: int
) -> DueCards:
    return DueCards(store, options, card_filter, options.calendar.start_ms(day))


def _take_until(end: int, rows: deque[QueueRow]) -> list[QueueRow]:
    """Take the rows that come before a day or moment."""
    taken = []
    while rows and rows[0][0] < end:
        taken.append(rows.popleft())
    return taken


def _rows(cards: DueCards, end_day: float) -> list[QueueRow]:
    """Return the cards that are due before a study day, the earliest first."""
    later = takewhile(lambda row: row[0] < end_day, cards.rows("not yet due"))
    return [*cards.rows("due"), *later]
