"""File bases: the text of each note when its deck file was last added, as a hash.

If the file still has that text, nothing was edited in it; if the store has it, the
file may replace it.  The hash covers what a deck file says about a note.
"""

import sqlite3
from collections.abc import Collection, Iterable

_TEXT = """
    select n.file, n.guid, n.id, d.name, n.language, n.fields, n.extra, n.tags,
           n.sources, n.changed, n.checked, n.recheck
      from notes n join decks d on d.id = n.deck
     where n.file <> '' and n.retired = 0
"""


def fill_file_bases(connection: sqlite3.Connection) -> None:
    """Take the stored text of all notes in use as that of their files."""
    _save(connection, connection.execute(_TEXT))


def update_bases_of_files(
    connection: sqlite3.Connection, files: Collection[str]
) -> None:
    """Update inside a transaction the bases of deck files that were just added."""
    for file in files:
        chosen = "select guid from notes where file = ?"
        connection.execute(f"delete from file_bases where guid in ({chosen})", (file,))
        connection.execute("delete from file_bases where file = ?", (file,))
        _save(connection, connection.execute(f"{_TEXT} and n.file = ?", (file,)))


def update_bases_of_notes(
    connection: sqlite3.Connection, notes: Collection[int]
) -> None:
    """Update inside a transaction the bases of notes (ids) after an undo."""
    values = (str(list(notes)),)
    chosen = "(select value from json_each(?))"
    connection.execute(
        f"""
        delete from file_bases
         where guid in (select guid from notes where anki_id in {chosen})
        """,
        values,
    )
    _save(connection, connection.execute(f"{_TEXT} and n.anki_id in {chosen}", values))


def _save(connection: sqlite3.Connection, rows: Iterable[tuple[str, ...]]) -> None:
    connection.executemany(
        "insert into file_bases (file, guid, hash) values (?, ?, ?)",
        [(file, guid, _hash(text)) for file, guid, *text in rows],
    )


def _hash(text: Iterable[str]) -> str:
    import hashlib  # noqa: PLC0415 -- loads OpenSSL, slow before a review

    joined = "\x1f".join(text).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()
