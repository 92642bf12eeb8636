"""Requests of a review: the queue, answers, marks, undo."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any

from msgspec import Meta, Struct

from cards.translate import _
from flash.messages.cards import source_names, source_url
from flash.messages.review import history_rows, suggestion_line
from flash.service.edited_text import EditedMeanwhile
from flash.service.selection import Selected
from flash.service.serving import AnsweredCard, ReviewService
from flash.web.cards import (
    card_json,
    counts_json,
    marked_html,
    note_json,
    queue_json,
    source_html,
)
from flash.web.guard import Conflict, Refused
from flash.web.requests import (
    LARGE,
    json_response,
    number_in,
    raw_segments,
    read_body,
)
from flash.web.worker_thread import WorkerThread
from srs.models.browser_answers import BrowserAnswer, CardName, StepId
from srs.store.browsers import store_id

_Answers = Annotated[list[BrowserAnswer], Meta(max_length=5000)]
_AT_ONCE = 20
_MOST_MORE = 9999


class _Undo(Struct):
    id: StepId


class _Mark(Struct):
    id: StepId
    flag: Annotated[int, Meta(ge=0, le=7)] = 0


_Text = Annotated[str, Meta(max_length=100_000)]


class _Edited(Struct):
    text: _Text
    before: _Text


class _Typed(Struct):
    guid: CardName
    uid: CardName
    text: Annotated[str, Meta(max_length=10_000)]


class ReviewApi:
    """Answers the requests of a review."""

    def __init__(
        self,
        service: ReviewService,
        worker: WorkerThread,
        back_up: Callable[[], Awaitable[None]],
    ) -> None:
        """Keep the service, the thread that it runs on, and what follows answers."""
        self._service, self._worker, self._back_up = service, worker, back_up
        self._store = store_id(service.app.store)

    async def queue(self, request: Any) -> Any:
        """Return the next cards."""
        more = number_in(request, "more", _MOST_MORE)
        call = partial(self._queue, _choice(request), more)
        return json_response(request, await self._worker.run(call))

    def _queue(self, choice: Selected, more: int) -> dict[str, Any]:
        found = queue_json(self._service.upcoming(choice, more))
        return found | {"store": self._store}

    def _check_store(self, request: Any) -> None:
        """Refuse a step that a browser took on the cards of another store.

        Raises:
            Refused: It is one.
        """
        if request.query_params.get("store", self._store) != self._store:
            message = _("this request belongs to another store")
            raise Refused(409, message)

    async def answers(self, request: Any) -> Any:
        """Record answers, in their order."""
        from starlette.background import BackgroundTask

        self._check_store(request)
        answers = await read_body(request, _Answers, LARGE)
        results: list[dict[str, Any]] = []
        # In parts: a long list keeps no other browser waiting.
        for start in range(0, max(1, len(answers)), _AT_ONCE):
            part = answers[start : start + _AT_ONCE]
            call = partial(self._answer_all, part, _choice(request))
            reply = await self._worker.run(call)
            results += reply["results"]
        response = json_response(request, reply | {"results": results})
        response.background = BackgroundTask(self._back_up)
        return response

    def _answer_all(
        self, answers: list[BrowserAnswer], choice: Selected
    ) -> dict[str, Any]:
        found = [_answer_json(one, self._service.answer(one)) for one in answers]
        return {"results": found} | self._counts(choice)

    def _counts(self, choice: Selected) -> dict[str, Any]:
        counts = counts_json(self._service.counts(choice))
        return {"counts": counts, "now": self._service.app.now()}

    async def undo(self, request: Any) -> Any:
        """Undo a step of this browser."""
        self._check_store(request)
        wanted = await read_body(request, _Undo)
        undone = await self._worker.run(partial(self._service.undo, wanted.id))
        reply = {
            "status": undone.status,
            "sentence": undone.sentence,
            "card": undone.card and card_json(undone.card),
        }
        return await self._with_counts(request, reply)

    async def mark(self, request: Any) -> Any:
        """Bury, suspend, unsuspend or flag a card, or take back its edited text.

        Raises:
            Refused: The step is of another store, or there is no such mark.
            Conflict: The text was changed elsewhere; carries the present one.
            FlashError: There is no such card, or the edited text has a mistake.
        """
        self._check_store(request)
        guid, uid, mark = _card_in(request)
        if mark == "text":
            edited = await read_body(request, _Edited, LARGE)
            reply = await self._worker.run(partial(self._edit, guid, uid, edited))
            return await self._with_counts(request, reply)
        wanted = await read_body(request, _Mark)
        call = partial(self._service.mark, guid, uid, wanted.id)
        sentences = {
            "bury": _("Buried until tomorrow."),
            "suspend": _("Suspended."),
            "unsuspend": _("Unsuspended."),
            "flag": _("Flagged.") if wanted.flag else _("Flag removed."),
        }
        match mark:
            case "bury" | "suspend" | "unsuspend" | "flag":
                await self._worker.run(partial(call, mark, wanted.flag))
            case _:
                raise Refused(404, _("there is no such address"))
        return await self._with_counts(request, {"sentence": sentences[mark]})

    def _edit(self, guid: str, uid: str, edited: _Edited) -> dict[str, str]:
        from flash.messages.adding import with_retired  # noqa: PLC0415 - loads slowly

        try:
            retired = self._service.edit(guid, uid, edited.text, edited.before)
            text = self._service.text(guid, uid)
            return {"sentence": with_retired(_("Changed."), retired), "text": text}
        except EditedMeanwhile as error:
            raise Conflict(error.message, error.hint, error.present) from None

    async def _with_counts(self, request: Any, reply: dict[str, Any]) -> Any:
        counts = await self._worker.run(partial(self._counts, _choice(request)))
        return json_response(request, reply | counts)

    async def about(self, request: Any) -> Any:
        """Return a card, or its history, its source or its text.

        Raises:
            Refused: There is no such address.
            FlashError: There is no such card.
        """
        guid, uid, what = _card_in(request)
        if what == "history":
            found = await self._worker.run(partial(self._service.history, guid, uid))
            return json_response(request, {"rows": history_rows(found)})
        if what == "text":
            text = await self._worker.run(partial(self._service.text, guid, uid))
            return json_response(request, {"text": text})
        if what not in ("card", "source"):
            raise Refused(404, _("there is no such address"))
        asked = await self._worker.run(partial(self._service.asked, guid, uid))
        note = asked.prompt.note
        if what == "card":
            is_off = asked.prompt.card.suspended
            texts = {"card": card_json(asked), "note": note_json(note)}
            return json_response(request, texts | {"suspended": is_off})
        reply = {
            "text": "\n".join(source_names(note)),
            "html": source_html(note),
            "url": source_url(note) or None,
        }
        return json_response(request, reply)

    async def check_typed(self, request: Any) -> Any:
        """Compare a typed answer with the right one."""
        given = await read_body(request, _Typed)
        call = partial(self._service.check_typed, given.guid, given.uid, given.text)
        typed = await self._worker.run(call)
        reply = {
            "suggested": int(typed.rating),
            "sentence": suggestion_line(typed.rating),
            "html": f"{marked_html(typed.typed)} → {marked_html(typed.expected)}",
        }
        return json_response(request, reply)


def _choice(request: Any) -> Selected:
    given = request.query_params
    is_cram = given.get("cram", "") in ("1", "true")
    return Selected(given.get("deck", ""), given.get("query", ""), is_cram)


def _card_in(request: Any) -> tuple[str, str, str]:
    """Return guid, uid and what is wanted of `/api/cards/GUID/UID/WHAT`.

    Raises:
        Refused: The address has other parts.
    """
    parts = raw_segments(request)
    if len(parts) != 5:
        raise Refused(404, _("there is no such address"))
    return parts[2], parts[3], parts[4]


def _answer_json(answer: BrowserAnswer, answered: AnsweredCard) -> dict[str, Any]:
    card, mode = answered.card, answer.seen.partition(":")[0]
    return {
        "id": answer.id,
        "status": answered.merged.status,
        "card": card and card_json(card, mode=mode),
        "next": answered.next_ms,
        "sentence": answered.sentence or None,
    }
