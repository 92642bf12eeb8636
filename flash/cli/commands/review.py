"""`flash review`: the daily run, on the full screen or line by line."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from flash.cli.options import DbOption, TagOption, finite
from flash.service.context import AppContext, open_app
from flash.terminal import echo_err

if TYPE_CHECKING:
    from srs.study.cram import CramOptions
    from srs.study.session import Session


def review(
    deck: Annotated[
        str, typer.Argument(metavar="[DECK]", help="Only this deck and its children.")
    ] = "",
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Line by line, for pipes and screen readers."),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option("--limit", metavar="N", min=1, help="Stop after N answers."),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            "--minutes",
            metavar="N",
            min=0.1,
            max=1440,
            callback=finite,
            help="Stop after N minutes.",
        ),
    ] = None,
    new: Annotated[
        int | None,
        typer.Option(
            "--new", metavar="N", min=0, help="New cards today, whatever the limits."
        ),
    ] = None,
    cram: Annotated[
        bool,
        typer.Option(
            "--cram",
            help="All that was ever learned, the weakest first; due days stay.",
        ),
    ] = False,
    forgotten: Annotated[
        int | None,
        typer.Option(
            "--forgotten",
            metavar="N",
            min=1,
            help="As --cram, only what was answered Again in the last N days.",
        ),
    ] = None,
    confused: Annotated[
        bool,
        typer.Option(
            "--confused",
            help="Cards that you mixed up (key x) in pairs; due days stay.",
        ),
    ] = False,
    tag: TagOption = "",
    db: DbOption = None,
) -> None:
    """Review what is due today; an empty store begins with the bundled deck.

    Every answer is on disk before the next question appears.  Without a terminal
    the plain mode is chosen by itself.  Exit code 130: interrupted with Ctrl-C.

    A run with --cram, --forgotten or --confused leaves the schedule as it is: no
    limits, siblings side by side, each card until it is Good; with --new N that many
    new cards as well.
    """
    from flash.cli.card_selector import check_deck, check_tag
    from flash.messages.review import backlog_line, exam_line
    from srs.study.due_cards import CardFilter
    from srs.study.session import Session, SessionLimits

    with open_app(db) as store:
        _begin(store)
        check_deck(store, deck)
        check_tag(store, tag)
        session = Session(
            store.store,
            store.clock,
            CardFilter(deck, tag, new),
            SessionLimits(limit, minutes),
            cram=_cram_options(cram=cram, forgotten=forgotten, confused=confused),
            reread=lambda file: _reread(store, file),
        )
        with _Presence(store) as others:
            lines = (*others, exam_line(session), backlog_line(session))
            session.notices.extend(line for line in lines if line)
            _run(session, plain=plain or not _is_terminal())
        if session.done():
            _back_up(store)


def _back_up(store: AppContext) -> None:
    """Make the backup of the day; a review never fails for it."""
    from srs.store.backups import back_up_daily
    from srs.store.connection import StoreError

    try:
        back_up_daily(store.store, store.options.calendar, store.now())
    except StoreError as error:
        echo_err(f"flash: warning: no backup was made: {error}")


def _cram_options(
    *, cram: bool, forgotten: int | None, confused: bool
) -> "CramOptions | None":
    if confused and (cram or forgotten):
        raise typer.BadParameter("--confused asks pairs, not what --cram asks")
    if not (cram or confused or forgotten):
        return None
    from srs.study.cram import CramOptions

    return CramOptions(forgotten, confused)


def _is_terminal() -> bool:
    return (
        sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    )


def _run(session: "Session", *, plain: bool) -> None:
    if plain:
        from flash.cli.plain_review import run as run_plain

        run_plain(session, sys.stdin, sys.stdout)
        return
    from flash.tui.app import run as run_screen

    run_screen(session)


def _reread(store: AppContext, file: str) -> str | None:
    from flash.service.adding import reread

    return reread(store, file)


def _begin(store: AppContext) -> None:
    """Fill an empty store with the deck that ships with flash."""
    if store.store.row("select 1 from notes limit 1") is not None:
        return
    from cards.bundled import bundled_path
    from flash.service.adding import BUNDLED, add_quietly, locale_language

    path = bundled_path(BUNDLED, locale_language())
    if path is None:
        return
    applied = add_quietly(store, path)
    echo_err(f"added the bundled deck '{BUNDLED}': {applied.new_cards} cards")


class _Presence:
    """While a review is open, other reviews can tell that it is."""

    def __init__(self, store: AppContext) -> None:
        self._store = store
        self._host = os.uname().nodename if hasattr(os, "uname") else ""
        self._pid = os.getpid()

    def __enter__(self) -> list[str]:
        from srs.store.card_actions import enter, reader_pids

        store = self._store.store
        pids = reader_pids(store, self._host)
        alive = frozenset(pid for pid in pids if _is_alive(pid))
        others = enter(store, self._pid, self._host, self._store.now(), alive)
        calendar = self._store.options.calendar
        return [
            f"another review is open since {calendar.iso(one.started_ms)[11:16]}; "
            "both work, no answer counts twice"
            for one in others
        ]

    def __exit__(self, error: object, *_: object) -> None:
        from srs.store.card_actions import leave
        from srs.store.connection import StoreError

        try:
            leave(self._store.store, self._pid, self._host)
        except StoreError:
            # What ended the review tells more; the next one tidies up.
            if error is None:
                raise


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
