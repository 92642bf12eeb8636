"""Sections of the page: each a heading, a line of words, a chart and its figures."""

from collections.abc import Iterator, Sequence

from flash.report import share_charts, tables
from flash.report.charts import Column, columns, half_year
from flash.report.heat import heat
from flash.report.markup import tag, text
from flash.report.names import (
    group_name,
    hour_name,
    interval_names,
    leeches_counted,
    time_names,
)
from flash.terminal import counted
from srs.models.cards import Rating
from srs.scheduler.study_day import day_date
from srs.stats.calibration import Calibration
from srs.stats.collect import AnswerStatistics, Statistics
from srs.stats.distributions import (
    EDGES_S,
    AnswerTimeGroup,
    AnswerTimes,
    CardGroup,
    MemoryDistribution,
)
from srs.stats.overview import DayCount
from srs.stats.retention import Retention, confidence_interval

_NO_REVIEWS = "No reviews in the last year"


def sections(found: Statistics) -> Iterator[str]:
    """Give the sections in their order."""
    yield _year(found.days)
    yield _due(found)
    if found.answers is not None:
        yield from _of_answers(found.answers, found.desired_retention)
    yield _memory(found.memory)
    if found.decks:
        told = "Share recalled and minutes a week, over the last 30 days"
        yield _section("Decks", told, tables.decks(found.decks), wide=True)
    worst = tables.forgotten(found.difficult.cards)
    told = leeches_counted(found.difficult)
    yield _section("Forgotten most often", told, worst, wide=True)
    if found.confused:
        told = "Pairs of cards that were taken for each other"
        yield _section("Mixed up", told, tables.pairs(found.confused), wide=True)


def _section(title: str, told: str, *inside: str, wide: bool = False) -> str:
    head = tag("h2", text(title)) + tag("p", text(told))
    return tag("section", head, *inside, class_="wide" if wide else None)


def _year(days: Sequence[DayCount]) -> str:
    grid = heat(days)
    later = len(grid.weeks) // 2
    total = sum(one.reviews for one in days)
    active = sum(one.reviews > 0 for one in days)
    told = f"{counted(total, 'answer')} on {counted(active, 'day')} of the last year"
    if grid.edges:
        told += f"; the darkest have {grid.edges[-1] + 1} and more"
    room = len(grid.weeks) - later
    halves = tag(
        "div",
        half_year(f"{told}: the earlier half", grid.first(room), room),
        half_year(f"{told}: the later half, up to today", grid.last(later), room),
        class_="year",
    )
    figures = tables.behind(("Month", "Answers", "Days", "Minutes"), _months(days))
    return _section("Answers a day", told, halves, figures, wide=True)


def _months(days: Sequence[DayCount]) -> list[list[str]]:
    months: dict[str, list[DayCount]] = {}
    for one in days:
        months.setdefault(f"{day_date(one.day):%Y-%m}", []).append(one)
    return [
        [
            month,
            str(sum(one.reviews for one in its)),
            str(sum(one.reviews > 0 for one in its)),
            f"{sum(one.seconds for one in its) / 60:.0f}",
        ]
        for month, its in months.items()
    ]


def _due(found: Statistics) -> str:
    due = found.overview.forecast
    if not any(due):
        return _section("Due", f"Nothing in the next {len(due)} days")
    dates = [day_date(found.today + index) for index in range(len(due))]
    told = f"{counted(sum(due), 'review')} in {len(due)} days, {sum(due[:7])} in 7"
    # Today's column holds the overdue too, so it stands out and is told.
    bars = [
        Column(
            f"{date:%m-%d}" if index % 7 == 0 else "",
            count,
            f"{date:%a %Y-%m-%d}: {count} due",
            counted=index == 0 or count == max(due),
        )
        for index, (date, count) in enumerate(zip(dates, due, strict=True))
    ]
    rows = [[f"{date:%a %Y-%m-%d}", str(n)] for date, n in zip(dates, due, strict=True)]
    chart = columns(f"Reviews due on each of the next days: {told}", bars)
    return _section("Due", told, chart, tables.behind(("Day", "Due"), rows))


def _of_answers(found: AnswerStatistics, wanted: float) -> Iterator[str]:
    yield _by_interval(found.retention.by_interval, wanted)
    yield _by_hour(found.retention.by_hour, wanted)
    yield _calibration(found.calibration)
    yield _times(found.times)


