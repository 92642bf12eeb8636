"""Errors that the user can fix, and the problems of a deck file.

`FlashError` is the base of every such error; the command line catches it once.
A problem of a deck is a value with a place and a fix.  Reading a file collects
all its problems, so one run of `flash check` is one round of fixing.
"""

import re
from pathlib import Path
from typing import NamedTuple

from cards.translate import N_, _

MAX_PROBLEMS = 1000
"""Problems reported per file; a hostile one could have millions."""

_INVISIBLE = (
    "\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff"
)
"""Controls beyond ASCII, and characters that reorder text or have no width."""
_REASONS = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("Directory not empty"),
    N_("File exists"),
    N_("File name too long"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Input/output error"),
    N_("Exec format error"),
    N_("Read-only file system"),
    N_("Too many open files"),
    N_("file is not a database"),
    N_("database is locked"),
    N_("database disk image is malformed"),
    N_("database or disk is full"),
    N_("disk I/O error"),
    N_("unable to open database file"),
    N_("attempt to write a readonly database"),
)
"""Reasons that `reason_of` can translate."""
_UNSAFE_IN_LINE = f"[\x00-\x1f{_INVISIBLE}]"
_UNSAFE_IN_LINES = f"[{_INVISIBLE}]"


def printable(text: str, *, keep_lines: bool = False) -> str:
    """Escape control and invisible characters as JSON does.

    Args:
        text: One line; with `keep_lines`, lines without ASCII controls.
        keep_lines: Keep line ends.
    """
    import json  # noqa: PLC0415 - not for the first question

    pattern = _UNSAFE_IN_LINES if keep_lines else _UNSAFE_IN_LINE
    return re.sub(pattern, lambda found: json.dumps(found[0])[1:-1], text)


def reason_of(error: Exception) -> str:
    """Return why the system or SQLite failed, in the user's language if possible."""
    return _(getattr(error, "strerror", None) or str(error))


def with_hint(message: str, hint: str) -> str:
    """Put a hint, if there is one, behind a message."""
    if not hint:
        return message
    return _("{message} ({hint})").format(message=message, hint=hint)


class Place(NamedTuple):
    """A position in a file, counted from 1 as editors do."""

    file: str
    """The path as the user typed it."""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Render `path:line:column`, which editors and terminals can jump to."""
        return f"{self.file}:{self.line}:{self.column}"


class Problem(NamedTuple):
    """One mistake, its place and how to fix it."""

    place: Place
    message: str
    """Small letter, no full stop, the offending text in quotes."""
    hint: str = ""
    """What to type next; empty if the message suffices."""
    is_warning: bool = False
    """The text may be meant as it is; the file is valid."""

    def __str__(self) -> str:
        """Render `path:line:column: message (hint)` on one line.

        The quoted text is untrusted: control characters are shown as their code.
        """
        kind = _("warning: ") if self.is_warning else ""
        line = " ".join(
            f"{self.place}: {kind}{with_hint(self.message, self.hint)}".split("\n")
        )
        return printable(line)


class FlashError(Exception):
    """Something the user can fix: a message, a hint, and the place it is about."""

    def __init__(
        self, message: str, hint: str = "", place: str | Path | Place | None = None
    ) -> None:
        """Create an error.

        Args:
            message: What is wrong; small letter, no full stop.
            hint: What to do about it; empty if the message suffices.
            place: A file, a place in a file, or an address.
        """
        self.message, self.hint, self.place = message, hint, place
        super().__init__(message)

    def __str__(self) -> str:
        """Render `place: message (hint)` without the empty parts."""
        where = f"{self.place}: " if self.place else ""
        return where + with_hint(self.message, self.hint)


class TooManyProblems(Exception):
    """A file has more than `MAX_PROBLEMS` problems."""


class ProblemList(list[Problem]):
    """The problems of one file as they are found."""

    def append(self, problem: Problem) -> None:
        """Add a problem.

        Raises:
            TooManyProblems: There are `MAX_PROBLEMS` already.
        """
        if len(self) >= MAX_PROBLEMS:
            raise TooManyProblems
        super().append(problem)


class DeckError(FlashError):
    """Deck files have problems; carries all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        """Sort the problems by place."""
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))
