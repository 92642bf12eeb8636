"""Requests besides the review: decks, search, new cards, statistics, pictures."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache, partial
from pathlib import Path
from typing import Annotated, Any, TypeVar

from msgspec import Meta, Struct

from cards.deckfile.discovery import bundled_decks, bundled_path, decks_in
from cards.deckfile.reader import Deck, read_deck
from cards.errors import FlashError
from cards.identity.keys import root_of
from cards.note import Note
from cards.text.media import media_type
from cards.text.terminal import plain_text
from cards.text.width import clipped
from cards.translate import _
from flash.language import user_language
from flash.messages.adding import (
    ANSWER_NEEDED,
    also_changed_lines,
    new_cards_line,
    no_domain_line,
    plan_summary,
)
from flash.messages.cards import one_line
from flash.messages.due import backlog_line
from flash.messages.listing import state_name
from flash.messages.queries import NoMatchError
from flash.messages.scheduling import ExamReport
from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_for_adding
from flash.service.exam_setting import clear_exam, move_exam, set_exam
from flash.service.finding import find, find_deck
from flash.service.new_cards import add_new_deck, deck_of_new_cards, new_content
from flash.service.note_media import media_file
from flash.service.reviewing import back_up_after_review
from flash.service.selection import day_of
from flash.web.guard import Refused
from flash.web.rendering import media_of_name
from flash.web.requests import json_response, number_in, read_body
from flash.web.security import SANDBOX
from flash.web.worker_thread import WorkerThread
from srs.models.exam import Exam
from srs.scheduler.study_day import day_date
from srs.store.browsers import uid_of
from srs.store.card_list import CardListRow, card_list, note_languages
from srs.store.connection import StoreError
from srs.store.deck_files import files_in_use
from srs.store.decks import tag_names
from srs.store.opening import open_store
from srs.study.day_counts import decks_of_day

_Result = TypeVar("_Result")
_LONGEST = 20_000
_MOST_FOUND = 500
_QUESTION_COLUMNS = 240
"""Of a card that a search found: it is known by its beginning."""
_RETRY_MS = 3_600_000
"""After a backup that failed."""


class Reports(Struct, frozen=True):
    """Texts that other parts of the program make."""

    statistics: Callable[[AppContext, str], str]
    """Returns the page of the statistics of a deck, empty for all."""
    exam: Callable[[AppContext], ExamReport | None]
    """Returns the exam forecast; None if no exam is set."""


class _Start(Struct):
    deck: Annotated[str, Meta(max_length=200)]


_Tag = Annotated[str, Meta(max_length=200)]


class _NewCard(Struct):
    question: Annotated[str, Meta(max_length=_LONGEST)]
    answer: Annotated[str, Meta(max_length=_LONGEST)] = ""
    deck: Annotated[str, Meta(max_length=1000)] = ""
    tags: Annotated[list[_Tag], Meta(max_length=100)] = []


class _ShownExam(Struct):
    was: Annotated[str, Meta(max_length=100)] | None = None
    """The day that the page shows; None without an exam."""


class _Exam(_ShownExam):
    date: Annotated[str, Meta(max_length=100)] = ""
    deck: Annotated[str, Meta(max_length=1000)] = ""


class PagesApi:
    """Answers the requests of the other pages, each with a connection of its own."""

    def __init__(self, app: AppContext, reports: Reports) -> None:
        """Keep what opens the store, and begin the threads."""
        self._path, self._clock = app.store.path, app.clock
        self._reports = reports
        self._worker, self._long = WorkerThread(), WorkerThread()
        self._next_backup_ms = 0
        """When to make the next backup: on the next study day, or after a failure."""

    @contextmanager
    def _opened(self) -> Iterator[AppContext]:
        store = open_store(self._path, self._clock())
        try:
            yield AppContext(store, self._clock)
        finally:
            store.close()

    def close(self) -> None:
        """Wait for the steps that have begun."""
        self._long.close()
        self._worker.close()

    async def _run(
        self, call: Callable[[AppContext], _Result], *, takes_long: bool = False
    ) -> _Result:
        """Run a call; one that takes long doesn't hold up the others."""

        def work() -> _Result:
            with self._opened() as app:
                return call(app)

        return await (self._long if takes_long else self._worker).run(work)

    async def back_up(self) -> None:
        """Make the daily backup; answers never fail because of it."""
        now_ms = self._clock()
        if now_ms < self._next_backup_ms:
            return
        self._next_backup_ms = now_ms + _RETRY_MS
        with suppress(StoreError):
            self._next_backup_ms = await self._run(_back_up, takes_long=True)

    async def decks(self, request: Any) -> Any:
        """Return the decks with their counts, and the bundled ones."""
        return json_response(request, await self._run(_decks))

    async def start_deck(self, request: Any) -> Any:
        """Add a bundled deck."""
        wanted = await read_body(request, _Start)
        sentence = await self._run(partial(_start, wanted.deck))
        return json_response(request, {"sentence": sentence})

    async def day(self, request: Any) -> Any:
        """Return how the study day went, and what tomorrow brings."""
        return json_response(request, {"lines": await self._run(day_of)})

    async def tags(self, request: Any) -> Any:
        """Return the tags in use."""
        return json_response(
            request, {"tags": await self._run(lambda app: tag_names(app.store))}
        )

    async def search(self, request: Any) -> Any:
        """Return the cards that a query finds."""
        query = request.query_params.get("q", "")
        limit = number_in(request, "limit", _MOST_FOUND) or _MOST_FOUND
        return json_response(request, await self._run(partial(_found, query, limit)))

    async def add_card(self, request: Any) -> Any:
        """Write a new card into the file of its deck."""
        wanted = await read_body(request, _NewCard)
        sentence = await self._run(partial(_add, wanted))
        return json_response(request, {"sentence": sentence})

    async def statistics(self, request: Any) -> Any:
        """Return the report, one HTML page."""
        from starlette.responses import HTMLResponse

        deck = request.query_params.get("deck", "")

        def made(app: AppContext) -> str:
            return self._reports.statistics(app, find_deck(app, deck))

        return HTMLResponse(await self._run(made, takes_long=True))

    async def exam(self, request: Any) -> Any:
        """Return the day of the exam and its forecast, or why there is none."""

        def made(app: AppContext) -> dict[str, Any]:
            found = {"day": _day_of_exam(app), "report": None, "problem": None}
            try:
                return found | {"report": self._reports.exam(app)}
            except FlashError as error:
                return found | {"problem": str(error)}

        return json_response(request, await self._run(made, takes_long=True))

    async def set_exam(self, request: Any) -> Any:
        """Set the exam; if one is set, only change its day."""
        wanted = await read_body(request, _Exam)
        day = await self._run(partial(_set_exam, wanted))
        return json_response(request, {"day": day})

    async def clear_exam(self, request: Any) -> Any:
        """Remove the exam."""
        wanted = await read_body(request, _ShownExam)
        lines = await self._run(partial(_clear_exam, wanted), takes_long=True)
        return json_response(request, {"sentence": "\n".join(lines)})

    async def media(self, request: Any) -> Any:
        """Return a picture, sound or video of a note.

        Raises:
            Refused: No note shows such a file, or it is not there.
        """
        from starlette.responses import FileResponse

        missing = Refused(404, _("there is no such file"))
        try:
            guid, path = media_of_name(request.path_params["name"])
        except ValueError:
            raise missing from None
        kind = media_type(path)

        def find_file(app: AppContext) -> Path | None:
            return media_file(app.store, guid, path)

        file = await self._run(find_file) if kind else None
        if file is None:
            raise missing
        headers = {
            "cache-control": "private, max-age=600, stale-while-revalidate=604800",
            "content-security-policy": SANDBOX,
        }
        return FileResponse(file, media_type=kind, headers=headers)


