"""`flash review`: the daily review, on the full screen or line by line."""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from types import FrameType
from typing import Annotated, NoReturn

import typer
from msgspec.structs import replace

from cards.translate import _
from flash.cli.options import (
    LONGEST_DAYS,
    MOST,
    QueryArgument,
    StoreOption,
    TagOption,
    finite,
)
from flash.cli.plain_review import run_plain
from flash.messages.day import end_lines
from flash.messages.review import (
    NO_DECKS,
    early_line,
    first_deck_lines,
    notice_line,
)
from flash.messages.review_keys import ReviewKeys, saved_keys
from flash.service.auto_sync import AutoSync
from flash.service.context import AppContext, open_app
from flash.service.reviewing import (
    add_changed_files,
    add_first_deck,
    back_up_after_review,
    card_filter,
    open_session,
)
from flash.terminal import echo, echo_err
from srs.store.connection import StoreError
from srs.store.rows import has_notes
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.session import Session


class Only(StrEnum):
    """The values of `--only`."""

    NEW = "new"
    DUE = "due"


def review(
    words: QueryArgument = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Line by line, for pipes and screen readers."),
    ] = False,
    jsonl: Annotated[
        bool,
        typer.Option("--jsonl", help="JSON lines for editors, see docs/editors.md."),
    ] = False,
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit", metavar="N", min=1, max=MOST, help="Stop after N answers."
        ),
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
    more: Annotated[
        int | None,
        typer.Option(
            "--more",
            metavar="N",
            min=1,
            max=MOST,
            help="N new cards in addition to the daily limit.",
        ),
    ] = None,
    ahead: Annotated[
        int | None,
        typer.Option(
            "--ahead",
            metavar="N",
            min=1,
            max=LONGEST_DAYS,
            help="All due cards, then those of the next N days.",
        ),
    ] = None,
    new: Annotated[
        int | None,
        typer.Option(
            "--new",
            metavar="N",
            min=0,
            max=MOST,
            help="Exactly N new cards today, instead of the daily limit.",
        ),
    ] = None,
    only: Annotated[
        Only | None,
        typer.Option("--only", help="Only new cards, or only reviews that are due."),
    ] = None,
    cram: Annotated[
        bool,
        typer.Option(
            "--cram",
            help="All learned cards, weakest first, without changing the schedule.",
        ),
    ] = False,
    forgotten: Annotated[
        int | None,
        typer.Option(
            "--forgotten",
            metavar="N",
            min=1,
            max=LONGEST_DAYS,
            help="Like --cram, only cards answered Again in the last N days.",
        ),
    ] = None,
    confused: Annotated[
        bool,
        typer.Option(
            "--confused",
            help="Confused cards in pairs, without changing the schedule.",
        ),
    ] = False,
    tag: TagOption = "",
    db: StoreOption = None,
) -> None:
    """Review the cards that are due today.

    A new store starts with the bundled deck. Every answer is saved before the next
    question appears, so q and Ctrl-C lose nothing. Without a terminal, --plain is the
    default. Daily limits hold for a query, too. A summary of the day at the end says
    what could come next.

    --cram, --forgotten and --confused don't change the schedule: no limits, no
    burying of siblings, and each card until it is answered Good or Easy. --new N
    adds that many new cards.
    """
    cram_options = _cram_options(cram=cram, forgotten=forgotten, confused=confused)
    if (more or ahead or only) and cram_options:
        raise typer.BadParameter(_("--more, --ahead and --only need the daily review"))
    if more and new is not None:
        raise typer.BadParameter(_("--more cannot be combined with --new"))
    with open_app(db) as app:
        keys = saved_keys(app.options.keys)
        is_plain = plain or jsonl or not _is_terminal()
        # Only where its cards will be asked.
        is_whole = not (words or tag or cram_options)
        introduction = _first_deck(app, plain=is_plain) if is_whole else []
        for line in add_changed_files(app):
            echo_err(line)
        chosen = card_filter(app, words or [], tag, must_match=True)
        session = open_session(
            app,
            replace(
                chosen,
                new=new,
                more=more or 0,
                days_ahead=ahead or 0,
                only=only.value if only else "",
            ),
            SessionLimits(limit, minutes),
            cram=cram_options,
        )
        auto_sync = AutoSync(app)
        notices = [] if is_plain else introduction
        if not session.counts().total and not has_notes(app.store, in_use=True):
            notices.append(_(NO_DECKS))
        try:
            with _exit_on_signals():
                if jsonl:
                    from flash.cli.jsonl_review import run_jsonl  # noqa: PLC0415 - rare

                    run_jsonl(session, sys.stdin, sys.stdout)
                else:
                    notices += [] if cram_options else _after_exam(app, chosen)
                    _run(session, notices, keys, plain=is_plain)
        finally:
            if session.done():
                _back_up(app)
            for line in auto_sync.finish():
                echo_err(line)


@contextmanager
def _exit_on_signals() -> Iterator[None]:
    """Let a closed terminal end the review as Ctrl-C does: what follows is done."""

    def leave(number: int, _frame: FrameType | None) -> NoReturn:
        sys.exit(128 + number)

    names = ("SIGHUP", "SIGTERM")
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    # `nohup` has them ignored.
    ours = [one for one in numbers if signal.getsignal(one) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _cram_options(
    *, cram: bool, forgotten: int | None, confused: bool
) -> CramOptions | None:
    if confused and (cram or forgotten):
        message = _("--confused cannot be combined with --cram or --forgotten")
        raise typer.BadParameter(message)
    if cram or confused or forgotten:
        return CramOptions(forgotten, confused)
    return None


def _is_terminal() -> bool:
    return (
        sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"
    )


def _first_deck(app: AppContext, *, plain: bool) -> list[str]:
    """Fill an empty store; the lines that say so stay in the terminal."""
    first = add_first_deck(app)
    if first is None:
        return []
    key = _("Enter") if plain else _("Space")
    lines = first_deck_lines(first.deck, first.cards, first.new_per_day, shows_with=key)
    for line in lines:
        echo_err(line)
    return list(lines)


def _after_exam(app: AppContext, chosen: CardFilter) -> list[str]:
    """Explain why the cards of an exam are due early from its day on."""
    exam = app.options.exam
    if exam is None or exam.is_ahead(app.today()) or chosen.cards is not None:
        return []
    from srs.forecast.after_exam import count_early  # noqa: PLC0415 - slow, rare

    count = count_early(app.store, app.options, exam, chosen.deck)
    return list(filter(None, [early_line(exam, count)]))


def _run(
    session: Session, notices: list[str], keys: ReviewKeys, *, plain: bool
) -> None:
    notices += filter(None, [notice_line(session)])
    if plain:
        run_plain(session, sys.stdin, sys.stdout, notices, keys)
        return
    from flash.tui.app import run_screen  # noqa: PLC0415 - loads Textual

    summary = run_screen(session, notices, keys)
    for line in end_lines(summary, session.day_report()):
        echo(line)


def _back_up(app: AppContext) -> None:
    """Make the daily backup; a review never fails because of it."""
    try:
        back_up_after_review(app)
    except StoreError as error:
        text = _("flash: warning: no backup was made: {error}")
        echo_err(text.format(error=error))
