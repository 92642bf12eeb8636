"""The review line by line, for pipes, screen readers and tests.

An empty line shows the answer, a digit rates it.  Nothing is wrapped or drawn,
and every line is flushed at once, so that the other end of a pipe can hold the
conversation.
"""

from collections.abc import Callable
from functools import partial
from io import TextIOWrapper
from typing import TextIO
from unicodedata import normalize

from cards.text.terminal import plain_text
from cards.text.width import clean
from flash.cli.plain_confusion import is_confusion, name_confusion
from flash.messages.operations import undone_text
from flash.messages.review import (
    KEYS,
    NO_MISS,
    NOT_SAVED,
    NOT_SCHEDULED,
    NOTHING_TO_UNDO,
    RATINGS,
    all_done,
    answered_line,
    breadcrumb,
    checked_line,
    clock_label,
    counts_label,
    history_lines,
    interval_label,
    one_line,
    option_letter,
    right_option,
    source_names,
    summary_lines,
    was_line,
)
from srs.models.cards import Rating
from srs.store.connection import StoreError
from srs.study.prompt import Prompt
from srs.study.session import Session, Summary

_ASK = "Enter shows the answer, ? is help"
_LEFT_OUT = ("e", "o", "?")
"""Keys that need a screen of their own."""


def run(session: Session, stdin: TextIO, stdout: TextIO) -> Summary:
    """Hold a review on two streams.

    Args:
        session: The review.
        stdin: Lines of the person; its end ends the review.
        stdout: Questions, answers and a summary.

    Returns:
        What the run came to.
    """
    for stream in (stdin, stdout):
        if isinstance(stream, TextIOWrapper):
            # A terminal without Unicode, or a byte of another encoding: go on.
            stream.reconfigure(errors="replace")
    return _Conversation(session, stdin, stdout).hold()


