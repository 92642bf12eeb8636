"""Messages about the pictures and sounds of a card."""

from collections.abc import Sequence
from pathlib import Path

from cards.translate import N_, _

NO_MEDIA = N_("This side of the card has no pictures or sounds.")
_NO_MEDIUM = N_("Not opened, not a picture, sound or video by its extension: {files}.")
_DRAWING = N_(
    "Not opened, SVG may run scripts in a browser: {files}. flash serve shows it."
)
NO_OPENER = N_(
    "No program opens files here. Choose one with flash config opener PROGRAM."
)


def media_opened(paths: Sequence[str]) -> str:
    """Say which files were opened."""
    return _("Opened {files}.").format(files=_names(paths))


def media_refused(paths: Sequence[str], *, drawings: bool) -> str:
    """Say which files are not opened, and why."""
    message = _(_DRAWING) if drawings else _(_NO_MEDIUM)
    return message.format(files=_names(paths))


def _names(paths: Sequence[str]) -> str:
    return ", ".join(Path(path).name for path in paths)


def media_missing(paths: Sequence[str]) -> str:
    """Say which files there are none of."""
    return _("Not found: {files}.").format(files=", ".join(paths))
