"""Files that commands write for the user: never over what they are made from."""

from collections.abc import Iterable
from pathlib import Path

from export.files import refuse_inputs, replace_file
from srs.store.backups import refuse_store


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
        ExportError: The file can't be written.
        FlashError: It is the store or one of the other files, or no regular file.
    """
    refuse_overwriting(target, store, sources)
    replace_file(target, page.encode())