def _by_interval(groups: Sequence[Retention], wanted: float) -> str:
    title = "Retention by interval"
    named = zip(interval_names(), groups, strict=True)
    rows = [one for one in named if one[1].reviews]
    if not rows:
        return _section(title, _NO_REVIEWS)
    told = _reviews_told(groups)
    chart = share_charts.by_row(f"{title}. {told}", "days", rows, wanted)
    return _section(title, told, chart, _shares_table("Days", rows))


def _by_hour(hours: Sequence[Retention], wanted: float) -> str:
    title = "Retention by hour"
    rows = [(hour_name(n), kept) for n, kept in enumerate(hours) if kept.reviews]
    if not rows:
        return _section(title, _NO_REVIEWS)
    told = _reviews_told(hours)
    chart = share_charts.by_hour(f"{title}. {told}", hours, wanted)
    return _section(title, told, chart, _shares_table("Hour", rows))


def _reviews_told(groups: Sequence[Retention]) -> str:
    total = counted(sum(kept.reviews for kept in groups), "review")
    return f"{total} of the last year, each share with its range of 95 %"


def _shares_table(unit: str, rows: Sequence[tuple[str, Retention]]) -> str:
    figures = [
        [name, f"{100 * (kept.share or 0):.1f} %", str(kept.reviews), _between(kept)]
        for name, kept in rows
    ]
    return tables.behind((unit, "Recalled", "Reviews", "95 %"), figures)


def _between(kept: Retention) -> str:
    low, high = confidence_interval(kept)
    return f"{100 * low:.1f}–{100 * high:.1f} %"


def _calibration(found: Calibration) -> str:
    title = "Predicted and actual recall"
    if found.log_loss is None or found.rmse is None:
        return _section(title, _NO_REVIEWS)
    told = (
        f"{100 * (found.predicted or 0):.1f} % predicted, "
        f"{100 * (found.recalled or 0):.1f} % recalled; "
        f"log loss {found.log_loss:.4f}, RMSE of the bins {100 * found.rmse:.2f} %"
    )
    rows = [
        [
            f"{100 * one.low:g}–{100 * one.high:g} %",
            f"{100 * one.predicted:.1f} %",
            f"{100 * one.recalled:.1f} %",
            str(one.reviews),
        ]
        for one in found.bins
        if one.predicted is not None and one.recalled is not None
    ]
    chart = share_charts.predicted(f"{title}. {told}", found)
    head = ("CalibrationBin", "Predicted", "Recalled", "Reviews")
    return _section(title, told, chart, tables.behind(head, rows))


def _times(found: AnswerTimes) -> str:
    title = "Time for an answer"
    if not found.all.answers:
        return _section(title, "No answers in the last year")
    told = (
        f"Seconds; half within {found.all.median:.1f}, "
        f"nine of ten within {found.all.slowest:.1f}"
    )
    bars = [
        Column(f"{start}", count, f"{name} s: {counted(count, 'answer')}")
        for start, name, count in zip(
            (0, *EDGES_S), time_names(), found.groups, strict=True
        )
    ]
    rows = [_time_row(one) for one in (found.all, *found.by_rating)]
    head = ("Rating", "Median", "90 % within", "Answers")
    chart = columns(f"{title}. {told}", bars, edges=True)
    return _section(title, told, chart, tables.behind(head, rows))


def _time_row(one: AnswerTimeGroup) -> list[str]:
    name = "all" if one.rating is None else Rating(one.rating).name.lower()
    shown = (
        "–" if value is None else f"{value:.1f} s"
        for value in (one.median, one.slowest)
    )
    return [name, *shown, str(one.answers)]


def _memory(found: MemoryDistribution) -> str:
    title = "Stability and difficulty"
    if not any(one.cards for one in found.stability):
        return _section(title, "No card was answered yet")
    told = "Cards in use by the days until their recall falls to 90 %"
    harder = "and by their difficulty, from 1 (easy) to 10 (hard)"
    return _section(
        title,
        told,
        _groups(told, "Days", found.stability),
        tag("p", harder),
        _groups(f"Cards in use {harder}", "Difficulty", found.difficulty),
    )


def _groups(told: str, unit: str, groups: Sequence[CardGroup]) -> str:
    names = [group_name(one) for one in groups]
    bars = [
        Column(f"{one.low:g}", one.cards, f"{name}: {counted(one.cards, 'card')}")
        for name, one in zip(names, groups, strict=True)
    ]
    rows = [[name, str(one.cards)] for name, one in zip(names, groups, strict=True)]
    chart = columns(told, bars, edges=True)
    return chart + tables.behind((unit, "Cards"), rows)
