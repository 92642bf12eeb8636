"""The expected result of an exam, and the effort until then.

The days until the exam are simulated several times, spent as the queue would spend
them; the forecast is the mean.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import mean
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from cards.errors import FlashError
from cards.translate import _
from srs.forecast.exam import ExamCards, exam_policy, new_order
from srs.forecast.habits import Habits, average_day, read_habits
from srs.forecast.simulator import DailyBudget, SimCard, Simulation, sampled
from srs.models.daily_limits import LimitOf, Limits, deck_limit, in_all, scaled
from srs.models.exam import FINAL_REVIEW_DAYS, Exam
from srs.models.presets import ancestry
from srs.store.connection import Store
from srs.store.settings import Options

RUNS = 5
_SAMPLE = 2000
"""Number of cards that are simulated; of more, a random sample."""


class NoExamCards(FlashError):
    """The exam asks no card."""

    def __init__(self) -> None:
        """Give the message its hint."""
        super().__init__(_("the exam asks no card"), _("flash decks lists the decks"))


class ExamDomain(Struct, frozen=True):
    """A domain of the exam."""

    name: str
    """Its tag; empty for cards without one."""
    cards: int
    points: float
    """Share of the exam's points, 0 to 1."""
    today: float
    """Share recalled if the exam were today, 0 to 1."""
    idle: float
    """Share recalled on the day without any further study."""
    begun: float
    """Share of its cards that will have been seen, 0 to 1."""
    expected: float
    """Share recalled on the day with study as set."""

    @property
    def gain(self) -> float:
        """Share of the exam's points that studying adds."""
        return self.points * (self.expected - self.idle)

    @property
    def unseen_points(self) -> float:
        """Share of the exam's points that its unseen cards have."""
        return self.points * (1 - self.begun)


class NeededLimit(Struct, frozen=True):
    """A limit that is too low to see all cards of the exam."""

    deck: str
    """The deck that sets `new_per_day`; empty for all decks."""
    new_per_day: int
    """The lowest one that suffices."""


class ExamForecast(Struct, frozen=True):
    """The expected result of an exam; shares are from 0 to 1."""

    days: int
    """Study days until the exam; 0 for today."""
    cards: int
    new: int
    today: float
    """Share of the points if the exam were today."""
    idle: float
    """Share of the points without any further study."""
    expected: float
    """Share of the points with study as set."""
    begun: float
    """Share of the cards that will have been seen."""
    minutes: float
    """Minutes per day at the present limits, within those that the exam was given."""
    full_minutes: float
    """Minutes per day for all cards that the queue asks at the present limits."""
    new_per_day: int
    """New cards that the daily limits let through on the first day."""
    needed_per_day: int
    """New cards per day that introduce all before the last days."""
    needed_minutes: float
    """Minutes per day with that many new cards."""
    needed_expected: float
    """Share of the points with that many new cards."""
    had_minutes: float
    """Minutes per day as set, else of an average day; 0 if unknown."""
    needed_limits: tuple[NeededLimit, ...]
    """The limits that keep cards from being seen; empty if all can be."""
    domains: tuple[ExamDomain, ...]
    """Largest gain first."""

    @property
    def unseen(self) -> int:
        """Return the number of cards that will not have been seen."""
        return round(self.cards * (1 - self.begun))

    @property
    def unseen_points(self) -> float:
        """Return the share of the points that these cards have, 0 to 1."""
        return sum(one.unseen_points for one in self.domains)


class _Run(Struct, frozen=True):
    recalls: tuple[float, ...]
    """Retrievability of each card on the day of the exam."""
    seen: tuple[float, ...]
    """1 for each card that has been seen, 0 for the others; then the means."""
    minutes: float


def forecast_exam(
    store: Store, options: Options, exam: Exam, now_ms: int, seed: int = 0
) -> ExamForecast:
    """Compute the expected result of an exam.

    Args:
        store: The store.
        options: The user's settings.
        exam: The exam; it is today, where nothing is simulated, or ahead.
        now_ms: UTC milliseconds.
        seed: Random seed.

    Raises:
        NoExamCards: It asks no card.
    """
    today = options.calendar.day(now_ms)
    asked = ExamCards(store, options, exam, today)
    if not asked.cards:
        raise NoExamCards
    ids = sampled(list(asked.cards), _SAMPLE, seed)
    chosen = {card: asked.cards[card] for card in ids}
    cards = list(chosen.values())
    scale = len(asked.cards) / len(cards)
    habits = read_habits(store, now_ms, asked.decks)
    new_limit = deck_limit(options.preset, "new_per_day")
    new = sum(1 for card in asked.cards.values() if not card.stability)
    introducing_days = _introducing_days(exam.day - today)
    needed = math.ceil(new / introducing_days)
    minutes = exam.minutes / scale

    study = _Study(chosen, asked.groups, habits, exam, today)
    reviews = scaled(deck_limit(options.preset, "reviews_per_day"), 1 / scale)
    whole = DailyBudget(scaled(new_limit, 1 / scale), reviews)
    full = study.mean(whole, seed)
    as_set = study.mean(replace(whole, minutes=minutes), seed) if exam.minutes else full
    all_new = study.mean(DailyBudget(in_all(needed / scale), reviews), seed)
    names = [asked.domains[card] for card in ids]
    _usual_reviews, usual_minutes = average_day(store, options.rollover, today)
    return ExamForecast(
        days=exam.day - today,
        cards=len(asked.cards),
        new=new,
        today=_points(cards, [card.recall(today) for card in cards]),
        idle=_points(cards, [card.recall(exam.day) for card in cards]),
        expected=_points(cards, as_set.recalls),
        begun=mean(as_set.seen),
        minutes=as_set.minutes * scale,
        full_minutes=full.minutes * scale,
        new_per_day=_new_on_a_day(asked, new_limit),
        needed_per_day=needed,
        needed_minutes=all_new.minutes * scale,
        needed_expected=_points(cards, all_new.recalls),
        had_minutes=exam.minutes or usual_minutes,
        needed_limits=_needed_limits(asked, options, introducing_days)
        if exam.day > today and min(full.seen) < 1
        else (),
        domains=_domains(cards, names, as_set, exam, today, scale),
    )


