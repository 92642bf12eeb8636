"""Statistics as lines for a terminal: one screen, or with all there is to tell."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from flash.report.heat import Heat, heat
from flash.report.plots import column_plot, shade
from flash.terminal import bar, counted, padded, styled
from srs.scheduler.study_day import day_date
from srs.stats.collect import Statistics
from srs.stats.overview import Overview
from srs.stats.retention import Retention

NARROWEST = 40
"""Columns that the lines need."""
_BAR = 30
_WEEKDAYS = ("Mon", "", "Wed", "", "Fri", "", "Sun")


def render_text(found: Statistics, columns: int) -> Iterator[str]:
    """Write the figures of every day.

    Args:
        found: The figures.
        columns: Width of the terminal, `NARROWEST` or more.
    """
    yield from _today(found.overview)
    yield ""
    yield from _cards(found.overview, columns)
    yield ""
    yield styled("true retention, last 30 days", "1")
    yield from _kept("young", found.overview.young_retention, columns)
    yield from _kept("mature", found.overview.mature_retention, columns)
    yield ""
    yield from _year(found, columns)
    yield ""
    yield from _forecast(found, columns)


def bars(rows: Sequence[tuple[str, int]], columns: int) -> Iterator[str]:
    """Draw a bar for each named count."""
    names = max(10, *(len(name) for name, _ in rows))
    largest = max(value for _, value in rows)
    room = min(_BAR, columns - names - 13)
    for name, value in rows:
        number = padded(str(value), 7, right=True)
        yield f"  {name:<{names}}{number}  {bar(value, largest, room)}".rstrip()


def _today(found: Overview) -> Iterator[str]:
    count = found.reviewed_today
    if count:
        correct = round(100 * (count - found.again_today) / count)
        minutes = found.seconds_today / 60
        done = f"{counted(count, 'answer')}, {correct} % right, {minutes:.0f} min"
    else:
        done = "nothing reviewed yet"
    yield f"{styled('today', '1')}   {done}; {found.due} due"
    yield f"{styled('streak', '1')}  {counted(found.streak, 'day')}"


def _cards(found: Overview, columns: int) -> Iterator[str]:
    head = f"{counted(found.cards, 'card')}, {counted(found.reviews, 'review')}"
    yield styled(head, "1")
    names = ("new", "learning", "young", "mature", "suspended")
    yield from bars([(name, getattr(found, name)) for name in names], columns)


def _kept(name: str, kept: Retention, columns: int) -> Iterator[str]:
    if kept.share is None:
        yield f"  {name:<10}      –  no reviews yet"
        return
    share = f"{100 * kept.share:.1f} %"
    count = str(kept.reviews)
    room = min(_BAR, columns - 22 - len(count))
    yield f"  {name:<10}{share:>7}  {bar(kept.share, 1, room)} {count}"


def _year(found: Statistics, columns: int) -> Iterator[str]:
    """Draw the weeks, as many as fit."""
    grid = heat(found.days)
    each = 2 if columns >= 6 + 2 * len(grid.weeks) else 1
    grid = grid.last((columns - 6) // each)
    days = [one for week in grid.weeks for one in week if one is not None]
    answers = counted(sum(one.reviews for one in days), "answer")
    yield styled(f"{answers} in {len(grid.weeks)} weeks", "1")
    yield styled(f"      {_month_names(grid, each)}", "2")
    for weekday, name in enumerate(_WEEKDAYS):
        cells = (
            " " if one is None else shade(grid.shade(one.reviews))
            for one in (week[weekday] for week in grid.weeks)
        )
        yield f"  {name:<4}{''.join(cell * each for cell in cells)}".rstrip()
    if grid.edges:
        yield from _legend(grid.edges)


def _month_names(grid: Heat, each: int) -> str:
    """Name the months over their first weeks, where the name has room."""
    line = " " * len(grid.weeks) * each
    for week, first in grid.months():
        name, start = f"{first:%b}", week * each
        if start + len(name) <= len(line):
            line = line[:start] + name + line[start + len(name) :]
    return line.rstrip()


def _legend(edges: Sequence[int]) -> Iterator[str]:
    lows = [1, *(edge + 1 for edge in edges)]
    named = (f"{shade(level)} {low}+" for level, low in enumerate(lows, 1))
    yield styled("      " + "  ".join(named), "2")


def _forecast(found: Statistics, columns: int) -> Iterator[str]:
    due = found.overview.forecast
    yield styled(f"due in the next {len(due)} days: {sum(due)}", "1")
    if not any(due):
        return
    each = next(n for n in (3, 2, 1) if n == 1 or columns >= 10 + n * len(due))
    lines = column_plot(due, rows=5, each=each)
    edge = len(str(max(due)))
    for row, line in enumerate(lines):
        label = str(max(due)) if row == 0 else "0" if row == len(lines) - 1 else ""
        yield f"  {label:>{edge}} {line}".rstrip()
    today = day_date(found.today)
    starts = range(0, len(due) - 5 // each, 7)
    dates = (f"{today + timedelta(days=n):%m-%d}" for n in starts)
    scale = "".join(f"{date:<{7 * each}}" for date in dates).rstrip()
    yield styled(f"  {'':>{edge}} {scale}", "2")
    yield f"  today {due[0]}, tomorrow {due[1]}, in 7 days {sum(due[:7])}"
