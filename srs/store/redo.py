"""Redo: what the last undo changed, row by row, until something else is done.

While an undo runs, temporary triggers report every row that it changes, before and
after.  The copy is kept with the undone operation; a redo puts the rows back, if
nothing has changed them since, and the next operation drops the copies.
"""

import base64
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import Struct

from cards.translate import _
from srs.store.connection import Store, StoreError
from srs.store.operations import LAST_DONE, REDO, Operation, describe
from srs.store.stamps import STAMP

_TABLES = (
    *("decks", "notes", "cards", "reviews", "confusions", "presets", "settings"),
    *("anki_notetypes", "anki_notes", "anki_marks", "file_bases", "deck_files"),
    "mock_exams",
)
"""Parents before children."""
_STAMPS = ("stamp", "undone_stamp")
_SIDES = {"insert": ("new",), "update": ("old", "new"), "delete": ("old",)}


class RowChange(Struct, frozen=True, array_like=True):
    """One row that an undo changed."""

    table: str
    before: list[Any] | None
    """All columns before the undo; None if the undo added the row."""
    after: list[Any] | None
    """None if the undo deleted it."""


@contextmanager
def capturing(connection: sqlite3.Connection) -> Iterator[list[RowChange]]:
    """Collect the rows that the block changes, inside a transaction."""
    changes: list[RowChange] = []
    tables = {table: _columns(connection, table) for table in _TABLES}

    def keep_row(table: str, event: str, *values: Any) -> None:
        size = len(tables[table])
        before = None if event == "insert" else list(values[:size])
        after = None if event == "delete" else list(values[-size:])
        changes.append(RowChange(table, before, after))

    connection.create_function("keep_row", -1, keep_row)
    names = [f"keep_{event}_{table}" for table in tables for event in _SIDES]
    for table, columns in tables.items():
        for event, sides in _SIDES.items():
            listed = ", ".join(f"{side}.{name}" for side in sides for name in columns)
            connection.execute(
                f"create temp trigger keep_{event}_{table} after {event} on"
                f" main.{table} begin select keep_row('{table}', '{event}', {listed});"
                " end"
            )
    try:
        yield changes
    finally:
        for name in names:
            connection.execute(f"drop trigger temp.{name}")


def packed(changes: Sequence[RowChange]) -> str:
    """Return changes as a text for the payload of their operation."""
    return base64.b85encode(zlib.compress(msgspec.json.encode(changes))).decode()


def redo_operations(store: Store, count: int) -> list[Operation]:
    """Do undone operations again, all or none.

    Args:
        store: The store.
        count: How many at most.

    Returns:
        What was done again, the first operation first.

    Raises:
        StoreError: The store can't be written, or has changed since; nothing was.
    """
    found: list[Operation] = []
    with store.transaction() as connection:
        connection.execute("pragma defer_foreign_keys = on")
        while len(found) < count:
            row = connection.execute(
                f"""
                select id, at_ms, name, before from operations
                 where undone = 1 and id > {LAST_DONE}
                   and before ->> '$.{REDO}' is not null
                 order by id limit 1
                """
            ).fetchone()
            if row is None:
                break
            operation, at_ms, name, text = row
            before = msgspec.json.decode(text)
            _restore(store, before.pop(REDO))
            connection.execute(
                "update operations set undone = 0, before = ? where id = ?",
                (msgspec.json.encode(before).decode(), operation),
            )
            found.append(describe(store, name, before, at_ms, undone=False))
    return found


def _restore(store: Store, text: str) -> None:
    content = zlib.decompress(base64.b85decode(text))
    connection = store.connection
    names = {table: _columns(connection, table) for table in _TABLES}
    keys_of = {table: _keys(connection, table) for table in _TABLES}
    for change in reversed(msgspec.json.decode(content, type=list[RowChange])):
        table, columns = change.table, names[change.table]
        if change.after is not None and not _is_there(connection, change, columns):
            message = _("it has changed since the undo, so that can't be redone")
            raise StoreError(store.path, message, _("flash log lists the operations"))
        keys = keys_of[table]
        where = " and ".join(f"{key} is ?" for key in keys)
        if change.before is None:
            values = [_value(change.after, columns, key) for key in keys]
            connection.execute(f"delete from {table} where {where}", values)
            continue
        row = change.before
        if change.after is None:
            marks = ", ".join(STAMP if c == "stamp" else "?" for c in columns)
            values = [v for c, v in zip(columns, row, strict=True) if c != "stamp"]
            connection.execute(f"insert into {table} values ({marks})", values)
            continue
        changed = [
            (column, old)
            for column, old, new in zip(columns, row, change.after or (), strict=True)
            if old != new and column not in _STAMPS
        ]
        if changed:
            changes = ", ".join(f"{column} = ?" for column, _ in changed)
            values = [old for _, old in changed]
            values += [_value(change.after, columns, key) for key in keys]
            connection.execute(f"update {table} set {changes} where {where}", values)


def _is_there(
    connection: sqlite3.Connection, change: RowChange, columns: Sequence[str]
) -> bool:
    """Return True if a row still is as the undo left it."""
    pairs = zip(columns, change.after or (), strict=True)
    kept = [(column, value) for column, value in pairs if column not in _STAMPS]
    where = " and ".join(f"{column} is ?" for column, _ in kept)
    sql = f"select 1 from {change.table} where {where}"
    return connection.execute(sql, [value for _, value in kept]).fetchone() is not None


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"pragma table_info({table})")]


def _keys(connection: sqlite3.Connection, table: str) -> list[str]:
    rows = connection.execute(f"pragma table_info({table})")
    return [row[1] for row in rows if row[5]]


def _value(row: Sequence[Any] | None, columns: Sequence[str], name: str) -> Any:
    return (row or ())[columns.index(name)]
