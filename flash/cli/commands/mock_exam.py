"""`flash exam mock`: a mock exam, on the full screen or line by line."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from typing import Annotated, Any

import msgspec
import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.completion import complete_decks
from flash.cli.options import MOST, StoreOption, finite
from flash.cli.plain_mock import PlainMock
from flash.cli.plain_stream import PlainStream
from flash.messages.mock_exam import (
    begin_lines,
    continued_line,
    paused_line,
    result_lines,
)
from flash.messages.phrases import percent
from flash.service.context import AppContext, open_app
from flash.service.finding import find_deck
from flash.service.mock_exams import MockWish, exam_of, new_mock
from flash.terminal import echo, echo_err, table_lines
from srs.models.exam import Exam
from srs.models.mock_exam import MockExam
from srs.scheduler.study_day import Calendar, day_date
from srs.store.mock_exams import finished_mock_exams, resumed_mock_exam
from srs.study.mock_session import MockSession, score_of


def mock(
    deck: Annotated[
        str | None,
        typer.Option(
            "--deck",
            metavar="DECK",
            help="Only this deck and its subdecks [default: that of the exam].",
            autocompletion=complete_decks,
        ),
    ] = None,
    questions: Annotated[
        int | None,
        typer.Option(
            "--questions",
            metavar="N",
            min=1,
            max=1000,
            help="Number of questions [default: as in the exam, else 65].",
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
            help="Time limit [default: the pace of the exam, else 2 per question].",
        ),
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            max=MOST,
            help="Draw the same questions again.",
        ),
    ] = None,
    count: Annotated[
        bool,
        typer.Option("--count", help="Record wrong answers as Again."),
    ] = False,
    new: Annotated[
        bool,
        typer.Option("--new", help="Drop an unfinished exam and begin another one."),
    ] = False,
    last: Annotated[
        bool,
        typer.Option("--last", help="Show the last result and its answers again."),
    ] = False,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Line by line, for pipes and screen readers."),
    ] = False,
    db: StoreOption = None,
) -> None:
    """Take a mock exam.

    Draws questions with options by the weights of the exam's domains; see exam.yaml
    in docs/format.md. A domain with too few of them is filled up with questions made
    from tables and lists, then with those of earlier mock exams. Answers are shown only
    at the end, with the score and its 95 % confidence interval; the misses come first.
    Without --count, the schedule does not change.

    Every answer is saved at once. After q or Ctrl-C the same command continues with
    the time that was left. flash undo removes a result. Exit code 1: no card can be
    asked with options.
    """
    given = (deck, questions, minutes, seed)
    is_drawn = new or count or any(value is not None for value in given)
    if last and is_drawn:
        raise typer.BadParameter(_("--last cannot be combined with another exam"))
    with open_app(db) as app:
        deck = find_deck(app, deck) if deck else deck
        open_exam = None if new or last else resumed_mock_exam(app.store)
        if open_exam is not None and is_drawn:
            message = _("a mock exam is unfinished")
            hint = _("flash exam mock continues it, --new drops it")
            raise FlashError(message, hint)
        wish = MockWish(deck, questions, minutes, seed, counts=count)
        exam, lines = _chosen(app, open_exam, wish, is_last=last)
        asks = exam_of(app, exam.deck)
        session = MockSession(app.store, app.clock, exam)
        _run(session, asks, lines, plain=plain)


def _chosen(
    app: AppContext, open_exam: MockExam | None, wish: MockWish, *, is_last: bool
) -> tuple[MockExam, list[str]]:
    """Return the exam to show, and what to say about it first."""
    if is_last:
        finished = finished_mock_exams(app.store)
        if not finished:
            raise FlashError(_("no mock exam was finished"), _("flash exam mock"))
        return finished[-1], []
    if open_exam is not None:
        return open_exam, [continued_line(open_exam)]
    drawn = new_mock(app, wish)
    return drawn.exam, begin_lines(
        drawn.exam,
        drawn.asks,
        made=drawn.made,
        repeated=drawn.repeated,
        lacking=drawn.lacking,
    )


def _run(session: MockSession, asks: Exam, lines: list[str], *, plain: bool) -> None:
    describe = partial(result_lines, asks=asks)
    is_dumb = os.environ.get("TERM") == "dumb"
    if plain or is_dumb or not (sys.stdin.isatty() and sys.stdout.isatty()):
        stream = PlainStream(sys.stdin, sys.stdout)
        for line in lines:
            stream.print(line)
        plain_mock = PlainMock(session, stream)
        plain_mock.run()
        if session.is_finished:
            plain_mock.show_result(describe(session.exam))
        return
    from flash.tui.mock_app import run_mock_screen  # noqa: PLC0415 - loads Textual

    for line in lines:
        echo_err(line)
    run_mock_screen(session, describe, lines)
    exam = session.exam
    for line in describe(exam) if session.is_finished else [paused_line(exam)]:
        echo(line)


def mock_table(exams: Sequence[MockExam], calendar: Calendar) -> list[str]:
    """Return a table of results and predictions; empty without results."""
    if not exams:
        return []
    head = [_("mock exam"), _("questions"), _("scored"), _("95 %"), _("predicted")]
    rows = []
    for exam in exams:
        score = score_of(exam)
        low, high = round(100 * score.low), percent(score.high)
        rows.append(
            [
                str(day_date(calendar.day(exam.id))),
                str(score.questions),
                percent(score.share),
                f"{low}-{high}",
                percent(exam.predicted),
            ]
        )
    return ["", *table_lines(head, rows, right=(1, 2, 3, 4))]


def mock_json(exam: MockExam) -> dict[str, Any]:
    """Return the result of a mock exam, without its questions."""
    score = score_of(exam)
    names = ("id", "deck", "name", "seed", "predicted", "spent_ms", "finished_ms")
    return {
        **{name: getattr(exam, name) for name in names},
        **msgspec.structs.asdict(score),
        "share": score.share,
    }
