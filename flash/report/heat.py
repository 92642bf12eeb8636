"""A year of study days as weeks beside each other, the days in four shades.

The shades part the days with answers into quarters, so that one day of great zeal
doesn't pale all others.
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, timedelta

from msgspec import Struct

from srs.scheduler.study_day import day_date
from srs.stats.overview import DayCount

SHADES = 4


class Heat(Struct, frozen=True):
    """The grid."""

    weeks: tuple[tuple[DayCount | None, ...], ...]
    """Seven days each from Monday on; None before the first day and after today."""
    edges: tuple[int, ...]
    """The most answers of each shade but the darkest."""

    def shade(self, reviews: int) -> int:
        """Give 0 for a day without answers, else 1 to 4."""
        return 1 + bisect_left(self.edges, reviews) if reviews else 0

    def months(self) -> list[tuple[int, date]]:
        """Give the weeks in which a month begins, with its first day there."""
        return [
            (index, day_date(one.day))
            for index, week in enumerate(self.weeks)
            for one in week
            if one is not None and day_date(one.day).day == 1
        ]

    def first(self, weeks: int) -> "Heat":
        """Give the first weeks only, in the same shades."""
        return Heat(self.weeks[:weeks], self.edges)

    def last(self, weeks: int) -> "Heat":
        """Give the last weeks only, in the same shades."""
        return Heat(self.weeks[max(0, len(self.weeks) - weeks) :], self.edges)


def heat(days: Sequence[DayCount]) -> Heat:
    """Lay days out as weeks.

    Args:
        days: Study days without a gap, at least one.
    """
    first = day_date(days[0].day)
    monday = first - timedelta(days=first.weekday())
    lead: list[DayCount | None] = [None] * (first - monday).days
    cells = [*lead, *days]
    cells += [None] * (-len(cells) % 7)
    weeks = tuple(tuple(cells[i : i + 7]) for i in range(0, len(cells), 7))
    busy = sorted(one.reviews for one in days if one.reviews)
    quarters = {busy[len(busy) * n // SHADES] for n in range(1, SHADES) if busy}
    # Where the busiest day is no more than a quarter, no shade is above it.
    return Heat(weeks, tuple(sorted(quarters.difference(busy[-1:]))))
