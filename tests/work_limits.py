"""Check that work grows with its input, not with the square of it.

Times are compared with each other, so that a slow machine changes nothing.
"""

import math
import time
from collections.abc import Callable

_TIMES = 8
_MOST = 24
"""Linear work takes 8 times as long, quadratic work 64 times."""
_LEAST_S = 0.02
"""Shorter times are all noise."""
_ATTEMPTS = 4


def assert_linear(work: Callable[[int], object], size: int = 10_000) -> None:
    """Do work of an eighth of a size and all of it, again while noise may be the cause.

    A busy machine makes a time longer, never shorter, so the shortest ones count.
    """
    small = large = math.inf
    for _ in range(_ATTEMPTS):
        small = min(small, max(_seconds(work, size // _TIMES), _LEAST_S))
        large = min(large, _seconds(work, size))
        if large < _MOST * small:
            return
    raise AssertionError(
        f"{large / small:.1f} times as long for {_TIMES} times the work"
    )


def _seconds(work: Callable[[int], object], size: int) -> float:
    start = time.process_time()
    work(size)
    return time.process_time() - start
