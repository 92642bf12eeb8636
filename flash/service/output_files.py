"""Files that commands write for the user: never over what they are made from."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from cards.translate import _
from export.files import ExportError, refuse_inputs, replace_file
from srs.store.backups import refuse_store

_BEGIN = 2000
"""Bytes that hold the head of a page up to its title."""


def refuse_overwriting(target: Path, store: Path, sources: Iterable[Path] = ()) -> None:
    """Make sure that a file to be written is not the store or a source of it.

    Args:
        target: The file to be written.
        store: The store; its backups are refused, too.
        sources: Files that the command reads.

    Raises:
        FlashError: It is one of them, or no regular file.
    """
    refuse_store(store, target)
    refuse_inputs(target, sources)


def write_page(page: str, target: Path, store: Path, sources: Iterable[Path]) -> None:
    """Write an HTML page that is made from the store and other files.

    Args:
        page: The page.
        target: The file to be written; see `refuse_overwriting`.
        store: The store.
        sources: The other files.

    Raises:
        ExportError: The file can't be written, or is something else than such a page.
        FlashError: It is the store or one of the other files, or no regular file.
    """
    refuse_overwriting(target, store, sources)
    _refuse_other_file(target, page)
    replace_file(target, page.encode())


def _refuse_other_file(target: Path, page: str) -> None:
    """Refuse to replace a file that doesn't begin as the pages of flash do."""
    frame = page[page.index("<head>") : page.index("<title>")].encode()
    with suppress(OSError), target.open("rb") as file:
        begin = file.read(_BEGIN)
        if begin and frame not in begin:
            message = _("this file is not a page of flash and would be replaced")
            raise ExportError(str(target), message, _("name another file"))
