"""Names for the completion of a shell: decks, tags, settings, backups, deck files.

A completion never fails and creates nothing: without a store, or with one that can't be
read, there are no names.  Everything is imported when a shell asks.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import typer

from cards.errors import FlashError

_ESCAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "": (re.compile(r"[^\w:./@%+=,-]"), r"\\\g<0>"),
    '"': (re.compile(r'["\\$`]'), r"\\\g<0>"),
    "'": (re.compile("'"), r"'\\''"),
}
"""What bash takes otherwise than as typed, and what stands for it, by the quote that
the word begins with."""
_BACKSLASH = (re.compile(r"\\"), r"\\\\")
"""typer escapes `$` and backticks for zsh, which evaluates them, but no backslash."""
_EVALUATED = re.compile(r"[$`;&|<>(){}'\"#\n]")
"""PowerShell inserts a name as it is; one with such signs is not offered there."""


def complete_decks(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of decks and their parents."""
    from srs.store.decks import deck_names  # noqa: PLC0415 - for a shell only

    found = set()
    for name in _from_store(context, deck_names):
        parts = name.split("::")
        found |= {"::".join(parts[:size]) for size in range(1, len(parts) + 1)}
    return _matching(sorted(found), incomplete)


def complete_tags(context: typer.Context, incomplete: str) -> list[str]:
    """Return the tags of all notes."""
    from srs.store.decks import tag_names  # noqa: PLC0415 - for a shell only

    return _matching(_from_store(context, tag_names), incomplete)


def complete_settings(incomplete: str) -> list[str]:
    """Return the names of settings."""
    from flash.service.settings import NAMES  # noqa: PLC0415 - for a shell only

    return _matching(NAMES, incomplete)


def complete_deck_files(incomplete: str) -> list[str]:
    """Return the names of bundled decks, and files."""
    from cards.deckfile.discovery import bundled_decks  # noqa: PLC0415 - as above

    return _matching([*bundled_decks(), *_files(incomplete)], incomplete)


def complete_backups(context: typer.Context, incomplete: str) -> list[str]:
    """Return the names of backups, the newest first, and files."""
    from srs.store.backups import list_backups  # noqa: PLC0415 - for a shell only

    try:
        names = [one.path.name for one in list_backups(_path(context))]
    except (FlashError, OSError):
        names = []
    return _matching([*names, *_files(incomplete)], incomplete)


def _from_store(context: typer.Context, read: Callable[[Any], list[str]]) -> list[str]:
    from srs.store.backups import read_only  # noqa: PLC0415 - for a shell only
    from srs.store.connection import Store  # noqa: PLC0415 - as above

    try:
        path = _path(context)
        with closing(read_only(path)) as connection:
            return read(Store(path, connection))
    except (FlashError, OSError, sqlite3.Error, UnicodeError):
        return []


def _path(context: typer.Context) -> Path:
    from flash.paths import store_path  # noqa: PLC0415 - for a shell only

    given = context.params.get("db") or context.find_root().params.get("db")
    # A warning would be printed into the line that is typed.
    with redirect_stderr(StringIO()):
        return store_path(Path(given) if given else None)


def _files(incomplete: str) -> list[str]:
    folder, slash, start = incomplete.rpartition("/")
    try:
        found = sorted(Path(folder + slash).iterdir())
    except OSError:
        return []
    return [
        folder + slash + one.name + ("/" if one.is_dir() else "")
        for one in found
        if one.name.startswith(start)
    ]


def _matching(names: Iterable[str], incomplete: str) -> list[str]:
    """Return the names that begin so, as the shell has to get them.

    Names come from files of others: none may be more than text to a shell.
    """
    found = [one for one in names if one.startswith(incomplete) and one.isprintable()]
    shell = os.environ.get("_FLASH_COMPLETE", "").removeprefix("complete_")
    if shell in ("powershell", "pwsh"):
        return [one for one in found if not _EVALUATED.search(one)]
    if shell not in ("bash", "zsh"):
        return found
    unsafe, escaped = _BACKSLASH if shell == "zsh" else _ESCAPES[_bash_quote()]
    return [_Escaped(unsafe.sub(escaped, name)) for name in found]


def _bash_quote() -> str:
    """Return the quote that the present word begins with; empty for none."""
    words = os.environ.get("COMP_WORDS", "").split("\n")
    place = int(os.environ.get("COMP_CWORD", "0"))
    start = words[place][:1] if place < len(words) else ""
    return start if start in _ESCAPES else ""


class _Escaped(str):
    """An escaped name that was found; typer would compare it with the plain start."""

    __slots__ = ()

    def startswith(self, *_start: Any) -> bool:
        """Return True: it was found by its unquoted start."""
        return True
