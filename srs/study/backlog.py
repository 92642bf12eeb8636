"""After a break: a backlog is taken in portions, first what fades fastest.

A day then holds half as much again as a day held before, not all that has piled
up, and new cards wait.
"""

from collections.abc import Iterator
from itertools import chain

from srs.store.rows import CRAM_REVIEW, STUDY_DAY
from srs.study.due_cards import DUE, DueCards

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

# A card was due so many days after the answer before, as its last interval was.
_DONE = f"""
    select count(distinct card)
      from (select r.card, r.last_interval,
                   (select {STUDY_DAY} from reviews
                     where id = (select max(p.id) from reviews p
                                  where p.card = r.card and p.id < r.id
                                    and p.void = 0 and p.rating > 0)) as before
              from reviews r
             where r.id >= :start and r.void = 0 and r.rating > 0 and r.before = 2
               and not {CRAM_REVIEW})
     where before + last_interval < :day
"""


def daily_cap(cards: DueCards) -> int | None:
    """Say how many reviews a day still holds; None where nothing piled up.

    Args:
        cards: The day.
    """
    # What was overdue when the day began counts, or a day would end its own portion.
    done = _done(cards) if cards.done_due else 0
    if not _is_overdue(cards, LEAST - done):
        return None
    from srs.forecast.habits import usual_day

    usual, _ = usual_day(cards.store, cards.options.rollover, cards.day)
    most = max(LEAST, round(PORTION * usual))
    if not _is_overdue(cards, most - done):
        return None
    return max(0, most - sum(cards.done_due.values()))


def _done(cards: DueCards) -> int:
    """Count the cards that were overdue and have been answered today."""
    options = cards.options
    start = options.calendar.start_ms(cards.day)
    values = {"day": cards.day, "start": start, "shift": options.rollover * 3600}
    return int(cards.store.row(_DONE, values)[0])


def _is_overdue(cards: DueCards, count: int) -> bool:
    if count < 0:
        return True
    values = {"day": cards.day, "most": count + 1}
    return bool(cards.store.row(_OVERDUE, values)[0] > count)


def by_forgetting_rate(cards: DueCards, count: int) -> Iterator[int]:
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


def count_due(cards: DueCards) -> int:
    """Count all reviews that are due."""
    if cards.scope.deck or cards.scope.tag:
        return sum(1 for _ in cards.select("due_day", DUE))
    # The index alone can tell, also of tens of thousands.
    sql = f"""
        select count(*) from cards
         where {DUE} and suspended = 0 and retired = 0
    """
    return int(cards.store.row(sql, {"day": cards.day})[0])
