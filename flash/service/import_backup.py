"""The backup before an import, kept only if the import changes something."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from srs.store.backups import prepared_backup
from srs.store.connection import Store
from srs.store.operations import last_operation


class KeepBackup(Protocol):
    """Keeps the backup; see `backing_up`."""

    def __call__(self, *, is_changed: bool = False) -> Path | None:
        """Keep it if something was changed or an operation was recorded.

        Returns:
            The file; None if nothing was changed.
        """


@contextmanager
def backing_up(
    store: Store, now_ms: int, *, dry_run: bool = False
) -> Iterator[KeepBackup]:
    """Copy the store before an import, unless it is a dry run.

    Args:
        store: The store, in no transaction.
        now_ms: UTC milliseconds.
        dry_run: Make no copy.

    Yields:
        The function to call when the import is done, inside its transaction: the
        backup is there before the changes are.

    Raises:
        StoreError: The copy can't be written, or the store is damaged.
    """
    if dry_run:
        yield _keep_nothing
        return
    last = last_operation(store.connection)
    with prepared_backup(store, now_ms) as keep:

        def keep_if(*, is_changed: bool = False) -> Path | None:
            is_recorded = last_operation(store.connection) > last
            return keep() if is_changed or is_recorded else None

        yield keep_if


def _keep_nothing(*, is_changed: bool = False) -> None:
    """Keep no backup of a dry run, whatever it changed."""
