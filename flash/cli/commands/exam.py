"""`flash exam`: forecast, set and clear an exam."""

from typing import Annotated, Any

import msgspec
import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.commands.mock_exam import mock, mock_json, mock_table
from flash.cli.options import (
    HELP_NAMES,
    MOST,
    DbOption,
    DeckOption,
    JsonOption,
    StoreOption,
    finite,
    has_subcommand,
)
from flash.messages.review import early_line
from flash.messages.scheduling import (
    exam_past,
    exam_set,
    forecast_lines,
    minutes_suffice,
    points_lines,
)
from flash.paths import check_store
from flash.service.context import AppContext, open_app
from flash.service.exam_setting import clear_exam, set_exam
from flash.terminal import echo, print_json, print_lines, working
from srs.forecast.after_exam import count_early
from srs.forecast.exam import ExamCards
from srs.forecast.exam_forecast import ExamForecast, forecast_exam
from srs.models.exam import Exam
from srs.scheduler.study_day import day_date
from srs.store.mock_exams import finished_mock_exams

app = typer.Typer(
    add_completion=False, context_settings=HELP_NAMES, rich_markup_mode=None
)
app.command("mock")(mock)


@app.callback(invoke_without_command=True)
def exam(
    context: typer.Context,
    seed: Annotated[
        int,
        typer.Option(
            "--seed",
            metavar="N",
            min=0,
            max=MOST,
            help="Random seed; change it for a different run.",
        ),
    ] = 0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Forecast an exam, or set its date.

    Simulates the days until the exam with your parameters, answer times and ratings,
    and shows what share of the points you will recall: in total and by domain, today
    and on the day. Also shows how many new cards per day are needed, whether your
    minutes suffice, and the results of your mock exams beside what was predicted then.
    On the day itself it shows what you recall now.
    Exit code 1: no exam is set.
    """
    if has_subcommand(context):
        return
    check_store(db)
    with open_app(db) as opened:
        found = opened.options.exam
        if found is None:
            raise FlashError(_("no exam is set"), _("set one: flash exam set DATE"))
        if found.is_over(opened.today()):
            raise _past(opened, found)
        with working(_("simulating"), quiet=json):
            forecast = forecast_exam(
                opened.store, opened.options, found, opened.now(), seed
            )
        finished = finished_mock_exams(opened.store)
        name = found.blueprint.exam if found.blueprint else None
        mocks = [one for one in finished if found.deck == one.deck or name == one.name]
        calendar = opened.options.calendar
    if json:
        taken = [mock_json(one) for one in mocks]
        print_json({**_forecast_json(found, forecast), "mocks": taken})
    else:
        print_lines(forecast_lines(found, forecast))
        print_lines(mock_table(mocks, calendar))


@app.command("set")
def set_(
    date: Annotated[
        str, typer.Argument(metavar="DATE", help="Day of the exam, such as 2027-03-01.")
    ],
    deck: DeckOption = "",
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights",
            metavar="TAG=POINTS",
            help="Points of a domain; repeat it, or separate with commas.",
        ),
    ] = None,
    minutes: Annotated[
        float,
        typer.Option(
            "--minutes",
            metavar="N",
            min=0,
            max=1440,
            callback=finite,
            show_default=False,
            help="Study minutes per day, for the forecast; they don't limit a review.",
        ),
    ] = 0.0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Set the exam.

    The points of the domains are those in the exam.yaml beside the deck files, unless
    you give --weights; without either, all cards count alike.

    The forecast assumes that you stop after --minutes; flash review asks all cards
    unless you give it --minutes, too.

    Until then no interval extends past the day before, the cards with the highest
    expected gain come first, and the weakest come back in the last days. Exit code 1:
    the day is not in the next hundred years, or there is no such deck or tag.
    """
    with open_app(db) as opened:
        found = set_exam(opened, date, deck, _points(weights or []), minutes)
        cards = ExamCards(opened.store, opened.options, found, found.day)
    if json:
        print_json(_exam_json(found))
    else:
        echo(exam_set(found, day_date(found.day)))
        print_lines(points_lines(found, set(cards.domains.values())))


@app.command("clear")
def clear(db: StoreOption = None) -> None:
    """Remove the exam.

    Order and limits are as without an exam. Cards answered since it was set keep their
    due days, which are before it: flash reschedule gives them those that their memory
    asks for.
    """
    with open_app(db) as opened:
        lines = clear_exam(opened)
    print_lines(lines)


def _past(opened: AppContext, exam: Exam) -> FlashError:
    count = count_early(opened.store, opened.options, exam)
    message = early_line(exam, count) or exam_past(exam)
    return FlashError(message, _("flash exam clear, or set another one"))


def _points(words: list[str]) -> dict[str, float]:
    points: dict[str, float] = {}
    for word in ",".join(words).split(","):
        tag, _sign, number = word.strip().rpartition("=")
        if not word.strip():
            continue
        try:
            points[tag] = float(number)
        except ValueError:
            points[tag] = -1.0
        if not tag or not 0 < points[tag] < float("inf"):
            message = _("'{text}' is not a weight").format(text=word.strip())
            hint = _("write TAG=POINTS, such as domain::detection=16")
            raise FlashError(message, hint)
    return points


def _exam_json(exam: Exam) -> dict[str, Any]:
    return {**msgspec.structs.asdict(exam), "day": str(day_date(exam.day))}


def _forecast_json(exam: Exam, found: ExamForecast) -> dict[str, Any]:
    domains = [
        {**msgspec.structs.asdict(one), "gain": one.gain} for one in found.domains
    ]
    return {
        "exam": _exam_json(exam),
        "fits": minutes_suffice(found),
        **msgspec.structs.asdict(found),
        "unseen_points": found.unseen_points,
        "domains": domains,
    }
