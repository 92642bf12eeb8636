"""Pictures of cards, in terminals that can show them (kitty, iTerm2, sixel).

textual-image, an extra, asks the terminal what it can do while it is imported.  So it
is loaded before the screen opens, and only if a card of today has a picture.
"""

import os
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any

from textual.containers import Container

from flash.service.note_media import pictures
from flash.tui.page import Page
from flash.tui.view import Mode, View
from srs.store.connection import Store

_LEAST_ROWS = 5
"""Fewer free rows are too small for a picture."""
_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "AVIF", "BMP", "ICO")
"""Pillow goes by the content, and runs Ghostscript for PostScript named `a.png`."""
_MUTE = ("dumb", "linux")
"""Terminals that show a question about pictures as text."""


def picture_widget() -> Any:
    """Return the class of widget that draws pictures in this terminal.

    Returns:
        None if the terminal shows no pictures.
    """
    if os.environ.get("TERM", "") in _MUTE:
        return None
    # Whatever goes wrong there, for example on a terminal without a size, the
    # review goes on without pictures.
    with suppress(Exception):
        from textual_image import renderable, widget  # noqa: PLC0415 - an extra

        if renderable.Image in (renderable.SixelImage, renderable.TGPImage):
            return widget.Image
    return None


class PictureBox(Container):
    """A picture over free rows of the page."""

    DEFAULT_CSS = "PictureBox { layer: pictures; display: none; }"

    def __init__(self, picture: Any, store: Store) -> None:
        """Draw with a class of textual-image."""
        self._image = picture()
        super().__init__(self._image)
        self._store = store
        self._shown: tuple[object, ...] = ()

    def show_card(self, view: View, page: Page, columns: int) -> None:
        """Show the last picture of a card in the free rows below its text.

        Nothing is shown if there are too few rows, or if the file is no picture of
        a known format.
        """
        row, rows = page.free
        is_covered = view.overlay is not None or view.search is not None
        found: tuple[Path, ...] = ()
        if view.prompt is not None and not is_covered and rows >= _LEAST_ROWS:
            is_answered = view.mode is Mode.ANSWERED
            found = pictures(self._store, view.prompt, is_answered=is_answered)
        shown = found[-1:], row + 1, columns - 2, rows - 1
        if shown != self._shown:
            self._shown = shown
            self._show(*shown)

    def _show(self, found: tuple[Path, ...], row: int, columns: int, rows: int) -> None:
        self.display = False
        self._image.image = None
        with suppress(Exception):  # of any decoder
            for file in found:
                width, height = _cells(file, columns, rows)
                for styles in (self.styles, self._image.styles):
                    styles.width, styles.height = width, height
                self.styles.offset = (1 + (columns - width) // 2, row)
                self._image.image = str(file)
                self.display = True


def _cells(file: Path, columns: int, rows: int) -> tuple[int, int]:
    """Return the size of a picture in cells: its own, or smaller to fit."""
    from PIL import Image  # noqa: PLC0415 - as above

    cell = import_module("textual_image.widget").get_cell_size()
    Image.init()
    formats = [one for one in _FORMATS if one in Image.OPEN]
    with Image.open(file, formats=formats) as picture:
        width, height = picture.width / cell.width, picture.height / cell.height
    scale = min(1.0, columns / width, rows / height)
    return max(1, round(width * scale)), max(1, round(height * scale))
