"""Deck files as they were when they were last added: size and time of change."""

import sqlite3
from collections.abc import Iterable

from srs.store.connection import Store

FileStat = tuple[str, int, int]
"""Absolute path, time of its last change (nanoseconds, UTC), size in bytes."""


def save_file_stats(connection: sqlite3.Connection, stats: Iterable[FileStat]) -> None:
    """Remember inside a transaction the files that were just read."""
    connection.executemany(
        """
        insert into deck_files (file, changed_ns, size) values (?, ?, ?)
            on conflict do update set changed_ns = excluded.changed_ns,
                                      size = excluded.size
        """,
        stats,
    )


def known_file_stats(store: Store) -> list[FileStat]:
    """Return the remembered files that have notes in use."""
    return store.rows(
        """
        select file, changed_ns, size from deck_files
         where file in (select file from notes where retired = 0)
         order by file
        """
    )
