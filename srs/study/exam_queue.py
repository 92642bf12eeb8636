"""The order of the cards on the days before an exam."""

from collections.abc import Iterable, Iterator

from srs.forecast.exam import ExamCards, final_review, gain, new_order
from srs.models.exam import Exam
from srs.store.connection import Store
from srs.store.queue import QueueRow
from srs.store.settings import Options
from srs.study.due_cards import DueCards


class ExamQueue:
    """The cards of an exam, in the order in which the days before it ask them.

    Cards outside the exam come last.
    """

    def __init__(self, store: Store, options: Options, exam: Exam, day: int) -> None:
        """Read the cards on a study day before the exam."""
        self.exam = exam
        cards = ExamCards(store, options, exam, day)
        self._asked = cards.cards
        order = new_order(cards.cards, cards.groups)
        self._turns = {card: turn for turn, card in enumerate(order)}

    def asks_any(self, cards: Iterable[int]) -> bool:
        """Return True if the exam asks one of the cards."""
        return any(card in self._asked for card in cards)

    def reviews(
        self, cards: DueCards, due: Iterable[QueueRow], later: Iterable[QueueRow]
    ) -> tuple[list[int], list[int]]:
        """Choose the reviews of a day, largest gain first, within its limits.

        Args:
            cards: The day.
            due: Rows of the cards that are due.
            later: Rows of those that are not due yet; read in the last days only, in
                which the weakest are asked, too.

        Returns:
            The due cards, and those to review before they are due.
        """
        asked, exam = self._asked, self.exam

        def minus_gain(row: QueueRow) -> float:
            card = asked.get(row[1])
            return 0.0 if card is None else -gain(card, cards.day, exam.day)

        chosen = list(cards.due(sorted(due, key=minus_gain)))
        if not exam.is_final_review(cards.day):
            return chosen, []
        rows = {id(asked[row[1]]): row for row in later if row[1] in asked}
        learned = [asked[row[1]] for row in rows.values()]
        weakest = final_review(learned, cards.day, exam)
        return chosen, list(cards.due(rows[id(card)] for card in weakest))

    def new(self, cards: DueCards) -> Iterator[int]:
        """Choose the new cards of a day; the domains take turns."""
        turns = self._turns
        return cards.new(lambda row: turns.get(row[1], len(turns)))