def _back_up(app: AppContext) -> int:
    """Make the daily backup; return when the next study day begins."""
    back_up_after_review(app)
    return app.options.calendar.start_ms(app.today() + 1)


def _decks(app: AppContext) -> dict[str, Any]:
    found, backlog = decks_of_day(app.store, app.options, app.now())
    counts = ("new", "learning", "due", "overdue", "buried", "cards")
    decks = [
        {"name": one.deck} | {name: getattr(one, name) for name in counts}
        for one in found
    ]
    files = files_in_use(app.store)
    copies = app.store.path.absolute().with_name(f"{app.store.path.name}.decks")
    bundled = [
        {"name": name, "title": _title_of(name)}
        for name in bundled_decks()
        if not any(Path(file).is_relative_to(copies / name) for file in files)
    ]
    notice = backlog_line(backlog) or None
    return {"decks": decks, "notice": notice, "bundled": bundled}


@cache
def _title_of(name: str) -> str:
    """Return what the deck calls itself that a bundled folder holds."""
    folder = bundled_path(name, user_language())
    files = decks_in(folder).files if folder else ()
    return root_of(read_deck(files[0]).name) if files else name


def _start(name: str, app: AppContext) -> str:
    if name not in bundled_decks():
        raise FlashError(_("there is no bundled deck '{name}'").format(name=name))
    added = add_unasked(app, read_for_adding([Path(name)], app.store))
    return plan_summary(
        added.plan.counts, added.cards, len(added.plan.retired), dry_run=False
    )


