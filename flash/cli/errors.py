"""What goes wrong at the edge, told in one manner on stderr.

Data goes to stdout and talk to stderr; an error names its place and its mend.
With `--json` the same is one JSON object.
"""

import sys
from typing import TYPE_CHECKING

from cards.errors import FlashError

if TYPE_CHECKING:
    from cards.errors import Problem


class UserError(FlashError):
    """A wrong argument or setting; ends the command with exit code 1."""


def echo_err(message: str) -> None:
    """Write a line of talk to stderr, cleaned of what a terminal would obey."""
    from cards.text.width import clean

    sys.stderr.write(clean(message) + "\n")


def echo_error(message: str, *, as_json: bool) -> None:
    """Write an error that has no place in a file."""
    if not as_json:
        echo_err(f"flash: {message}")
        return
    _tell_json({"message": message, "file": None, "line": None, "column": None})


def echo_problems(problems: "list[Problem]", *, as_json: bool) -> None:
    """Write the problems of decks, the first one alone as JSON's `error`."""
    if not as_json:
        for problem in problems:
            echo_err(str(problem))
        return
    found = [
        {
            "message": problem.message,
            "hint": problem.hint,
            "file": problem.place.file,
            "line": problem.place.line,
            "column": problem.place.column,
        }
        for problem in problems
    ]
    _tell_json({**found[0], "problems": found})


def _tell_json(error: dict[str, object]) -> None:
    import json

    from cards.errors import escaped

    text = json.dumps({"error": error}, ensure_ascii=False)
    sys.stderr.write(escaped(text) + "\n")
