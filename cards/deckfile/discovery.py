"""Deck files on disk: which ones a folder holds, and their text.

A folder of a person holds other YAML too (workflows, settings of tools).  Only
files with `deck` and `cards` at their top are decks; the rest is left alone and
counted.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from cards.errors import DeckError, Place, Problem

LARGEST = 64 * 1024 * 1024
"""Bytes in one deck file at the most; about 500,000 cards."""

_ENDINGS = (".yaml", ".yml")
_DECK = re.compile(r"^(?:deck|\"deck\"|'deck')[ \t]*:", re.MULTILINE)
_CARDS = re.compile(r"^(?:cards|\"cards\"|'cards')[ \t]*:", re.MULTILINE)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
"""Also the line ends that YAML knows and editors don't count."""


class Found(Struct, frozen=True):
    """The deck files under the paths that were given."""

    files: tuple[Path, ...]
    left_alone: int = 0
    """Other YAML files in the folders."""


def find_decks(paths: list[Path]) -> Found:
    """Find the deck files: each file given, and those in each folder given.

    Args:
        paths: Files or folders; folders are walked, hidden ones skipped.

    Raises:
        DeckError: A path doesn't exist, or a folder holds no deck.
    """
    files: dict[Path, None] = {}
    problems: list[Problem] = []
    left_alone = 0
    for path in paths:
        if not _is_folder(path):
            files[path] = None
            continue
        inside = list(_yaml_under(path))
        decks = [file for file in inside if is_deck(file)]
        left_alone += len(inside) - len(decks)
        files.update(dict.fromkeys(decks))
        if not decks:
            hint = "a deck has 'deck:' and 'cards:' at its top"
            problems.append(Problem(Place(str(path)), "no deck in this folder", hint))
    if problems:
        raise DeckError(problems)
    return Found(tuple(files), left_alone)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        return False  # reading it as a file says what is wrong


def _yaml_under(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=_refuse_folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.startswith("."):
                yield Path(root, name)


def is_deck(path: Path) -> bool:
    """Tell whether a file has `deck` and `cards` at its top, or can't be read."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST).decode("utf-8", errors="replace")
    except OSError:
        return True
    return bool(_DECK.search(text.lstrip("\ufeff")) and _CARDS.search(text))


def read_text(path: Path) -> str:
    """Read a deck file whole, as it is at this moment.

    Args:
        path: The file.

    Returns:
        Its text without a byte order mark.

    Raises:
        DeckError: It can't be read, is too large, is not UTF-8 or holds control
            characters.
    """
    data = _read_bytes(path)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        start = before.rfind(b"\n") + 1
        column = len(before[start:].decode("utf-8", errors="replace")) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}"
        raise _refuse(path, message, "save the file as UTF-8", line, column) from None
    control = _CONTROL.search(text)
    if control:
        line, column = line_and_column(text, control.start())
        message = f"control character U+{ord(control[0]):04X}"
        raise _refuse(path, message, "remove it", line, column)
    return text


def _read_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        raise _refuse(path, "no such file", "check the path") from None
    except PermissionError:
        hint = "allow yourself to read it (chmod u+r)"
        raise _refuse(path, "no permission to read", hint) from None
    except OSError as error:
        said = error.strerror or str(error)
        raise _refuse(path, said[:1].lower() + said[1:], "check the path") from None
    if len(data) > LARGEST:
        limit = f"larger than {LARGEST // 1024 // 1024} MB"
        raise _refuse(path, limit, "split it into several decks")
    return data


def _refuse(
    path: Path, message: str, hint: str, line: int = 1, column: int = 1
) -> DeckError:
    return DeckError([Problem(Place(str(path), line, column), message, hint)])


def _refuse_folder(error: OSError) -> None:
    """Stop at a folder that can't be listed: its decks would seem deleted."""
    if not isinstance(error, FileNotFoundError):
        said = (error.strerror or str(error)).lower()
        hint = "allow yourself to read it (chmod u+rx)"
        raise _refuse(Path(error.filename), said, hint)


def control_in(text: str) -> str | None:
    """Find a control character that an escape brought into a text."""
    found = _CONTROL.search(text)
    return found[0] if found else None


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Turn an offset into line and column, both from 1."""
    line = text.count("\n", 0, offset) + 1
    return line, offset - (text.rfind("\n", 0, offset) + 1) + 1
