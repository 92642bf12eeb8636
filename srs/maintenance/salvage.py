"""Salvage: copy what is readable in a damaged store to a new one.

The file is read page by page (see `pages`), not through SQLite, which refuses a
table as a whole.  A table is walked from its root as far as the way is there; rows
on pages that nothing leads to are known by their shape, for the tables are known.
"""

import shutil
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from msgspec import Struct

from cards.translate import _
from srs.maintenance.checks import Finding, repair_damage
from srs.maintenance.pages import PageRow, Pages
from srs.store.connection import Store, StoreError, store_error
from srs.store.opening import open_store
from srs.store.salvage_rows import (
    WITHOUT_ROWID,
    Column,
    fill_store,
    fillable_tables,
    lost_rows,
    row_counts,
    take_in_log,
    without_log,
)

_HEAD = b"SQLite format 3\0" + bytes.fromhex("1000 0202 00 40 20 20")
"""The file header: pages of 4096 bytes, with a write-ahead log."""

_SCHEMA = 1


class Salvaged(Struct, frozen=True):
    """What was recovered, and what is known to be lost."""

    rows: dict[str, int]
    """By table."""
    lost: dict[str, int]
    """Rows that other rows refer to: at least this many are lost."""
    lost_pages: int
    """Pages of tables that are unreadable or missing."""
    lost_rows: int
    """Unreadable rows on readable pages."""
    findings: tuple[Finding, ...]
    """What was fixed in the new store."""


def salvage(path: Path, target: Path, now_ms: int) -> Salvaged:
    """Copy what is readable in a damaged store to a new one.

    Args:
        path: The damaged store; it is only read.
        target: The new store, which must not exist.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: There is nothing to read, or the new one can't be written;
            then there is none.
    """
    if target.exists():
        raise StoreError(target, _("already exists"), _("name a new file"))
    if not path.exists():
        raise StoreError(path, _("no such file"), _("name the store with --db"))
    partial = target.with_name(target.name + ".part")
    try:
        _remove(partial)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with closing(open_store(partial, now_ms)) as store:
            found = _filled(store, Pages(_bytes_of(path, target.parent)), now_ms)
            without_log(store)
        if not found.rows["notes"] and not found.rows["reviews"]:
            hint = _("'flash restore' goes back to a backup")
            raise StoreError(path, _("nothing readable in this store"), hint)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        raise store_error(target, error) from None
    finally:
        with suppress(OSError):
            _remove(partial)
    return found


def _remove(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def _bytes_of(path: Path, room: Path) -> bytes:
    """Read the file with the content of its write-ahead log."""
    with TemporaryDirectory(dir=room) as folder:
        copy = Path(folder) / "store.db"
        for ending in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{path}{ending}", f"{copy}{ending}")
        with copy.open("r+b") as file:
            file.write(_HEAD)
        with suppress(sqlite3.Error, UnicodeDecodeError):
            take_in_log(copy)
        return copy.read_bytes()


def _filled(store: Store, pages: Pages, now_ms: int) -> Salvaged:
    """Insert the rows of the pages into a new store, and repair it."""
    reading = _Reading(store, pages)
    fill_store(store, reading.rows, reading.indexed_cards, reading.columns)
    lost = lost_rows(store)
    findings = repair_damage(store, now_ms)
    return Salvaged(
        row_counts(store, reading.columns),
        lost,
        reading.lost_pages,
        pages.bad_rows + reading.misfits,
        tuple(one for one in findings if one.is_fixable),
    )


class _Reading:
    """The rows of each table, certain ones first."""

    def __init__(self, store: Store, pages: Pages) -> None:
        self.columns = fillable_tables(store)
        self._pages = pages
        self.lost_pages = self.misfits = 0

    def rows(self) -> Iterator[tuple[str, list[list[Any]]]]:
        """Yield the rows of each table, then those of unreferenced pages."""
        claimed = set(self._pages.tree(_SCHEMA)[0])
        for table, root in self._roots().items():
            leaves, lost = self._pages.tree(root)
            claimed.update(leaves)
            self.lost_pages += len(lost)
            if table in self.columns:
                yield table, list(self._known(table, leaves))
        claimed |= self._pages.free()
        strays: dict[str, list[list[Any]]] = defaultdict(list)
        for number in self._pages.leaves():
            if number not in claimed:
                for row in self._pages.rows(number):
                    for table, found in self._recognised(row):
                        strays[table].append(found)
        for table, rows in strays.items():
            yield table, self._latest_first(table, rows)

    def _latest_first(self, table: str, rows: list[list[Any]]) -> list[list[Any]]:
        """Sort the latest copy of a row first: the first one counts."""
        names = [column.name for column in self.columns[table]]
        if table not in _AGES:
            return rows
        age = names.index(_AGES[table])
        return sorted(rows, key=lambda row: int(row[age]), reverse=True)

    def indexed_cards(self) -> Iterator[dict[str, Any]]:
        """Yield the cards in an index: ids, notes and ordinals."""
        for values in self._pages.entries():
            match values:
                case (str(note), int(ordinal), int(card)) if card > ordinal >= 0:
                    yield {"card": card, "note": note, "ordinal": ordinal}

    def _roots(self) -> dict[str, int]:
        leaves, _ = self._pages.tree(_SCHEMA)
        return {
            values[1]: values[3]
            for number in leaves
            for _, values in self._pages.rows(number)
            if len(values) == 5
            and values[0] == "table"
            and values[3]
            and WITHOUT_ROWID not in values[4]
        }

    def _known(self, table: str, leaves: Sequence[int]) -> Iterator[list[Any]]:
        for number in leaves:
            for row in self._pages.rows(number):
                columns = self.columns[table]
                found = _fitted(columns, row, most_missing=len(columns))
                if found is None:
                    self.misfits += 1
                else:
                    yield found

    def _recognised(self, row: PageRow) -> Iterator[tuple[str, list[Any]]]:
        """Yield the table that a row fits, with its values."""
        for table, columns in self.columns.items():
            # By their shape alone, shorter rows could be of several tables.
            found = _fitted(columns, row, most_missing=1)
            if found is not None and _is_like(table, found):
                yield table, found
                return


def _fitted(
    columns: Sequence[Column], row: PageRow, *, most_missing: int
) -> list[Any] | None:
    """Give the values of a row, None where it can't be one of this table.

    A row that is older than a column lacks it at its end.
    """
    rowid, values = row
    missing = columns[len(values) :]
    if len(values) > len(columns) or len(missing) > most_missing:
        return None
    if any(column.default is None for column in missing):
        return None
    found: list[Any] = []
    for column, value in zip(columns, values, strict=False):
        if column.is_rowid and value is None:
            found.append(rowid)
        elif _is_of(column, value):
            found.append(float(value) if column.kind == "REAL" and value else value)
        else:
            return None
    return [*found, *(column.default for column in missing)]


def _is_of(column: Column, value: Any) -> bool:
    if value is None:
        return column.optional
    match column.kind:
        case "INTEGER":
            return isinstance(value, int) and not column.is_rowid
        case "REAL":
            return isinstance(value, int | float)
        case _:
            return isinstance(value, str)


def _is_like(table: str, values: Sequence[Any]) -> bool:
    """Distinguish tables of the same shape by their text."""
    if table in ("settings", "presets", "decks", "anki_notetypes"):
        is_json = values[1].startswith("{")
        return bool(is_json == (table in ("presets", "anki_notetypes")))
    return True


_AGES = {"notes": "modified", "cards": "reps", "reviews": "undone"}
"""A column that is greater in a later copy of a row."""
