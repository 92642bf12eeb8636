"""Load balancing: pick the day within the fuzz range so that no day is heavy.

Cards go to days with few other cards.  A vacation day or a free weekday gets a card
only if the whole range is free.  The log keeps the day that was picked, so that a
replay finds it whatever the load was.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from srs.scheduler.fuzz import DayPicker
from srs.scheduler.study_day import is_in_spans

BALANCED_DAYS = 90
"""Longer intervals are not balanced, as in Anki."""

_NO_EASY_DAYS = (1.0,) * 7


class DueCounts:
    """How many cards are due on each of the coming days."""

    def __init__(
        self,
        counts: Mapping[int, int],
        away: Sequence[tuple[int, int]] = (),
        last_day: float = math.inf,
    ) -> None:
        """Start with known counts.

        Args:
            counts: Cards by study day.
            away: First and last study day of each vacation.
            last_day: Last study day of which cards are counted.
        """
        self._counts = dict(counts)
        self._away = tuple(away)
        self._last_day = last_day

    def count(self, day: int) -> int:
        """Return the number of cards due on a study day."""
        return self._counts.get(day, 0)

    def move(self, before: int | None, after: int | None) -> None:
        """Move a card from one study day to another; None for no day."""
        if before is not None and self.count(before):
            self._counts[before] -= 1
        if after is not None and after <= self._last_day:
            self._counts[after] = self._counts.get(after, 0) + 1

    def is_away(self, day: int) -> bool:
        """Return True if a study day is in a vacation."""
        return is_in_spans(day, self._away)

    def picker(
        self, today: int, factor: float, easy_days: Sequence[float], *, even: bool
    ) -> DayPicker:
        """Return the function that picks a day from a fuzz range.

        Args:
            today: Study day from which intervals count.
            factor: In [0, 1), the position among the days.
            easy_days: Share of the usual load for Monday to Sunday, 0 to 1.
            even: Prefer days with few cards; else only avoid free days.

        Source:
            Anki weighs a day with (1 / cards due)^2.15 · (1 / interval)^3, and a day
            without cards with 1.  Free days are excluded here before that, where
            Anki gives them a small weight.
        """
        all_open = self._are_all_open(easy_days)

        def pick(lower: int, upper: int) -> int:
            intervals: Sequence[int] = range(lower, upper + 1)
            if not all_open:
                intervals = list(self._open(intervals, today, easy_days)) or intervals
            return self.choose(intervals, today, factor, even=even)

        return pick

    def choose(
        self, intervals: Sequence[int], today: int, factor: float, *, even: bool
    ) -> int:
        """Choose one of some intervals, in ascending order; see `picker`."""
        if not even or intervals[-1] > BALANCED_DAYS:
            return intervals[int(factor * len(intervals))]
        weights = [_weight(self.count(today + days), days) for days in intervals]
        sums = list(accumulate(weights))
        place = factor * sums[-1]
        pairs = zip(intervals, sums, strict=True)
        return next(days for days, top in pairs if place < top)

    def better_days(
        self, interval: int, span: range, today: int, easy_days: Sequence[float]
    ) -> list[int]:
        """Return where to move a card whose day is free, or an easy day that is full.

        Args:
            interval: The interval of the card, one of the span.
            span: The intervals that it may have.
            today: Study day from which intervals count.
            easy_days: As in `picker`.

        Returns:
            Open intervals of the span, from an easy day only to usual days: so nothing
            moves to and fro.  Empty if the card may stay, or has to.
        """
        if self._are_all_open(easy_days):
            return []
        found = list(self._open(span, today, easy_days))
        if interval in found:
            return []
        day = today + interval
        if _share(day, easy_days) and not self.is_away(day):
            return [days for days in found if _share(today + days, easy_days) == 1]
        return found

    def _are_all_open(self, easy_days: Sequence[float]) -> bool:
        return not self._away and tuple(easy_days) == _NO_EASY_DAYS

    def _open(
        self, intervals: Sequence[int], today: int, easy_days: Sequence[float]
    ) -> Iterator[int]:
        """Leave out vacations, free weekdays, and easy days with enough cards."""
        shares = [_share(today + days, easy_days) for days in intervals]
        counts = [self.count(today + days) for days in intervals]
        usual = [n for n, share in zip(counts, shares, strict=True) if share == 1]
        mean = sum(usual) / len(usual) if usual else float("inf")
        for days, count, share in zip(intervals, counts, shares, strict=True):
            is_full = share < 1 and (not share or count > share * mean)
            if not is_full and not self.is_away(today + days):
                yield days


def _share(day: int, easy_days: Sequence[float]) -> float:
    # 1970-01-01 was a Thursday.
    return easy_days[(day + 3) % 7]


def _weight(cards: int, interval: int) -> float:
    return 1.0 if not cards else float(cards**-2.15 * interval**-3.0)
