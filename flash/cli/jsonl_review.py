"""The review as JSON lines, for editors: a request per line, an event per line.

docs/editors.md describes the protocol.  An event carries question and answer: the
editor hides the answer, and no state but the present card is shared.
"""

from collections.abc import Callable
from typing import Any, TextIO

import msgspec
from msgspec import Struct

from cards.translate import _
from flash.messages.operations import undo_line
from flash.messages.review import answered_line, obstacle_line
from srs.models.cards import Rating
from srs.models.media import deck_file
from srs.store.connection import StoreError
from srs.study.prompt import Prompt
from srs.study.session import Session


class _Request(Struct, forbid_unknown_fields=True):
    """A line of the editor."""

    do: str
    card: int | None = None
    """The card that the editor shows; required for all that changes it."""
    rating: int = 0
    duration_ms: int = 0


def run_jsonl(session: Session, stdin: TextIO, stdout: TextIO) -> None:
    """Hold a review on two streams; the end of the input ends it."""
    _JsonlReview(session, stdout).run(stdin)


class _JsonlReview:
    def __init__(self, session: Session, stdout: TextIO) -> None:
        self._session, self._stdout = session, stdout
        self._prompt: Prompt | None = None

    def run(self, stdin: TextIO) -> None:
        """Answer each request with an event, after the first question."""
        self._send(self._next())
        for line in iter(stdin.readline, ""):
            if not line.strip():
                continue
            try:
                request = msgspec.json.decode(line, type=_Request)
            except msgspec.MsgspecError as error:
                self._send(_error(str(error)))
                continue
            if request.do == "quit":
                break
            self._send(self._answer(request))
        self._send(self._end())

    def _send(self, event: dict[str, Any]) -> None:
        self._stdout.write(msgspec.json.encode(event).decode() + "\n")
        self._stdout.flush()

    def _answer(self, request: _Request) -> dict[str, Any]:
        """Do what a request asks for; return the event that answers it."""
        steps: dict[str, Callable[[], str]] = {"undo": self._undo, "wait": lambda: ""}
        steps["ahead"] = self._go_ahead
        of_card = {
            "answer": lambda: self._rate(request),
            "suspend": self._suspend,
            "bury": self._bury,
        }
        if request.do not in steps | of_card:
            return _error(_("no request '{name}'").format(name=request.do))
        if request.do in of_card:
            present = self._prompt.card.id if self._prompt else None
            if present is None or request.card != present:
                return _error(_("this card is not asked"))
            if request.do == "answer" and request.rating not in list(Rating):
                return _error(_("a rating is a number from 1 to 4"))
        try:
            message = (steps | of_card)[request.do]()
            return self._next(message)
        except StoreError as error:
            return _error(str(error))

    def _rate(self, request: _Request) -> str:
        asked = self._prompt.question.question if self._prompt else ""
        duration_ms = max(0, request.duration_ms)
        answered = self._session.answer(Rating(request.rating), duration_ms)
        return answered_line(answered, asked)

    def _suspend(self) -> str:
        return obstacle_line(self._session.suspend())

    def _bury(self) -> str:
        return obstacle_line(self._session.bury())

    def _undo(self) -> str:
        undone = self._session.undo()
        later = None if undone else self._session.later_operation()
        return undo_line(undone, later)

    def _go_ahead(self) -> str:
        self._session.go_ahead()
        return ""

    def _next(self, message: str = "") -> dict[str, Any]:
        """Return the next question, or that there is none now."""
        session = self._session
        self._prompt = None if session.is_over() else session.next()
        event: dict[str, Any] = {"message": message} if message else {}
        if self._prompt is not None:
            return {"event": "question", **event, **self._card(self._prompt)}
        wait_ms = None if session.is_over() else session.waiting_ms()
        if wait_ms is not None:
            return {"event": "wait", **event, "wait_ms": wait_ms}
        return {"event": "done", **event}

    def _card(self, prompt: Prompt) -> dict[str, Any]:
        question, note = prompt.question, prompt.note
        states = self._session.next_states()
        return {
            "card": prompt.card.id,
            "deck": prompt.deck,
            "question": question.question,
            "options": [option.text for option in question.options],
            "answer": question.answer,
            "typed": question.typed,
            "accept": question.accept,
            "context": question.context,
            "extra": note.extra,
            "sources": note.sources,
            "file": deck_file(note.file),
            "line": note.line,
            "intervals": {int(one): states[one].interval for one in states},
            "left": self._session.counts(),
        }

    def _end(self) -> dict[str, Any]:
        summary, report = self._session.summary(), self._session.day_report()
        return {"event": "end", "session": summary, "day": report}


def _error(message: str) -> dict[str, Any]:
    return {"event": "error", "message": message}