def _day_of_exam(app: AppContext) -> str | None:
    exam = app.options.exam
    return str(day_date(exam.day)) if exam else None


def _set_exam(wanted: _Exam, app: AppContext) -> str | None:
    exam = _exam_shown(wanted, app)
    if exam is None:
        set_exam(app, wanted.date, wanted.deck)
    else:
        move_exam(app, exam, wanted.date)
    return _day_of_exam(app)


def _clear_exam(wanted: _ShownExam, app: AppContext) -> list[str]:
    _exam_shown(wanted, app)
    return clear_exam(app)


def _exam_shown(wanted: _ShownExam, app: AppContext) -> Exam | None:
    """Return the exam; raise FlashError if the page shows another one."""
    if _day_of_exam(app) != wanted.was:
        message = _("the exam has been changed since the page was opened")
        raise FlashError(message, _("open the page again"))
    return app.options.exam


def _found(query: str, limit: int, app: AppContext) -> dict[str, Any]:
    words = [query] if query.strip() else []
    try:
        cards = find(app, words).cards
    except NoMatchError:
        cards = ()
    rows = card_list(app.store, app.options.calendar, cards[:limit], today=app.today())
    languages = note_languages(app.store, {row.guid for row in rows})
    found = [_row_json(app, row) | {"lang": languages[row.guid]} for row in rows]
    return {"cards": found, "total": len(cards)}


def _row_json(app: AppContext, row: CardListRow) -> dict[str, Any]:
    return {
        "guid": row.guid,
        "uid": uid_of(app.store, row.card),
        "deck": row.deck,
        "question": clipped(one_line(plain_text(row.question)), _QUESTION_COLUMNS),
        "state": state_name(row),
        "due": row.due and row.due[:10],
        "flag": row.flag,
        "suspended": row.suspended,
    }


def _add(wanted: _NewCard, app: AppContext) -> str:
    content = new_content(wanted.question.strip(), wanted.answer.strip())
    if content is None or not wanted.question.strip():
        raise FlashError(_(ANSWER_NEEDED))
    name = deck_of_new_cards(app, wanted.deck)
    note = Note(content, name, tags=tuple(wanted.tags))
    added = add_new_deck(app, Deck(name, "", "", (note,)))
    line = new_cards_line(len(added.cards), added.deck, added.file, added.line)
    lines = [line, *map(str, added.warnings)]
    if added.no_domain:
        lines.append(no_domain_line(added.no_domain.notes, added.no_domain.tag))
    lines += also_changed_lines(added.also_changed)
    return "\n".join(lines)
