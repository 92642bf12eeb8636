"""The summary of `flash stats` on a terminal: one screen."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from cards.text.width import width_of
from cards.translate import _
from flash.messages import statistics as messages
from flash.messages.dates import day_name, month_name
from flash.messages.due import backlog_line
from flash.messages.phrases import count_cards, count_days, count_reviews, percent
from flash.report.plots import HeatMap, column_plot, heat_map, shade_character
from flash.terminal import bar, padded, styled
from srs.scheduler.study_day import day_date
from srs.stats.collect import Statistics
from srs.stats.overview import Overview
from srs.stats.retention import Retention

NARROWEST = 40
"""Columns that the lines need."""
_BAR = 30


def render_text(found: Statistics, columns: int) -> Iterator[str]:
    """Yield the lines of the summary.

    Args:
        found: The statistics.
        columns: Width of the terminal, `NARROWEST` or more.
    """
    yield from _today(found.overview)
    if why := backlog_line(found.backlog):
        yield why
    yield ""
    yield from _cards(found.overview, columns)
    yield ""
    yield styled(_("true retention, last 30 days"), "1")
    yield from _retention(_("young"), found.overview.young_retention, columns)
    yield from _retention(_("mature"), found.overview.mature_retention, columns)
    yield ""
    yield from _year(found, columns)
    yield ""
    yield from _forecast(found, columns)


def bars(rows: Sequence[tuple[str, int]], columns: int) -> Iterator[str]:
    """Yield a bar for each named count."""
    names = max(10, *(width_of(name) for name, _value in rows))
    largest = max(value for _name, value in rows)
    room = min(_BAR, columns - names - 13)
    for name, value in rows:
        number = padded(str(value), 7, right=True)
        yield f"  {padded(name, names)}{number}  {bar(value, largest, room)}".rstrip()


def _today(found: Overview) -> Iterator[str]:
    today, streak = _("today"), _("streak")
    gap = " " * max(0, width_of(streak) - width_of(today))
    yield f"{styled(today, '1')}{gap}  {messages.today_summary(found)}"
    yield f"{styled(streak, '1')}  {count_days(found.streak)}"


def _cards(found: Overview, columns: int) -> Iterator[str]:
    cards, reviews = found.cards, found.reviews
    head = _(", ").join((count_cards(cards), count_reviews(reviews)))
    yield styled(head, "1")
    yield from bars(messages.card_states(found), columns)


def _retention(name: str, found: Retention, columns: int) -> Iterator[str]:
    share = padded(percent(found.share, 1), 7, right=True)
    if found.share is None:
        yield f"  {padded(name, 10)}{share}  " + _("no reviews yet")
        return
    count = str(found.reviews)
    room = min(_BAR, columns - 22 - len(count))
    yield f"  {padded(name, 10)}{share}  {bar(found.share, 1, room)} {count}"


def _year(found: Statistics, columns: int) -> Iterator[str]:
    """Yield the heat map, with as many weeks as fit."""
    grid = heat_map(found.overview.days)
    each = 2 if columns >= 6 + 2 * len(grid.weeks) else 1
    grid = grid.last((columns - 6) // each)
    days = [day for week in grid.weeks for day in week if day is not None]
    answers = sum(day.reviews for day in days)
    yield styled(messages.weeks_title(answers, len(grid.weeks)), "1")
    yield styled(f"      {_month_names(grid, each)}", "2")
    for weekday in range(7):
        name = "" if weekday % 2 else day_name(weekday)
        cells = (
            " " if day is None else shade_character(grid.shade(day.reviews))
            for day in (week[weekday] for week in grid.weeks)
        )
        yield f"  {padded(name, 4)}{''.join(cell * each for cell in cells)}".rstrip()
    if grid.edges:
        yield from _legend(grid.edges)


def _month_names(grid: HeatMap, each: int) -> str:
    """Place the names of months over their first weeks, the last one in any case."""
    line, free = "", len(grid.weeks) * each
    for week, first in reversed(grid.months()):
        name = month_name(first)
        # A wide name moves the one before it back.
        start = min(week * each, free - width_of(name))
        if start < 0:
            break
        gap = " " * (free - start - width_of(name) + 1) if line else ""
        line, free = name + gap + line, start - 1
    return " " * (free + 1) + line if line else ""


def _legend(edges: Sequence[int]) -> Iterator[str]:
    lows = [1, *(edge + 1 for edge in edges)]
    named = (f"{shade_character(level)} {low}+" for level, low in enumerate(lows, 1))
    yield styled("      " + "  ".join(named), "2")


def _forecast(found: Statistics, columns: int) -> Iterator[str]:
    due = found.overview.forecast
    yield styled(messages.due_title(due), "1")
    if not any(due):
        return
    each = next(n for n in (3, 2, 1) if n == 1 or columns >= 10 + n * len(due))
    lines = column_plot(due, rows=5, each=each)
    edge = len(str(max(due)))
    labels = [str(max(due)), *[""] * (len(lines) - 2), "0"]
    for label, line in zip(labels, lines, strict=True):
        yield f"  {label:>{edge}} {line}".rstrip()
    today = day_date(found.today)
    starts = range(0, len(due) - 5 // each, 7)
    dates = (f"{today + timedelta(days=n):%m-%d}" for n in starts)
    scale = "".join(f"{date:<{7 * each}}" for date in dates).rstrip()
    yield styled(f"  {'':>{edge}} {scale}", "2")
    yield f"  {messages.due_summary(due)}"
