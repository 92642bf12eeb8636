"""What exam mode is worth: the points on the day, for the same minutes.

600 cards with usual habits, several lives each.  Without exam mode the desired
retention is raised until the days take as many minutes as with it, so that both
sides work as long; the same cards, the same pace of new ones.
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
    """A person before an exam."""

    days: int
    new: float
    minutes: float
    known_days: int = 0
    """For so many days they have learned already."""


CASES = (
    Case(days=98, new=11, minutes=30),
    Case(days=60, new=12, minutes=30),
    Case(days=60, new=12, minutes=10),
    Case(days=40, new=20, minutes=12),
    Case(days=60, new=0, minutes=30, known_days=120),
    Case(days=60, new=0, minutes=5, known_days=120),
)


def cards(case: Case, seed: int) -> list[SimCard]:
    """Make the cards, as the days before today have left them."""
    rules = DeckParams(Preset())
    subjects = [SimCard(rules, worth=1 / _CARDS) for _ in range(_CARDS)]
    if case.known_days:
        before = StudyPolicy(DailyBudget(new=_CARDS / case.known_days * 1.5))
        life = Simulation(subjects, USUAL, before, seed + 1000)
        life.run(_TODAY - case.known_days, case.known_days)
    return subjects


def lived(case: Case, retention: float | None) -> tuple[float, float]:
    """Give points on the day and minutes a day; without a retention in exam mode."""
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
        told = Simulation(subjects, USUAL, way, seed).run(_TODAY, case.days)
        points.append(sum(one.worth * one.recall(exam.day) for one in subjects))
        minutes.append(sum(day.seconds for day in told) / 60 / case.days)
    return statistics.mean(points), statistics.mean(minutes)


def as_long(case: Case, minutes: float) -> tuple[float, float, float]:
    """Find the retention at which days without exam mode take as many minutes."""
    low, high = 0.9, 0.99
    for _ in range(9):
        middle = (low + high) / 2
        _, taken = lived(case, middle)
        low, high = (middle, high) if taken < minutes else (low, middle)
    return high, *lived(case, high)


def main(cases: Sequence[Case] = CASES) -> None:
    """Print a table."""
    print("days  new  limit  known |  exam mode   | retention 0.90 | as many minutes")
    for case in cases:
        with_exam, plain = lived(case, None), lived(case, 0.9)
        retention, *same = as_long(case, with_exam[1])
        print(
            f"{case.days:4} {case.new:4} {case.minutes:6} {case.known_days:6} | "
            f"{100 * with_exam[0]:5.1f} % {with_exam[1]:4.1f} | "
            f"{100 * plain[0]:6.1f} % {plain[1]:5.1f} | "
            f"{100 * same[0]:5.1f} % {same[1]:4.1f} ({retention:.3f})"
        )


if __name__ == "__main__":
    main()
