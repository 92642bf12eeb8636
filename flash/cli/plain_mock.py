"""A mock exam line by line, for pipes, screen readers and tests.

A letter answers and goes on; at the end come the score and each question again, with
its right answer.
"""

from collections.abc import Sequence
from functools import partial

from cards.numbers import whole_number
from cards.text.terminal import plain_text
from cards.translate import _
from flash.cli.plain_stream import PlainStream, is_confusion, search_confused
from flash.messages.cards import checked_line, option_letter, source_addresses
from flash.messages.mock_exam import (
    ALL_ANSWERED,
    CARD_GONE,
    CONFUSION_RECORDED,
    MADE_DUE,
    NOT_ANSWERED,
    NOT_MADE_DUE,
    TIME_IS_UP,
    answered_label,
    exam_keys,
    hand_in_lines,
    left_label,
    option_of_key,
    paused_line,
    position_label,
    result_label,
    shown_question,
)
from flash.messages.phrases import labelled
from srs.study.mock_session import MockSession

_SCREEN_KEYS = ("A…", "←→")


class PlainMock:
    """A mock exam on two streams."""

    def __init__(self, session: MockSession, stream: PlainStream) -> None:
        """Begin or continue the exam of the session."""
        self._session, self._stream = session, stream
        self._print = stream.print

    def run(self) -> None:
        """Ask until the exam is handed in, the time is up or the input ends.

        Raises:
            StoreError: The last step was not saved; those before it were.
        """
        session = self._session
        while not session.is_finished:
            if not session.left_ms():
                session.hand_in()
                self._print(_(TIME_IS_UP))
                return
            self._show_question()
            word = self._stream.read()
            if session.left_ms() and not self._stream.is_ending:
                self._obey(word)
            if self._stream.is_ending and not session.is_finished:
                session.pause()
                self._print(paused_line(session.exam))
                return

    def _obey(self, word: str) -> None:
        session = self._session
        asked = session.exam.questions[session.position]
        option = option_of_key(word, len(asked.options))
        last = len(session.exam.questions) - 1
        if option is not None:
            session.choose(option)
            if session.position == last:
                self._print(answered_label(session.exam))
            session.go(session.position + 1)
        elif word in ("", "p"):
            session.go(session.position + (-1 if word else 1))
        elif number := whole_number(word, last + 1):
            session.go(number - 1)
        elif word == "m":
            session.mark()
        elif word == "n":
            if not session.go_to_open():
                self._print(_(ALL_ANSWERED))
        elif word == "h":
            self._hand_in()
        else:
            self._show_help()

    def _hand_in(self) -> None:
        for line in hand_in_lines(self._session.exam):
            self._print(line)
        self._print(_("h hands in, Enter goes on."))
        if self._stream.read() == "h":
            self._session.hand_in()

    def _show_question(self) -> None:
        session = self._session
        exam, position = session.exam, session.position
        asked, answer = exam.questions[position], exam.answers[position]
        head = [position_label(position, len(exam.questions))]
        head.append(left_label(session.left_ms()))
        head += [_("marked")] if answer.is_marked else []
        self._print()
        self._print(" · ".join(head))
        self._print()
        self._print(plain_text(shown_question(asked)))
        for index, option in enumerate(asked.options):
            text = _("{option} (your answer)") if index == answer.chosen else "{option}"
            text = text.format(option=plain_text(option))
            self._print(f"{option_letter(index)}: {text}")
        is_last = position == len(exam.questions) - 1
        keys = _("A letter answers, ? for help")
        if is_last:
            keys = _("A letter answers, h hands the exam in, ? for help")
        self._print(f"({keys})")

    def _show_help(self) -> None:
        self._print(_("A letter answers and goes on; a number goes to a question."))
        self._print(_("Enter: go to the next question; p: to the one before."))
        for key, _label, description in exam_keys():
            if key not in _SCREEN_KEYS:
                self._print(labelled(key, description))

    def show_result(self, lines: Sequence[str]) -> None:
        """Print the score, then each question, the misses first."""
        for line in ("", *lines):
            self._print(line)
        exam = self._session.exam
        for place, index in enumerate(exam.misses_first):
            self._show_answer(index, result_label(exam, place))
            while True:
                self._print(
                    "(" + _("Enter: continue, d: due today, x: confuse, q: end") + ")"
                )
                word = self._stream.read()
                if word == "" or self._stream.is_ending:
                    break
                self._act(index, word)
            if self._stream.is_ending:
                return

    def _show_answer(self, index: int, label: str) -> None:
        exam = self._session.exam
        asked, chosen = exam.questions[index], exam.answers[index].chosen
        prompt = self._session.prompt(index)
        given = _(NOT_ANSWERED)
        if chosen is not None:
            given = f"{option_letter(chosen)}: {plain_text(asked.options[chosen])}"
        letter, answer = option_letter(asked.right), asked.options[asked.right]
        right = f"{letter}: {plain_text(answer)}"
        self._print()
        self._print(label)
        self._print()
        self._print(plain_text(shown_question(asked)))
        self._print(_("your answer: {answer}").format(answer=given))
        self._print(_("right: {answer}").format(answer=right))
        if prompt is None:
            self._print(_(CARD_GONE))
            return
        note = prompt.note
        for text in (
            plain_text(note.extra),
            *(_("source: {name}").format(name=name) for name in source_addresses(note)),
            checked_line(note),
        ):
            if text:
                self._print(text)

    def _act(self, index: int, word: str) -> None:
        session = self._session
        if word == "d":
            self._print(_(MADE_DUE if session.make_due(index) else NOT_MADE_DUE))
        elif is_confusion(word):
            find = partial(session.confusion_candidates, index)
            chosen = search_confused(self._stream, word, find)
            if chosen is not None:
                is_recorded = session.confused_with(index, chosen.card)
                self._print(_(CONFUSION_RECORDED if is_recorded else CARD_GONE))
