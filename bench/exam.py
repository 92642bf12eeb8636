"""Expected exam score with and without exam mode, for the same study time.

600 cards and typical habits, several simulations each.  Without exam mode, the
desired retention is raised until the days take as many minutes as with it.  Both
sides have the same cards and the same number of new cards per day.
"""

import statistics
from collections.abc import Sequence

from msgspec import Struct

from srs.forecast.exam import course
from srs.forecast.habits import USUAL
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


def cards(case: Case, seed: int) -> list[SimCard]:
    """Create the cards and simulate the days before today."""
    rules = DeckParams(Preset())
    subjects = [SimCard(rules, worth=1 / _CARDS) for _ in range(_CARDS)]
    if case.known_days:
        before = StudyPolicy(DailyBudget(new=_CARDS / case.known_days * 1.5))
        life = Simulation(subjects, USUAL, before, seed + 1000)
        life.run(_TODAY - case.known_days, case.known_days)
    return subjects


def simulate(case: Case, retention: float | None) -> tuple[float, float]:
    """Return score and minutes per day; exam mode if there is no retention."""
    exam = Exam(_TODAY + case.days)
    pace = DailyBudget(case.new, minutes=case.minutes)
    points, minutes = [], []
    for seed in _SEEDS:
        subjects = cards(case, seed)
        if retention is None:
            way = course(exam, pace)
        else:
            way = StudyPolicy(pace)
            rules = DeckParams(Preset(desired_retention=round(retention, 4)))
            for one in subjects:
                one.rules = rules
        days = Simulation(subjects, USUAL, way, seed).run(_TODAY, case.days)
        points.append(sum(one.worth * one.recall(exam.day) for one in subjects))
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
