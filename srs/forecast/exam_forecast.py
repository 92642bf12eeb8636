"""What share of an exam's cards will be recalled on its day, and what it takes.

The days until then are simulated several times, as the queue would spend them;
what is told is the mean.
"""

import math
from collections.abc import Sequence
from statistics import mean

from msgspec import Struct
from msgspec.structs import replace

from srs.forecast.exam import course
from srs.forecast.exam_cards import ExamCards
from srs.forecast.habits import Habits, read_habits, usual_day
from srs.forecast.simulator import DailyBudget, SimCard, Simulation, sampled
from srs.models.exam import FINAL_REVIEW_DAYS, Exam
from srs.store.connection import Store
from srs.store.settings import Options

RUNS = 5
SAMPLE = 2000
"""So many cards are simulated; of more, an even choice."""


class Domain(Struct, frozen=True):
    """One domain of the exam."""

    name: str
    """Its tag; empty for cards that bear none."""
    cards: int
    points: float
    """Share of the exam's points, 0 to 1."""
    today: float
    """Share recalled if the exam were today, 0 to 1."""
    idle: float
    """Share recalled on the day if nothing more were learned."""
    expected: float
    """Share recalled on the day after the days until then."""

    @property
    def gain(self) -> float:
        """Give what the days until then add to the exam's points."""
        return self.points * (self.expected - self.idle)


class Forecast(Struct, frozen=True):
    """What an exam will bring."""

    days: int
    """Study days until it."""
    cards: int
    new: int
    """Cards not begun."""
    today: float
    """Share of the points that are recalled today; 0 to 1, as the others."""
    idle: float
    expected: float
    begun: float
    """Share of the cards that will have been seen on the day."""
    minutes: float
    """A day, at the present limits."""
    new_per_day: int
    """As set."""
    needed_per_day: int
    """New cards a day to have seen all before the last days."""
    needed_minutes: float
    """A day, with so many new cards."""
    needed_expected: float
    """Share of the points with so many new cards."""
    had_minutes: float
    """What the person has, or did on the days before; 0 where unknown."""
    domains: tuple[Domain, ...]
    """The one that gains most first."""


class _Run(Struct, frozen=True):
    recalls: tuple[float, ...]
    """For each subject, on the day of the exam."""
    begun: float
    minutes: float


def forecast(
    store: Store, options: Options, exam: Exam, now_ms: int, seed: int = 0
) -> Forecast:
    """Reckon what an exam will bring.

    Args:
        store: The store.
        options: The person's settings.
        exam: The exam; it lies ahead.
        now_ms: UTC milliseconds.
        seed: Makes other lives.

    Raises:
        ValueError: It asks no card.
    """
    today = options.calendar.day(now_ms)
    known = ExamCards(store, options, exam, today)
    if not known.subjects:
        raise ValueError("the exam asks no card")
    cards = sampled(list(known.subjects), SAMPLE, seed)
    subjects = [known.subjects[card] for card in cards]
    names = [known.domains[card] for card in cards]
    scale = len(known.subjects) / len(cards)
    decks = [
        row[0]
        for row in store.rows("select id, name from decks")
        if exam.covers(row[1])
    ]
    habits = read_habits(store, now_ms, decks)
    preset = options.preset(exam.deck)
    new = sum(1 for one in known.subjects.values() if not one.stability)
    needed = math.ceil(new / max(1, exam.day - today - FINAL_REVIEW_DAYS))
    limit = exam.minutes / scale if exam.minutes else float("inf")
    set_pace = DailyBudget(
        preset.new_per_day / scale, preset.reviews_per_day / scale, limit
    )
    full_pace = DailyBudget(needed / scale)

    def live(pace: DailyBudget) -> _Run:
        return _mean([_run(subjects, habits, exam, today, pace, seed + n) for n in _N])

    run, full = live(set_pace), live(full_pace)
    domains = _domains(subjects, names, run, exam, today, scale)
    _, usual = usual_day(store, options.rollover, today)
    return Forecast(
        days=exam.day - today,
        cards=len(known.subjects),
        new=new,
        today=_weighted(subjects, [one.recall(today) for one in subjects]),
        idle=_weighted(subjects, [one.recall(exam.day) for one in subjects]),
        expected=_weighted(subjects, run.recalls),
        begun=run.begun,
        minutes=run.minutes * scale,
        new_per_day=preset.new_per_day,
        needed_per_day=needed,
        needed_minutes=full.minutes * scale,
        needed_expected=_weighted(subjects, full.recalls),
        had_minutes=exam.minutes or usual,
        domains=domains,
    )


_N = range(RUNS)


def _run(
    subjects: Sequence[SimCard],
    habits: Habits,
    exam: Exam,
    today: int,
    pace: DailyBudget,
    seed: int,
) -> _Run:
    living = [replace(one) for one in subjects]
    # As in the queue, what is worth most is begun first.
    ordered = sorted(living, key=lambda one: -one.worth)
    days = exam.day - today
    told = Simulation(ordered, habits, course(exam, pace), seed).run(today, days)
    return _Run(
        tuple(one.recall(exam.day) for one in living),
        sum(1 for one in living if one.stability) / len(living),
        sum(day.seconds for day in told) / 60 / days,
    )


def _mean(runs: Sequence[_Run]) -> _Run:
    columns = zip(*(run.recalls for run in runs), strict=True)
    return _Run(
        tuple(mean(column) for column in columns),
        mean(run.begun for run in runs),
        mean(run.minutes for run in runs),
    )


def _weighted(subjects: Sequence[SimCard], recalls: Sequence[float]) -> float:
    total = sum(one.worth for one in subjects)
    if not total:
        return 0.0
    pairs = zip(subjects, recalls, strict=True)
    return sum(one.worth * recall for one, recall in pairs) / total


def _domains(
    subjects: Sequence[SimCard],
    names: Sequence[str],
    run: _Run,
    exam: Exam,
    today: int,
    scale: float,
) -> tuple[Domain, ...]:
    total = sum(one.worth for one in subjects) or 1.0
    found = []
    for name in sorted(set(names)):
        places = [place for place, one in enumerate(names) if one == name]
        own = [subjects[place] for place in places]
        found.append(
            Domain(
                name=name,
                cards=round(len(own) * scale),
                points=sum(one.worth for one in own) / total,
                today=mean(one.recall(today) for one in own),
                idle=mean(one.recall(exam.day) for one in own),
                expected=mean(run.recalls[place] for place in places),
            )
        )
    return tuple(sorted(found, key=lambda one: -one.gain))
