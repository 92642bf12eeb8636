"""Sync around a review, in processes of their own, so that no question waits.

The first receives while the first questions are asked; an open review follows what
another process writes.  The second sends the answers after the review.
"""

import signal
import sys
import time

import msgspec
from msgspec import Struct

from cards.translate import _
from flash.messages.review import sync_failure_line
from flash.service.context import AppContext
from srs.models.incoming import LostEdit
from srs.store.sync_state import PLACE

_BOUND_S = 2.0
"""A review never ends later than this because of a sync."""


class _Device(Struct):
    id: str
    name: str


class _Done(Struct):
    """The part of `flash sync --json` that the user has to know."""

    lost_edits: tuple[LostEdit, ...]
    devices: tuple[_Device, ...]


class _Error(Struct):
    message: str


class _Failed(Struct):
    error: _Error


class AutoSync:
    """Syncs a store if the user wants that."""

    def __init__(self, app: AppContext) -> None:
        """Start to receive if `auto_sync` is set and a log is known."""
        self._path = str(app.store.path.absolute())
        self._first: _SyncProcess | None = None
        if app.options.auto_sync and app.store.setting(PLACE):
            self._first = _SyncProcess(self._path)

    def finish(self) -> list[str]:
        """Send what the review has changed.

        Returns:
            The edits that were lost to another device, and what went wrong.
        """
        if self._first is None:
            return []
        deadline = time.monotonic() + _BOUND_S
        lost, failure = self._first.wait(deadline)
        if time.monotonic() < deadline:
            later, failure = _SyncProcess(self._path).wait(deadline)
            lost += later
        return lost + ([sync_failure_line(failure)] if failure else [])


class _SyncProcess:
    """A run of `flash sync`."""

    def __init__(self, path: str) -> None:
        """Start it for a store."""
        import subprocess  # noqa: PLC0415 - only with auto_sync
        import tempfile  # noqa: PLC0415 - as above

        # A full pipe would hold it up, with its lock, until it is read.
        self._out = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115
        self._process = subprocess.Popen(  # noqa: S603 - our own program
            _command(path),
            stdin=subprocess.DEVNULL,
            stdout=self._out,
            stderr=subprocess.PIPE,
            text=True,
        )

    def wait(self, deadline: float) -> tuple[list[str], str]:
        """Wait until a moment; return the lost edits, and what went wrong."""
        import subprocess  # noqa: PLC0415 - as above

        process, left = self._process, max(0.0, deadline - time.monotonic())
        try:
            _none, errors = process.communicate(timeout=left)
            failure = _failure(errors) if process.returncode else ""
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGINT)  # it removes what is half written
            try:
                process.communicate(timeout=0.5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
            failure = _("not synchronized yet; run flash sync")
        with self._out:
            self._out.seek(0)
            return _lost_lines(self._out.read()), failure


def _command(path: str) -> list[str]:
    # Without -P, files of the present folder could stand for modules.
    python = [sys.executable, "-P", "-m", "flash"]
    return [*python, "sync", "--json", "--db", path]


def _lost_lines(out: str) -> list[str]:
    from flash.messages.sync import lost_edit_lines  # noqa: PLC0415 - as above

    try:
        done = msgspec.json.decode(out, type=_Done)
    except msgspec.MsgspecError:
        return []
    names = {one.id: one.name for one in done.devices}
    return lost_edit_lines(done.lost_edits, names)


def _failure(errors: str) -> str:
    """Return the message of an error, or the last line, such as of a crash."""
    last = (errors.strip().splitlines() or [""])[-1]
    try:
        return msgspec.json.decode(last, type=_Failed).error.message
    except msgspec.MsgspecError:
        return last.removeprefix("flash: ")
