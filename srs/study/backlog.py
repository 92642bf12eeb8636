"""A backlog after a break: a daily cap, and the order in which it is worked off.

A day then holds at most half as much again as an average day before, and no new
cards are introduced.
"""

from collections.abc import Iterator

from srs.forecast.habits import average_day
from srs.store.queue import count_overdue, count_overdue_answered
from srs.study.due_cards import DueCards

MIN_CAP = 50
"""A backlog has more overdue reviews than this, and the cap is never lower."""
CAP_FACTOR = 1.5
"""The cap as a multiple of the reviews of an average day."""


def daily_cap(cards: DueCards) -> int | None:
    """Return how many reviews today may still hold; None without a backlog."""
    # What was overdue when the day began counts, or answers would end the cap.
    overdue = count_overdue(cards.store, cards.day)
    if cards.done_due:
        rollover = cards.options.rollover
        overdue += count_overdue_answered(cards.store, cards.day, rollover)
    if overdue <= MIN_CAP:
        return None
    usual, _ = average_day(cards.store, cards.options.rollover, cards.day)
    cap = day_cap(overdue, usual)
    return None if cap is None else max(0, cap - sum(cards.done_due.values()))


def day_cap(overdue: int, usual: float) -> int | None:
    """Return how many reviews a day may hold; None if it begins without a backlog.

    Args:
        overdue: Reviews that are overdue when it begins.
        usual: Reviews of an average day.
    """
    cap = max(MIN_CAP, round(CAP_FACTOR * usual))
    return cap if overdue > cap else None


def by_forgetting_rate(cards: DueCards) -> Iterator[int]:
    """Return the due cards that lose the most recall by waiting a day first.

    Source:
        The slope of the FSRS-6 forgetting curve is proportional to
        1/S · (1 + f·t/S)^-(1 + decay).  The order is by S + f·t, which ignores the
        small decay, so that SQLite can sort.
    """
    decay = cards.options.preset("").parameters[20]
    factor = 0.9 ** (-1 / decay) - 1
    return cards.due(cards.rows_by_forgetting_rate(factor))
