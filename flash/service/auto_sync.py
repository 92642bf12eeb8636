"""Sync around a review, in processes of their own, so that no question waits.

The first receives while the first questions are asked; an open review follows what
another process writes.  The second sends the answers after the review.
"""

import signal
import sys
import time
from typing import TYPE_CHECKING

from cards.translate import _
from flash.service.context import AppContext
from srs.store.sync_state import PLACE

if TYPE_CHECKING:
    from subprocess import Popen

_BOUND_S = 2.0
"""A review never ends later than this because of a sync."""


class AutoSync:
    """Syncs a store if the user wants that."""

    def __init__(self, app: AppContext) -> None:
        """Start to receive if `auto_sync` is set and a log is known."""
        self._app = app
        self._first: Popen[str] | None = None
        self._is_on = app.options.auto_sync and bool(app.store.setting(PLACE))
        if self._is_on:
            self._first = self._start()

    def _start(self) -> "Popen[str]":
        import subprocess  # noqa: PLC0415 - only with auto_sync

        path = str(self._app.store.path.absolute())
        # Without -P, files of the present folder could stand for modules.
        return subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-P", "-m", "flash", "sync", "--db", path],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self) -> str:
        """Send what the review has changed.

        Returns:
            What went wrong, in one line; empty if nothing did.
        """
        if self._first is None:
            return ""
        deadline = time.monotonic() + _BOUND_S
        failure = _wait(self._first, deadline)
        if time.monotonic() < deadline:
            failure = _wait(self._start(), deadline)
        return failure


def _wait(process: "Popen[str]", deadline: float) -> str:
    """Wait for a process until a moment; return the last line of its errors."""
    import subprocess  # noqa: PLC0415 - as above

    try:
        _out, errors = process.communicate(
            timeout=max(0.0, deadline - time.monotonic())
        )
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGINT)  # it removes what is half written
        try:
            process.communicate(timeout=0.5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        return _("not synchronized yet; run flash sync")
    lines = errors.strip().splitlines()
    return lines[-1].removeprefix("flash: ") if process.returncode and lines else ""
