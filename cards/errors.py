"""What can be wrong with a deck.

A problem is a value that knows its place and its remedy; who shows it decides
how.  Reading gathers all problems of a file before it gives up, so one run of
`flash check` is one round of fixing.
"""

import json
import re
from dataclasses import dataclass

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


class DeckError(Exception):
    """A deck can't be taken as it is; carries every problem found in the run."""

    def __init__(self, problems: list[Problem]) -> None:
        """Keep the problems in the order of their places."""
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))
