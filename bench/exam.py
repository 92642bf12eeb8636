"""Expected exam score with and without exam mode, for the same study time.

600 cards and typical habits, several simulations each.  Without exam mode, the
desired retention is raised until the days take as many minutes as with it.  Both
sides have the same cards and the same number of new cards per day.
"""

import statistics
from collections.abc import Sequence

from msgspec import Struct

from srs.forecast.exam import exam_policy
from srs.forecast.habits import AVERAGE
from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    Simulation,
    StudyPolicy,
)
from srs.models.exam import Exam
from srs.models.presets import Preset

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


def new_cards(case: Case, seed: int) -> list[SimCard]:
    """Create the cards and simulate the days before today."""
    params = DeckParams(Preset())
    cards = [SimCard(params, weight=1 / _CARDS) for _ in range(_CARDS)]
    if case.known_days:
        before = StudyPolicy(DailyBudget(new=_CARDS / case.known_days * 1.5))
        life = Simulation(cards, AVERAGE, before, seed + 1000)
        life.run(_TODAY - case.known_days, case.known_days)
    return cards


def simulate(case: Case, retention: float | None) -> tuple[float, float]:
    """Return score and minutes per day; exam mode if there is no retention."""
    exam = Exam(_TODAY + case.days)
    budget = DailyBudget(case.new, minutes=case.minutes)
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


if __name__ == "__main__":
    main()
