"""Locks between processes: the system releases one however its process ends."""

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cards.errors import FlashError
from cards.translate import _

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


_HELD = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What the system says of a lock that another process holds."""


@contextmanager
def process_lock(path: Path, *, waits: bool = False) -> Iterator[bool]:
    """Hold a lock.

    Args:
        path: The file that is locked; it is made, and stays.
        waits: Wait for another process that holds it.

    Yields:
        False if another process holds it.

    Raises:
        FlashError: Files can't be locked there.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _take(handle, path, waits=waits)
    finally:
        os.close(handle)


def _take(handle: int, path: Path, *, waits: bool) -> bool:
    """Take a lock; return False if another process holds it."""
    try:
        if sys.platform == "win32":
            # Waiting gives up after ten attempts, a second apart.
            msvcrt.locking(handle, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except OSError as error:
        if error.errno in _HELD:
            return False
        message = _("files can't be locked here: {reason}")
        hint = _("keep the database in a folder of a local disk")
        reason = error.strerror or str(error)
        raise FlashError(message.format(reason=reason), hint, path) from None
    return True
