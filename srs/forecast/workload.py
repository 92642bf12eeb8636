"""What different desired retentions cost a day, and what they bring.

The person's own cards, parameters and habits go on for some days, once for each
retention, with the same luck.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from srs.forecast.habits import Habits, read_habits
from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    Simulation,
    StudyPolicy,
    sampled,
    sim_card,
)
from srs.models.cards import State
from srs.store.connection import Store
from srs.store.settings import Options

RETENTIONS = (0.70, 0.75, 0.80, 0.85, 0.88, 0.90, 0.92, 0.95, 0.97)
SAMPLE = 1500
"""So many cards are simulated; of more, an even choice."""

_CARDS = """
    select deck, state, stability, difficulty, last_day, due_day
      from cards
     where suspended = 0 and retired = 0
       and deck in (select value from json_each(:decks))
     order by position, id
"""


class RetentionOption(Struct, frozen=True):
    """What one desired retention would bring."""

    retention: float
    reviews: float
    """Answers to review cards a day."""
    minutes: float
    """A day, new cards included."""
    remembered: float
    """Cards that are recalled at the end, the sum of their chances."""
    begun: int
    """Cards that have been seen by then."""


class Workload(Struct, frozen=True):
    """What different retentions would bring."""

    cards: int
    new: int
    """Cards not begun yet."""
    days: int
    present: float
    """The desired retention that is set."""
    remembered: float
    """Cards that are recalled today."""
    prospects: tuple[RetentionOption, ...]


def workload(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int],
    deck: str = "",
    *,
    days: int,
    new: float | None = None,
    seed: int = 0,
) -> Workload:
    """Simulate the days to come for each retention.

    Args:
        store: The store.
        options: The person's settings.
        now_ms: UTC milliseconds.
        decks: Ids of the decks whose cards count.
        deck: The deck whose limits hold; empty for those that hold everywhere.
        days: How many study days.
        new: New cards a day; by default as set.
        seed: Makes another life.
    """
    today = options.calendar.day(now_ms)
    rows = store.rows(_CARDS, {"decks": msgspec.json.encode(list(decks)).decode()})
    chosen = sampled(rows, SAMPLE, seed)
    scale = len(rows) / len(chosen) if chosen else 1.0
    names: dict[int, str] = dict(store.rows("select id, name from decks"))
    preset = options.preset(deck)
    wanted = preset.new_per_day if new is None else new
    pace = DailyBudget(wanted / scale, preset.reviews_per_day / scale)
    habits = read_habits(store, now_ms, decks)

    def subjects(retention: float) -> list[SimCard]:
        rules = {
            one: DeckParams(
                replace(options.preset(names[one]), desired_retention=retention)
            )
            for one in decks
        }
        return [sim_card(rules[row[0]], row[1:], today) for row in chosen]

    prospects = tuple(
        _prospect(subjects(one), habits, pace, (today, days, seed), one, scale)
        for one in RETENTIONS
    )
    return Workload(
        cards=len(rows),
        new=sum(1 for row in rows if row[1] == State.NEW),
        days=days,
        present=preset.desired_retention,
        remembered=sum(one.recall(today) for one in subjects(0.9)) * scale,
        prospects=prospects,
    )


def _prospect(
    subjects: list[SimCard],
    habits: Habits,
    pace: DailyBudget,
    when: tuple[int, int, int],
    retention: float,
    scale: float,
) -> RetentionOption:
    first, days, seed = when
    told = Simulation(subjects, habits, StudyPolicy(pace), seed).run(first, days)
    return RetentionOption(
        retention=retention,
        reviews=sum(day.reviews for day in told) / days * scale,
        minutes=sum(day.seconds for day in told) / 60 / days * scale,
        remembered=sum(one.recall(first + days) for one in subjects) * scale,
        begun=round(sum(1 for one in subjects if one.stability) * scale),
    )
