"""A simulated learner: the days to come, with the user's memory and habits.

Each day, due cards are recalled or forgotten at random, with the probability that
FSRS predicts, and are scheduled as flash does it.  The same seed gives the same
days.
"""

import math
import random
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from msgspec import Struct

from srs.forecast.habits import Habits
from srs.models.cards import Rating, State
from srs.models.daily_limits import LimitOf, Limits, in_all
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import (
    MemoryModel,
    forgetting_curve,
    interval_days,
    memory_model,
)
from srs.scheduler.fuzz import fuzz_range
from srs.store.forecast_queries import CardMemory

_T = TypeVar("_T")


class DeckParams:
    """The scheduling of a deck, prepared for many answers."""

    def __init__(self, preset: Preset, deck: str = "") -> None:
        """Prepare the preset of a deck, whose daily limits apply to its cards."""
        self.deck = deck
        self.model: MemoryModel = memory_model(preset.parameters)
        self.recall = forgetting_curve(preset.parameters[20])
        self.days_per_stability = interval_days(1.0, preset)
        self.maximum_interval = preset.maximum_interval

    def after(
        self, stability: float, difficulty: float, last_day: int, day: int, rating: int
    ) -> tuple[float, float]:
        """Return stability and difficulty after an answer on a study day.

        Args:
            stability: Days, before the answer; 0 for a new card.
            difficulty: 1 to 10; 0 for a new card.
            last_day: Study day of the last answer.
            day: Study day of this one.
            rating: 1 to 4.
        """
        return self.model(stability, difficulty, day - last_day, rating)


class SimCard(Struct):
    """A card of the simulation."""

    params: DeckParams
    stability: float = 0.0
    """Days; 0 for a new card."""
    difficulty: float = 0.0
    last_day: int = 0
    """Study day of the last answer."""
    due_day: int = 0
    """Study day."""
    weight: float = 1.0
    """Points for recalling it."""

    def recall(self, day: int) -> float:
        """Return the retrievability on a study day; 0 for a new card."""
        if not self.stability:
            return 0.0
        return self.params.recall(self.stability, max(0, day - self.last_day))


def sim_card(params: DeckParams, card: CardMemory, today: int) -> SimCard:
    """Convert a card of the store; one in learning is due today (a study day)."""
    if card.state == State.NEW:
        return SimCard(params)
    return SimCard(
        params,
        card.stability or 0.0,
        card.difficulty or 0.0,
        card.last_day or 0,
        card.due_day or today,
    )


def sampled(cards: Sequence[_T], most: int, seed: int) -> list[_T]:
    """Return a random sample of at most `most` cards in their order."""
    if len(cards) <= most:
        return list(cards)
    places = sorted(random.Random(seed).sample(range(len(cards)), most))
    return [cards[place] for place in places]


class DailyBudget(Struct, frozen=True):
    """Limits of a day."""

    new: LimitOf
    """New cards."""
    reviews: LimitOf = in_all(math.inf)
    """Answers to review cards."""
    minutes: float = math.inf


class SimulatedDay(Struct):
    """What was done on a day."""

    reviews: int = 0
    new: int = 0
    seconds: float = 0.0
    limited: bool = False
    """A limit of reviews left some for later."""


Order = Callable[[list[SimCard], int], list[SimCard]]
"""Sorts the due cards of a study day."""
FinalReview = Callable[[Sequence[SimCard], int], Iterator[SimCard]]
"""Yields cards to review on a study day before they are due."""
LongestInterval = Callable[[int], int]
"""Returns the longest interval on a study day."""


def _oldest_first(due: list[SimCard], day: int) -> list[SimCard]:
    return sorted(due, key=lambda card: card.due_day)


class StudyPolicy(Struct, frozen=True):
    """How the days are spent."""

    budget: DailyBudget
    order: Order = _oldest_first
    final_review: FinalReview | None = None
    longest_interval: LongestInterval | None = None
    new_first: bool = False


