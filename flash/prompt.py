"""`flash due` for a shell prompt, which runs it before every line.

Counts that were kept cost little more than Python with sqlite3.  Without them the store
is opened, but not the command line.  Whatever is unusual, errors included, is left to
the command itself, and so is to tell a person why there are no new cards.
"""

import os
import sys
import time

from flash.language import choose_language
from flash.messages.due import due_line
from srs.store.kept_counts import kept_counts

NOTHING_DUE = 3
"""Exit code of `--check`."""


def answer(words: list[str]) -> int | None:
    """Print the counts as `flash due` does.

    Args:
        words: What follows `flash`.

    Returns:
        The exit code; None if the command itself has to be run.
    """
    options = set(words[1:])
    if words[:1] != ["due"] or options - {"--json", "--check"} or sys.stdout is None:
        return None
    counts = _kept() or _counted()
    if counts is None:
        return None
    choose_language()
    new, learning, due = counts
    if not new and "--json" not in options and sys.stdout.isatty():
        return None
    if "--json" in options:
        text = f'{{\n  "new": {new},\n  "learning": {learning},\n  "due": {due}\n}}'
    else:
        sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
        text = due_line(*counts)
    code = NOTHING_DUE if "--check" in options and not any(counts) else 0
    try:
        print(text, flush=True)
    except OSError as error:
        from flash.cli.process import report_lost  # noqa: PLC0415 - hardly ever

        return report_lost(error, code)
    return code


def _kept() -> tuple[int, int, int] | None:
    path = _store_path()
    if not path or "FLASH_NOW" in os.environ:
        return None
    try:
        os.lstat(path)
    except FileNotFoundError:
        return None if os.path.isdir(f"{path}.backups") else (0, 0, 0)
    except OSError:
        return None
    return kept_counts(path, time.time_ns() // 1_000_000)


def _store_path() -> str:
    """Return the path of the store; empty if `flash.paths` has to find it."""
    path = os.environ.get("FLASH_DB", "")
    if not path and sys.platform.startswith("linux"):
        home, data = os.environ.get("HOME", ""), os.environ.get("XDG_DATA_HOME", "")
        folder = data if os.path.isabs(data) else os.path.join(home, ".local/share")
        path = os.path.join(folder, "flash", "flash.db")
    return path if os.path.isabs(path) else ""


def _counted() -> tuple[int, int, int] | None:
    from cards.errors import FlashError  # noqa: PLC0415 - without kept counts only
    from flash.service.context import queue_of  # noqa: PLC0415 - as above

    try:
        counts = queue_of(None).counts()
    except (FlashError, OSError):
        return None
    return counts.new, counts.learning, counts.due
