"""Answers a day: what was done on each study day of the last year.

A day is that on which the person lived it, with the offset from UTC there and
then, so a journey moves no answer to another day.
"""

from msgspec import Struct

from srs.store import Store
from srs.within import REVIEWS, Within

YEAR_DAYS = 365


class Daily(Struct, frozen=True):
    """What was done on one study day."""

    day: int
    reviews: int
    seconds: float


def daily(
    store: Store, today: int, rollover: int, chosen: Within, *, days: int = YEAR_DAYS
) -> tuple[Daily, ...]:
    """Count the answers of each of the last days, those without any too.

    Args:
        store: The store.
        today: The last study day.
        rollover: Hour at which a study day begins.
        chosen: Whose cards.
        days: How many, today included.
    """
    # A day's answers lie at most two days of UTC from its midnight.
    first = today - days + 1
    rows = store.rows(
        f"""
        select (id / 1000 - 1 + offset_min * 60 - :shift) / 86400, count(*),
               sum(took_ms) / 1000.0
          from reviews
         where id >= :since and void = 0 and rating > 0 and {REVIEWS}
         group by 1
        """,
        chosen.values(shift=rollover * 3600, since=(first - 2) * 86_400_000),
    )
    found = {day: Daily(day, count, seconds) for day, count, seconds in rows}
    return tuple(found.get(day, Daily(day, 0, 0.0)) for day in range(first, today + 1))
