"""Open the database of another program, which is untrusted.

It is opened read-only, only plain tables are accepted, and the work is bounded by the
size of the file.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from cards.translate import _

_HEADER = b"SQLite format 3\0"
_HOT_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_STEPS_PER_BYTE = 200
_STEPS_AT_ONCE = 1_000_000
_RowT = TypeVar("_RowT", bound=msgspec.Struct)


@contextmanager
def opened(file: Path, tables: Sequence[str]) -> Iterator[sqlite3.Connection]:
    """Open a database.

    Args:
        file: The database.
        tables: The tables that it must have.

    Raises:
        ValueError: It is no database, truncated, or lacks a table.
        sqlite3.Error: It is damaged.
    """
    size = file.stat().st_size
    _check_whole(file, size)
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.execute("pragma trusted_schema = off")
        connection.execute("pragma query_only = on")
        limit_steps(connection, size)
        found = plain_tables(connection)
        missing = [name for name in tables if name not in found]
        if missing:
            text = _("no table '{name}'").format(name=missing[0])
            raise ValueError(text)
        yield connection


def limit_steps(connection: sqlite3.Connection, size: int) -> None:
    """Interrupt a connection after more steps than a file of this size needs."""
    left = [(size * _STEPS_PER_BYTE) // _STEPS_AT_ONCE + 100]

    def count() -> bool:
        left[0] -= 1
        return left[0] < 0

    connection.set_progress_handler(count, _STEPS_AT_ONCE)


def plain_tables(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the tables, without virtual ones and views."""
    sql = "select name, coalesce(sql, '') from sqlite_master where type = 'table'"
    return {
        str(name).lower()
        for name, made in connection.execute(sql)
        if not str(made).lower().startswith("create virtual")
    }


def typed_rows(
    connection: sqlite3.Connection, sql: str, kind: type[_RowT]
) -> Iterator[_RowT]:
    """Yield the rows of a query.

    Args:
        connection: From `opened`.
        sql: The query.
        kind: A struct with a field for each column.

    Raises:
        ValueError: A value is missing, or has another type.
    """
    for row in connection.execute(sql):
        try:
            made = msgspec.convert(row, kind)
        except msgspec.ValidationError as error:
            missing = "got `null`" in str(error)
            text = _("a value is missing") if missing else _("a value has another type")
            raise ValueError(text) from None
        yield made


def _check_whole(file: Path, size: int) -> None:
    """Reject a truncated database: some of its tables would seem empty."""
    with file.open("rb") as stream:
        header = stream.read(100)
    if header[:16] != _HEADER:
        raise ValueError(_("not a database"))
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    changed, valid = header[24:28], header[92:96]
    if changed == valid and pages * (65536 if page == 1 else page) > size:
        raise ValueError(_("truncated"))


def has_unsaved(file: Path) -> bool:
    """Return True if another program has not finished writing the database."""
    journal, wal = Path(f"{file}-journal"), Path(f"{file}-wal")
    if wal.exists() and wal.stat().st_size:
        return True
    if not journal.exists():
        return False
    with journal.open("rb") as stream:
        return stream.read(8) == _HOT_JOURNAL