class _Conversation:
    def __init__(self, session: Session, stdin: TextIO, stdout: TextIO) -> None:
        self._session, self._stdin, self._stdout = session, stdin, stdout
        self._is_ending = False

    def hold(self) -> Summary:
        """Ask until the day, the wish or the input ends."""
        for notice in self._session.notices:
            self._say(notice)
        while not self._is_ending and not self._session.is_over():
            turn = self._session.next()
            if turn is not None:
                self._ask(turn)
            elif not self._wait():
                break
        summary = self._session.summary()
        if not self._is_ending and not self._session.counts().total:
            self._say(all_done(summary))
        for line in summary_lines(summary):
            self._say(line)
        return summary

    def _say(self, text: str = "") -> None:
        for line in clean(text).split("\n"):
            self._stdout.write(line + "\n")
            self._stdout.flush()

    def _hear(self) -> str:
        """Read a word; `q` at the end of the input."""
        line = self._stdin.readline()
        word = normalize("NFKC", line).strip().lower() if line else "q"
        if word == "q":
            self._is_ending = True
        return word

    def _wait(self) -> bool:
        """Let the person go ahead with learning cards; False where none is left."""
        wait_ms = self._session.waiting_ms()
        if wait_ms is None:
            return False
        self._say("Nothing is due at this moment.")
        when = clock_label(wait_ms)
        self._say(f"The next card comes in {when}; Enter goes ahead now, q quits.")
        while not self._is_ending:
            word = self._hear()
            if word == "":
                self._session.go_ahead()
                return True
            if word == "u":
                return self._do(self._undo)
            if is_confusion(word):
                self._mix_up(word)
                return True
            if not self._is_ending:
                self._say("Enter, u or q is meant here.")
        return True

    def _ask(self, turn: Prompt) -> None:
        """Ask a question until it is dealt with."""
        self._show_question(turn)
        asked_ms = self._session.now()
        is_shown = False
        steps = {"u": self._undo, "s": self._suspend, "b": self._bury}
        while not self._is_ending:
            word = self._hear()
            if word == "" and not is_shown:
                is_shown = True
                self._show_answer(turn)
            elif (word in ("1", "2", "3", "4") or is_confusion(word)) and is_shown:
                took_ms = max(0, self._session.now() - asked_ms)
                rating = Rating.AGAIN if is_confusion(word) else Rating(int(word))
                if self._do(partial(self._rate, rating, took_ms)):
                    if is_confusion(word):
                        self._mix_up(word)
                    return
            elif is_confusion(word):
                self._mix_up(word)
            elif word in ("u", "s", "b"):
                if self._do(steps[word]):
                    return
            elif not self._is_ending:
                self._help_out(word, is_shown=is_shown)

    def _do(self, step: Callable[[], None]) -> bool:
        """Write to the store; say so and stay where it refuses."""
        try:
            step()
        except StoreError as error:
            self._say(f"{NOT_SAVED}: {error.message} ({error.hint})")
            return False
        return True

    def _rate(self, rating: Rating, took_ms: int) -> None:
        line = answered_line(self._session.answer(rating, took_ms))
        if line:
            self._say(line)

    def _mix_up(self, word: str) -> None:
        """Ask what the last, missed answer was taken for."""
        if self._session.missed is None:
            self._say(NO_MISS)
        else:
            step = partial(name_confusion, self._session, word, self._say, self._hear)
            self._do(step)

    def _undo(self) -> None:
        undone = self._session.undo()
        self._say(undone_text(undone.operation) if undone else NOTHING_TO_UNDO)

    def _suspend(self) -> None:
        self._session.suspend()
        self._say("suspended; u takes that back")

    def _bury(self) -> None:
        self._session.bury()
        self._say("buried till tomorrow; u takes that back")

    def _help_out(self, word: str, *, is_shown: bool) -> None:
        if word == "i":
            for line in history_lines(self._session.history()):
                self._say(line)
        elif word == "?":
            self._show_help()
        elif is_shown:
            self._say("1, 2, 3 or 4 rates the answer; ? is help.")
        elif word in ("1", "2", "3", "4"):
            self._say("Enter shows the answer first; then it can be rated.")
        else:
            self._say(f"{_ASK}.")

    def _show_help(self) -> None:
        self._say("Enter: show the answer; then")
        for rating, name, when in RATINGS:
            self._say(f"{int(rating)} {name}: {when}")
        for key, _, sentence in KEYS:
            if key not in _LEFT_OUT:
                self._say(f"{key}: {sentence}")

    def _show_question(self, turn: Prompt) -> None:
        self._say()
        self._say(breadcrumb(turn.note.deck))
        self._say(counts_label(self._session.counts(), self._session.name))
        self._say()
        self._say(plain_text(turn.question.question))
        for index, option in enumerate(turn.question.options):
            self._say(f"{option_letter(index)}: {plain_text(option.text)}")
        self._say(f"({_ASK})")

    def _show_answer(self, turn: Prompt) -> None:
        question, note = turn.question, turn.note
        right = right_option(question)
        letter = "" if right is None else f"{option_letter(right)}: "
        self._say(letter + plain_text(question.answer))
        for text in (question.context, note.extra):
            if text:
                self._say(plain_text(text))
        for line in (
            was_line(note.changed, note.language),
            *self._sources(turn),
            checked_line(note),
        ):
            if line:
                self._say(line)
        other = turn.partner
        if other is not None:
            self._say(f"not to be taken for: {one_line(plain_text(other.question))}")
            self._say(plain_text(other.answer))
        outcomes = self._session.next_states()
        labels = [f"{int(rating)} {name}" for rating, name, _ in RATINGS]
        if outcomes:
            intervals = (outcomes[rating].interval for rating, _, _ in RATINGS)
            labels = [
                f"{label} {interval_label(interval)}"
                for label, interval in zip(labels, intervals, strict=True)
            ]
        end = "" if outcomes else f"; {NOT_SCHEDULED}"
        self._say("(" + " · ".join(labels) + end + ")")

    def _sources(self, turn: Prompt) -> list[str]:
        return [f"source: {name}" for name in source_names(turn.note)]
