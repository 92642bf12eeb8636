"""The cost and the result of different desired retentions.

The user's cards, parameters and habits are simulated for some days, once for each
retention, with the same random seed.
"""

from collections.abc import Sequence

from msgspec import Struct, field
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
from srs.models.daily_limits import deck_limit, in_all, scaled
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.forecast_queries import cards_in_use
from srs.store.settings import Options

RETENTIONS = (0.70, 0.75, 0.80, 0.85, 0.88, 0.90, 0.92, 0.95, 0.97)
_SAMPLE = 1500
"""Number of cards that are simulated; of more, a random sample."""


class RetentionOption(Struct, frozen=True):
    """A desired retention with its workload; the fields are those of the JSON."""

    retention: float
    reviews: float
    """Answers to review cards per day."""
    minutes: float
    """Per day, new cards included."""
    remembered: float
    """Expected number of cards recalled at the end."""
    begun: int
    """Cards that have been seen by then."""
    limited: bool = False
    """On most days a deck reaches its limit of reviews."""


class Workload(Struct, frozen=True):
    """The workload by desired retention; the fields are those of the JSON."""

    cards: int
    new: int
    days: int
    present: float
    """The desired retention that is set."""
    remembered: float
    """Expected number of cards recalled today."""
    choices: tuple[RetentionOption, ...] = field(name="prospects")


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
        options: The user's settings.
        now_ms: UTC milliseconds.
        decks: Ids of the decks whose cards are simulated.
        deck: Name of the deck whose desired retention is the present one; empty for
            that of all.
        days: Number of study days.
        new: New cards per day, instead of the decks' limits; None for those.
        seed: Random seed.
    """
    today = options.calendar.day(now_ms)
    found = cards_in_use(store, decks)
    chosen = sampled(found, _SAMPLE, seed)
    scale = len(found) / len(chosen) if chosen else 1.0
    names = deck_names_by_id(store)
    set_limit = deck_limit(options.preset, "new_per_day")
    budget = DailyBudget(
        scaled(set_limit if new is None else in_all(new), 1 / scale),
        scaled(deck_limit(options.preset, "reviews_per_day"), 1 / scale),
    )
    habits = read_habits(store, now_ms, decks)

    def cards_at(retention: float) -> list[SimCard]:
        presets = {key: options.preset(names[key]) for key in decks}
        params = {
            key: DeckParams(replace(preset, desired_retention=retention), names[key])
            for key, preset in presets.items()
        }
        return [sim_card(params[card.deck], card, today) for card in chosen]

    return Workload(
        cards=len(found),
        new=sum(1 for card in found if card.state == State.NEW),
        days=days,
        present=options.preset(deck).desired_retention,
        remembered=_recalled(cards_at(0.9), today) * scale,
        choices=tuple(
            _option(cards_at(each), habits, budget, (today, days, seed), each, scale)
            for each in RETENTIONS
        ),
    )


def _recalled(cards: Sequence[SimCard], day: int) -> float:
    return sum(card.recall(day) for card in cards)


def _option(
    cards: Sequence[SimCard],
    habits: Habits,
    budget: DailyBudget,
    run: tuple[int, int, int],
    retention: float,
    scale: float,
) -> RetentionOption:
    first, days, seed = run
    done = Simulation(cards, habits, StudyPolicy(budget), seed).run(first, days)
    return RetentionOption(
        retention=retention,
        reviews=sum(day.reviews for day in done) / days * scale,
        minutes=sum(day.seconds for day in done) / 60 / days * scale,
        remembered=_recalled(cards, first + days) * scale,
        begun=round(sum(1 for card in cards if card.stability) * scale),
        limited=sum(day.limited for day in done) * 2 > days,
    )
