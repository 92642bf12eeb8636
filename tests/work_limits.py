"""Check that work grows with its input, not with the square of it.

Times are compared with each other, so that a slow machine changes nothing.
"""

import time
from collections.abc import Callable

_TIMES = 8
_MOST = 24
"""Linear work takes 8 times as long, quadratic work 64 times."""
_LEAST_S = 0.02
"""Shorter times are all noise."""


def assert_linear(work: Callable[[int], object], size: int = 10_000) -> None:
    """Do work of an eighth of a size, then of all of it."""
    small = max(_seconds(work, size // _TIMES), _LEAST_S)
    # A second attempt: the first one may have met a collection of garbage.
    assert any(_seconds(work, size) < _MOST * small for _ in range(2))


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    work(size)
    return time.process_time() - start
