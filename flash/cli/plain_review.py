"""The plain review: one line per step, for pipes, screen readers and tests.

An empty line shows the answer, a digit rates it.  Nothing is wrapped or drawn, and
every line is flushed at once, so that a program at the other end can answer.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, TextIO

from cards.errors import with_hint
from cards.questions import Question
from cards.text.terminal import plain_text
from cards.translate import _
from flash.cli.plain_stream import PlainStream, is_confusion, search_confused
from flash.messages.cards import (
    checked_line,
    duration_label,
    interval_label,
    one_line,
    right_option,
    source_addresses,
    was_line,
)
from flash.messages.day import all_done, end_lines
from flash.messages.operations import undo_line
from flash.messages.phrases import labelled, sentence
from flash.messages.review import (
    BURIED,
    CONFUSION_HINT,
    NONE_DUE_NOW,
    NOT_SAVED,
    NOT_SCHEDULED,
    SUSPENDED,
    answered_line,
    chosen_line,
    confusion_result,
    counts_label,
    deck_line,
    flagged_line,
    history_lines,
    obstacle_line,
    rating_help,
    suggestion_line,
)
from flash.messages.review_keys import DEFAULT_KEYS, FLAGS, ReviewKeys
from srs.models.cards import Rating
from srs.store.card_search import Candidate
from srs.store.connection import StoreError
from srs.study.prompt import Prompt
from srs.study.results import Summary
from srs.study.session import Session

if TYPE_CHECKING:
    from srs.study.typed_answer import Spans

_KEYS = "uxtsbfpiq"
"""Keys that the help explains, by default key; `e` and `o` need the full screen."""


def run_plain(
    session: Session,
    stdin: TextIO,
    stdout: TextIO,
    notices: Sequence[str] = (),
    keys: ReviewKeys = DEFAULT_KEYS,
) -> Summary:
    """Hold a review on two streams.

    Args:
        session: The review.
        stdin: Lines of the user; its end ends the review.
        stdout: Questions, answers and a summary.
        notices: Lines to print first.
        keys: The keys.

    Returns:
        The summary of the review.

    Raises:
        StoreError: The last step was not saved.
    """
    return _PlainReview(session, PlainStream(stdin, stdout, keys)).run(notices)


class _PlainReview:
    def __init__(self, session: Session, stream: PlainStream) -> None:
        self._session, self._stream = session, stream
        self._print, self._read, self._keys = stream.print, stream.read, stream.keys
        self._failure: StoreError | None = None
        """Why the last step was not saved."""

    def run(self, notices: Sequence[str]) -> Summary:
        """Ask until no card is due, or a limit or the input ends the review."""
        for notice in notices:
            self._print(notice)
        while not self._stream.is_ending and not self._session.is_over():
            prompt = self._session.next()
            if prompt is not None:
                self._ask(prompt)
            elif not self._wait():
                break
        summary = self._session.summary()
        report = self._session.day_report()
        if not self._stream.is_ending and not self._session.counts().total:
            self._print(all_done(summary, report, self._keys))
        for line in end_lines(summary, report):
            self._print(line)
        if self._failure is not None:
            raise self._failure
        return summary

    def _wait(self) -> bool:
        """Offer to show learning cards early; False if none is left."""
        wait_ms = self._session.waiting_ms()
        if wait_ms is None:
            return False
        self._print(_(NONE_DUE_NOW))
        self._print(
            _("The next card is due in {time}. Enter: show it now, q: quit.").format(
                time=duration_label(wait_ms)
            )
        )
        while not self._stream.is_ending:
            word = self._read()
            if word == "":
                self._session.go_ahead()
                return True
            if word == "u":
                return self._save(self._undo)
            if is_confusion(word):
                self._record_confusion(word)
                return True
            if not self._stream.is_ending:
                self._print(self._keys.fill(_("Press Enter, {undo} or q.")))
        return True

    def _ask(self, prompt: Prompt) -> None:
        """Ask a question until it is answered, suspended, buried or undone."""
        self._show_question(prompt)
        asked_ms = self._session.now()
        is_shown = False
        steps = {"u": self._undo, "s": self._suspend, "b": self._bury}
        while self._is_asked(prompt):
            is_text = prompt.question.typed and not is_shown
            word = self._stream.read(is_text=is_text)
            text = "" if is_shown else self._typed_text(word, is_text=is_text)
            chosen = None if is_shown else _chosen_option(prompt, word)
            if text or chosen is not None or (word == "" and not is_shown):
                is_shown = True
                self._show_typed(prompt, text)
                self._show_answer(prompt, chosen)
            elif word in ("1", "2", "3", "4") and is_shown:
                duration_ms = max(0, self._session.now() - asked_ms)
                rating = Rating(int(word))
                if self._save(partial(self._rate, prompt, rating, duration_ms)):
                    return
            elif is_confusion(word):
                shown = (prompt, asked_ms) if is_shown else None
                if self._record_confusion(word, shown):
                    return
            elif word in steps:
                # An undo may have had nothing to undo.
                if self._save(steps[word]) and self._session.next() is not prompt:
                    return
            elif not self._stream.is_ending:
                self._show_info(prompt, word, is_shown=is_shown)

    def _is_asked(self, prompt: Prompt) -> bool:
        """Return False once another card is asked, or none; its flag may change."""
        if self._stream.is_ending:
            return False
        present = self._session.next()
        return present is not None and present.card.id == prompt.card.id

    def _typed_text(self, word: str, *, is_text: bool) -> str:
        """Return the answer typed in the last line; empty if it is a key."""
        line = self._stream.line
        if not is_text:
            return line.strip()[2:].strip() if word.startswith("t ") else ""
        is_key = word in ("q", "u", "?") and not line[:1].isspace()
        return "" if is_key or self._stream.is_ending else line.strip()

    def _show_typed(self, prompt: Prompt, text: str) -> None:
        """Suggest a rating for a typed answer, and mark how it differs."""
        if not text:
            return
        from srs.study.typed_answer import check_typed  # noqa: PLC0415 - rare

        typed = check_typed(prompt.question, text)
        self._print(suggestion_line(typed.rating))
        if typed.rating is not Rating.GOOD:
            self._print(f"{_marked(typed.typed)} → {_marked(typed.expected)}")

    def _save(self, step: Callable[[], None]) -> bool:
        """Write to the store; report an error and return False if it fails."""
        try:
            step()
        except StoreError as error:
            self._print(_(NOT_SAVED) + ": " + with_hint(error.message, error.hint))
            self._failure = error
            return False
        self._failure = None
        return True

    def _rate(self, prompt: Prompt, rating: Rating, duration_ms: int) -> None:
        answered = self._session.answer(rating, duration_ms)
        line = answered_line(answered, prompt.question.question)
        if line:
            self._print(line)

    def _undo(self) -> None:
        undone = self._session.undo()
        later = None if undone else self._session.later_operation()
        self._print(undo_line(undone, later))

    def _suspend(self) -> None:
        line = obstacle_line(self._session.suspend())
        self._print(line or self._keys.fill(_(SUSPENDED)))

    def _bury(self) -> None:
        line = obstacle_line(self._session.bury())
        self._print(line or self._keys.fill(_(BURIED)))

    def _flag(self, word: str) -> None:
        """Flag the present card with the number after `f`."""
        number = word[1:].strip()
        if number in FLAGS:
            self._save(partial(self._set_flag, int(number)))
        else:
            usage = _("{flag} 3 flags the card, {flag} 0 removes the flag.")
            self._print(self._keys.fill(usage))

    def _set_flag(self, flag: int) -> None:
        line = obstacle_line(self._session.flag(flag))
        self._print(line or flagged_line(flag, self._keys))

    def _record_confusion(
        self, word: str, shown: tuple[Prompt, int] | None = None
    ) -> bool:
        """Ask which card was confused with the one just missed, or one that is shown.

        Args:
            word: `x`, and what to search.
            shown: The card whose answer is shown, and when it was asked; it is rated
                Again once the other one is chosen.

        Returns:
            True if the shown card was rated.
        """
        missed = self._session.missed
        about = shown[0] if shown else missed.prompt if missed else None
        if about is None:
            self._print(self._keys.fill(_(CONFUSION_HINT)))
            return False
        find = partial(self._session.confusion_candidates, about)
        duration_ms = max(0, self._session.now() - shown[1]) if shown else 0
        chosen = search_confused(self._stream, word, find)
        again = partial(self._rate, about, Rating.AGAIN, duration_ms)
        if chosen is None or (shown and not self._save(again)):
            return False
        if self._session.missed is not None:
            self._save(partial(self._confuse, chosen))
        return shown is not None

    def _confuse(self, chosen: Candidate) -> None:
        is_recorded = self._session.confused_with(chosen.card)
        self._print(confusion_result(self._keys, is_recorded=is_recorded))

    def _show_info(self, prompt: Prompt, word: str, *, is_shown: bool) -> None:
        if word.partition(" ")[0] == "f":
            self._flag(word)
        elif word == "p":
            from flash.service.note_media import (  # noqa: PLC0415 - rare
                open_media,
            )

            store, opener = self._session.store, self._session.options.opener
            self._print(open_media(store, prompt, opener, is_answered=is_shown))
        elif word == "i":
            for line in history_lines(self._session.history()):
                self._print(line)
        elif word == "?":
            self._show_help()
        elif word in ("e", "o"):
            self._print(_("Only on the full screen. Elsewhere: flash edit CARD."))
        elif is_shown:
            self._print(_("Rate the answer 1, 2, 3 or 4; ? for help."))
        elif word in ("1", "2", "3", "4"):
            self._print(_("Press Enter to see the answer before you rate it."))
        else:
            self._print(sentence(_ask_hint()))

    def _show_help(self) -> None:
        self._print(_("Enter: show the answer, then rate it:"))
        for rating, name, description in rating_help():
            self._print(labelled(f"{int(rating)} {name}", description))
        for key, _label, description in self._keys.help(_KEYS):
            self._print(labelled(key, description))

    def _show_question(self, prompt: Prompt) -> None:
        self._print()
        self._print(deck_line(prompt))
        self._print(counts_label(self._session.counts(), self._session.name))
        self._print()
        self._print(plain_text(prompt.question.question))
        for index, option in enumerate(prompt.question.options):
            self._print(f"{index + 1}: {plain_text(option.text)}")
        self._print(f"({_ask_hint(prompt.question)})")

    def _show_answer(self, prompt: Prompt, chosen: int | None = None) -> None:
        question, note = prompt.question, prompt.note
        right = right_option(question)
        if chosen is not None:
            self._print(chosen_line(question, chosen))
        number = "" if right is None else f"{right + 1}: "
        self._print(number + plain_text(question.answer))
        for text in (
            plain_text(question.context),
            plain_text(note.extra),
            was_line(note.changed, note.language),
            *(_("source: {name}").format(name=name) for name in source_addresses(note)),
            checked_line(note),
        ):
            if text:
                self._print(text)
        other = prompt.partner
        if other is not None:
            other_question = one_line(plain_text(other.question))
            self._print(_("confused with: {question}").format(question=other_question))
            self._print(plain_text(other.answer))
        self._print(f"({self._rating_labels()})")

    def _rating_labels(self) -> str:
        labels = [f"{int(rating)} {name}" for rating, name, _when in rating_help()]
        states = self._session.next_states()
        if not states:
            return _("; ").join((" · ".join(labels), _(NOT_SCHEDULED)))
        return " · ".join(
            f"{label} {interval_label(states[rating].interval)}"
            for label, (rating, _name, _when) in zip(labels, rating_help(), strict=True)
        )


def _marked(spans: "Spans") -> str:
    return "".join(text if is_common else f"[{text}]" for text, is_common in spans)


def _chosen_option(prompt: Prompt, word: str) -> int | None:
    """Return the index of the option whose number a word is; None for none."""
    numbers = [str(index + 1) for index in range(len(prompt.question.options))]
    return numbers.index(word) if word in numbers else None


def _ask_hint(question: Question | None = None) -> str:
    if question and question.typed:
        return _("type the answer, Enter gives up, ? for help")
    if question and question.options:
        text = _("1 to {last} chooses, Enter shows the answer, ? for help")
        return text.format(last=len(question.options))
    return _("Enter shows the answer, ? for help")
