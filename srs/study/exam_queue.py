"""The order of the cards on a day before an exam."""

from collections import deque

from srs.forecast.exam import ExamCards, final_review, gain
from srs.forecast.simulator import SimCard
from srs.models.exam import Exam
from srs.store.queue import QueueRow
from srs.study.due_cards import DueCards


def exam_order(
    cards: DueCards, exam: Exam
) -> tuple[deque[int], deque[int], frozenset[int]]:
    """Order the cards: new ones first, then reviews by expected gain.

    Cards outside the exam come last.  In the last days the weakest cards follow before
    they are due.

    Returns:
        Reviews, new cards, and those of the reviews that are not due yet.
    """
    exam_cards = ExamCards(cards.store, cards.options, exam, cards.day).cards

    def minus_gain(row: QueueRow) -> float:
        card = exam_cards.get(row[1])
        return 0.0 if card is None else -gain(card, cards.day, exam.day)

    def minus_weight(row: QueueRow) -> float:
        return -exam_cards[row[1]].weight if row[1] in exam_cards else 0.0

    due = deque(cards.due(sorted(cards.rows("due"), key=minus_gain)))
    new = deque(cards.new(minus_weight))
    ahead = _final_review(cards, exam_cards, exam)
    due.extend(ahead)
    return due, new, frozenset(ahead)


def _final_review(
    cards: DueCards, exam_cards: dict[int, SimCard], exam: Exam
) -> list[int]:
    if not exam.is_final_review(cards.day):
        return []
    rows = {
        id(exam_cards[row[1]]): row
        for row in cards.rows("not yet due")
        if row[1] in exam_cards
    }
    learned = [exam_cards[row[1]] for row in rows.values()]
    chosen = final_review(learned, cards.day, exam)
    return list(cards.due(rows[id(card)] for card in chosen))
