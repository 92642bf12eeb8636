"""State of the mock exam's screen: takes keys by name, returns a view to draw."""

from collections.abc import Callable, Sequence
from enum import Enum
from functools import partial
from typing import Self

from msgspec.structs import replace

from cards.translate import _
from flash.messages.mock_exam import (
    ALL_ANSWERED,
    CARD_GONE,
    CONFUSION_RECORDED,
    MADE_DUE,
    NOT_MADE_DUE,
    TIME_IS_UP,
    answered_label,
    exam_keys,
    following_label,
    hand_in_lines,
    left_label,
    mock_title,
    option_of_key,
    position_label,
    result_keys,
    result_label,
)
from flash.messages.phrases import labelled
from flash.messages.review import NOT_SAVED
from flash.tui.answering import AnsweringModel
from flash.tui.confusion_search import ConfusionSearch
from flash.tui.view import AnsweringView, Overlay
from srs.models.mock_exam import MockAnswer, MockExam, MockQuestion
from srs.store.card_search import Candidate
from srs.store.connection import StoreError
from srs.study.mock_session import MockSession
from srs.study.prompt import Prompt


class MockMode(Enum):
    """What the screen shows."""

    ASKING = "asking"
    SCORE = "score"
    RESULT = "result"
    """A question with its right answer."""


class MockView(AnsweringView, frozen=True):
    """Everything the screen shows at one moment."""

    mode: MockMode = MockMode.ASKING
    title: str = ""
    place: str = ""
    """Such as `question 12 of 65`."""
    time: str = ""
    """The time left; empty after the exam."""
    progress: tuple[int, int] = (0, 0)
    """Questions answered, or results seen; and all of them."""
    progress_label: str = ""
    following: str = ""
    """After the exam: what Space shows next; empty if nothing follows."""
    asked: MockQuestion | None = None
    answer: MockAnswer = MockAnswer()
    prompt: Prompt | None = None
    """The card of a result; None if it is gone."""
    lines: tuple[str, ...] = ()
    """The score."""
    is_handing_in: bool = False
    """The overlay asks whether to hand in."""

    def is_same_page(self, before: Self) -> bool:
        """Return True if the same question is shown: answers and time don't matter."""
        one, two = (
            (view.mode, view.place, view.overlay, view.search)
            for view in (self, before)
        )
        return one == two


