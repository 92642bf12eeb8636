"""The current time: the system clock, or the fixed time in `$FLASH_NOW`."""

import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

from cards.errors import FlashError
from cards.translate import _

_FIRST, _LAST = datetime(1971, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Dates around these, such as a due day in a century, can still be written."""


def read_clock() -> Callable[[], int]:
    """Return a function that returns the current time, UTC milliseconds.

    Raises:
        FlashError: `$FLASH_NOW` is set but is not an ISO time with an offset, or the
            clock is far off, as after a flat battery.
    """
    fixed = os.environ.get("FLASH_NOW", "")
    if not fixed:
        _check(time.time())
        return lambda: time.time_ns() // 1_000_000
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        hint = _("write it as 2026-11-23T09:00:00+09:00")
        message = _("$FLASH_NOW must be a time with an offset, not '{fixed}'").format(
            fixed=fixed
        )
        raise FlashError(message, hint)
    _check(moment.timestamp())
    now = int(moment.timestamp() * 1000)
    return lambda: now


def wall_clock_ms() -> int:
    """Return the time of this computer, UTC milliseconds, as stamps have it."""
    return time.time_ns() // 1_000_000


def _check(now_s: float) -> None:
    if not _FIRST.timestamp() <= now_s < _LAST.timestamp():
        message = _("the clock is not between {first} and {last}").format(
            first=_FIRST.year, last=_LAST.year
        )
        raise FlashError(message, _("set the date of this computer"))
