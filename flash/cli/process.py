"""The process of the `flash` command: Ctrl-C, streams and crashes.

Imports little, so that Ctrl-C is handled before the command line is loaded.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from types import FrameType, TracebackType
from typing import NoReturn

from flash.interrupts import interrupt

_INTERRUPTED = 130


def run_process() -> int:
    """Run the command of this process.

    Returns:
        Its exit code.
    """
    gc.set_threshold(50_000)  # loading modules leaves no garbage
    _repair_streams()
    sys.excepthook = _show_crash
    # A shell lets a background process ignore Ctrl-C; then it stays ignored.
    handles = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if handles:
        signal.signal(signal.SIGINT, _leave)
    from flash.cli.app import run  # noqa: PLC0415 - Ctrl-C may come while it loads

    if handles:
        signal.signal(signal.SIGINT, interrupt)
    code = run(sys.argv[1:])
    if handles:
        signal.signal(signal.SIGINT, _leave)
    code = _flush(code)
    if code == _INTERRUPTED:
        # Python would end by the signal if it came while `exec` made a class.
        os._exit(code)
    return code


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End at once: only modules were being loaded, or all is written."""
    with suppress(OSError):
        os.write(2, b"flash: interrupted\n")
    os._exit(_INTERRUPTED)


def _repair_streams() -> None:
    """Open closed streams; write characters that an encoding lacks as codes."""
    # In this order: each gets the lowest free number, so no other file does.
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            handle = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(handle, mode, encoding="utf-8"))
        errors = "replace" if name == "stdin" else "backslashreplace"
        getattr(sys, name).reconfigure(errors=errors)


def _flush(code: int) -> int:
    """Write what is buffered; return 1 if that fails after a success."""
    try:
        sys.stdout.flush()
    except OSError as error:
        code = report_lost(error, code)
    try:
        sys.stderr.flush()
    except OSError:
        _discard(2)
    return code


def report_lost(error: OSError, code: int) -> int:
    """Report output that could not be written; return 1 after a success."""
    _discard(1)
    # The reader of our output, such as `head`, may have closed it.
    if code or isinstance(error, BrokenPipeError):
        return code
    from flash.cli.app import report_os_error  # noqa: PLC0415 - loads the commands

    return report_os_error(error, as_json=False)


def _discard(handle: int) -> None:
    """Let Python flush a stream at exit without an error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), handle)


def _show_crash(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Print a traceback without control characters of files and servers in it."""
    import traceback  # noqa: PLC0415 - only after a crash

    from cards.text.width import clean  # noqa: PLC0415 - only after a crash

    lines = traceback.format_exception(kind, error, trace)
    sys.stderr.write(clean("".join(lines)))
