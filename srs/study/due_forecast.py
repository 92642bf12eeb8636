"""How many reviews the days to come hold, if each day's share is done.

What a day leaves, in a backlog, beyond a limit or as siblings, is due on the next one.
The last days before an exam also ask cards that are not due yet.  Reviews that follow
from answers of these days are not counted.
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
    """Count the reviews of so many days from today on.

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
    asked = set(build_queue(store, options, card_filter, now_ms).due)
    tomorrow = _cards_on(store, options, card_filter, today + 1)
    exam = read_exam_queue(tomorrow)
    rows = _rows(tomorrow, today + days if exam is None else math.inf)
    others = count_overdue(store, today) - sum(row[0] < today for row in rows)
    usual, _ = average_day(store, options.rollover, today + 1)
    coming = deque(row for row in rows if row[1] not in asked)
    left: list[QueueRow] = []
    counts = [len(asked)]
    for day in range(today + 1, today + days):
        overdue = len(left)
        while coming and coming[0][0] <= day:
            overdue += coming[0][0] < day
            left.append(coming.popleft())
        cards = _cards_on(store, options, card_filter, day)
        if exam is not None and exam.exam.is_ahead(day):
            reviews, ahead = exam.reviews(cards, left, coming)
            asked = {*reviews, *ahead}
            coming = deque(row for row in coming if row[1] not in asked)
        else:
            cap = day_cap(overdue + others, usual) if options.catch_up else None
            asked = set(islice(cards.due(left), cap))
        left = [row for row in left if row[1] not in asked]
        counts.append(len(asked))
    return tuple(counts)


def _cards_on(
    store: Store, options: Options, card_filter: CardFilter, day: int
) -> DueCards:
    return DueCards(store, options, card_filter, options.calendar.start_ms(day))


def _rows(cards: DueCards, end_day: float) -> list[QueueRow]:
    """Return the cards that are due before a study day, the earliest first."""
    later = takewhile(lambda row: row[0] < end_day, cards.rows("not yet due"))
    return [*cards.rows("due"), *later]
