"""Messages about the pictures and sounds of a card."""

from collections.abc import Sequence
from pathlib import Path

from cards.translate import N_, _

NO_MEDIA = N_("This side of the card has no pictures or sounds.")
NO_OPENER = N_(
    "No program opens files here. Choose one with flash config opener PROGRAM."
)


def media_opened(files: Sequence[Path]) -> str:
    """Say which files were opened."""
    names = ", ".join(file.name for file in files)
    return _("Opened {files}.").format(files=names)


def media_missing(paths: Sequence[str]) -> str:
    """Say which files there are none of."""
    return _("Not found: {files}.").format(files=", ".join(paths))
