"""The pictures, sounds and videos of a note, to show them."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from cards.text.media import media_paths, medium_of
from cards.translate import _
from flash.messages.media import NO_MEDIA, NO_OPENER, media_missing, media_opened
from srs.store.connection import Store
from srs.store.note_media import media_files
from srs.store.notes import file_of_note
from srs.study.prompt import Prompt

_OPENERS = {"darwin": ["open"], "win32": ["explorer"]}
"""What opens a file in the program of its kind; elsewhere xdg-open."""
_opened: list[subprocess.Popen[bytes]] = []
"""Programs that may still run."""


def pictures(store: Store, prompt: Prompt, *, is_answered: bool) -> tuple[Path, ...]:
    """Return the files of the pictures on the shown side of a card."""
    files = _files(store, prompt, is_answered=is_answered).items()
    shown = (file for path, file in files if medium_of(path) == "image")
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
    files = [file for file in found.values() if file is not None]
    if not found:
        return _(NO_MEDIA)
    if not files:
        return media_missing(list(found))
    return media_opened(files) if _open(files, opener) else _(NO_OPENER)


def _files(
    store: Store, prompt: Prompt, *, is_answered: bool
) -> dict[str, Path | None]:
    texts = prompt.texts(is_answered=is_answered)
    paths = (path for text in texts for path, _place in media_paths(text))
    guid = prompt.card.guid
    return {path: media_file(store, guid, path) for path in dict.fromkeys(paths)}


def _open(files: Sequence[Path], opener: str) -> bool:
    """Open each file with a program; False if there is none that can be started."""
    words = shlex.split(opener) or _OPENERS.get(sys.platform, ["xdg-open"])
    if shutil.which(words[0]) is None:
        return False
    nothing = subprocess.DEVNULL
    # In sessions of their own, so that Ctrl-C in the review does not end them.
    try:
        _opened.extend(
            subprocess.Popen(  # noqa: S603 - the user's program
                [*words, str(file)],
                stdin=nothing,
                stdout=nothing,
                stderr=nothing,
                start_new_session=True,
            )
            for file in files
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
