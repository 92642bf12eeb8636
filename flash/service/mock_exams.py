"""Mock exams: draw the questions of a new one, or find the one to continue."""

import math
from collections import Counter
from collections.abc import Iterator
from itertools import takewhile

from msgspec import Struct

from cards.errors import FlashError
from cards.translate import _
from flash.service.context import AppContext
from flash.service.exams import blueprint_of, only_deck_with_exam
from srs.forecast.exam import ExamCards
from srs.models.exam import Exam, with_blueprint
from srs.models.mock_exam import MockAnswer, MockExam
from srs.store.mock_exams import card_uids, finished_mock_exams, start_mock_exam
from srs.store.notes import stored_notes
from srs.study.mock_questions import AskedCard, draw, last_asked, shares
from srs.study.mock_session import lacking_by_domain

_QUESTIONS = 65
_MINUTES_EACH = 2.0
"""For an exam whose deck does not say."""


class MockWish(Struct, frozen=True):
    """What the user asked for; None for what the exam says."""

    deck: str | None = None
    """By default that of the exam that is set."""
    questions: int | None = None
    minutes: float | None = None
    seed: int | None = None
    counts: bool = False


class NewMock(Struct, frozen=True):
    """A mock exam that was drawn."""

    exam: MockExam
    asks: Exam
    """Its cards and weights."""
    lacking: dict[str, int]
    """Questions that could not be drawn, by domain."""
    repeated: int
    """Questions that an earlier mock exam asked, too."""

    @property
    def made(self) -> int:
        """Count the questions made from tables and lists."""
        return sum(one.is_made for one in self.exam.questions)


def exam_of(app: AppContext, deck: str | None) -> Exam:
    """Return the exam that is set, or one of a deck.

    Args:
        app: The open store.
        deck: A deck that exists; None for that of the exam that is set, else for the
            only one that prepares for an exam, else for all.

    Raises:
        DeckError: The `exam.yaml` of the deck has mistakes.
    """
    found = app.options.exam
    if found is not None and deck in (None, found.deck):
        return found
    chosen = Exam(app.today() + 1, only_deck_with_exam(app) if deck is None else deck)
    return with_blueprint(chosen, blueprint_of(app, chosen.deck))


def new_mock(app: AppContext, wish: MockWish) -> NewMock:
    """Draw a mock exam and save its begin; an unfinished one is dropped.

    Raises:
        DeckError: The `exam.yaml` of the deck has mistakes.
        FlashError: No card of the exam makes a question with options.
        StoreError: The store can't be written.
    """
    asks, now_ms = exam_of(app, wish.deck), app.now()
    cards = ExamCards(app.store, app.options, asks, app.today())
    count, each = _size(asks)
    count = wish.questions or count
    seed = now_ms % 1_000_000 if wish.seed is None else wish.seed
    # Without weights the points follow the number of cards, of all domains and none.
    weights = cards.weights if asks.weights else Counter(cards.domains.values())
    asked = last_asked(_earlier(app, asks, seed))
    questions = draw(list(_asked(app, cards)), weights, count, seed, asked)
    if not questions:
        message = _("no card can be asked with options")
        hint = _("a mock exam needs cards with 'choice:', tables or lists")
        raise FlashError(message, hint)
    # At the pace of the exam, also if it has fewer cards than were wished for.
    minutes = wish.minutes or math.ceil(len(questions) * each)
    exam = MockExam(
        id=now_ms,
        deck=asks.deck,
        name=asks.blueprint.exam if asks.blueprint else "",
        limit_ms=round(minutes * 60_000),
        seed=seed,
        counts=wish.counts,
        predicted=cards.share_on(app.today()),
        questions=questions,
        answers=(MockAnswer(),) * len(questions),
    )
    exam = start_mock_exam(app.store, exam)
    lacking = lacking_by_domain(exam, shares(weights, count))
    return NewMock(exam, asks, lacking, sum(one.key in asked for one in questions))


def _earlier(app: AppContext, asks: Exam, seed: int) -> Iterator[MockExam]:
    """Yield the exams handed in before the first one of the deck with this seed.

    So a seed draws the same questions again.  Those handed in are on all devices.
    """
    new = asks.deck, seed
    finished = finished_mock_exams(app.store)
    return takewhile(lambda one: (one.deck, one.seed) != new, finished)


def _size(asks: Exam) -> tuple[int, float]:
    """Return the number of questions of an exam, and the minutes for each."""
    found = asks.blueprint
    if found is None:
        return _QUESTIONS, _MINUTES_EACH
    return found.questions, found.minutes / found.questions


def _asked(app: AppContext, cards: ExamCards) -> Iterator[AskedCard]:
    uids = card_uids(app.store, list(cards.cards))
    for stored in stored_notes(app.store, cards=list(cards.cards)):
        for card in stored.cards:
            domain = cards.domains[card.id]
            yield AskedCard(card, stored.note, uids[card.id], domain)
