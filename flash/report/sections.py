"""Sections of the page: a heading, a summary, a chart and its data."""

from collections.abc import Iterator, Sequence

from cards.translate import _
from flash.messages import statistics as messages
from flash.messages.dates import dated
from flash.messages.phrases import count_cards, percent
from flash.report.charts import (
    Bar,
    calibration_chart,
    column_chart,
    heat_map_chart,
    share_by_hour,
    share_rows,
)
from flash.report.markup import (
    data_table,
    deck_summary_table,
    difficult_table,
    pair_table,
    tag,
    text_node,
)
from flash.report.plots import heat_map
from srs.scheduler.study_day import day_date
from srs.stats.calibration import Calibration
from srs.stats.collect import AnswerStatistics, Statistics
from srs.stats.distributions import (
    EDGES_S,
    AnswerTimes,
    CardGroup,
    MemoryDistribution,
)
from srs.stats.overview import DayCount
from srs.stats.retention import Retention


def sections(found: Statistics) -> Iterator[str]:
    """Yield the sections in their order."""
    yield _year(found.overview.days)
    yield _due(found)
    if found.answers is not None:
        yield from _of_answers(found.answers, found.desired_retention)
    yield _memory(found.memory)
    if found.decks:
        summary = _("Share recalled and minutes per week, last 30 days")
        yield _section(_("Decks"), summary, deck_summary_table(found.decks), wide=True)
    table = difficult_table(found.difficult.cards)
    summary = messages.leech_count(found.difficult.leeches)
    yield _section(_("Most lapses"), summary, table, wide=True)
    if found.confused:
        summary = _("Pairs of cards that you confused")
        table = pair_table(found.confused)
        yield _section(_("Confused pairs"), summary, table, wide=True)


def _section(title: str, summary: str, *inside: str, wide: bool = False) -> str:
    head = tag("h2", text_node(title)) + tag("p", text_node(summary))
    return tag("section", head, *inside, class_="wide" if wide else None)


def _year(days: Sequence[DayCount]) -> str:
    grid = heat_map(days)
    later = len(grid.weeks) // 2
    earlier = len(grid.weeks) - later
    total = sum(day.reviews for day in days)
    active = sum(day.reviews > 0 for day in days)
    darkest = grid.edges[-1] + 1 if grid.edges else 0
    summary = messages.year_summary(total, active, darkest)
    first = _("{summary}: first half").format(summary=summary)
    second = _("{summary}: second half, up to today").format(summary=summary)
    halves = tag(
        "div",
        heat_map_chart(first, grid.first(earlier), earlier),
        heat_map_chart(second, grid.last(later), earlier),
        class_="year",
    )
    head = (_("Month"), _("Answers"), _("Days"), _("Minutes"))
    table = data_table(head, _months(days))
    return _section(_("Answers per day"), summary, halves, table, wide=True)


def _months(days: Sequence[DayCount]) -> list[list[str]]:
    months: dict[str, list[DayCount]] = {}
    for day in days:
        months.setdefault(f"{day_date(day.day):%Y-%m}", []).append(day)
    return [
        [
            month,
            str(sum(day.reviews for day in its)),
            str(sum(day.reviews > 0 for day in its)),
            f"{sum(day.seconds for day in its) / 60:.0f}",
        ]
        for month, its in months.items()
    ]


def _due(found: Statistics) -> str:
    due = found.overview.forecast
    summary = messages.due_total(due)
    if not any(due):
        return _section(_("Due"), summary)
    dates = [day_date(found.today + index) for index in range(len(due))]
    # The numbers of today and of the longest day are shown.
    bars = [
        Bar(
            f"{date:%m-%d}" if index % 7 == 0 else "",
            count,
            messages.due_on(date, count),
            show_value=index == 0 or count == max(due),
        )
        for index, (date, count) in enumerate(zip(dates, due, strict=True))
    ]
    rows = [[dated(date), str(n)] for date, n in zip(dates, due, strict=True)]
    label = _("Reviews due on each of the next days: {summary}").format(summary=summary)
    table = data_table((_("Day"), _("Due")), rows)
    return _section(_("Due"), summary, column_chart(label, bars), table)


