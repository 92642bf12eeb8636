"""`flash exam`: an exam on a day, what it will bring, and the way there."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, DeckOption, JsonOption, finite
from flash.service.context import AppContext, open_app
from flash.terminal import echo

if TYPE_CHECKING:
    from srs.forecast.exam_forecast import ExamForecast
    from srs.models.exam import Exam

app = typer.Typer(
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
def exam(
    context: typer.Context,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another number, another luck.")
    ] = 0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Say what share of an exam's points will be recalled on its day.

    The days until then are simulated with your parameters, times and habits.  It
    tells for each domain what is recalled today and then, how many new cards a day
    are needed, and whether that fits your minutes.  Exit code 1: no exam is set.
    """
    if context.invoked_subcommand is not None:
        return
    from srs.forecast.exam_forecast import forecast_exam

    with open_app(db) as store:
        found = store.options.exam
        if found is None:
            raise FlashError("no exam is set", "flash exam set 2027-03-01 sets one")
        date = _date(found)
        if not found.is_ahead(store.options.calendar.day(store.now())):
            raise FlashError(
                f"the exam was on {date}", "flash exam clear, or set another"
            )
        told = forecast_exam(store.store, store.options, found, store.now(), seed)
    if json:
        from flash.terminal import print_json

        print_json(_as_json(found, told))
        return
    _print(found, told)


@app.command("set")
def set_(
    date: Annotated[
        str, typer.Argument(metavar="DATE", help="Its day, such as 2027-03-01.")
    ],
    deck: DeckOption = "",
    weights: Annotated[
        list[str] | None,
        typer.Option(
            "--weights",
            metavar="TAG=POINTS",
            help="Points of a domain; again for each, or with commas between.",
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
            help="What you have a day.",
        ),
    ] = 0.0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Set the exam; the days until it are spent for its points.

    No interval reaches beyond the day before, the cards whose review brings most
    come first, and in the last days the weakest come back.  Exit code 1: the day
    is past, or a deck or tag doesn't exist.
    """
    from srs.models.exam import Exam, exam_text
    from srs.store.settings import save_setting

    with open_app(db) as store:
        day = _day(date, store)
        points = _points(weights or [])
        found = Exam(day, deck, points, minutes)
        _check(store, found)
        save_setting(store.store, "exam", exam_text(found), store.now())
    if json:
        from flash.terminal import print_json

        print_json(_exam_json(found))
        return
    from flash.messages.scheduling import exam_set
    from srs.scheduler.study_day import day_date

    echo(exam_set(found, day_date(found.day)))


@app.command("clear")
def clear(db: DbOption = None) -> None:
    """Forget the exam: intervals, order and limits are as without one.

    Cards that were answered meanwhile keep the days they got.
    """
    from srs.store.settings import save_setting

    with open_app(db) as store:
        was = store.options.exam
        save_setting(store.store, "exam", "", store.now())
    from flash.messages.scheduling import exam_cleared
    from srs.scheduler.study_day import day_date

    typer.echo(exam_cleared(day_date(was.day) if was else None))


def _date(exam: "Exam") -> str:
    from srs.scheduler.study_day import day_date

    return str(day_date(exam.day))


def _day(date: str, store: AppContext) -> int:
    from srs.scheduler.study_day import date_day

    try:
        day = date_day(date)
    except ValueError:
        raise FlashError(f"'{date}' is no date", "write it as 2027-03-01") from None
    if day <= store.options.calendar.day(store.now()):
        raise FlashError(f"{date} is not ahead", "name the day of the exam")
    return day


def _points(words: list[str]) -> dict[str, float]:
    points: dict[str, float] = {}
    for word in ",".join(words).split(","):
        tag, _, number = word.strip().rpartition("=")
        if not word.strip():
            continue
        try:
            points[tag] = float(number)
        except ValueError:
            points[tag] = -1.0
        if not tag or not 0 < points[tag] < float("inf"):
            hint = "write TAG=POINTS, such as domain::detection=16"
            raise FlashError(f"'{word.strip()}' is no weight", hint)
    return points


def _check(store: AppContext, exam: "Exam") -> None:
    """Refuse a deck or a tag that no card has."""
    import difflib

    from flash.cli.card_selector import check_deck
    from srs.forecast.exam import ExamCards

    check_deck(store, exam.deck)
    known = ExamCards(store.store, store.options, exam, exam.day)
    used = set(known.domains.values())
    for tag in exam.weights:
        if tag not in used:
            near = difflib.get_close_matches(tag, known.tags, 1)
            hint = f"did you mean '{near[0]}'?" if near else "flash list shows the tags"
            raise FlashError(f"no card of the exam has the tag '{tag}'", hint)


def _exam_json(exam: "Exam") -> dict[str, Any]:
    import msgspec

    return {**msgspec.structs.asdict(exam), "day": _date(exam)}


def _as_json(exam: "Exam", told: "ExamForecast") -> dict[str, Any]:
    import msgspec

    from flash.messages.scheduling import minutes_suffice

    domains = [
        {**msgspec.structs.asdict(one), "gain": one.gain} for one in told.domains
    ]
    figures = {**msgspec.structs.asdict(told), "domains": domains}
    return {"exam": _exam_json(exam), "fits": minutes_suffice(told), **figures}


def _print(exam: "Exam", found: "ExamForecast") -> None:
    from flash.messages.scheduling import exam_forecast, exam_title
    from flash.terminal import styled
    from srs.scheduler.study_day import day_date

    typer.echo(styled(exam_title(exam, day_date(exam.day), found), "1"))
    for line in exam_forecast(found):
        typer.echo(line)
    typer.echo()
    _print_domains(found)


def _print_domains(told: "ExamForecast") -> None:
    from flash.terminal import bar, print_table

    rows = [
        [
            one.name or "other",
            str(one.cards),
            _share(one.points),
            _share(one.today),
            _share(one.expected),
            f"+{100 * one.gain:.1f}",
            bar(one.gain, max(other.gain for other in told.domains), 12),
        ]
        for one in told.domains
    ]
    names = ["domain", "cards", "points", "today", "exam day", "gain", ""]
    print_table(names, rows, right=(1, 2, 3, 4, 5))


def _share(value: float) -> str:
    return f"{100 * value:.0f} %"