class MockViewModel(AnsweringModel[MockView]):
    """A mock exam as the screen shows it."""

    def __init__(
        self,
        session: MockSession,
        describe: Callable[[MockExam], Sequence[str]],
        notices: Sequence[str] = (),
    ) -> None:
        """Show the present question, or the score of a finished exam.

        Args:
            session: The exam.
            describe: Returns the lines of the result.
            notices: Messages to show with the first question.
        """
        super().__init__(MockView(" ".join(notices)))
        self._session, self._describe = session, describe
        self._place = 0
        """In `MockExam.misses_first`."""
        self._refresh()

    def _refresh(self) -> None:
        """Show the present question or result again; the message stays."""
        session, view = self._session, self.view
        exam, title = session.exam, mock_title(session.exam)
        if session.is_finished:
            if view.mode is MockMode.ASKING:
                self._show_score()
            elif view.mode is MockMode.RESULT:
                self._show_result()
            return
        position, total = session.position, len(exam.questions)
        self.view = replace(
            view,
            mode=MockMode.ASKING,
            title=title,
            place=position_label(position, total),
            time=left_label(session.left_ms()),
            progress=(total - len(exam.unanswered), total),
            progress_label=answered_label(exam),
            asked=exam.questions[position],
            answer=exam.answers[position],
        )

    def _show_score(self) -> None:
        exam = self._session.exam
        self.view = MockView(
            mode=MockMode.SCORE,
            title=mock_title(exam),
            message=self.view.message,
            lines=tuple(self._describe(exam)),
            progress=(0, len(exam.questions)),
            following=following_label(exam, -1),
        )

    def _index(self) -> int:
        """Return the index of the question whose result is shown."""
        return self._session.exam.misses_first[self._place]

    def _show_result(self) -> None:
        session, exam, index = self._session, self._session.exam, self._index()
        self.view = replace(
            self.view,
            place=result_label(exam, self._place),
            progress=(self._place + 1, len(exam.questions)),
            progress_label="",
            following=following_label(exam, self._place),
            asked=exam.questions[index],
            answer=exam.answers[index],
            prompt=session.prompt(index),
        )

    def tick(self) -> bool:
        """Look at the clock; return True if the view changed."""
        if self._session.is_finished:
            return False
        before = self.view
        if not self._session.left_ms():
            self._save(self._session.hand_in)
            if self._session.is_finished:
                self.view = replace(self.view, overlay=None, is_handing_in=False)
                self.show_message(_(TIME_IS_UP))
        self._refresh()
        return self.view != before

    def press(self, key: str) -> bool:
        """Handle a key.

        Args:
            key: A character, or `left`, `right`, `space`, `enter` or `escape`; during
                a search one of `flash.tui.confusion_search.KEYS` or a character.

        Returns:
            True if the user leaves.
        """
        if self._search is not None:
            self._press_in_search(self._search, key)
            return False
        key = key.lower() if len(key) == 1 else key
        if self.view.overlay is not None:
            is_handed_in = self.view.is_handing_in and key == "h"
            self.view = replace(self.view, overlay=None, is_handing_in=False)
            if is_handed_in:
                self._save(self._session.hand_in)
                self._refresh()
            return False
        self.show_message("")
        self.tick()
        if key == "q":
            return self._session.is_finished or self._save(self._session.pause)
        if key == "?":
            self._show_help()
        elif self._session.is_finished:
            self._press_after(key)
        else:
            self._press_during(key)
        self._refresh()
        return False

    def _press_during(self, key: str) -> None:
        session = self._session
        last = len(session.exam.questions) - 1
        asked = session.exam.questions[session.position]
        option = option_of_key(key, len(asked.options))
        if option is not None:
            before = session.exam.answers[session.position].chosen
            self._save(partial(session.choose, None if option == before else option))
        elif key == "left":
            session.go(session.position - 1)
        elif key in ("right", "space", "enter") and session.position < last:
            session.go(session.position + 1)
        elif key == "m":
            self._save(session.mark)
        elif key == "n":
            if not session.go_to_open():
                self.show_message(_(ALL_ANSWERED))
        elif key in ("h", "enter", "space"):
            lines = tuple(hand_in_lines(session.exam))
            overlay = Overlay(_("Hand the exam in?"), lines)
            self.view = replace(self.view, overlay=overlay, is_handing_in=True)

    def _press_after(self, key: str) -> None:
        last = len(self._session.exam.questions) - 1
        is_next = key in ("right", "space", "enter")
        if self.view.mode is MockMode.SCORE:
            if is_next:
                self.view = replace(self.view, mode=MockMode.RESULT)
        elif key == "left" and not self._place:
            self._show_score()
        elif is_next or key == "left":
            step = 1 if is_next else -1
            self._place = min(self._place + step, last)
        elif key in ("d", "x", "o"):
            self._act(key, self._index())

    def _act(self, key: str, index: int) -> None:
        prompt = self.view.prompt
        if prompt is None:
            self.show_message(_(CARD_GONE))
        elif key == "d":
            self._save(partial(self._make_due, index))
        elif key == "x":
            find = partial(self._session.confusion_candidates, index)
            self._show_search(ConfusionSearch(prompt.question.question, find))
        else:
            self._open_source(prompt)

    def _make_due(self, index: int) -> None:
        is_due = self._session.make_due(index)
        self.show_message(_(MADE_DUE if is_due else NOT_MADE_DUE))

    def _record_confusion(self, _search: ConfusionSearch, chosen: Candidate) -> None:
        self._save(partial(self._confuse, chosen.card))

    def _confuse(self, other: int) -> None:
        is_recorded = self._session.confused_with(self._index(), other)
        message = CONFUSION_RECORDED if is_recorded else CARD_GONE
        self.show_message(_(message), is_alarm=not is_recorded)

    def _save(self, step: Callable[[], None]) -> bool:
        """Write to the store; report an error and return False if it fails."""
        try:
            step()
        except StoreError as error:
            overlay = Overlay(_(NOT_SAVED), (error.message, error.hint))
            self.failure = error
            self.view = replace(self.view, overlay=overlay, is_handing_in=False)
            return False
        self.failure = None
        return True

    def _show_help(self) -> None:
        keys = result_keys() if self._session.is_finished else exam_keys()
        lines = tuple(labelled(f"{key}  {label}", text) for key, label, text in keys)
        scroll = _("Arrows up and down, PgUp, PgDn: scroll a long question")
        self._cover(_("Keys"), (*lines, "", scroll))
