"""The cost and the result of different desired retentions.

The user's cards, parameters and habits are simulated for some days, once for each
retention, with the same random seed.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

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
from srs.models.presets import Preset
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.forecast_queries import CardMemory, cards_in_use
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
        deck: Name of the deck whose limits apply; empty for those of each deck at the
            top.
        days: Number of study days.
        new: New cards per day; by default as set.
        seed: Random seed.
    """
    today = options.calendar.day(now_ms)
    found = cards_in_use(store, decks)
    chosen = sampled(found, _SAMPLE, seed)
    scale = len(found) / len(chosen) if chosen else 1.0
    names = deck_names_by_id(store)
    parts = _parts(chosen, names, deck)
    budgets = [
        _budget(options.preset(root), len(cards) / len(chosen), new, scale)
        for root, cards in parts.items()
    ]
    habits = read_habits(store, now_ms, decks)

    def simulations(retention: float) -> list[_Simulated]:
        params = {
            key: DeckParams(
                replace(options.preset(names[key]), desired_retention=retention)
            )
            for key in decks
        }
        made = [
            [sim_card(params[card.deck], card, today) for card in cards]
            for cards in parts.values()
        ]
        return list(map(_Simulated, made, budgets))

    return Workload(
        cards=len(found),
        new=sum(1 for card in found if card.state == State.NEW),
        days=days,
        present=options.preset(deck).desired_retention,
        remembered=_recalled(simulations(0.9), today) * scale,
        choices=tuple(
            _option(simulations(each), habits, (today, days, seed), each, scale)
            for each in RETENTIONS
        ),
    )


class _Simulated(NamedTuple):
    """Cards that share the limits of a day."""

    cards: list[SimCard]
    budget: DailyBudget


def _parts(
    cards: Sequence[CardMemory], names: Mapping[int, str], deck: str
) -> dict[str, list[CardMemory]]:
    """Group cards by the deck whose limits apply: the chosen one, or one at the top."""
    parts: dict[str, list[CardMemory]] = {}
    for card in cards:
        root = deck or names[card.deck].split("::")[0]
        parts.setdefault(root, []).append(card)
    return parts


def _budget(
    preset: Preset, share: float, new: float | None, scale: float
) -> DailyBudget:
    """Return the limits for a sample; a total of new cards is shared by the decks."""
    new_per_day = preset.new_per_day if new is None else new * share
    return DailyBudget(new_per_day / scale, preset.reviews_per_day / scale)


def _recalled(parts: Sequence[_Simulated], day: int) -> float:
    return sum(card.recall(day) for part in parts for card in part.cards)


def _option(
    parts: Sequence[_Simulated],
    habits: Habits,
    run: tuple[int, int, int],
    retention: float,
    scale: float,
) -> RetentionOption:
    first, days, seed = run
    done = [
        Simulation(cards, habits, StudyPolicy(budget), seed).run(first, days)
        for cards, budget in parts
    ]
    full = [
        any(
            one.reviews >= part.budget.reviews
            for one, part in zip(day, parts, strict=True)
        )
        for day in zip(*done, strict=True)
    ]
    each = [day for part in done for day in part]
    return RetentionOption(
        retention=retention,
        reviews=sum(day.reviews for day in each) / days * scale,
        minutes=sum(day.seconds for day in each) / 60 / days * scale,
        remembered=_recalled(parts, first + days) * scale,
        begun=round(
            sum(1 for part in parts for card in part.cards if card.stability) * scale
        ),
        limited=sum(full) * 2 > days,
    )
