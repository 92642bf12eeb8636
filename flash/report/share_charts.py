"""Charts of shares: by interval, by hour, and beside what was predicted.

Each share is a dot on the range in which it lies with 95 %, so that few answers
don't look like knowledge.  Axes begin at a round share below all that is drawn.
"""

from collections.abc import Sequence

from flash.report.charts import EDGE, WIDTH, rule, svg, words
from flash.report.markup import tag, text
from flash.report.plots import left_edge
from srs.stats.calibration import Calibration
from srs.stats.retention import Retention, confidence_interval

_ROW = 20.0
_FEW = 10
"""A bin of fewer answers than this is told, but not drawn."""


def by_row(
    label: str, unit: str, rows: Sequence[tuple[str, Retention]], wanted: float
) -> str:
    """Draw shares below each other, with their figures.

    Args:
        label: What the chart shows.
        unit: What the names are.
        rows: Names and counts, each of some answers.
        wanted: The desired retention, 0 to 1, drawn as a line.
    """
    left = _edge([kept for _, kept in rows], wanted)
    start, end, top = 62.0, WIDTH - 96, 22.0
    bottom = top + len(rows) * _ROW

    def at(share: float) -> float:
        return start + (share - left) / (1 - left) * (end - start)

    parts = [
        words(EDGE, 12, unit),
        words(WIDTH - EDGE, 12, "reviews", anchor="end"),
    ]
    for share in ticks(left):
        parts.append(rule(at(share), 18, at(share), bottom))
        parts.append(words(at(share), 12, f"{share:.0%}", anchor="middle"))
    parts.append(rule(at(wanted), 18, at(wanted), bottom, "wanted"))
    for index, (name, kept) in enumerate(rows):
        y = top + (index + 0.5) * _ROW
        low, high = confidence_interval(kept)
        told = f"{100 * (kept.share or 0):.1f} %"
        line = rule(at(max(low, left)), y, at(high), y, "range")
        dot = tag("circle", cx=at(kept.share or 0), cy=y, r=4, class_="mark")
        parts += [
            _told(name, kept, line, dot),
            words(start - 10, y + 4, name, anchor="end"),
            words(WIDTH - 46, y + 4, told, "figure", anchor="end"),
            words(WIDTH - EDGE, y + 4, str(kept.reviews), anchor="end"),
        ]
    return svg(label, bottom + 4, *parts)


def by_hour(label: str, hours: Sequence[Retention], wanted: float) -> str:
    """Draw the shares of the hours of a day beside each other.

    Args:
        label: What the chart shows.
        hours: From midnight; those without answers stay empty.
        wanted: The desired retention, 0 to 1, drawn as a line.
    """
    seen = [kept for kept in hours if kept.reviews]
    low_edge = _edge(seen, wanted)
    left, top, high_mark = 40.0, 10.0, 160.0
    each = (WIDTH - EDGE - left) / len(hours)

    def at(share: float) -> float:
        return top + (1 - share) / (1 - low_edge) * high_mark

    parts = []
    for share in ticks(low_edge):
        parts.append(rule(left, at(share), WIDTH - EDGE, at(share)))
        parts.append(words(left - 6, at(share) + 4, f"{share:.0%}", anchor="end"))
    parts.append(rule(left, at(wanted), WIDTH - EDGE, at(wanted), "wanted"))
    for hour, kept in enumerate(hours):
        x = left + (hour + 0.5) * each
        if hour % 3 == 0:
            y = top + high_mark + 16
            parts.append(words(x, y, f"{hour:02}", anchor="middle"))
        if kept.share is not None:
            low, high = confidence_interval(kept)
            line = rule(x, at(max(low, low_edge)), x, at(high), "range")
            dot = tag("circle", cx=x, cy=at(kept.share), r=4, class_="mark")
            parts.append(_told(f"{hour:02}:00", kept, line, dot))
    return svg(label, top + high_mark + 22, *parts)


def predicted(label: str, found: Calibration) -> str:
    """Draw what was recalled over what was predicted; on the diagonal both agree."""
    seen = [
        (one.predicted, one.recalled, one.reviews)
        for one in found.bins
        if one.predicted is not None and one.recalled is not None
    ]
    seen = [one for one in seen if one[2] >= _FEW] or seen
    edge = left_edge([0.8, *(min(one[:2]) for one in seen)])
    left, top, side = 44.0, 10.0, 250.0
    bottom, largest = top + side, max(count for *_, count in seen)

    def at(share: float) -> float:
        return max(0.0, share - edge) / (1 - edge) * side

    parts = [rule(left, bottom, left + side, top, "wanted")]
    for share in ticks(edge):
        x, y = left + at(share), bottom - at(share)
        parts.append(rule(left, y, left + side, y))
        parts.append(words(left - 6, y + 4, f"{share:.0%}", anchor="end"))
        parts.append(words(x, bottom + 16, f"{share:.0%}", anchor="middle"))
    for chance, recalled, count in seen:
        kept = Retention(round(recalled * count), count)
        low, high = confidence_interval(kept)
        x = left + at(chance)
        line = rule(x, bottom - at(low), x, bottom - at(high), "range")
        radius = 2.5 + 4 * (count / largest) ** 0.5
        dot = tag("circle", cx=x, cy=bottom - at(recalled), r=radius, class_="mark")
        parts.append(_told(f"predicted {chance:.1%}", kept, line, dot))
    parts.append(words(left + side / 2, bottom + 33, "predicted", anchor="middle"))
    parts.append(words(left + 6, top + 14, "recalled"))
    return svg(label, bottom + 38, *parts)


def ticks(left: float) -> list[float]:
    """Give round shares from about the left edge up to 1, at most six."""
    tenths = range(round(left * 10), 11)
    every = -(-len(tenths) // 6)
    return [one / 10 for one in reversed(tenths[::-1][::every])]


def _edge(rows: Sequence[Retention], wanted: float) -> float:
    return left_edge([wanted, *(confidence_interval(kept)[0] for kept in rows)])


def _told(name: str, kept: Retention, *marks: str) -> str:
    """Let marks say their figures when the pointer rests on them."""
    low, high = confidence_interval(kept)
    share = f"{kept.share or 0:.1%} of {kept.reviews} recalled"
    hover = f"{name}: {share}, likely {low:.0%} to {high:.0%}"
    return tag("g", tag("title", text(hover)), *marks)