def _introducing_days(days: int) -> int:
    """Return on how many of the days new cards come if all are to be seen in time."""
    return max(1, days - FINAL_REVIEW_DAYS, math.ceil(days / 2))


def _needed_limits(
    asked: ExamCards, options: Options, days: int
) -> tuple[NeededLimit, ...]:
    """Find the limits that are too low to introduce all cards within some days."""
    new = Counter(
        name
        for card in asked.cards.values()
        if not card.stability
        for name in ancestry(card.params.deck)
        if name
    )
    needed: Counter[str] = Counter()
    for deck, count in new.items():
        above = reversed(ancestry(deck))
        setter = next((d for d in above if "new_per_day" in options.own(d)), "")
        needed[setter] = max(needed[setter], math.ceil(count / days))
    return tuple(
        NeededLimit(deck, count)
        for deck, count in sorted(needed.items())
        if count > options.preset(deck).new_per_day
    )


def _new_on_a_day(asked: ExamCards, limit: LimitOf) -> int:
    limits, cards = Limits(limit), asked.cards.values()
    return sum(limits.take(one.params.deck) for one in cards if not one.stability)


class _Study(NamedTuple):
    """The days before an exam, to be simulated."""

    cards: Mapping[int, SimCard]
    groups: Mapping[int, str]
    """As `ExamCards.groups`."""
    habits: Habits
    exam: Exam
    today: int

    def mean(self, budget: DailyBudget, seed: int) -> _Run:
        """Simulate them several times and return the mean."""
        order = new_order(self.cards, self.groups)
        return _mean([self._run(budget, order, seed + n) for n in range(RUNS)])

    def _run(self, budget: DailyBudget, order: Sequence[int], seed: int) -> _Run:
        copies = {card: replace(memory) for card, memory in self.cards.items()}
        learned = [memory for memory in copies.values() if memory.stability]
        ordered = [*learned, *(copies[card] for card in order)]
        exam, days = self.exam, self.exam.day - self.today
        policy = exam_policy(exam, budget)
        done = Simulation(ordered, self.habits, policy, seed).run(self.today, days)
        return _Run(
            tuple(card.recall(exam.day) for card in copies.values()),
            tuple(float(bool(card.stability)) for card in copies.values()),
            sum(day.seconds for day in done) / 60 / max(1, days),
        )


def _mean(runs: Sequence[_Run]) -> _Run:
    recalls = zip(*(run.recalls for run in runs), strict=True)
    seen = zip(*(run.seen for run in runs), strict=True)
    return _Run(
        tuple(map(mean, recalls)),
        tuple(map(mean, seen)),
        mean(run.minutes for run in runs),
    )


def _points(cards: Sequence[SimCard], recalls: Sequence[float]) -> float:
    """Return the expected share of the points."""
    total = sum(card.weight for card in cards)
    if not total:
        return 0.0
    pairs = zip(cards, recalls, strict=True)
    return sum(card.weight * recall for card, recall in pairs) / total


def _domains(
    cards: Sequence[SimCard],
    names: Sequence[str],
    run: _Run,
    exam: Exam,
    today: int,
    scale: float,
) -> tuple[ExamDomain, ...]:
    total = sum(card.weight for card in cards) or 1.0
    found = []
    for name in sorted(set(names)):
        places = [place for place, domain in enumerate(names) if domain == name]
        own = [cards[place] for place in places]
        found.append(
            ExamDomain(
                name=name,
                cards=round(len(own) * scale),
                points=sum(card.weight for card in own) / total,
                today=mean(card.recall(today) for card in own),
                idle=mean(card.recall(exam.day) for card in own),
                begun=mean(run.seen[place] for place in places),
                expected=mean(run.recalls[place] for place in places),
            )
        )
    return tuple(sorted(found, key=lambda domain: -domain.gain))
