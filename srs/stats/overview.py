"""Figures about memory: today, the streak, how much is kept, what will come.

All questions are answered by the database from the log; nothing is loaded that
isn't shown.
"""

from msgspec import Struct

from srs.stats.deck_filter import CARDS, REVIEWS, DeckFilter
from srs.stats.retention import MATURE_DAYS, MONTH_MS, Retention, young_and_mature
from srs.store.connection import Store
from srs.store.settings import Options

FORECAST_DAYS = 30
_FURTHEST_MS = 26 * 3_600_000
"""Between the zones that are furthest apart."""


class Statistics(Struct, frozen=True):
    """What `flash stats` tells."""

    cards: int
    """In use: neither retired nor suspended."""
    new: int
    learning: int
    """Cards in learning or relearning."""
    young: int
    mature: int
    suspended: int
    due: int
    """Reviews due today or before, and learning cards of today."""
    reviews: int
    """Answers in the whole log."""
    reviewed_today: int
    again_today: int
    seconds_today: float
    streak: int
    """Study days in a row with a review, up to today or yesterday."""
    young_retention: Retention
    mature_retention: Retention
    forecast: tuple[int, ...]
    """Reviews due on each of the next days, today (with the overdue) first."""


def statistics(
    store: Store, options: Options, now_ms: int, chosen: DeckFilter | None = None
) -> Statistics:
    """Compute the figures.

    Args:
        store: The store.
        options: The person's settings.
        now_ms: UTC milliseconds.
        chosen: Whose cards; None for all.
    """
    chosen = chosen or DeckFilter()
    day = options.calendar.day(now_ms)
    cards = _cards(store, day, options.calendar.start_ms(day + 1), chosen)
    today = _today(store, options.calendar.start_ms(day), chosen)
    young, mature = young_and_mature(store, now_ms - MONTH_MS, chosen)
    return Statistics(
        **cards,
        reviewed_today=today[0],
        again_today=today[1],
        seconds_today=today[2],
        reviews=_count_reviews(store, chosen),
        streak=_streak(store, options, day, chosen),
        young_retention=young,
        mature_retention=mature,
        forecast=_forecast(store, day, chosen),
    )


def _cards(store: Store, day: int, end_ms: int, chosen: DeckFilter) -> dict[str, int]:
    row = store.row(
        f"""
        select count(*) filter (where not suspended),
               count(*) filter (where not suspended and state = 0),
               count(*) filter (where not suspended and state in (1, 3)),
               count(*) filter (where not suspended and state = 2
                                  and interval < :mature),
               count(*) filter (where not suspended and state = 2
                                  and interval >= :mature),
               count(*) filter (where suspended),
               count(*) filter (where not suspended
                                  and (due_day <= :day or due_ms < :end))
          from cards
         where retired = 0 and {CARDS}
        """,
        chosen.values(mature=MATURE_DAYS, day=day, end=end_ms),
    )
    names = ("cards", "new", "learning", "young", "mature", "suspended", "due")
    return dict(zip(names, row, strict=True))


def _today(store: Store, start_ms: int, chosen: DeckFilter) -> tuple[int, int, float]:
    row = store.row(
        f"""
        select count(*), count(*) filter (where rating = 1),
               coalesce(sum(took_ms), 0) / 1000.0
          from reviews
         where id >= :start and void = 0 and rating > 0 and {REVIEWS}
        """,
        chosen.values(start=start_ms),
    )
    return row[0], row[1], row[2]


def _count_reviews(store: Store, chosen: DeckFilter) -> int:
    sql = f"select count(*) from reviews where void = 0 and rating > 0 and {REVIEWS}"
    return int(store.row(sql, chosen.values())[0])


def _streak(store: Store, options: Options, today: int, chosen: DeckFilter) -> int:
    """Go back day by day, as they were lived; each is a look at a few days' log."""
    streak = 0
    day = today
    while True:
        found = store.row(
            f"""
            select 1 from reviews
             where id >= :start - :apart and id < :end + :apart
               and (id / 1000 - 1 + offset_min * 60 - :rollover * 3600) / 86400 = :day
               and void = 0 and rating > 0 and {REVIEWS}
             limit 1
            """,
            chosen.values(
                start=options.calendar.start_ms(day),
                end=options.calendar.start_ms(day + 1),
                apart=_FURTHEST_MS,
                rollover=options.rollover,
                day=day,
            ),
        )
        if found is not None:
            streak += 1
        elif day != today:
            return streak
        day -= 1


def _forecast(store: Store, day: int, chosen: DeckFilter) -> tuple[int, ...]:
    rows = store.rows(
        f"""
        select max(due_day, :day) - :day, count(*)
          from cards
         where due_day is not null and due_day < :day + :days
           and suspended = 0 and retired = 0 and {CARDS}
         group by 1
        """,
        chosen.values(day=day, days=FORECAST_DAYS),
    )
    found = dict(rows)
    return tuple(found.get(index, 0) for index in range(FORECAST_DAYS))
