"""An exam on a day: what a card is worth on it, and how the days before are spent.

While it is set, no interval reaches beyond the day before the exam, so that every
card is seen again; the cards whose review gains the most points come first, and
in the last days the weakest come back before they are due.  Pure values: what is
asked comes from `srs.study.queue`, the forecast from `srs.forecast.exam_forecast`.
"""

from collections.abc import Iterator, Mapping, Sequence

from srs.forecast.simulator import DailyBudget, SimCard, StudyPolicy
from srs.models.exam import Exam

_WORTHWHILE = 0.01
"""A look before its time must gain so much of a card."""


def domain_of(tags: Sequence[str], weights: Mapping[str, float]) -> str:
    """Give the weighted tag under which a card counts; empty for none.

    A tag counts under itself and under the tags above it; the longest wins.
    """
    fitting = (
        name
        for name in weights
        if any(tag == name or tag.startswith(name + "::") for tag in tags)
    )
    return max(fitting, key=len, default="")


def weights(
    domains: Mapping[int, str], weights: Mapping[str, float]
) -> dict[int, float]:
    """Share the points of an exam out among its cards.

    Args:
        domains: For each card the domain it counts under.
        weights: Points by domain; empty for cards that count alike.

    Returns:
        For each card its share; together 1, where any card counts at all.
    """
    sizes: dict[str, int] = {}
    for name in domains.values():
        sizes[name] = sizes.get(name, 0) + 1
    if not weights:
        return dict.fromkeys(domains, 1 / max(1, len(domains)))
    total = sum(weights.get(name, 0.0) for name in sizes) or 1.0
    return {
        card: weights.get(name, 0.0) / total / sizes[name]
        for card, name in domains.items()
    }


def gain(subject: SimCard, day: int, exam_day: int) -> float:
    """Say what a review on a study day adds to the points on the day of the exam.

    Args:
        subject: The card; a new one gains what it is worth once begun.
        day: Study day of the review.
        exam_day: Study day of the exam.

    Returns:
        The share of the points: recall after the review, with what is forgotten
        reckoned in, less recall without it, times what the card is worth.
    """
    rules, ahead = subject.rules, exam_day - day
    if not subject.stability:
        return subject.worth
    known = subject.recall(day)
    state = subject.stability, subject.difficulty, subject.last, day
    good = rules.recall(rules.after(*state, 3)[0], ahead)
    again = rules.recall(rules.after(*state, 1)[0], ahead)
    after = known * good + (1 - known) * again
    return subject.worth * (after - subject.recall(exam_day))


def by_gain(due: Sequence[SimCard], day: int, exam_day: int) -> list[SimCard]:
    """Put cards in the order of what their review gains, the most first."""
    return sorted(due, key=lambda one: -gain(one, day, exam_day))


def final_review(learned: Sequence[SimCard], day: int, exam: Exam) -> Iterator[SimCard]:
    """Give the cards to see before they are due on one of the last days.

    Args:
        learned: Cards that were begun.
        day: Study day.
        exam: The exam.

    Returns:
        Those whose review gains something, the most first.
    """
    if not exam.is_final_review(day):
        return
    early = [one for one in learned if one.due > day and one.last != day]
    gains = [(gain(one, day, exam.day), index) for index, one in enumerate(early)]
    for found, index in sorted(gains, reverse=True):
        if found < _WORTHWHILE * early[index].worth:
            return
        yield early[index]


def course(exam: Exam, pace: DailyBudget) -> StudyPolicy:
    """Say how the days before an exam are spent, for a simulation."""
    return StudyPolicy(
        pace,
        order=lambda due, day: by_gain(due, day, exam.day),
        sweep=lambda learned, day: final_review(learned, day, exam),
        cap=exam.longest_interval,
        new_first=True,
    )
