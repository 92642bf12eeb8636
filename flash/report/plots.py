"""Layout of plots: axes, block characters for terminals, and the heat map."""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from srs.scheduler.study_day import day_date
from srs.stats.overview import DayCount

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SHADES = "·░▒▓█"
SHADES = len(_SHADES) - 1


class HeatMap(Struct, frozen=True):
    """Study days in columns of weeks, shaded by their number of answers."""

    weeks: tuple[tuple[DayCount | None, ...], ...]
    """Seven days each from Monday; None before the first day and after today."""
    edges: tuple[int, ...]
    """Most answers of each shade but the darkest."""

    def shade(self, reviews: int) -> int:
        """Return 0 for a day without answers, else 1 to 4."""
        return 1 + bisect_left(self.edges, reviews) if reviews else 0

    def months(self) -> list[tuple[int, date]]:
        """Return the weeks in which a month begins, with its first day."""
        return [
            (index, day_date(day.day))
            for index, week in enumerate(self.weeks)
            for day in week
            if day is not None and day_date(day.day).day == 1
        ]

    def first(self, weeks: int) -> "HeatMap":
        """Return the first weeks, in the same shades."""
        return HeatMap(self.weeks[:weeks], self.edges)

    def last(self, weeks: int) -> "HeatMap":
        """Return the last weeks, in the same shades."""
        return HeatMap(self.weeks[max(0, len(self.weeks) - weeks) :], self.edges)


def heat_map(days: Sequence[DayCount]) -> HeatMap:
    """Arrange days in weeks.

    Each shade holds a quarter of the days with answers, so that one extreme day
    does not make all others pale.

    Args:
        days: Study days without a gap, at least one.
    """
    first = day_date(days[0].day)
    monday = first - timedelta(days=first.weekday())
    lead: list[DayCount | None] = [None] * (first - monday).days
    cells = [*lead, *days]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[i : i + 7]) for i in range(0, len(cells), 7))
    busy = sorted(day.reviews for day in days if day.reviews)
    quarters = {busy[len(busy) * n // SHADES] for n in range(1, SHADES) if busy}
    # Where the busiest day is in a lower quarter, no shade is above it.
    return HeatMap(weeks, tuple(sorted(quarters.difference(busy[-1:]))))


def shade_character(shade: int) -> str:
    """Return the character of a shade, 0 (no answers) to 4."""
    return _SHADES[shade]


def column_plot(values: Sequence[float], *, rows: int, each: int) -> list[str]:
    """Draw a column chart.

    Args:
        values: 0 or more; the largest fills the height.
        rows: Number of lines.
        each: Characters per column; more than 1 leaves a gap.

    Returns:
        The lines from the top, with trailing blanks.
    """
    largest = max(values, default=0)
    eighths = [_eighths(value, largest, rows) for value in values]
    lines = []
    for row in reversed(range(rows)):
        filled = (_EIGHTHS[min(8, max(0, height - 8 * row))] for height in eighths)
        lines.append("".join((cell * max(1, each - 1)).ljust(each) for cell in filled))
    return lines


def _eighths(value: float, largest: float, rows: int) -> int:
    if largest <= 0 or value <= 0:
        return 0
    return max(1, round(value / largest * rows * 8))


def range_plot(
    low: float, value: float, high: float, *, left: float, columns: int
) -> str:
    """Draw a share as a dot on the line of its confidence interval.

    Args:
        low: Lower end of the interval, 0 to 1.
        value: The share.
        high: Upper end.
        left: Share at the left edge; the right edge is 1.
        columns: Width in characters.
    """

    def column(share: float) -> int:
        part = (share - left) / (1 - left) * (columns - 1)
        return min(columns - 1, max(0, round(part)))

    start, end, dot = column(low), column(high), column(value)
    line = " " * start + "─" * (end - start + 1)
    return line[:dot] + "●" + line[dot + 1 :]


def left_edge(lows: Sequence[float]) -> float:
    """Return the start of an axis of shares: a round tenth below all, 0 to 0.8."""
    return min(0.8, int(min(lows, default=0.8) * 10) / 10)


def ticks(left: float) -> list[float]:
    """Return at most six round shares from about the left edge to 1."""
    tenths = range(round(left * 10), 11)
    every = -(-len(tenths) // 6)
    return [tenth / 10 for tenth in reversed(tenths[::-1][::every])]
