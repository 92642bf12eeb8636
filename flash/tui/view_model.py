"""State of the review screen: takes keys by name, returns a `View` to draw.

No terminal here.  A rating counts only while the answer is shown, so a key pressed
twice never rates a card that was not seen.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

from msgspec.structs import replace

from cards.errors import FlashError
from cards.translate import _
from flash.messages.cards import interval_label, source_url
from flash.messages.day import all_done, end_lines
from flash.messages.operations import undo_line
from flash.messages.review import (
    BURIED,
    CARD_CHANGED,
    CONFUSION_HINT,
    FILE_NOT_RELOADED,
    FILE_RELOADED,
    FLAG_PROMPT,
    NOT_READ,
    NOT_SAVED,
    OPEN_SOURCE,
    SUSPENDED,
    TEXT_NOT_TAKEN,
    answered_line,
    chosen_line,
    confusion_result,
    flagged_line,
    help_lines,
    history_lines,
    obstacle_line,
    suggestion_line,
    text_kept_line,
    waiting_lines,
)
from flash.messages.review_keys import DEFAULT_KEYS, FLAGS, ReviewKeys
from flash.service.edited_text import to_edit_again
from flash.service.editor import KeptTexts
from flash.tui.answering import AnsweringModel
from flash.tui.confusion_search import ConfusionSearch
from flash.tui.text_input import TextInput
from flash.tui.view import Mode, Overlay, UiCommand, View
from srs.models.cards import Rating
from srs.store.card_search import Candidate
from srs.store.connection import StoreError
from srs.study.prompt import Prompt
from srs.study.queue import Counts
from srs.study.results import Obstacle
from srs.study.session import Session
from srs.study.typed_answer import check_typed

_MIN_ANSWERS = 5
"""Answers needed before the time left is estimated."""
_QUIET_MS = 300


class ReviewViewModel(AnsweringModel[View]):
    """A review session as the screen shows it."""

    def __init__(
        self,
        session: Session,
        notices: Sequence[str] = (),
        keys: ReviewKeys = DEFAULT_KEYS,
    ) -> None:
        """Show the first question, or why there is none."""
        message = " ".join(notices)
        super().__init__(View(message, session_name=session.name, keys=keys))
        self.session = session
        self._asked_ms = session.now()
        self._total_ms = 0
        self._quiet_until_ms = 0
        """Until then Space and Enter are ignored: a key held down, or pressed twice."""
        self._is_flagging = False
        """The next key chooses a flag."""
        self.kept = KeptTexts()
        self._advance()

    def _advance(self) -> None:
        """Show the next question; wait or end if there is none."""
        session = self.session
        # Drop the card just answered even if the next one cannot be read.
        self.view = replace(self.view, prompt=None, mode=Mode.OVER, sentences=())
        prompt = None if session.is_over() else session.next()
        counts = session.counts()
        self._asked_ms = session.now()
        self.view = replace(
            self.view,
            prompt=prompt,
            counts=counts,
            done=session.done_today(),
            minutes_left=self._minutes_left(counts),
            intervals=(),
            sentences=(),
            mode=Mode.ASKING,
            chosen=None,
            typing=TextInput() if prompt and prompt.question.typed else None,
            typed=None,
        )
        if prompt is None:
            self._wait_or_end()

    def _wait_or_end(self) -> None:
        session = self.session
        wait_ms = None if session.is_over() else session.waiting_ms()
        if wait_ms is not None:
            sentences = waiting_lines(wait_ms)
            self.view = replace(self.view, mode=Mode.WAITING, sentences=sentences)
            return
        summary = session.summary()
        report = session.day_report()
        lines = end_lines(summary, report)
        if not self.view.counts.total:
            lines.insert(0, all_done(summary, report, self.view.keys))
        self.view = replace(self.view, mode=Mode.OVER, sentences=tuple(lines))

    def _minutes_left(self, counts: Counts) -> int | None:
        answers = self.session.done()
        if answers < _MIN_ANSWERS or not self._total_ms or not counts.total:
            return None
        return max(1, round(self._total_ms / answers * counts.total / 60_000))

    def tick(self) -> bool:
        """Check the clock while waiting; return True if the view changed."""
        if self.view.mode is not Mode.WAITING or self.view.overlay is not None:
            return False
        before = self.view
        with self._showing_failures():
            self._advance()
        if self.view.overlay is not None:
            self.view = replace(before, overlay=self.view.overlay)  # and tries again
        return self.view != before

    @contextmanager
    def _showing_failures(self) -> Iterator[None]:
        """Show an error of the store over the card; the screen goes on."""
        try:
            yield
        except StoreError as error:
            title = _(NOT_SAVED) if self.view.prompt else _(NOT_READ)
            overlay = Overlay(title, (error.message, error.hint))
            self.failure = error
            self.view = replace(self.view, overlay=overlay)

    def press(self, key: str) -> UiCommand:
        """Handle a key.

        Args:
            key: A character, `space` or `enter`; during a search one of
                `flash.tui.confusion_search.KEYS` or a character.

        Returns:
            What the terminal has to do.
        """
        meaning = self.view.keys.meaning(key)
        if self.view.overlay is not None:
            is_edit = self.view.overlay.is_edit_offered and meaning == "e"
            self.view = replace(self.view, overlay=None)
            return UiCommand.EDIT if is_edit else UiCommand.NOTHING
        with self._showing_failures():
            if self.view.typing is not None:
                self._type(self.view.typing, key)
            elif self._search is not None:
                self._press_in_search(self._search, key)
            elif self._is_flagging:
                self._flag(meaning)
            else:
                return UiCommand.QUIT if meaning == "q" else self._press(meaning)
        return UiCommand.NOTHING

    def _press(self, key: str) -> UiCommand:
        if key in ("space", "enter"):
            return self._continue()
        self._quiet_until_ms = 0
        steps = {"u": self._undo, "x": self._start_search, "?": self._show_help}
        if self.view.prompt is not None:
            steps |= {"s": self._suspend, "b": self._bury, "i": self._show_history}
            steps["f"] = self._start_flagging
            if self.view.mode is Mode.ASKING:
                steps["t"] = self._start_typing
                count = min(9, len(self.view.prompt.question.options))
                steps |= {str(i + 1): partial(self._choose, i) for i in range(count)}
            if self.view.mode is Mode.ANSWERED:
                steps |= {str(int(one)): partial(self._rate, one) for one in Rating}
        if key in steps:
            steps[key]()
        elif self.view.prompt is not None and key in ("e", "p"):
            return UiCommand.EDIT if key == "e" else UiCommand.MEDIA
        elif self.view.prompt is not None and key == "o":
            self._open()
        return UiCommand.NOTHING

    def _type(self, typing: TextInput, key: str) -> None:
        """Type the answer; Enter shows the right one, Escape ends the typing."""
        view = self.view
        if key == "enter":
            prompt, text = view.prompt, typing.text
            typed = (
                check_typed(prompt.question, text) if prompt and text.strip() else None
            )
            self._quiet_until_ms = self.session.now() + _QUIET_MS
            self.view = replace(view, typing=None, typed=typed)
            self._show_answer()
            self.show_message(suggestion_line(typed.rating) if typed else "")
        else:
            changed = None if key == "escape" else typing.press(key)
            self.view = replace(view, typing=changed)

    def _choose(self, option: int) -> None:
        """Choose an option, or none if it was chosen."""
        chosen = None if option == self.view.chosen else option
        self.view = replace(self.view, chosen=chosen)

    def _start_typing(self) -> None:
        self.show_message("")
        self.view = replace(self.view, typing=TextInput())

    def _show_help(self) -> None:
        self._cover(*help_lines(self.view.keys))

    def _show_history(self) -> None:
        self._cover(_("History"), history_lines(self.session.history()))

    def _open(self) -> None:
        """Open the source; before the answer is shown, only if pressed again."""
        question, prompt = self.view.keys.fill(_(OPEN_SOURCE)), self.view.prompt
        is_hidden = self.view.mode is not Mode.ANSWERED
        has_source = prompt is not None and source_url(prompt.note)
        if is_hidden and has_source and self.view.message != question:
            self.show_message(question)
        else:
            self._open_source(prompt)

    def _continue(self) -> UiCommand:
        now_ms, mode = self.session.now(), self.view.mode
        is_quiet = now_ms < self._quiet_until_ms
        if is_quiet or mode in (Mode.ASKING, Mode.ANSWERED):
            self._quiet_until_ms = now_ms + _QUIET_MS
        if is_quiet:
            return UiCommand.NOTHING
        match mode:
            case Mode.OVER:
                return UiCommand.QUIT
            case Mode.WAITING:
                self.session.go_ahead()
                self.show_message("")
                self._advance()
            case Mode.ASKING:
                self._show_answer()
                prompt = self.view.prompt
                asked = None if prompt is None else prompt.question
                self.show_message(chosen_line(asked, self.view.chosen))
            case Mode.ANSWERED:
                self._rate(Rating.GOOD)
        return UiCommand.NOTHING

    def _show_answer(self) -> None:
        states = self.session.next_states()
        intervals = tuple(
            interval_label(states[one].interval) for one in Rating if one in states
        )
        self.view = replace(self.view, mode=Mode.ANSWERED, intervals=intervals)

    def _duration_ms(self) -> int:
        return max(0, self.session.now() - self._asked_ms)

    def _rate(self, rating: Rating, duration_ms: int | None = None) -> None:
        if duration_ms is None:
            duration_ms = self._duration_ms()
        prompt = self.view.prompt
        answered = self.session.answer(rating, duration_ms)
        self.failure = None
        self._total_ms += duration_ms
        line = answered_line(answered, prompt.question.question if prompt else "")
        self.show_message(line, is_alarm=bool(line))
        self._advance()

    def _start_search(self) -> None:
        """Search for the card with which the last miss, or a shown one, was confused.

        The answer is rated Again once a card is chosen.
        """
        missed, duration_ms = self.session.missed, None
        prompt = missed.prompt if missed else None
        if self.view.mode is Mode.ANSWERED:
            prompt, duration_ms = self.view.prompt, self._duration_ms()
        if prompt is None:
            self.show_message(self.view.keys.fill(_(CONFUSION_HINT)))
            return
        find = partial(self.session.confusion_candidates, prompt)
        question = prompt.question.question
        self._show_search(ConfusionSearch(question, find, duration_ms))

    def _record_confusion(self, search: ConfusionSearch, chosen: Candidate) -> None:
        if search.duration_ms is not None:
            self._rate(Rating.AGAIN, search.duration_ms)
            search.duration_ms = None
            if self.session.missed is None:
                # It was not recorded, which has its own message.
                return
        is_recorded = self.session.confused_with(chosen.card)
        self.failure = None
        message = confusion_result(self._named_keys(), is_recorded=is_recorded)
        self.show_message(message, is_alarm=not is_recorded)

    def _undo(self) -> None:
        undone = self.session.undo()
        self.failure = None
        later = None if undone else self.session.later_operation()
        self.show_message(undo_line(undone, later))
        if undone is not None:
            self._ask_again()

    def _ask_again(self) -> None:
        """Show the next question; the answer stays if it is the same card."""
        before = self.view
        self._advance()
        if before.mode is Mode.ANSWERED and _is_same(before.prompt, self.view.prompt):
            self._show_answer()

    def _suspend(self) -> None:
        self._skipped(self.session.suspend(), SUSPENDED)

    def _bury(self) -> None:
        self._skipped(self.session.bury(), BURIED)

    def _start_flagging(self) -> None:
        self._is_flagging = True
        self.show_message(_(FLAG_PROMPT))

    def _flag(self, key: str) -> None:
        """Flag the card with a digit; any other key cancels."""
        self._is_flagging = False
        self.show_message("")
        if key not in FLAGS:
            return
        obstacle = self.session.flag(int(key))
        if obstacle:
            self._skipped(obstacle, "")
            return
        self.failure = None
        self.view = replace(self.view, prompt=self.session.next())
        self.show_message(flagged_line(int(key), self.view.keys))

    def _skipped(self, obstacle: Obstacle, done: str) -> None:
        self.failure = None
        self._advance()
        message = obstacle_line(obstacle) or self._named_keys().fill(_(done))
        self.show_message(message, is_alarm=bool(obstacle))

    def _named_keys(self) -> ReviewKeys:
        """Return the keys as messages name them: behind a typed answer after Esc."""
        keys = self.view.keys
        return keys if self.view.typing is None else keys.after_escape()

    def reload(self, text: str | None = None, handed_out: str = "") -> None:
        """Load the deck file of the present card again.

        Args:
            text: The edited text of a card that has no file.
            handed_out: The text that was edited.
        """
        from flash.messages.adding import with_retired  # noqa: PLC0415 - loads slowly

        card = self.view.prompt.card.id if self.view.prompt else 0
        try:
            retired = self.session.reload(text, handed_out)
        except FlashError as error:
            self._show_mistakes(error, card, text)
            return
        self.kept.forget(card)
        with self._showing_failures():
            self._ask_again()
            message = _(FILE_RELOADED if text is None else CARD_CHANGED)
            self.show_message(with_retired(self._named_keys().fill(message), retired))

    def _show_mistakes(self, error: FlashError, card: int, text: str | None) -> None:
        """Cover the card with what is wrong, and with the place of a text not taken."""
        title, lines = FILE_NOT_RELOADED, str(error).splitlines()
        if text is not None:
            title = TEXT_NOT_TAKEN
            try:
                file = self.kept.keep(card, to_edit_again(error, text))
                lines.append(text_kept_line(file))
            except FlashError as failure:
                lines.append(str(failure))
        self._cover(self.view.keys.fill(_(title)), lines, is_edit_offered=True)


def _is_same(before: Prompt | None, after: Prompt | None) -> bool:
    return before is not None and after is not None and before.card.id == after.card.id
