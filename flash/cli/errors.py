"""Errors on stderr: one line of text, or one JSON object with `--json`."""

import json
import sys

from cards.errors import DeckError, FlashError, Problem, escaped
from flash.terminal import echo_err


def echo_error(error: FlashError, *, as_json: bool) -> None:
    """Write an error to stderr."""
    if isinstance(error, DeckError):
        echo_problems(error.problems, as_json=as_json)
    elif as_json:
        no_place = dict.fromkeys(("file", "line", "column"))
        _echo_json({"message": str(error), **no_place})
    else:
        echo_err(f"flash: {error}")


def echo_problems(problems: list[Problem], *, as_json: bool) -> None:
    """Write the problems of deck files; the first one is JSON's `error`."""
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
    _echo_json({**found[0], "problems": found})


def _echo_json(error: dict[str, object]) -> None:
    text = json.dumps({"error": error}, ensure_ascii=False)
    sys.stderr.write(escaped(text) + "\n")
