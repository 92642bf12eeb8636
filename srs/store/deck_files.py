"""Deck files and their folders on this device.

Of files, the size and time of change when they were last added; of folders after which
decks are named, the root deck, if it has the name of a folder on another device.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from srs.store.connection import Store

FileStat = tuple[str, int, int]
"""Absolute path, time of its last change (nanoseconds, UTC), size in bytes."""
_ROOT = "root_deck:"
"""Prefix of a setting per folder, which other devices don't get."""


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


def files_of_decks(store: Store, decks: Sequence[int]) -> list[str]:
    """Return the files of the notes in use, hidden ones too; '' for no file.

    Args:
        store: The store.
        decks: Ids of decks.
    """
    sql = """
        select distinct n.file from notes n
         where n.retired & 1 = 0 and n.deck in (select value from json_each(:decks))
         order by n.file
    """
    return [row[0] for row in store.rows(sql, {"decks": str(list(decks))})]


def known_file_stats(store: Store) -> list[FileStat]:
    """Return the remembered files."""
    return store.rows("select file, changed_ns, size from deck_files")


def files_in_use(store: Store) -> set[str]:
    """Return the files that have notes in use, hidden ones too."""
    rows = store.rows("select distinct file from notes where retired & 1 = 0")
    return {file for (file,) in rows}


def files_of_others(store: Store, guids: Collection[str]) -> set[str]:
    """Return the files that have notes in use besides the given ones."""
    rows = store.rows("select guid, file from notes where retired = 0 and file <> ''")
    return {file for guid, file in rows if guid not in guids}


def folder_roots(store: Store) -> dict[str, str]:
    """Return the root decks of folders that have another name, by absolute path."""
    sql = """
        select substr(name, :width + 1), value from settings
         where substr(name, 1, :width) = :prefix
    """
    return dict(store.rows(sql, {"width": len(_ROOT), "prefix": _ROOT}))


def save_folder_roots(connection: sqlite3.Connection, roots: Mapping[str, str]) -> None:
    """Remember inside a transaction the root decks of folders."""
    connection.executemany(
        "insert or replace into settings (name, value) values (?, ?)",
        [(_ROOT + folder, root) for folder, root in roots.items()],
    )
