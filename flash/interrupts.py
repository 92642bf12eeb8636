"""Ctrl-C during a command, remembered until its end."""

from types import FrameType
from typing import NoReturn

_received = set[int]()
"""Signals that interrupted the command."""


def interrupt(received: int, _frame: FrameType | None) -> NoReturn:
    """Interrupt the command; a handler for `signal.signal`."""
    _received.add(received)
    raise KeyboardInterrupt


def is_interrupted() -> bool:
    """Return True after Ctrl-C.

    SQLite makes an error of its own of an interrupt in a function that it calls, so an
    error that comes after Ctrl-C comes from it.
    """
    return bool(_received)
