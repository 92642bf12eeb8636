"""Redo: what the last undo changed, row by row, until something else is done.

While an undo runs, temporary triggers report every row that it changes, before and
after.  The copy is kept with the undone operation; a redo puts the rows back, if
nothing has changed them since, and the next operation drops the copies.
"""

import base64
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Any

import msgspec
from msgspec import Struct

from cards.translate import _
from srs.store.change_capture import LATER_MS
from srs.store.connection import Store, StoreError
from srs.store.notes import stamp_notes_of
from srs.store.operations import LAST_DONE, REDO, Operation, describe
from srs.store.stamps import STAMP, stamp_option, stamp_setting

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
def capturing(connection: sqlite3.Connection) -> Iterator[list[bytes]]:
    """Collect the rows that the block changes, inside a transaction; as JSON."""
    changes: list[bytes] = []
    encode = msgspec.json.encode
    tables = {table: _columns(connection, table) for table in _TABLES}

    def keep_row(table: str, event: str, *values: Any) -> None:
        size = len(tables[table])
        before = None if event == "insert" else values[:size]
        after = None if event == "delete" else values[-size:]
        # Encoded at once: Python's collector visits many lists again and again.
        changes.append(encode((table, before, after)))

    connection.create_function("keep_row", -1, keep_row)
    # With it, `insert or replace` fires the delete trigger for the row it replaces.
    connection.execute("pragma recursive_triggers = on")
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
        connection.execute("pragma recursive_triggers = off")
        for name in names:
            connection.execute(f"drop trigger temp.{name}")


def is_change(captured: bytes) -> bool:
    """Return True if a captured row differs before and after."""
    change = msgspec.json.decode(captured, type=RowChange)
    return change.before != change.after


def packed(changes: Sequence[bytes]) -> str:
    """Return changes as a text for the payload of their operation."""
    text = b"[" + b",".join(changes) + b"]"
    return base64.b64encode(zlib.compress(text, level=1)).decode()


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
    connection = store.connection
    content = zlib.decompress(base64.b64decode(text))
    changes = msgspec.json.decode(content, type=list[RowChange])
    dated = _dated_notes(connection, changes)
    statements = map(_Statements(connection, dated).of, reversed(changes))
    for sql, rows in groupby(statements, key=lambda one: one[0]):
        values = [row for _, row in rows]
        done = connection.executemany(sql, values).rowcount
        if done != len(values):
            message = _("the store has changed since the undo; nothing was redone")
            raise StoreError(store.path, message, _("flash log lists the operations"))
    for one in changes:
        _stamp_values(connection, one)
    stamp_notes_of(connection, list(_moved_cards(connection, changes)))
    sql = "update notes set modified = modified + ? where anki_id = ?"
    connection.executemany(sql, [(LATER_MS, note) for note in dated])


def _dated_notes(
    connection: sqlite3.Connection, changes: Sequence[RowChange]
) -> set[int]:
    """Return the notes whose texts the undo has dated after those it replaced.

    A redo dates them once more: after what they are then, as the redo of an earlier
    change may have dated them, too.
    """
    columns = _columns(connection, "notes")
    key, at = columns.index("anki_id"), columns.index("modified")
    return {
        one.after[key]
        for one in changes
        if one.table == "notes" and one.before and one.after
        if one.after[at] > one.before[at]
    }


def _stamp_values(connection: sqlite3.Connection, change: RowChange) -> None:
    """Stamp settings and options; other rows have triggers or their own stamp."""
    before, after = change.before or ["", ""], change.after or ["", ""]
    if change.table == "settings":
        stamp_setting(connection, before[0] or after[0])
    elif change.table == "presets":
        ours, theirs = (msgspec.json.decode(one[1] or "{}") for one in (before, after))
        for name in ours.keys() | theirs.keys():
            if ours.get(name) != theirs.get(name):
                stamp_option(connection, before[0] or after[0], name)


def _moved_cards(
    connection: sqlite3.Connection, changes: Iterable[RowChange]
) -> Iterator[int]:
    columns = _columns(connection, "cards")
    key, deck = columns.index("id"), columns.index("deck")
    for one in changes:
        before, after = one.before, one.after
        if one.table == "cards" and before and after and before[deck] != after[deck]:
            yield after[key]


class _Statements:
    """The statements that take changes back, if the rows are as the undo left them."""

    def __init__(self, connection: sqlite3.Connection, dated: set[int]) -> None:
        self._dated = dated
        self._columns = {table: _columns(connection, table) for table in _TABLES}

    def of(self, change: RowChange) -> tuple[str, list[Any]]:
        """Return an SQL statement for one row, and its values."""
        table, columns = change.table, self._columns[change.table]
        before, after = change.before, change.after
        if after is None:
            row = zip(columns, before or (), strict=True)
            marks = ", ".join(STAMP if c == "stamp" else "?" for c in columns)
            values = [value for column, value in row if column != "stamp"]
            return f"insert into {table} values ({marks})", values
        # The redo of an earlier change of a note may have dated it, too.
        times = (*_STAMPS, "modified") if table == "notes" else _STAMPS
        places = [at for at, column in enumerate(columns) if column not in times]
        is_there = " and ".join(f"{columns[at]} is ?" for at in places)
        found = [after[at] for at in places]
        if before is None:
            return f"delete from {table} where {is_there}", found
        if table == "notes" and after[columns.index("anki_id")] not in self._dated:
            places.append(columns.index("modified"))
        changed = [at for at in places if before[at] != after[at]]
        # Where only stamps differ, the row has to be there all the same.
        changes = ", ".join(f"{columns[at]} = ?" for at in changed or places[:1])
        values = [before[at] for at in changed or places[:1]]
        if table == "mock_exams":
            changes += f", device = '', stamp = {STAMP}"  # it has no trigger
        return f"update {table} set {changes} where {is_there}", values + found


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"pragma table_info({table})")]