def _of_answers(found: AnswerStatistics, desired: float) -> Iterator[str]:
    yield _by_interval(found.retention.by_interval, desired)
    yield _by_hour(found.retention.by_hour, desired)
    yield _calibration(found.calibration)
    yield _times(found.times)


def _by_interval(groups: Sequence[Retention], desired: float) -> str:
    title = _("Retention by interval")
    named = zip(messages.interval_names(), groups, strict=True)
    rows = [row for row in named if row[1].reviews]
    if not rows:
        return _section(title, _("No reviews in the last year"))
    summary = messages.retention_summary(groups)
    chart = share_rows(f"{title}. {summary}", _("days"), rows, desired)
    return _section(title, summary, chart, _share_table(_("Days"), rows))


def _by_hour(hours: Sequence[Retention], desired: float) -> str:
    title = _("Retention by hour")
    named = ((messages.hour_name(hour), found) for hour, found in enumerate(hours))
    rows = [row for row in named if row[1].reviews]
    if not rows:
        return _section(title, _("No reviews in the last year"))
    summary = messages.retention_summary(hours)
    chart = share_by_hour(f"{title}. {summary}", hours, desired)
    return _section(title, summary, chart, _share_table(_("Hour"), rows))


def _share_table(unit: str, rows: Sequence[tuple[str, Retention]]) -> str:
    cells = [
        [
            name,
            percent(found.share, 1),
            str(found.reviews),
            messages.confidence_range(found),
        ]
        for name, found in rows
    ]
    return data_table((unit, _("Recalled"), _("Reviews"), _("95 % CI")), cells)


def _calibration(found: Calibration) -> str:
    title = _("Predicted and actual recall")
    if not found.reviews:
        return _section(title, _("No reviews in the last year"))
    summary = messages.calibration_summary(found)
    rows = [
        [
            messages.share_range(bin_.low, bin_.high),
            percent(bin_.predicted, 1),
            percent(bin_.recalled, 1),
            str(bin_.reviews),
        ]
        for bin_ in found.bins
        if bin_.reviews
    ]
    chart = calibration_chart(f"{title}. {summary}", found)
    head = (_("Bin"), _("Predicted"), _("Recalled"), _("Reviews"))
    return _section(title, summary, chart, data_table(head, rows))


def _times(found: AnswerTimes) -> str:
    title = _("Answer times")
    if not found.all.answers:
        return _section(title, _("No answers in the last year"))
    summary = messages.times_summary(found)
    bars = [
        Bar(str(start), count, messages.time_group_summary(name, count))
        for start, name, count in zip(
            (0, *EDGES_S), messages.time_names(), found.groups, strict=True
        )
    ]
    rows = [
        [
            messages.rating_name(group.rating),
            messages.seconds(group.median),
            messages.seconds(group.slowest),
            str(group.answers),
        ]
        for group in (found.all, *found.by_rating)
    ]
    head = (_("Rating"), _("Median"), _("90 % within"), _("Answers"))
    chart = column_chart(f"{title}. {summary}", bars, edges=True)
    return _section(title, summary, chart, data_table(head, rows))


def _memory(found: MemoryDistribution) -> str:
    title = _("Stability and difficulty")
    if not any(group.cards for group in found.stability):
        return _section(title, _("No cards answered yet"))
    stability = _("Cards by stability: days until recall falls to 90 %")
    difficulty = _("Cards by difficulty, from 1 (easy) to 10 (hard)")
    return _section(
        title,
        stability,
        _groups(stability, _("Days"), found.stability),
        tag("p", text_node(difficulty)),
        _groups(difficulty, _("Difficulty"), found.difficulty),
    )


def _groups(label: str, unit: str, groups: Sequence[CardGroup]) -> str:
    names = [messages.group_name(group) for group in groups]
    bars = [
        Bar(
            f"{group.low:g}",
            group.cards,
            f"{name}: {count_cards(group.cards)}",
        )
        for name, group in zip(names, groups, strict=True)
    ]
    rows = [[name, str(group.cards)] for name, group in zip(names, groups, strict=True)]
    return column_chart(label, bars, edges=True) + data_table((unit, _("Cards")), rows)
