"""Fuzz: due days are spread a little, the same way each time.

Cards that are learned together would come back together for ever.  The bounds
are Anki's; where in them a card lands follows from its name and its count of
reviews, so that a replay of the log, or another device, finds the same day.
"""

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import hashlib

Spread = Callable[[int, int], int]
"""Chooses whole days from a range, both ends included."""


def fuzz_factor(seed: str) -> float:
    """Make a number in [0, 1) from the name of a card and its count of reviews."""
    digest = _blake2b()(seed.encode(), digest_size=6).digest()
    return float(int.from_bytes(digest, "big") / (1 << 48))


@cache
def _blake2b() -> "type[hashlib.blake2b]":
    # Loaded once, and not before the first question is on the screen.
    import hashlib

    return hashlib.blake2b


def uniform(factor: float) -> Spread:
    """Make the choice that is as likely for each day of a range.

    Args:
        factor: In [0, 1), where in the range to land.
    """
    return lambda lower, upper: lower + math.floor(factor * (1 + upper - lower))


def fuzzed(interval: float, minimum: int, maximum: int, spread: Spread | None) -> int:
    """Choose whole days near an interval.

    Args:
        interval: Days, fractions count.
        minimum: Fewest days allowed.
        maximum: Most days allowed.
        spread: Chooses among the days in the range; None to round only.

    Returns:
        Days, within the bounds that Anki uses: ±1 day, and of each day beyond
        2.5, 7 and 20 another 15 %, 10 % and 5 %.
    """
    minimum = min(minimum, maximum)
    if spread is None:
        return max(minimum, min(maximum, round_half_up(interval)))
    return spread(*fuzz_range(interval, minimum, maximum))


def fuzz_range(interval: float, minimum: int, maximum: int) -> tuple[int, int]:
    """Give the fewest and the most days that fuzz may make of an interval."""
    # Comparisons take a third of the time of min and max, for many cards at once.
    if interval < minimum:
        interval = float(minimum)
    if interval > maximum:
        interval = float(maximum)
    delta = fuzz_delta(interval)
    lower, upper = round_half_up(interval - delta), round_half_up(interval + delta)
    if upper > maximum:
        lower, upper = min(lower, maximum), maximum
    if lower < minimum:
        lower, upper = minimum, max(upper, minimum)
    return lower, upper


def fuzz_delta(interval: float) -> float:
    """Give the days by which an interval may be missed on either side."""
    if interval < 2.5:
        return 0.0
    if interval > 20.0:
        return _LONG_DELTA + 0.05 * (interval - 20.0)
    delta = 1.0 + 0.15 * (min(interval, 7.0) - 2.5)
    return delta + 0.10 * (interval - 7.0) if interval > 7.0 else delta


_LONG_DELTA = 1.0 + 0.15 * (7.0 - 2.5) + 0.10 * (20.0 - 7.0)


def round_half_up(value: float) -> int:
    """Round to the nearest whole number, as Rust does for positive ones."""
    return math.floor(value + 0.5)
