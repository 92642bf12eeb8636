"""The current time: the system clock, or the fixed time in `$FLASH_NOW`."""

import os
import time
from collections.abc import Callable
from datetime import datetime

from cards.errors import FlashError


def read_clock() -> Callable[[], int]:
    """Return a function that returns the current time, UTC milliseconds.

    Raises:
        FlashError: `$FLASH_NOW` is set but is not an ISO time with an offset.
    """
    fixed = os.environ.get("FLASH_NOW", "")
    if not fixed:
        return lambda: time.time_ns() // 1_000_000
    try:
        moment = datetime.fromisoformat(fixed)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        hint = "write it as 2026-11-23T09:00:00+09:00"
        message = f"$FLASH_NOW must be a time with an offset, not '{fixed}'"
        raise FlashError(message, hint)
    now = int(moment.timestamp() * 1000)
    return lambda: now
