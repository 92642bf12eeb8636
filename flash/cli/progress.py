"""A bar for long work."""

import sys
from typing import Any

import typer


class Progress:
    """A bar on a terminal for long work, nothing elsewhere."""

    def __init__(self, length: int, label: str, *, quiet: bool) -> None:
        self._bar: Any = None
        self._at = 0
        if length >= 5000 and not quiet and sys.stderr.isatty():
            self._bar = typer.progressbar(length=length, label=label, file=sys.stderr)

    def __enter__(self) -> Any:
        if self._bar is not None:
            self._bar.__enter__()
        return self._move

    def _move(self, done: int) -> None:
        if self._bar is not None:
            self._bar.update(done - self._at)
            self._at = done

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.__exit__(*error)
