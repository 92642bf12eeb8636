"""Charts as SVG: columns, a heat map, and shares with confidence intervals.

Colours come from the style of the page; a mark shows its numbers on hover.
"""

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from cards.translate import _
from flash.messages import statistics as messages
from flash.messages.dates import day_name, month_name
from flash.messages.phrases import percent
from flash.report.markup import tag, text_node
from flash.report.plots import HeatMap, left_edge, ticks
from srs.scheduler.study_day import day_date
from srs.stats.calibration import Calibration
from srs.stats.retention import Retention, confidence_interval

WIDTH = 340.0
EDGE = 4.0
_TOP, _HEIGHT = 16.0, 110.0
_CELL = 12.0
_ROW = 20.0
_DIGIT, _LINE = 6.5, 11.0
"""Width of a digit and height of a line."""
_FEW = 10
"""Bins with fewer answers are not drawn."""


class Bar(Struct, frozen=True):
    """A column of a column chart."""

    name: str
    """Label below it; may be empty."""
    value: int
    hover: str
    show_value: bool = True
    """Write the value above the column, unless one to the left is in the way."""


def _svg(label: str, height: float, *parts: str, width: float = WIDTH) -> str:
    """Make a picture with a label for screen readers."""
    box = f"0 0 {width:g} {height:g}"
    return tag("svg", *parts, viewBox=box, role="img", aria_label=label)


def _label(
    x: float, y: float, value: str, kind: str | None = None, *, anchor: str = "start"
) -> str:
    """Draw text; the anchor is start, middle or end."""
    anchor_ = None if anchor == "start" else anchor
    return tag("text", text_node(value), x=x, y=y, class_=kind, text_anchor=anchor_)


def _line(x1: float, y1: float, x2: float, y2: float, kind: str = "rule") -> str:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def column_chart(label: str, bars: Sequence[Bar], *, edges: bool = False) -> str:
    """Draw a column chart.

    Args:
        label: What the chart shows.
        bars: From left to right.
        edges: Place names at the left edges of their columns instead of the middle.
    """
    largest = max((bar.value for bar in bars), default=0)
    ground = _TOP + _HEIGHT
    each = (WIDTH - 2 * EDGE) / len(bars)
    parts = [_line(EDGE, ground + 0.5, WIDTH - EDGE, ground + 0.5)]
    written: list[_Number] = []
    for index, bar in enumerate(bars):
        left = EDGE + index * each
        height = bar.value / largest * _HEIGHT if largest else 0.0
        height = max(height, 1.5 * (bar.value > 0))
        text = str(bar.value) if bar.show_value and bar.value else ""
        number = _Number(left + each / 2, ground - height - 4, text)
        if not any(number.touches(one) for one in written):
            written.append(number)
        else:
            number = replace(number, text="")
        parts.append(_column(bar, left, each, height, number))
        if bar.name:
            # A long name below a narrow first column would leave the picture.
            anchor = "start" if index == 0 else "middle"
            x = left if index == 0 or edges else left + each / 2
            parts.append(_label(x, ground + 15, bar.name, anchor=anchor))
    return _svg(label, ground + 20, *parts)


class _Number(Struct, frozen=True):
    """A number above a column; without text nothing is written."""

    x: float
    y: float
    text: str

    def touches(self, other: "_Number") -> bool:
        """Return True if two numbers overlap."""
        wide = len(self.text + other.text) * _DIGIT / 2
        is_beside = abs(self.x - other.x) >= wide
        is_above = abs(self.y - other.y) >= _LINE
        return bool(self.text and other.text) and not (is_beside or is_above)


def _column(bar: Bar, left: float, each: float, height: float, number: _Number) -> str:
    ground = _TOP + _HEIGHT
    # The whole height reacts to the pointer, for low columns too.
    hit = tag("rect", x=left, y=_TOP, width=each, height=_HEIGHT, class_="hit")
    x, wide = left + each * 0.1, each * 0.8
    mark = tag("rect", x=x, y=ground - height, width=wide, height=height, class_="mark")
    value = ""
    if number.text:
        value = _label(number.x, number.y, number.text, "figure", anchor="middle")
    return tag("g", tag("title", text_node(bar.hover)), hit, mark, value)


def heat_map_chart(label: str, grid: HeatMap, weeks: int) -> str:
    """Draw study days in columns of weeks.

    Args:
        label: What the chart shows.
        grid: The weeks.
        weeks: Weeks to leave room for, so that two charts have the same scale.
    """
    left, top = 30.0, 16.0
    width = left + weeks * _CELL
    parts = []
    for column, first in grid.months():
        # The name is wider than a column: in the last one it ends at the edge.
        is_last = column == weeks - 1
        x, anchor = (width, "end") if is_last else (left + column * _CELL, "start")
        parts.append(_label(x, 11, month_name(first), anchor=anchor))
    for weekday in range(0, 7, 2):
        y = top + weekday * _CELL + 9
        parts.append(_label(left - 5, y, day_name(weekday), anchor="end"))
    for index, week in enumerate(grid.weeks):
        for weekday, day in enumerate(week):
            if day is not None:
                date = day_date(day.day)
                hover = messages.day_summary(date, day.reviews, day.seconds)
                x, y = left + index * _CELL, top + weekday * _CELL
                parts.append(_cell(x, y, grid.shade(day.reviews), hover))
    return _svg(label, top + 7 * _CELL, *parts, width=width)


