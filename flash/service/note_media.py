"""The pictures, sounds and videos of a note, to show them."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from shutil import copyfile
from tempfile import TemporaryDirectory

from cards.text.media import is_medium, media_paths, media_type
from cards.translate import _
from flash.messages.media import (
    NO_MEDIA,
    NO_OPENER,
    media_missing,
    media_opened,
    media_refused,
)
from srs.store.connection import Store
from srs.store.note_media import media_files
from srs.store.notes import file_of_note
from srs.study.prompt import Prompt

_OPENERS = {"darwin": ["open"], "win32": ["explorer"]}
"""What opens a file in the program of its kind; elsewhere xdg-open."""
_DRAWING = "image/svg+xml"
"""Not opened: an SVG file may have scripts, and the program of the system for it is
often a browser, which would run them and load what they name.  `flash serve` sends
such files with a policy that forbids both; there is no such thing for an opener."""
_opened: list[subprocess.Popen[bytes]] = []
"""Programs that may still run."""


def pictures(store: Store, prompt: Prompt, *, is_answered: bool) -> tuple[Path, ...]:
    """Return the files of the pictures on the shown side of a card."""
    files = _files(store, prompt, is_answered=is_answered).items()
    shown = (file for path, file in files if media_type(path).startswith("image/"))
    return tuple(file for file in shown if file is not None)


def open_media(store: Store, prompt: Prompt, opener: str, *, is_answered: bool) -> str:
    """Open the pictures and play the sounds of the shown side outside the terminal.

    Args:
        store: The store.
        prompt: The card.
        opener: The program of the user's settings; empty for that of the system.
        is_answered: The answer is shown, too.

    Returns:
        A message: what was opened, or why nothing was.
    """
    found = _files(store, prompt, is_answered=is_answered)
    if not found:
        return _(NO_MEDIA)
    # Any other file may be a program, which the opener would start.
    others = [path for path in found if not is_medium(path)]
    drawings = [path for path in found if media_type(path) == _DRAWING]
    files = {
        path: file
        for path, file in found.items()
        if file is not None and path not in {*others, *drawings}
    }
    lines: list[str] = []
    if files:
        is_open = _open(files, opener)
        lines.append(media_opened(list(files)) if is_open else _(NO_OPENER))
    if others:
        lines.append(media_refused(others, drawings=False))
    if drawings:
        lines.append(media_refused(drawings, drawings=True))
    return " ".join(lines) or media_missing(list(found))


def _named(path: str, file: Path) -> Path:
    """Return a file under a name that has the ending of its path.

    A file of another device is kept without: the opener would guess from the content
    what it is, and find a page or a program.
    """
    if media_type(file.name) == media_type(path):
        return file
    copy = Path(_copies().name, f"{file.name}.{path.rpartition('.')[2]}")
    copyfile(file, copy)
    return copy


@cache
def _copies() -> TemporaryDirectory[str]:
    """Return a folder that is removed when the program ends."""
    return TemporaryDirectory(prefix="flash-", ignore_cleanup_errors=True)


def _files(
    store: Store, prompt: Prompt, *, is_answered: bool
) -> dict[str, Path | None]:
    texts = prompt.texts(is_answered=is_answered)
    paths = (path for text in texts for path, _place in media_paths(text))
    guid = prompt.card.guid
    return {path: media_file(store, guid, path) for path in dict.fromkeys(paths)}


def _open(files: Mapping[str, Path], opener: str) -> bool:
    """Open each file with a program; False if there is none that can be started."""
    words = shlex.split(opener) or _OPENERS.get(sys.platform, ["xdg-open"])
    if shutil.which(words[0]) is None:
        return False
    nothing = subprocess.DEVNULL
    # In sessions of their own, so that Ctrl-C in the review does not end them.
    try:
        _opened.extend(
            subprocess.Popen(  # noqa: S603 - the user's program
                [*words, str(_named(path, file))],
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                start_new_session=True,
            )
            for path, file in files.items()
        )
    except OSError:
        return False
    return True


def media_file(store: Store, guid: str, path: str) -> Path | None:
    """Return a file that a note shows or plays.

    Args:
        store: The store.
        guid: Of the note.
        path: As its text has it.

    Returns:
        None if there is none, or if it is outside of the folder of the deck.
    """
    return media_files(store, guid).find(guid, file_of_note(store, guid), path)
