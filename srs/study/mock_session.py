"""A mock exam in progress: the present question, answers, marks and the time left.

Every step is on disk when it returns, so whatever ends the program loses no answer.
The time runs only while the exam is open.
"""

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import Rating
from srs.models.mock_exam import MockAnswer, MockExam
from srs.stats.retention import Retention, confidence_interval
from srs.store.card_actions import set_due_today
from srs.store.card_search import Candidate, find_candidates
from srs.store.confusions import record_confusion
from srs.store.connection import Store
from srs.store.mock_exams import card_of_question, finish_mock_exam, save_mock_exam
from srs.store.revlog import record_cram
from srs.store.settings import Options
from srs.study.prompt import Prompt, read_prompt


class DomainScore(Struct, frozen=True):
    """The score in a domain."""

    domain: str
    """Its tag; empty for none."""
    questions: int
    right: int


class MockScore(Struct, frozen=True):
    """The score of a mock exam."""

    questions: int
    right: int
    low: float
    """Lower bound of the 95 % confidence interval of the share (Wilson's), 0 to 1."""
    high: float
    domains: tuple[DomainScore, ...]
    """The weakest first."""

    @property
    def share(self) -> float:
        """Return the share of correct answers, 0 to 1."""
        return self.right / max(1, self.questions)


def score_of(exam: MockExam) -> MockScore:
    """Compute the score of a mock exam; questions without an answer are wrong."""
    counts: dict[str, list[int]] = {}
    for index, asked in enumerate(exam.questions):
        found = counts.setdefault(asked.domain, [0, 0])
        found[0] += 1
        found[1] += exam.is_right(index)
    domains = [DomainScore(name, *found) for name, found in counts.items()]
    domains.sort(key=lambda one: (one.right / one.questions, one.domain))
    total = len(exam.questions)
    low, high = confidence_interval(Retention(reviews=total, recalled=exam.right))
    return MockScore(total, exam.right, low, high, tuple(domains))


def lacking_by_domain(exam: MockExam, wanted: Mapping[str, int]) -> dict[str, int]:
    """Return by domain how many questions are lacking.

    Args:
        exam: The exam as it was drawn.
        wanted: Questions by domain, see `srs.study.mock_questions.shares`.
    """
    found = {one.domain: one.questions for one in score_of(exam).domains}
    lacking = {name: count - found.get(name, 0) for name, count in wanted.items()}
    return {name: count for name, count in lacking.items() if count > 0}


class MockSession:
    """A mock exam in progress, and then its result."""

    def __init__(self, store: Store, clock: Callable[[], int], exam: MockExam) -> None:
        """Begin or continue an exam that is in the store.

        Args:
            store: An open store.
            clock: Returns the present moment, UTC milliseconds.
            exam: The exam.
        """
        self._store, self._clock = store, clock
        self._options = Options(store)
        self.exam = exam
        self._seen_ms = clock()
        unanswered = exam.unanswered
        self.position = unanswered[0] if unanswered and not exam.finished_ms else 0
        """Index of the present question."""

    @property
    def is_finished(self) -> bool:
        """Return True if the exam was handed in."""
        return self.exam.finished_ms > 0

    def left_ms(self) -> int:
        """Return the time left, milliseconds; 0 when it is up."""
        return max(0, self.exam.limit_ms - self._spent_ms())

    def _spent_ms(self) -> int:
        # A clock that was set back takes nothing.
        return self.exam.spent_ms + max(0, self._clock() - self._seen_ms)

    def go(self, position: int) -> None:
        """Go to a question, within bounds."""
        self.position = max(0, min(position, len(self.exam.questions) - 1))

    def go_to_open(self) -> bool:
        """Go to the next question that is marked or has no answer; False if none is."""
        waiting = sorted({*self.exam.unanswered, *self.exam.marked})
        after = [index for index in waiting if index > self.position]
        if waiting:
            self.position = (after or waiting)[0]
        return bool(waiting)

    def choose(self, option: int | None) -> None:
        """Answer the present question; None takes the answer back.

        Raises:
            StoreError: The store can't be written; the answer stays as it was.
        """
        self._change(replace(self.exam.answers[self.position], chosen=option))

    def mark(self) -> None:
        """Mark the present question for later, or unmark it; see `choose`."""
        before = self.exam.answers[self.position]
        self._change(replace(before, is_marked=not before.is_marked))

    def _change(self, answer: MockAnswer) -> None:
        answers = list(self.exam.answers)
        answers[self.position] = answer
        self._save(replace(self.exam, answers=tuple(answers)))

    def _save(self, exam: MockExam) -> None:
        exam = replace(exam, spent_ms=self._spent_ms())
        save_mock_exam(self._store, exam)
        self.exam, self._seen_ms = exam, self._clock()

    def pause(self) -> None:
        """Save the time used; the exam can be continued later."""
        self._save(self.exam)

    def hand_in(self) -> None:
        """Finish the exam.

        Raises:
            StoreError: The store can't be written; the exam goes on.
        """
        spent_ms = min(self._spent_ms(), self.exam.limit_ms)
        exam = replace(self.exam, spent_ms=spent_ms)
        self.exam = finish_mock_exam(self._store, self._options, exam, self._clock())

    def prompt(self, index: int) -> Prompt | None:
        """Read the card of a question; None if it is gone."""
        card = card_of_question(self._store, self.exam.questions[index])
        if card is None:
            return None
        return read_prompt(
            self._store, card, now_ms=self._clock(), ahead=False, partner=None
        )

    def make_due(self, index: int) -> bool:
        """Make the card of a question due today; False if it is new or due already."""
        card = card_of_question(self._store, self.exam.questions[index])
        cards: Sequence[int] = () if card is None else (card,)
        return set_due_today(self._store, self._options, cards, self._clock()) > 0

    def confusion_candidates(self, index: int, text: str) -> tuple[Candidate, ...]:
        """Find cards that the card of a question may have been confused with."""
        prompt = self.prompt(index)
        return find_candidates(self._store, prompt.card, text) if prompt else ()

    def confused_with(self, index: int, other: int) -> bool:
        """Record which card was confused with that of a question.

        The miss is logged as in a cram: the schedule stays as it is.

        Returns:
            False if the card is gone or suspended; then nothing is written.

        Raises:
            StoreError: The store can't be written; nothing was.
        """
        prompt = self.prompt(index)
        if prompt is None:
            return False
        now_ms = self._clock()
        moment = self._options.moment(now_ms)
        with self._store.transaction():
            logged = record_cram(
                self._store, prompt.card, Rating.AGAIN, moment, duration_ms=0
            )
            return logged is not None and record_confusion(
                self._store, logged.review, other, now_ms
            )
