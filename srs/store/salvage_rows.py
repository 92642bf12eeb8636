"""Fill a new store with rows that were salvaged from a damaged one."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from srs.store.connection import Store
from srs.store.file_bases import fill_file_bases
from srs.store.schema import complete_rows

WITHOUT_ROWID = "without rowid"
"""In the SQL of tables whose pages look like those of an index; what they hold is
made anew."""
_LEFT_OUT = ("_sqlite_migrations", "clock")
_CARD = """
    insert or ignore into cards (id, note, ordinal, part, deck, position)
    select :card, guid, :ordinal, '', deck, 0 from notes where guid = :note
"""
"""A card whose row is lost; its question follows from the note."""

_LOST = {
    "notes": """
        select count(distinct note) from cards
         where note not in (select guid from notes)
    """,
    "cards": """
        select count(distinct card) from reviews
         where card not in (select id from cards)
    """,
    "reviews": """
        select coalesce(sum(max(0, reps - (
                 select count(*) from reviews
                  where card = cards.id and undone = 0))), 0)
          from cards
    """,
}


class Column(Struct, frozen=True):
    """A column and the values it takes."""

    name: str
    kind: str
    optional: bool
    is_rowid: bool
    default: Any


def fillable_tables(store: Store) -> dict[str, list[Column]]:
    """Return the tables that salvage fills, with their columns."""
    sql = "select name, sql from sqlite_master where type = 'table' order by rowid"
    return {
        name: _columns(store, name)
        for name, made in store.rows(sql)
        if name not in _LEFT_OUT and WITHOUT_ROWID not in made
    }


def _columns(store: Store, table: str) -> list[Column]:
    rows = store.rows(f"pragma table_info({table})")
    keys = [row for row in rows if row[5]]
    return [
        Column(
            name,
            kind,
            optional=not (required or key),
            is_rowid=bool(key) and kind == "INTEGER" and len(keys) == 1,
            default=None if default is None else _constant(default),
        )
        for _, name, kind, required, default, key in rows
    ]


def _constant(written: str) -> str | int:
    return written.strip("'") if "'" in written else int(written)


def fill_store(
    store: Store,
    rows: Callable[[], Iterable[tuple[str, Sequence[Sequence[Any]]]]],
    indexed_cards: Callable[[], Iterator[dict[str, Any]]],
    columns: Mapping[str, Sequence[Column]],
) -> None:
    """Insert rows, the first of a key, and complete them, in one transaction.

    Args:
        store: A new store.
        rows: Tables with rows, whose values are in the order of the columns.
        indexed_cards: Ids, notes and ordinals of cards whose rows may be lost.
        columns: Of each table.
    """
    store.connection.execute("pragma foreign_keys = off")
    with store.transaction() as connection:
        for table, found in rows():
            marks = ", ".join("?" * len(columns[table]))
            names = ", ".join(column.name for column in columns[table])
            connection.executemany(
                f"insert or ignore into {table} ({names}) values ({marks})", found
            )
        connection.executemany(_CARD, indexed_cards())
        complete_rows(connection)
        fill_file_bases(connection)


def lost_rows(store: Store) -> dict[str, int]:
    """Count by table the rows that others refer to and that are not there."""
    counts = {table: int(store.row(sql)[0]) for table, sql in _LOST.items()}
    return {table: count for table, count in counts.items() if count}


def row_counts(store: Store, tables: Iterable[str]) -> dict[str, int]:
    """Count the rows of tables."""
    return {
        table: int(store.row(f"select count(*) from {table}")[0]) for table in tables
    }


def take_in_log(path: Path) -> None:
    """Move what is in the write-ahead log of a database into its file.

    Raises:
        sqlite3.Error: It is damaged.
    """
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")


def without_log(store: Store) -> None:
    """Turn the write-ahead log off, so that the file can be renamed."""
    store.connection.execute("pragma journal_mode = delete")
