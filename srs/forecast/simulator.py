"""A learner who goes on as the person did: what the days to come would bring.

Day by day, cards are answered at random as their memory and the person's habits
make it likely, and are scheduled as flash would do it.  The same seed gives the
same days.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from msgspec import Struct

from srs.forecast.habits import Habits
from srs.models.cards import Rating, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import Model, memory_model, packed
from srs.scheduler.fuzz import fuzz_range

T = TypeVar("T")


class DeckParams:
    """How the cards of a deck are scheduled, made ready for many answers."""

    def __init__(self, preset: Preset) -> None:
        """Prepare a preset."""
        self.model: Model = memory_model(preset.parameters)
        self.decay = preset.parameters[20]
        self.factor = 0.9 ** (-1 / self.decay) - 1
        wanted = preset.desired_retention ** (-1 / self.decay) - 1
        self.days_per_stability = wanted / self.factor
        self.maximum = preset.maximum_interval

    def recall(self, stability: float, elapsed: float) -> float:
        """Return the retrievability, see `next_states.retrievability`."""
        return float((1 + self.factor * elapsed / stability) ** -self.decay)

    def after(
        self, stability: float, difficulty: float, last: int, day: int, rating: int
    ) -> tuple[float, float]:
        """Give stability and difficulty after an answer on a study day."""
        answer = packed(day, State.REVIEW, rating)
        return self.model((answer,), stability, difficulty, last)


class SimCard(Struct):
    """A card of the simulation."""

    rules: DeckParams
    stability: float = 0.0
    """Days; 0 for a new card."""
    difficulty: float = 0.0
    last: int = 0
    """Study day of the last answer."""
    due: int = 0
    """Study day."""
    worth: float = 1.0
    """What recalling it counts."""

    def recall(self, day: int) -> float:
        """Predict the chance of recall on a study day; 0 for a new card."""
        if not self.stability:
            return 0.0
        return self.rules.recall(self.stability, max(0, day - self.last))


def sim_card(rules: DeckParams, row: Sequence[Any], today: int) -> SimCard:
    """Make a card of the simulation.

    Args:
        rules: How its deck is scheduled.
        row: Its state, stability, difficulty, day of the last answer, due day.
        today: Study day; a card in learning is due on it.
    """
    state, stability, difficulty, last, due = row
    if state == State.NEW:
        return SimCard(rules)
    return SimCard(rules, stability, difficulty, last, due or today)


def sampled(cards: Sequence[T], most: int, seed: int) -> list[T]:
    """Choose evenly from many cards, keeping their order; all where they are few."""
    if len(cards) <= most:
        return list(cards)
    places = sorted(random.Random(seed).sample(range(len(cards)), most))
    return [cards[place] for place in places]


class DailyBudget(Struct, frozen=True):
    """How much is done on a day."""

    new: float
    """New cards."""
    reviews: float = float("inf")
    """Answers to review cards."""
    minutes: float = float("inf")


class Day(Struct):
    """What was done on a day."""

    reviews: int = 0
    new: int = 0
    seconds: float = 0.0


Order = Callable[[list[SimCard], int], list[SimCard]]
"""Puts the due cards of a study day in the order in which they are asked."""
Sweep = Callable[[Sequence[SimCard], int], Iterator[SimCard]]
"""Gives cards to ask on a study day beside those that are due."""
Cap = Callable[[int], int]
"""Gives the longest interval on a study day."""


def _oldest_first(due: list[SimCard], day: int) -> list[SimCard]:
    return sorted(due, key=lambda subject: subject.due)


class StudyPolicy(Struct, frozen=True):
    """How the days are spent, beside the habits."""

    pace: DailyBudget
    order: Order = _oldest_first
    sweep: Sweep | None = None
    cap: Cap | None = None
    new_first: bool = False


class Simulation:
    """A learner and their cards."""

    def __init__(
        self,
        subjects: Sequence[SimCard],
        habits: Habits,
        course: StudyPolicy,
        seed: int,
    ) -> None:
        """Begin.

        Args:
            subjects: The cards; new ones in the order in which they are begun.
            habits: How the person answers.
            course: How the days are spent.
            seed: Makes another life.
        """
        self.subjects = subjects
        self._habits, self._course = habits, course
        self._dice = random.Random(seed)
        self._new = [one for one in subjects if not one.stability][::-1]
        self._learned = [one for one in subjects if one.stability]
        self._by_day: dict[int, list[SimCard]] = {}
        self._left: list[SimCard] = []
        self._owed = 0.0
        for one in self._learned:
            self._by_day.setdefault(one.due, []).append(one)

    def run(self, first: int, days: int) -> list[Day]:
        """Live through some study days from `first` on."""
        overdue = [day for day in self._by_day if day < first]
        self._left = [one for day in sorted(overdue) for one in self._by_day.pop(day)]
        return [self._live(day) for day in range(first, first + days)]

    def _live(self, day: int) -> Day:
        told, course = Day(), self._course
        if course.new_first:
            self._begin_some(day, told)
        due = course.order(self._left + self._by_day.pop(day, []), day)
        self._left = [one for one in due if not self._review(one, day, told)]
        if not course.new_first:
            self._begin_some(day, told)
        if course.sweep is not None:
            for one in course.sweep(self._learned, day):
                if not self._take_early(one, day, told):
                    break
        return told

    def _begin_some(self, day: int, told: Day) -> None:
        self._owed += self._course.pace.new
        while self._owed >= 1 and self._new and self._has_time(told):
            self._owed -= 1
            self._begin(self._new.pop(), day, told)
        self._owed = min(self._owed, 1.0)

    def _has_time(self, told: Day) -> bool:
        return told.seconds < self._course.pace.minutes * 60

    def _take_early(self, one: SimCard, day: int, told: Day) -> bool:
        if one.due <= day or one.last == day:
            return self._has_time(told)
        row = self._by_day[one.due]
        if not self._review(one, day, told):
            return False
        row[:] = [other for other in row if other is not one]
        return True

    def _review(self, one: SimCard, day: int, told: Day) -> bool:
        """Ask a card; False where the day has no room for it."""
        if told.reviews >= self._course.pace.reviews or not self._has_time(told):
            return False
        told.reviews += 1
        habits, dice = self._habits, self._dice
        if dice.random() < one.recall(day):
            rating = _drawn(habits.recalled, dice) + 2
            told.seconds += habits.recalled_s
            self._remember(one, day, rating)
        else:
            told.seconds += habits.forgotten_s
            self._remember(one, day, Rating.AGAIN)
            self._remember(one, day, Rating.GOOD)
        self._plan(one, day)
        return True

    def _begin(self, one: SimCard, day: int, told: Day) -> None:
        told.new += 1
        told.seconds += self._habits.new_s
        rating = _drawn(self._habits.first, self._dice) + 1
        self._remember(one, day, rating)
        if rating < Rating.EASY:
            self._remember(one, day, Rating.GOOD)
        self._learned.append(one)
        self._plan(one, day)

    def _remember(self, one: SimCard, day: int, rating: int) -> None:
        one.stability, one.difficulty = one.rules.after(
            one.stability, one.difficulty, one.last, day, rating
        )
        one.last = day

    def _plan(self, one: SimCard, day: int) -> None:
        maximum = one.rules.maximum
        if self._course.cap is not None:
            maximum = min(maximum, self._course.cap(day))
        wanted = one.stability * one.rules.days_per_stability
        lower, upper = fuzz_range(wanted, 1, maximum)
        one.due = day + lower + int(self._dice.random() * (1 + upper - lower))
        self._by_day.setdefault(one.due, []).append(one)


def _drawn(shares: Sequence[float], dice: random.Random) -> int:
    place = dice.random()
    for index, share in enumerate(shares):
        place -= share
        if place < 0:
            return index
    return len(shares) - 1
