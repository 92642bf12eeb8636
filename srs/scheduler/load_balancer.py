"""Even days: where in the range of the fuzz a card lands, so that no day is heavy.

Cards land on the days with few others; a day that the person keeps free gets one
only where the whole range is free.  The day chosen is written into the log with
the answer, so that a rebuild keeps it, whatever the load was.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from srs.scheduler.fuzz import Spread

BALANCED_DAYS = 90
"""Beyond so many days there is room enough anyway, as in Anki."""


_USUAL = (1.0,) * 7


class DueCounts:
    """How many cards are due on each of the days to come."""

    def __init__(
        self, counts: Mapping[int, int], away: Sequence[tuple[int, int]] = ()
    ) -> None:
        """Begin with what is due.

        Args:
            counts: Cards by study day.
            away: First and last study day of each time away.
        """
        self._counts = dict(counts)
        self._away = tuple(away)

    def count(self, day: int) -> int:
        """Give the cards due on a study day."""
        return self._counts.get(day, 0)

    def move(self, before: int | None, after: int | None) -> None:
        """Take a card off one study day and put it on another; None for no day."""
        if before is not None and self.count(before):
            self._counts[before] -= 1
        if after is not None:
            self._counts[after] = self._counts.get(after, 0) + 1

    def is_away(self, day: int) -> bool:
        """Tell whether a study day lies in a time away."""
        return any(first <= day <= last for first, last in self._away)

    def spread(
        self, today: int, factor: float, easy_days: Sequence[float], *, even: bool
    ) -> Spread:
        """Make the choice of days in a range for one answer.

        Args:
            today: Study day from which intervals count.
            factor: In [0, 1), where among the days to land.
            easy_days: Share of the usual load for Monday to Sunday, 0 to 1.
            even: Prefer days with few cards; else only keep days free.

        Returns:
            The choice.

        Source:
            Anki weighs a day with (1 / cards due)^2.15 · (1 / interval)^3, a day
            with no card due with 1; the days to keep free are left out here
            before that, where Anki makes them light.
        """
        is_open = not self._away and tuple(easy_days) == _USUAL

        def choose(lower: int, upper: int) -> int:
            kept: Sequence[int] = range(lower, upper + 1)
            if not is_open:
                kept = list(self._open(kept, today, easy_days)) or kept
            if not even or upper > BALANCED_DAYS:
                return kept[int(factor * len(kept))]
            weights = [_weight(self.count(today + one), one) for one in kept]
            sums = list(accumulate(weights))
            place = factor * sums[-1]
            return next(one for one, top in zip(kept, sums, strict=True) if place < top)

        return choose

    def _open(
        self, days: Sequence[int], today: int, easy_days: Sequence[float]
    ) -> Iterator[int]:
        """Leave out days away and free weekdays, and eased ones that have enough."""
        shares = [_share(today + one, easy_days) for one in days]
        counts = [self.count(today + one) for one in days]
        usual = [n for n, share in zip(counts, shares, strict=True) if share == 1]
        mean = sum(usual) / len(usual) if usual else float("inf")
        for one, count, share in zip(days, counts, shares, strict=True):
            enough = share < 1 and (not share or count > share * mean)
            if not enough and not self.is_away(today + one):
                yield one


def _share(day: int, easy_days: Sequence[float]) -> float:
    # 1970-01-01 was a Thursday.
    return easy_days[(day + 3) % 7]


def _weight(cards: int, interval: int) -> float:
    return 1.0 if not cards else float(cards**-2.15 * interval**-3.0)
