"""The cards that are left of a study day, and their order.

Learning cards come when they are due; reviews with the longest overdue first; new
cards in file order, spread among the reviews.  A backlog (`srs.study.backlog`) and an
exam have orders of their own.
"""

from collections import deque
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import Struct

from srs.models.day_counts import Backlog
from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.backlog import by_forgetting_rate, daily_cap
from srs.study.due_cards import CardFilter, DueCards

if TYPE_CHECKING:
    from srs.study.exam_queue import ExamQueue


class Counts(Struct, frozen=True):
    """Number of cards left of a day."""

    new: int
    learning: int
    due: int

    @property
    def total(self) -> int:
        """Return their sum."""
        return self.new + self.learning + self.due


class Queue(Struct):
    """The cards left of a study day."""

    learning: list[tuple[int, int]]
    """A heap of (due, UTC milliseconds; card)."""
    due: deque[int]
    new: deque[int]
    day: int
    ahead: frozenset[int] = frozenset()
    """Those of `due` that are reviewed before they are due."""
    overdue: int = 0
    """In a backlog the number of all due reviews; else 0.

    Before an exam, which has no cap, it is the number of those due on earlier days.
    """
    days_to_exam: int | None = None
    """Study days until an exam that asks a card of the queue; None without one."""
    new_first: bool = False
    due_since_new: int = 0
    """Reviews since the last new card."""

    def counts(self) -> Counts:
        """Count the cards left."""
        return Counts(len(self.new), len(self.learning), len(self.due))

    def due_now(self) -> int:
        """Count the reviews left without those before they are due."""
        return sum(card not in self.ahead for card in self.due)

    def backlog(self) -> Backlog | None:
        """Count the cards if a backlog is worked off; None without one."""
        # Before an exam there is neither a cap nor a stop of new cards.
        if not self.overdue or self.days_to_exam is not None:
            return None
        return Backlog(self.due_now(), self.overdue, len(self.new))

    def next_main(self) -> int | None:
        """Take the next review or new card; new cards are spread evenly."""
        # One new card after every `due / new` reviews, of those that are left.
        is_new_next = len(self.new) * (self.due_since_new + 1) > len(self.due)
        if self.new and (is_new_next or self.new_first):
            self.due_since_new = 0
            return self.new.popleft()
        self.due_since_new += 1
        return self.due.popleft() if self.due else None


def build_queue(
    store: Store, options: Options, card_filter: CardFilter, now_ms: int
) -> Queue:
    """Build the queue for the rest of the study day; `now_ms` is UTC milliseconds."""
    cards = DueCards(store, options, card_filter, now_ms)
    queue = _queue_today(cards)
    if card_filter.days_ahead:
        ahead = [
            card
            for card in cards.ahead(card_filter.days_ahead)
            if card not in queue.ahead
        ]
        queue.due.extend(ahead)
        queue.ahead |= frozenset(ahead)
    # Dropped here and not before: siblings of cards due today stay buried.
    if card_filter.only == "new":
        queue.due.clear()
    elif card_filter.only == "due":
        queue.new.clear()
    return queue


def _queue_today(cards: DueCards) -> Queue:
    options = cards.options
    # Learning cards first: their siblings are buried.
    learning = cards.learning(cards.rows("learning"))
    exam = read_exam_queue(cards)
    if exam is not None:
        return _exam_day(cards, exam, learning)
    cap = daily_cap(cards) if options.catch_up else None
    if cap is None:
        due = deque(cards.due(cards.rows("due")))
        return Queue(learning, due, deque(cards.new()), cards.day)
    wanted = cards.filter
    most = None if wanted.days_ahead else cap
    due = deque(islice(by_forgetting_rate(cards), most))
    wants_new = wanted.new is not None or wanted.new_total or wanted.only == "new"
    new = deque(cards.new()) if wants_new else deque[int]()
    return Queue(learning, due, new, cards.day, overdue=cards.count_due())


def read_exam_queue(cards: DueCards) -> "ExamQueue | None":
    """Read the cards of the exam that orders a study day.

    Returns:
        None if there is no exam ahead, or if it asks none of the chosen cards.
    """
    exam, chosen = cards.options.exam, cards.filter.cards
    if exam is None or not exam.is_ahead(cards.day):
        return None
    if not any(exam.covers(cards.deck_names[deck]) for deck in cards.decks):
        return None
    from srs.study.exam_queue import ExamQueue  # noqa: PLC0415 - slow, rare

    found = ExamQueue(cards.store, cards.options, exam, cards.day)
    return found if chosen is None or found.asks_any(chosen) else None


def _exam_day(
    cards: DueCards, exam: "ExamQueue", learning: list[tuple[int, int]]
) -> Queue:
    rows = list(cards.rows("due"))
    reviews, ahead = exam.reviews(cards, rows, cards.rows("not yet due"))
    is_backlog = cards.options.catch_up and daily_cap(cards) is not None
    overdue = sum(row[0] < cards.day for row in rows) if is_backlog else 0
    new = deque(exam.new(cards))
    asked = (*reviews, *ahead, *new, *(card for _, card in learning))
    return Queue(
        learning,
        deque([*reviews, *ahead]),
        new,
        cards.day,
        ahead=frozenset(ahead),
        overdue=overdue,
        days_to_exam=exam.exam.day - cards.day if exam.asks_any(asked) else None,
        new_first=True,
    )
