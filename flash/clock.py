"""Now: the machine's clock, or the moment that `$FLASH_NOW` says."""

import os
import time
from collections.abc import Callable
from datetime import datetime

from flash.cli.errors import UserError


def read_clock() -> Callable[[], int]:
    """Give a function that tells the moment, UTC milliseconds.

    Raises:
        Trouble: `$FLASH_NOW` is set but is no ISO time with an offset.
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
        raise UserError(f"$FLASH_NOW is no time with an offset: '{fixed}'", hint)
    now = int(moment.timestamp() * 1000)
    return lambda: now
