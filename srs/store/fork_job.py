"""A long computation on another core, while this process goes on.

Python computes on one core at a time.  Where the system can copy a process
cheaply, a job runs in a copy; everywhere else, and should the copy fail, it runs
here when its result is asked for.  A copy only computes: it never touches the
store, whose connection belongs to this process.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NoReturn, TypeVar

import msgspec

T = TypeVar("T")


def can_copy() -> bool:
    """Tell whether a copy of this process would be safe, and of use.

    macOS can't copy a process whose libraries use threads, Windows none at all.
    """
    return (
        sys.platform == "linux"
        and len(os.sched_getaffinity(0)) > 1
        and threading.active_count() == 1
    )


@contextmanager
def aside(job: Callable[[], T], kind: Any) -> Iterator[Callable[[], T]]:
    """Start a job that only computes.

    Args:
        job: Gives what msgpack can carry; it must not use what is open here.
        kind: Type of what it gives, as `msgspec` takes it.

    Returns:
        What waits for the result; ask once at the most.  What the job raises is
        raised there.  When the block ends, a job that still runs is stopped.
    """
    if not can_copy():
        yield job
        return
    reading, writing = os.pipe()
    process = os.fork()
    if not process:
        _compute(job, writing)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            yield lambda: _received(pipe.read(), job, kind)
    finally:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(process, 0)


def _compute(job: Callable[[], Any], writing: int) -> NoReturn:
    """Be the copy: no exception, no exit handler may get past this."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(msgspec.msgpack.encode(job()))
        code = 0
    finally:
        os._exit(code)


def _received(sent: bytes, job: Callable[[], T], kind: Any) -> T:
    try:
        found: T = msgspec.msgpack.decode(sent, type=kind)
    except msgspec.DecodeError:
        # The copy was killed, or the job raises: it says here why.
        return job()
    return found
