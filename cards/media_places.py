"""Where deck files and notes may have their pictures, sounds and videos.

A deck file has them in its folder.  A note in Markdown may be one of a vault or a
repository, and then has them anywhere in it: Obsidian names a file by its path from the
note or from the vault, or by its name alone.
"""

import os
from collections import defaultdict
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath
from unicodedata import normalize

from cards.deckfile.discovery import is_markdown
from cards.files import absolute, files_under, is_file
from cards.text.media import is_medium
from cards.vaults import forget_vaults, vault_of


def own_file(file: str, path: str) -> Path | None:
    """Find a file that a deck file names; None if it is missing or out of place."""
    found = on_disk(Path(file).parent / path)
    return found if file and is_file(found) and is_inside(file, path) else None


def is_inside(file: str | Path, path: str) -> bool:
    """Return True if a path in a deck file leads to where it may have media.

    Raises:
        ValueError: The path has a null character.
    """
    folder = _real(os.path.dirname(file))  # noqa: PTH120 - pathlib is slow
    target = _real(os.path.join(folder, path))  # noqa: PTH118
    if target.startswith(os.path.join(folder, "")):  # noqa: PTH118
        return True
    vault = vault_of(Path(file)) if is_markdown(Path(file)) else None
    if vault is None or vault == Path.home():
        return False
    inside = Path(os.path.relpath(target, _real(vault)))
    return not any(part.startswith(".") for part in inside.parts)


def _real(path: str | Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def on_disk(path: Path) -> Path:
    """Return a path as its folders spell it: a Mac may have decomposed the names."""
    if str(path).isascii() or os.path.lexists(path):
        return path
    folder, wanted = on_disk(path.parent), normalize("NFC", path.name)
    with suppress(OSError, ValueError):
        for found in folder.iterdir():
            if normalize("NFC", found.name) == wanted:
                return found
    return path


def path_from_note(note: Path, path: str) -> str:
    """Return the path from a note to a file that it names in Obsidian's way.

    Args:
        note: The note.
        path: As it names the file.

    Returns:
        A path from the folder of the note; `path` if there is no such file.
    """
    vault = vault_of(note)
    if vault is None or is_file(on_disk(note.parent / path)):
        return path
    wanted = PurePosixPath(_folded(path.strip("/")))
    named = _media_in(vault).get(wanted.name, [])
    fitting = [one for one in named if _ends_with(one, wanted)]
    if not fitting:
        return path
    best = min(fitting, key=lambda one: (len(one.parts), one))
    # A linked folder is entered before `..` leads out of it.
    start = os.path.realpath(absolute(note).parent)
    return Path(os.path.relpath(os.path.realpath(vault / best), start)).as_posix()


def _ends_with(path: PurePosixPath, end: PurePosixPath) -> bool:
    return PurePosixPath(_folded(str(path))).parts[-len(end.parts) :] == end.parts


def _folded(path: str) -> str:
    return normalize("NFC", path).casefold()


@cache
def _media_in(vault: Path) -> dict[str, list[PurePosixPath]]:
    """Return the media of a vault by their names, without regard to case."""
    found: dict[str, list[PurePosixPath]] = defaultdict(list)
    for path in files_under(vault):
        if is_medium(path.name):
            inside = PurePosixPath(path.relative_to(vault).as_posix())
            found[_folded(path.name)].append(inside)
    return dict(found)


def forget_media() -> None:
    """Look again for vaults and their media: they may have come since."""
    forget_vaults()
    _media_in.cache_clear()
