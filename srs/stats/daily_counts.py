"""Answers a day: what was done on each study day of the last year.

A day is that on which the person lived it, with the offset from UTC there and
then, so a journey moves no answer to another day.
"""

from collections.abc import Iterator

from msgspec import Struct

from srs.scheduler.study_day import Calendar, day_start_ms
from srs.stats.deck_filter import REVIEWS, DeckFilter
from srs.store.connection import Store
from srs.store.rows import STUDY_DAY

YEAR_DAYS = 365
_REACH = 2
"""Days that an answer elsewhere on earth may lie beside its day here."""

_WHERE = f"""
     where id >= :start and id < :end and void = 0 and rating > 0 and {REVIEWS}
"""
_WHOLE = f"""
    select count(*), sum(took_ms), min(offset_min), max(offset_min) from reviews
    {_WHERE}
"""
_BY_OFFSET = f"""
    select {STUDY_DAY}, count(*), sum(took_ms)
      from reviews
    {_WHERE}
     group by 1
"""


class Daily(Struct, frozen=True):
    """What was done on one study day."""

    day: int
    reviews: int
    seconds: float


def daily(
    store: Store,
    calendar: Calendar,
    today: int,
    chosen: DeckFilter,
    *,
    days: int = YEAR_DAYS,
) -> tuple[Daily, ...]:
    """Count the answers of each of the last days, those without any too.

    Args:
        store: The store.
        calendar: The person's, which finds most answers at once.
        today: The last study day.
        chosen: Whose cards.
        days: How many, today included.
    """
    first = today - days + 1
    sums = {day: [0, 0] for day in range(first, today + 1)}
    for here in range(first - _REACH, today + _REACH + 1):
        for day, count, took_ms in _answered(store, calendar, here, chosen):
            if day in sums:
                sums[day][0] += count
                sums[day][1] += took_ms
    return tuple(Daily(day, count, ms / 1000) for day, (count, ms) in sums.items())


def _answered(
    store: Store, calendar: Calendar, day: int, chosen: DeckFilter
) -> Iterator[tuple[int, int, int]]:
    """Give study days, answers and milliseconds of a day of the calendar.

    Adding up a stretch of the log is twice as fast as grouping it, so a day whose
    answers were all given where the calendar says is added up.
    """
    start, end = calendar.start_ms(day), calendar.start_ms(day + 1)
    values = chosen.values(start=start, end=end)
    count, took_ms, west, east = store.row(_WHOLE, values)
    if not count:
        return
    if (
        west == east
        and day_start_ms(day, east, calendar.rollover) <= start
        and end <= day_start_ms(day + 1, east, calendar.rollover)
    ):
        yield day, count, took_ms
        return
    yield from store.rows(_BY_OFFSET, values | {"shift": calendar.rollover * 3600})
