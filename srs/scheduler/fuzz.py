"""Fuzz: spread due days a little, in a reproducible way.

Cards that are learned together would otherwise stay together.  The range is that of
Anki; the position in it depends on the card's name and its number of reviews, so that
a replay or another device finds the same day.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import hashlib

DayPicker = Callable[[int, int], int]
"""Picks a number of days from a range, both ends included."""


def fuzz_factor(seed: str) -> float:
    """Hash a seed to a number in [0, 1)."""
    digest = _blake2b()(seed.encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big") / (1 << 48))


@cache
def _blake2b() -> "type[hashlib.blake2b]":
    import hashlib  # noqa: PLC0415 - slow, not for the first question

    return hashlib.blake2b


def uniform(factor: float) -> DayPicker:
    """Return a picker for which all days of a range are equally likely.

    Args:
        factor: In [0, 1), the position in the range.
    """
    return lambda lower, upper: lower + math.floor(factor * (1 + upper - lower))


def fuzzed(
    interval: float, minimum: int, maximum: int, picker: DayPicker | None
) -> int:
    """Turn an interval into whole days near it.

    Args:
        interval: Days, with fractions.
        minimum: Fewest days allowed.
        maximum: Most days allowed; wins over the minimum.
        picker: Picks a day from the fuzz range; None only rounds.
    """
    minimum = min(minimum, maximum)
    if picker is None:
        return max(minimum, min(maximum, round_half_up(interval)))
    return picker(*fuzz_range(interval, minimum, maximum))


def fuzz_range(interval: float, minimum: int, maximum: int) -> tuple[int, int]:
    """Return the fewest and the most days that fuzz may make of an interval."""
    # Comparisons take a third of the time of min() and max().
    if interval < minimum:
        interval = float(minimum)
    if interval > maximum:
        interval = float(maximum)
    delta = fuzz_delta(interval)
    lower, upper = round_half_up(interval - delta), round_half_up(interval + delta)
    if upper > maximum:  # noqa: PLR1730 - see above
        upper = maximum
    if lower < minimum:
        lower, upper = minimum, max(upper, minimum)
    return lower, upper


def fuzz_delta(interval: float) -> float:
    """Return the days by which fuzz may change an interval, in both directions.

    Source:
        Anki: ±1 day from 2.5 days on, plus 15 % of the days between 2.5 and 7, 10 %
        of those between 7 and 20, and 5 % of those beyond.
    """
    if interval < 2.5:
        return 0.0
    if interval > 20.0:
        return _DELTA_AT_20 + 0.05 * (interval - 20.0)
    delta = 1.0 + 0.15 * (min(interval, 7.0) - 2.5)
    return delta + 0.10 * (interval - 7.0) if interval > 7.0 else delta


_DELTA_AT_20 = 1.0 + 0.15 * (7.0 - 2.5) + 0.10 * (20.0 - 7.0)


def round_half_up(value: float) -> int:
    """Round to the nearest whole number, halves up."""
    return math.floor(value + 0.5)
