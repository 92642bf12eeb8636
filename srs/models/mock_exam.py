"""A mock exam: its questions as they are asked, the answers given, and the score."""

from collections.abc import Container, Iterable

from msgspec import Struct
from msgspec.structs import replace

QuestionKey = tuple[str, str]
"""Guid of the note and uid of its card."""


class MockQuestion(Struct, frozen=True):
    """A question with options, as a mock exam asks it."""

    guid: str
    """The note that it is about."""
    uid: str
    """The card of the note: the part with which it was created."""
    domain: str
    """Tag of the domain; empty for none."""
    question: str
    """Markdown, as are the options; empty if the note was deleted."""
    options: tuple[str, ...]
    """In the order in which they are shown."""
    right: int
    """Index of the right option."""
    is_made: bool = False
    """Made from a table or a list; the deck has no such choice."""

    @property
    def key(self) -> QuestionKey:
        """Return what identifies the question in other exams."""
        return self.guid, self.uid


def without_texts(
    questions: Iterable[MockQuestion], guids: Container[str]
) -> tuple[MockQuestion, ...]:
    """Return questions without the text of those about some notes."""
    return tuple(
        replace(one, question="", options=("",) * len(one.options))
        if one.guid in guids
        else one
        for one in questions
    )


class MockAnswer(Struct, frozen=True, array_like=True):
    """What was done with a question."""

    chosen: int | None = None
    """Index of the chosen option."""
    is_marked: bool = False
    """Marked for later."""


class MockExam(Struct, frozen=True):
    """A mock exam, finished or not."""

    id: int
    """UTC milliseconds when it began; unique."""
    deck: str
    """Deck whose cards it asks; empty for all."""
    name: str
    """Name of the exam; empty if the deck names none."""
    limit_ms: int
    """Time for it, milliseconds."""
    seed: int
    counts: bool
    """Wrong answers count as the answer Again."""
    predicted: float
    """Share of the points that was predicted when it began, 0 to 1."""
    questions: tuple[MockQuestion, ...]
    answers: tuple[MockAnswer, ...]
    """One for each question."""
    spent_ms: int = 0
    """Time used, milliseconds."""
    finished_ms: int = 0
    """UTC milliseconds when it was handed in; 0 before."""

    def is_right(self, index: int) -> bool:
        """Return True if a question was answered correctly."""
        return self.answers[index].chosen == self.questions[index].right

    @property
    def right(self) -> int:
        """Return the number of correct answers."""
        return sum(map(self.is_right, range(len(self.questions))))

    @property
    def misses(self) -> tuple[int, ...]:
        """Return the indexes of questions with a wrong answer or none."""
        return tuple(i for i in range(len(self.questions)) if not self.is_right(i))

    @property
    def misses_first(self) -> tuple[int, ...]:
        """Return the indexes of all questions, those answered correctly last."""
        return tuple(sorted(range(len(self.questions)), key=self.is_right))

    @property
    def unanswered(self) -> tuple[int, ...]:
        """Return the indexes of questions without an answer."""
        return tuple(i for i, one in enumerate(self.answers) if one.chosen is None)

    @property
    def marked(self) -> tuple[int, ...]:
        """Return the indexes of the marked questions."""
        return tuple(i for i, one in enumerate(self.answers) if one.is_marked)
