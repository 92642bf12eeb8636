"""After a break: a backlog is taken in portions, first what fades fastest.

A day then holds half as much again as a day held before, not all that has piled
up, and new cards wait.
"""

from collections.abc import Iterator
from itertools import chain

from srs.day_cards import DUE, DayCards

LEAST = 50
"""Up to so many overdue reviews are no reason to catch up."""
PORTION = 1.5
"""A day holds so many times what a day held before."""

_MANY = 5000
"""So many are found sooner by reading the whole table."""
_HEAD = 2000

_OVERDUE = """
    select count(*)
      from (select 1 from cards
             where due_day is not null and due_day < :day
               and suspended = 0 and retired = 0
             limit :most)
"""


def portion(cards: DayCards) -> int | None:
    """Say how many reviews a day still holds; None where nothing piled up.

    Args:
        cards: The day.
    """
    if not _is_overdue(cards, LEAST):
        return None
    from srs.outlook.habits import usual_day

    usual, _ = usual_day(cards.store, cards.options.rollover, cards.day)
    most = max(LEAST, round(PORTION * usual))
    if not _is_overdue(cards, most):
        return None
    return max(0, most - sum(cards.done_due.values()))


def _is_overdue(cards: DayCards, count: int) -> bool:
    values = {"day": cards.day, "most": count + 1}
    return bool(cards.store.row(_OVERDUE, values)[0] > count)


def fading(cards: DayCards, count: int) -> Iterator[int]:
    """Give what is due, first what would lose the most by another day of waiting.

    Args:
        cards: The day.
        count: How many are due, about.

    Source:
        The slope of FSRS' forgetting curve is in proportion to
        1/S · (1 + f·t/S)^-(1 + decay); ordered is by S + f·t, which leaves out the
        small decay, so that SQLite can do it.
    """
    decay = cards.options.preset("").parameters[20]
    factor = 0.9 ** (-1 / decay) - 1
    order = f"c.stability + {factor!r} * (:day - c.last_day)"
    if count < _MANY:
        return cards.due(cards.select(order, DUE))
    # The head of the order is found sooner than all of it, and nearly always enough.
    pages = (f"limit {_HEAD}", f"limit -1 offset {_HEAD}")
    return cards.due(
        chain.from_iterable(cards.select(order, DUE, page=p) for p in pages)
    )


def count_due(cards: DayCards) -> int:
    """Count all reviews that are due."""
    if cards.scope.deck or cards.scope.tag:
        return sum(1 for _ in cards.select("due_day", DUE))
    # The index alone can tell, also of tens of thousands.
    sql = f"""
        select count(*) from cards
         where {DUE} and suspended = 0 and retired = 0
    """
    return int(cards.store.row(sql, {"day": cards.day})[0])
