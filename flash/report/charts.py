"""Charts as SVG: counts as columns, and a year of days.

Quiet: one accent, thin lines only where an eye needs them, figures written at the
marks.  Colours, and the dark ones, come from the page that a chart stands in; a
mark tells its figures when the pointer rests on it.
"""

from collections.abc import Sequence

from msgspec import Struct

from flash.report.heat import Heat
from flash.report.markup import tag, text
from flash.terminal import counted
from srs.scheduler.study_day import day_date

WIDTH = 340.0
EDGE = 4.0
_HIGH = 110.0
_CELL = 12.0


class Column(Struct, frozen=True):
    """One of the columns beside each other."""

    name: str
    """Stands under it; empty for nothing."""
    value: int
    hover: str
    counted: bool = True
    """Whether its value stands over it."""


def svg(label: str, height: float, *parts: str, width: float = WIDTH) -> str:
    """Make a picture that says to a screen reader what it is."""
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", *parts, viewBox=box, role="img", aria_label=label)


def words(
    x: float, y: float, told: str, kind: str | None = None, *, anchor: str = "start"
) -> str:
    """Write words into a picture; the anchor is start, middle or end."""
    anchor_ = None if anchor == "start" else anchor
    return tag("text", text(told), x=x, y=y, class_=kind, text_anchor=anchor_)


def rule(x1: float, y1: float, x2: float, y2: float, kind: str = "rule") -> str:
    """Draw a line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def columns(label: str, bars: Sequence[Column], *, edges: bool = False) -> str:
    """Draw counts as columns on a common ground.

    Args:
        label: What the chart shows.
        bars: From left to right.
        edges: Whether a name stands at the left edge of its column, as where one
            group begins.
    """
    top, largest = 16.0, max((one.value for one in bars), default=0)
    ground = top + _HIGH
    each = (WIDTH - 2 * EDGE) / len(bars)
    parts = [rule(EDGE, ground + 0.5, WIDTH - EDGE, ground + 0.5)]
    for index, one in enumerate(bars):
        left = EDGE + index * each
        high = one.value / largest * _HIGH if largest else 0.0
        parts.append(_column(one, left, each, top, max(high, 1.5 * (one.value > 0))))
        if one.name:
            at = left if edges else left + each / 2
            # A long name under a narrow first column would leave the picture.
            anchor = "start" if index == 0 else "middle"
            x = left if index == 0 else at
            parts.append(words(x, ground + 15, one.name, anchor=anchor))
    return svg(label, ground + 20, *parts)


def _column(one: Column, left: float, each: float, top: float, high: float) -> str:
    ground = top + _HIGH
    # The whole height answers to the pointer, at a low column too.
    hit = tag("rect", x=left, y=top, width=each, height=_HIGH, class_="hit")
    x, wide = left + each * 0.1, each * 0.8
    mark = tag("rect", x=x, y=ground - high, width=wide, height=high, class_="mark")
    figure = ""
    if one.counted and one.value:
        figure = words(
            left + each / 2,
            ground - high - 4,
            str(one.value),
            "figure",
            anchor="middle",
        )
    return tag("g", tag("title", text(one.hover)), hit, mark, figure)


def half_year(label: str, grid: Heat, weeks: int) -> str:
    """Draw study days, weeks beside each other, each day in its shade.

    Args:
        label: What the chart shows.
        grid: The weeks.
        weeks: For how many there is to be room, so that two pictures are alike.
    """
    left, top = 30.0, 16.0
    parts = [
        words(left + week * _CELL, 11, f"{first:%b}")
        for week, first in grid.months()
        if week < weeks - 1
    ]
    for weekday, name in ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun")):
        parts.append(words(left - 5, top + weekday * _CELL + 9, name, anchor="end"))
    for index, week in enumerate(grid.weeks):
        for weekday, one in enumerate(week):
            if one is not None:
                told = counted(one.reviews, "answer")
                date = f"{day_date(one.day):%a %Y-%m-%d}"
                hover = f"{date}: {told}, {one.seconds / 60:.0f} min"
                x, y = left + index * _CELL, top + weekday * _CELL
                parts.append(_cell(x, y, grid.shade(one.reviews), hover))
    return svg(label, top + 7 * _CELL, *parts, width=left + weeks * _CELL)


def _cell(x: float, y: float, shade: int, hover: str) -> str:
    side = _CELL - 2
    title = tag("title", text(hover))
    kind = f"shade{shade}"
    return tag("rect", title, x=x, y=y, width=side, height=side, rx=2, class_=kind)
