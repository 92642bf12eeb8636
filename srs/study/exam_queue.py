"""The queue of a day before an exam: what gains the most points comes first."""

from collections import deque

from srs.forecast.exam import final_review, gain
from srs.forecast.exam_cards import ExamCards
from srs.forecast.simulator import SimCard
from srs.models.exam import Exam
from srs.study.due_cards import DUE, LATER, DueCards, Row
from srs.study.queue import Queue


def exam_queue(cards: DueCards, learning: list[tuple[int, int]], exam: Exam) -> Queue:
    """Gather the cards of a day before an exam.

    New cards come first, then reviews by what they gain; what the exam doesn't
    ask comes last.  In the last days the weakest follow before they are due.

    Args:
        cards: The day.
        learning: Its cards in learning.
        exam: The exam.
    """
    asked = ExamCards(cards.store, cards.options, exam, cards.day).subjects
    due = list(cards.select("due_day", DUE))
    gains = {
        row[1]: gain(asked[row[1]], cards.day, exam.day)
        for row in due
        if row[1] in asked
    }
    due.sort(key=lambda row: -gains.get(row[1], 0.0))
    reviews = list(cards.due(due))

    def worth(row: Row) -> float:
        return -asked[row[1]].worth if row[1] in asked else 0.0

    new = deque(cards.new(worth))
    early = _early(cards, asked, exam)
    return Queue(
        learning,
        deque(reviews + early),
        new,
        cards.day,
        early=frozenset(early),
        new_first=True,
    )


def _early(cards: DueCards, asked: dict[int, SimCard], exam: Exam) -> list[int]:
    if not exam.is_final_review(cards.day):
        return []
    rows = {row[1]: row for row in cards.select("due_day", LATER) if row[1] in asked}
    names = {id(asked[card]): card for card in rows}
    order = final_review([asked[card] for card in rows], cards.day, exam)
    return list(cards.due(rows[names[id(subject)]] for subject in order))