def _cell(x: float, y: float, shade: int, hover: str) -> str:
    side = _CELL - 2
    title = tag("title", text_node(hover))
    kind = f"shade{shade}"
    return tag("rect", title, x=x, y=y, width=side, height=side, rx=2, class_=kind)


def share_rows(
    label: str, unit: str, rows: Sequence[tuple[str, Retention]], desired: float
) -> str:
    """Draw shares in rows, with their numbers.

    Args:
        label: What the chart shows.
        unit: What the names are.
        rows: Names and counts, each of some answers.
        desired: The desired retention, 0 to 1, drawn as a line.
    """
    left = _share_edge([found for _name, found in rows], desired)
    start, end, top = 62.0, WIDTH - 96, 22.0
    bottom = top + len(rows) * _ROW

    def at(share: float) -> float:
        return start + (share - left) / (1 - left) * (end - start)

    parts = [
        _label(EDGE, 12, unit),
        _label(WIDTH - EDGE, 12, _("reviews"), anchor="end"),
    ]
    for share in ticks(left):
        parts.append(_line(at(share), 18, at(share), bottom))
        parts.append(_label(at(share), 12, f"{share:.0%}", anchor="middle"))
    parts.append(_line(at(desired), 18, at(desired), bottom, "wanted"))
    for index, (name, found) in enumerate(rows):
        y = top + (index + 0.5) * _ROW
        low, high = confidence_interval(found)
        line = _line(at(max(low, left)), y, at(high), y, "range")
        dot = tag("circle", cx=at(found.share or 0), cy=y, r=4, class_="mark")
        recalled = percent(found.share, 1)
        parts += [
            _share(name, found, line, dot),
            _label(start - 10, y + 4, name, anchor="end"),
            _label(WIDTH - 46, y + 4, recalled, "figure", anchor="end"),
            _label(WIDTH - EDGE, y + 4, str(found.reviews), anchor="end"),
        ]
    return _svg(label, bottom + 4, *parts)


def share_by_hour(label: str, hours: Sequence[Retention], desired: float) -> str:
    """Draw the shares of the hours of a day.

    Args:
        label: What the chart shows.
        hours: From midnight; hours without answers stay empty.
        desired: The desired retention, 0 to 1, drawn as a line.
    """
    lowest = _share_edge([found for found in hours if found.reviews], desired)
    left, top, height = 40.0, 10.0, 160.0
    each = (WIDTH - EDGE - left) / len(hours)

    def at(share: float) -> float:
        return top + (1 - share) / (1 - lowest) * height

    parts = []
    for share in ticks(lowest):
        parts.append(_line(left, at(share), WIDTH - EDGE, at(share)))
        parts.append(_label(left - 6, at(share) + 4, f"{share:.0%}", anchor="end"))
    parts.append(_line(left, at(desired), WIDTH - EDGE, at(desired), "wanted"))
    for hour, found in enumerate(hours):
        x = left + (hour + 0.5) * each
        if hour % 3 == 0:
            y = top + height + 16
            parts.append(_label(x, y, f"{hour:02}", anchor="middle"))
        if found.share is not None:
            low, high = confidence_interval(found)
            line = _line(x, at(max(low, lowest)), x, at(high), "range")
            dot = tag("circle", cx=x, cy=at(found.share), r=4, class_="mark")
            parts.append(_share(messages.hour_name(hour), found, line, dot))
    return _svg(label, top + height + 22, *parts)


def calibration_chart(label: str, found: Calibration) -> str:
    """Draw actual over predicted recall; on the diagonal both agree."""
    seen = [
        (bin_.predicted, bin_.recalled, bin_.reviews)
        for bin_ in found.bins
        if bin_.predicted is not None and bin_.recalled is not None
    ]
    seen = [point for point in seen if point[2] >= _FEW] or seen
    edge = left_edge([0.8, *(min(point[:2]) for point in seen)])
    left, top, side = 44.0, 10.0, 250.0
    bottom, largest = top + side, max(count for *_shares, count in seen)

    def at(share: float) -> float:
        return max(0.0, share - edge) / (1 - edge) * side

    parts = [_line(left, bottom, left + side, top, "wanted")]
    for share in ticks(edge):
        x, y = left + at(share), bottom - at(share)
        parts.append(_line(left, y, left + side, y))
        parts.append(_label(left - 6, y + 4, f"{share:.0%}", anchor="end"))
        parts.append(_label(x, bottom + 16, f"{share:.0%}", anchor="middle"))
    for chance, recalled, count in seen:
        actual = Retention(round(recalled * count), count)
        low, high = confidence_interval(actual)
        x = left + at(chance)
        line = _line(x, bottom - at(low), x, bottom - at(high), "range")
        radius = 2.5 + 4 * (count / largest) ** 0.5
        dot = tag("circle", cx=x, cy=bottom - at(recalled), r=radius, class_="mark")
        parts.append(_share(messages.predicted_name(chance), actual, line, dot))
    parts.append(_label(left + side / 2, bottom + 33, _("predicted"), anchor="middle"))
    parts.append(_label(left + 6, top + 14, _("recalled")))
    return _svg(label, bottom + 38, *parts)


def _share_edge(rows: Sequence[Retention], desired: float) -> float:
    return left_edge([desired, *(confidence_interval(found)[0] for found in rows)])


def _share(name: str, found: Retention, *marks: str) -> str:
    """Group the marks of a share with their numbers on hover."""
    hover = messages.retention_details(name, found)
    return tag("g", tag("title", text_node(hover)), *marks)
