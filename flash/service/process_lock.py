"""Locks between processes: the system releases one however its process ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def process_lock(path: Path, *, waits: bool = False) -> Iterator[bool]:
    """Hold a lock.

    Args:
        path: The file that is locked; it is made, and stays.
        waits: Wait for another process that holds it.

    Yields:
        False if another process holds it, or if files can't be locked there.
    """
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        yield _is_taken(handle, waits=waits)
    finally:
        os.close(handle)


def _is_taken(handle: int, *, waits: bool) -> bool:
    try:
        if sys.platform == "win32":
            # Waiting gives up after ten attempts, a second apart.
            msvcrt.locking(handle, msvcrt.LK_LOCK if waits else msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if waits else fcntl.LOCK_NB))
    except OSError:
        return False
    return True