class Simulation:
    """A learner with cards."""

    def __init__(
        self, cards: Sequence[SimCard], habits: Habits, policy: StudyPolicy, seed: int
    ) -> None:
        """Prepare a simulation, which changes the cards.

        Args:
            cards: New ones in the order in which they are introduced.
            habits: How the user answers.
            policy: How the days are spent.
            seed: Random seed.
        """
        self._habits, self._policy = habits, policy
        self._random = random.Random(seed)
        self._new: dict[str, deque[tuple[int, SimCard]]] = {}
        self._learned = [card for card in cards if card.stability]
        self._by_day: dict[int, list[SimCard]] = {}
        self._overdue: list[SimCard] = []
        self._new_limits = Limits(policy.budget.new)
        self._review_limits = Limits(policy.budget.reviews)
        for place, card in enumerate(cards):
            if not card.stability:
                new = self._new.setdefault(card.params.deck, deque())
                new.append((place, card))
        for card in self._learned:
            self._by_day.setdefault(card.due_day, []).append(card)

    def run(self, first: int, days: int) -> list[SimulatedDay]:
        """Simulate study days from `first` on."""
        past = sorted(day for day in self._by_day if day < first)
        self._overdue = [card for day in past for card in self._by_day.pop(day)]
        return [self._study(day) for day in range(first, first + days)]

    def _study(self, day: int) -> SimulatedDay:
        done, policy = SimulatedDay(), self._policy
        if policy.new_first:
            self._introduce(day, done)
        due = policy.order(self._overdue + self._by_day.pop(day, []), day)
        self._overdue = [card for card in due if not self._review(card, day, done)]
        if not policy.new_first:
            self._introduce(day, done)
        if policy.final_review is not None:
            for card in policy.final_review(self._learned, day):
                if not self._has_time(done):
                    break
                self._review_early(card, day, done)
        self._review_limits.next_day()
        return done

    def _introduce(self, day: int, done: SimulatedDay) -> None:
        """Learn new cards in their order, as far as the limits of their decks allow."""
        decks = {deck for deck, cards in self._new.items() if cards}
        while decks and self._has_time(done):
            deck = min(decks, key=lambda name: self._new[name][0][0])
            if self._new_limits.take(deck):
                self._learn(self._new[deck].popleft()[1], day, done)
            else:
                decks.remove(deck)
            if not self._new[deck]:
                decks.discard(deck)
        self._new_limits.next_day()

    def _has_time(self, done: SimulatedDay) -> bool:
        return done.seconds < self._policy.budget.minutes * 60

    def _review_early(self, card: SimCard, day: int, done: SimulatedDay) -> None:
        if card.due_day <= day or card.last_day == day:
            return
        planned = self._by_day[card.due_day]
        if self._review(card, day, done):
            planned[:] = [other for other in planned if other is not card]

    def _review(self, card: SimCard, day: int, done: SimulatedDay) -> bool:
        """Review a card; return False if the limits of the day are reached."""
        if not self._has_time(done):
            return False
        if not self._review_limits.take(card.params.deck):
            done.limited = True
            return False
        done.reviews += 1
        habits, dice = self._habits, self._random
        if dice.random() < card.recall(day):
            rating = _draw(habits.recalled, dice) + Rating.HARD
            done.seconds += habits.recalled_s
            self._answer(card, day, rating)
        else:
            done.seconds += habits.forgotten_s
            self._answer(card, day, Rating.AGAIN)
            self._answer(card, day, Rating.GOOD)
        self._schedule(card, day)
        return True

    def _learn(self, card: SimCard, day: int, done: SimulatedDay) -> None:
        done.new += 1
        done.seconds += self._habits.new_s
        rating = _draw(self._habits.first, self._random) + Rating.AGAIN
        self._answer(card, day, rating)
        if rating < Rating.EASY:
            self._answer(card, day, Rating.GOOD)
        self._learned.append(card)
        self._schedule(card, day)

    def _answer(self, card: SimCard, day: int, rating: int) -> None:
        card.stability, card.difficulty = card.params.after(
            card.stability, card.difficulty, card.last_day, day, rating
        )
        card.last_day = day

    def _schedule(self, card: SimCard, day: int) -> None:
        maximum = card.params.maximum_interval
        if self._policy.longest_interval is not None:
            maximum = min(maximum, self._policy.longest_interval(day))
        interval = card.stability * card.params.days_per_stability
        lower, upper = fuzz_range(interval, 1, maximum)
        card.due_day = day + lower + int(self._random.random() * (1 + upper - lower))
        self._by_day.setdefault(card.due_day, []).append(card)


def _draw(shares: Sequence[float], dice: random.Random) -> int:
    """Return a random index with the given probabilities."""
    left = dice.random()
    for index, share in enumerate(shares):
        left -= share
        if left < 0:
            return index
    return len(shares) - 1
