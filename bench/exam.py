"""Expected exam score with and without exam mode, for the same study time.

600 cards and typical habits, several simulations each.  Without exam mode, the
desired retention is raised until the days take as many minutes as with it.  Both
sides have the same cards and the same number of new cards per day.

The second table compares orders of new cards, for domains with the cards and points
of the bundled deck: the domains in turn, as flash asks them, and those with the most
points per card first.  Cards of a domain overlap, so there are two scores: for
questions that need one card, and for those that either of two cards of the domain
answers.

The third table is about a break before an exam: 400 cards known, 300 new.  It compares
new cards first, as flash asks them, with none while more than 50 reviews are overdue.
"""

import statistics
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import NamedTuple

from msgspec import Struct

from srs.forecast.exam import exam_policy, new_order
from srs.forecast.habits import AVERAGE
from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    SimulatedDay,
    Simulation,
    StudyPolicy,
)
from srs.models.daily_limits import in_all
from srs.models.exam import Exam
from srs.models.presets import Preset
from srs.study.backlog import MIN_CAP

_TODAY = 20_000
_SEEDS = range(10)
_CARDS = 600


class Case(Struct, frozen=True):
    """A learner before an exam."""

    days: int
    new: float
    minutes: float
    known_days: int = 0
    """Days of study before today."""


CASES = (
    Case(days=98, new=11, minutes=30),
    Case(days=60, new=12, minutes=30),
    Case(days=60, new=12, minutes=10),
    Case(days=40, new=20, minutes=12),
    Case(days=60, new=0, minutes=30, known_days=120),
    Case(days=60, new=0, minutes=5, known_days=120),
)


class Domain(Struct, frozen=True):
    """A domain of the exam."""

    points: float
    cards: int


_DOMAINS = (
    Domain(16, 120),
    Domain(14, 85),
    Domain(18, 203),
    Domain(20, 124),
    Domain(18, 129),
    Domain(14, 99),
)
_ORDER_CASES = (
    Case(days=15, new=20, minutes=60),
    Case(days=20, new=20, minutes=60),
    Case(days=30, new=20, minutes=60),
    Case(days=40, new=20, minutes=12),
    Case(days=45, new=20, minutes=60),
)


def new_cards(case: Case, seed: int) -> list[SimCard]:
    """Create the cards and simulate the days before today."""
    params = DeckParams(Preset())
    cards = [SimCard(params, weight=1 / _CARDS) for _ in range(_CARDS)]
    if case.known_days:
        before = StudyPolicy(DailyBudget(in_all(_CARDS / case.known_days * 1.5)))
        life = Simulation(cards, AVERAGE, before, seed + 1000)
        life.run(_TODAY - case.known_days, case.known_days)
    return cards


def simulate(case: Case, retention: float | None) -> tuple[float, float]:
    """Return score and minutes per day; exam mode if there is no retention."""
    exam = Exam(_TODAY + case.days)
    budget = DailyBudget(in_all(case.new), minutes=case.minutes)
    points, minutes = [], []
    for seed in _SEEDS:
        cards = new_cards(case, seed)
        if retention is None:
            way = exam_policy(exam, budget)
        else:
            way = StudyPolicy(budget)
            params = DeckParams(Preset(desired_retention=round(retention, 4)))
            for one in cards:
                one.params = params
        days = Simulation(cards, AVERAGE, way, seed).run(_TODAY, case.days)
        points.append(sum(one.weight * one.recall(exam.day) for one in cards))
        minutes.append(sum(day.seconds for day in days) / 60 / case.days)
    return statistics.mean(points), statistics.mean(minutes)


def with_equal_time(case: Case, minutes: float) -> tuple[float, float, float]:
    """Find the retention that takes as many minutes without exam mode."""
    low, high = 0.9, 0.99
    for _ in range(9):
        middle = (low + high) / 2
        _, taken = simulate(case, middle)
        low, high = (middle, high) if taken < minutes else (low, middle)
    return high, *simulate(case, high)


class OrderScore(NamedTuple):
    """What an order of new cards comes to; shares from 0 to 1."""

    one: float
    """Score if each question needs one card."""
    either: float
    """Score if either of two cards of its domain answers a question."""
    seen: float
    """Share seen half way of the domain that lags behind."""


