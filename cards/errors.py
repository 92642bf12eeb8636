"""Errors that the user can fix, and the problems of a deck file.

`FlashError` is the base of every such error; the command line catches it once.
A problem of a deck is a value with a place and a fix.  Reading a file collects
all of its problems, so one run of `flash check` is one round of fixing.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path

MOST = 1000
"""Problems told of one file; a hostile one could have millions."""

_UNSEEN = (
    "\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff"
)
"""Controls beyond ASCII, and what turns the order of letters or takes no room."""
_IN_A_LINE = f"[\x00-\x1f{_UNSEEN}]"
_IN_LINES = f"[{_UNSEEN}]"


def escaped(text: str, *, keep_lines: bool = False) -> str:
    """Write what a terminal would obey, or nobody would see, as JSON escapes it.

    Args:
        text: One line, or where they are kept lines without controls of ASCII.
        keep_lines: Whether line ends stay.
    """
    pattern = _IN_LINES if keep_lines else _IN_A_LINE
    return re.sub(pattern, lambda found: json.dumps(found[0])[1:-1], text)


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A spot in a file, counted from 1 as editors do."""

    file: str
    """The path as the person typed it."""
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        """Render `path:line:column`, which editors and terminals can jump to."""
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake, where it is and how to mend it."""

    place: Place
    message: str
    """Small letter, no full stop, the offending text in quotes."""
    hint: str = ""
    """What to type next; empty where the message says it all."""

    def __str__(self) -> str:
        """Render `path:line:column: message (hint)` on one line.

        What a terminal would obey or an editor would take for another line is
        shown as its code: the text quoted here is the person's own.
        """
        hint = f" ({self.hint})" if self.hint else ""
        line = " ".join(f"{self.place}: {self.message}{hint}".split("\n"))
        return escaped(line)


class FlashError(Exception):
    """Something the user can fix: a message, a hint, and the place it is about."""

    def __init__(
        self, message: str, hint: str = "", place: str | Path | Place | None = None
    ) -> None:
        """Keep the parts.

        Args:
            message: What is wrong; small letter, no full stop.
            hint: What to do about it; empty where the message says it all.
            place: A file, a place in one, or an address; None if there is none.
        """
        self.message, self.hint, self.place = message, hint, place
        super().__init__(message)

    def __str__(self) -> str:
        """Render `place: message (hint)`, leaving out the parts that are missing."""
        where = f"{self.place}: " if self.place else ""
        return where + self.message + (f" ({self.hint})" if self.hint else "")


class TooMany(Exception):
    """A file has more problems than anybody mends in one round."""


class Gathered(list[Problem]):
    """The problems of one file as they are found."""

    def append(self, problem: Problem) -> None:
        """Add one.

        Raises:
            TooMany: There are `MOST` of them already.
        """
        if len(self) >= MOST:
            raise TooMany
        super().append(problem)


class DeckError(FlashError):
    """A deck file has problems; carries all that were found in the run."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))