def simulate_order(case: Case, *, in_turn: bool) -> OrderScore:
    """Return the means for an order of new cards."""
    found = []
    total = sum(one.points for one in _DOMAINS)
    for seed in _SEEDS:
        cards, groups = live(case, case.days, seed, in_turn=in_turn)
        recalled: dict[str, float] = defaultdict(float)
        for card, memory in cards.items():
            recalled[groups[card]] += memory.recall(_TODAY + case.days)
        shares = [recalled[str(n)] / one.cards for n, one in enumerate(_DOMAINS)]
        points = [one.points / total for one in _DOMAINS]
        cards, groups = live(case, case.days // 2, seed, in_turn=in_turn)
        begun = Counter(groups[card] for card, one in cards.items() if one.stability)
        pairs = list(zip(points, shares, strict=True))
        score = OrderScore(
            sum(point * share for point, share in pairs),
            sum(point * (1 - (1 - share) ** 2) for point, share in pairs),
            min(begun[str(n)] / one.cards for n, one in enumerate(_DOMAINS)),
        )
        found.append(score)
    return OrderScore(*map(statistics.mean, zip(*found, strict=True)))


def live(
    case: Case, days: int, seed: int, *, in_turn: bool
) -> tuple[dict[int, SimCard], dict[int, str]]:
    """Study some of the days before the exam; return the cards and their domains."""
    cards, groups = domain_cards()
    order = new_order(cards, groups)
    if not in_turn:
        order.sort(key=lambda card: -cards[card].weight)
    exam = Exam(_TODAY + case.days)
    policy = exam_policy(exam, DailyBudget(in_all(case.new), minutes=case.minutes))
    ordered = [cards[card] for card in order]
    Simulation(ordered, AVERAGE, policy, seed).run(_TODAY, days)
    return cards, groups


def domain_cards() -> tuple[dict[int, SimCard], dict[int, str]]:
    """Create the cards of all domains by id, and the domain of each."""
    params, total = DeckParams(Preset()), sum(one.points for one in _DOMAINS)
    found = [
        (SimCard(params, weight=one.points / total / one.cards), str(number))
        for number, one in enumerate(_DOMAINS)
        for _card in range(one.cards)
    ]
    cards = {number: card for number, (card, _group) in enumerate(found)}
    return cards, {number: group for number, (_card, group) in enumerate(found)}


class Break(Struct, frozen=True):
    """A learner who comes back before an exam."""

    days: int
    """Until the exam."""
    minutes: float
    away: int
    """Days without study before today."""


_BREAKS = (
    Break(days=5, minutes=20, away=60),
    Break(days=10, minutes=10, away=60),
    Break(days=10, minutes=40, away=14),
    Break(days=20, minutes=20, away=60),
    Break(days=40, minutes=40, away=14),
)
_KNOWN, _NEW = 400, 300
_KNOWN_DAYS = 60


class _NoNewInBacklog(Simulation):
    """A learner who sees no new cards while more than 50 reviews are overdue."""

    def _introduce(self, day: int, done: SimulatedDay) -> None:
        if sum(card.due_day < day for card in self._learned) <= MIN_CAP:
            super()._introduce(day, done)


def simulate_break(case: Break, kind: type[Simulation]) -> float:
    """Return the score after a break."""
    params, count = DeckParams(Preset()), _KNOWN + _NEW
    exam = Exam(_TODAY + case.days)
    policy = exam_policy(
        exam, DailyBudget(in_all(20), in_all(200), minutes=case.minutes)
    )
    points = []
    for seed in _SEEDS:
        cards = [SimCard(params, weight=1 / count) for _ in range(count)]
        before = StudyPolicy(DailyBudget(in_all(_KNOWN / 40)))
        life = Simulation(cards[:_KNOWN], AVERAGE, before, seed + 1000)
        life.run(_TODAY - case.away - _KNOWN_DAYS, _KNOWN_DAYS)
        kind(cards, AVERAGE, policy, seed).run(_TODAY, case.days)
        points.append(sum(one.weight * one.recall(exam.day) for one in cards))
    return statistics.mean(points)


def main(cases: Sequence[Case] = CASES) -> None:
    """Print a table."""
    print("days  new  limit  known |  exam mode   | retention 0.90 | equal minutes")
    for case in cases:
        with_exam, plain = simulate(case, None), simulate(case, 0.9)
        retention, *same = with_equal_time(case, with_exam[1])
        print(
            f"{case.days:4} {case.new:4} {case.minutes:6} {case.known_days:6} | "
            f"{100 * with_exam[0]:5.1f} % {with_exam[1]:4.1f} | "
            f"{100 * plain[0]:6.1f} % {plain[1]:5.1f} | "
            f"{100 * same[0]:5.1f} % {same[1]:4.1f} ({retention:.3f})"
        )
    print("days  new  limit |  in turn: one, either, seen | by points per card")
    for case in _ORDER_CASES:
        orders = [simulate_order(case, in_turn=in_turn) for in_turn in (True, False)]
        print(
            f"{case.days:4} {case.new:4} {case.minutes:6} | "
            + " | ".join(
                f"{100 * one:5.1f} % {100 * either:5.1f} % {100 * seen:3.0f} %"
                for one, either, seen in orders
            )
        )
    print("days  limit  away | new cards first | none in a backlog")
    for one in _BREAKS:
        first = simulate_break(one, Simulation)
        later = simulate_break(one, _NoNewInBacklog)
        print(
            f"{one.days:4} {one.minutes:6} {one.away:5} | "
            f"{100 * first:5.1f} % | {100 * later:5.1f} %"
        )


if __name__ == "__main__":
    main()
