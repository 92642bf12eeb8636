"""Copies of the store beside it: made while it is in use, checked, thinned out.

They are made with SQLite's backup API before a migration, an import, a restore and
a mend, and once a study day when a review ends.
"""

import os
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from srs.scheduler.study_day import Calendar
from srs.store.connection import Store, StoreError, hint_for, make_file

KEPT = 10
"""The last so many stay, and the first of each month."""

_DAY_MS = 86_400_000
_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6})(-\d+)?\.db")


class Contents(Struct, frozen=True):
    """What is in a store, in figures."""

    version: int
    notes: int
    """Retired ones too, as with cards."""
    cards: int
    reviews: int
    """Those that stand."""
    newest_ms: int | None
    """The moment of the last of them, UTC milliseconds."""


class Backup(Struct, frozen=True):
    """A file beside the store."""

    path: Path
    made_ms: int
    size: int
    """Bytes."""
    contents: Contents | None
    """None where it can't be read."""


def contents_of(connection: sqlite3.Connection) -> Contents:
    """Count what is in a store.

    Raises:
        sqlite3.Error: It is damaged, or no store.
    """
    row = connection.execute(
        """
        select (select user_version from pragma_user_version),
               (select count(*) from notes),
               (select count(*) from cards),
               (select count(*) from reviews where void = 0),
               (select max(id) from reviews where void = 0)
        """
    ).fetchone()
    return Contents(*row)


def folder_of(path: Path) -> Path:
    """Give the folder for the backups of a store."""
    return path.with_name(path.name + ".backups")


def back_up(
    store: Store, now_ms: int, target: Path | None = None, *, keep: Path | None = None
) -> Path:
    """Copy the store as it is at this moment, also while it is in use.

    Args:
        store: The store.
        now_ms: UTC milliseconds, for the name.
        target: Where to; by default a dated file in `NAME.backups` beside the
            store, of which the last ten and one of each month are kept.
        keep: A file that is not to be thinned out.

    Returns:
        The file, complete and checked.

    Raises:
        StoreError: It can't be written, or the store is damaged.
    """
    folder = folder_of(store.path)
    target = free_name(folder, now_ms) if target is None else target
    refuse_store(store.path, target)
    # Another program may be at the same, in the same second.
    partial = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        partial.unlink(missing_ok=True)
        _copy(store.connection, partial)
        partial.replace(target)
    except (OSError, sqlite3.Error) as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(target, reason, hint_for(reason)) from None
    if target.parent == folder:
        _thin_out(folder, keep)
        _sweep(folder, now_ms)
    return target


def refuse_store(path: Path, target: Path) -> None:
    """See to it that a file to be written is not the store, nor a part of it.

    Raises:
        StoreError: It is, or it is no file.
    """
    hint = "name another file"
    if not target.name:
        raise StoreError(target, "this is no file", hint)
    own = {path.resolve().with_name(path.resolve().name + end) for end in _OWN}
    if target.resolve() in own or (
        path.exists() and target.exists() and target.samefile(path)
    ):
        raise StoreError(target, "this is the store itself", hint)


_OWN = ("", "-wal", "-shm", "-journal")


def back_up_daily(store: Store, calendar: Calendar, now_ms: int) -> Path | None:
    """Make a backup unless there is one of this study day; see `back_up`."""
    today = calendar.day(now_ms)
    if any(calendar.day(made) == today for made, _ in _dated(folder_of(store.path))):
        return None
    return back_up(store, now_ms)


def free_name(folder: Path, now_ms: int, ending: str = ".db") -> Path:
    """Give a dated name that no file in a folder has."""
    moment = datetime.fromtimestamp(now_ms / 1000, UTC)
    base, number = f"{moment:%Y-%m-%dT%H%M%S}", 1
    path = folder / f"{base}{ending}"
    while path.exists():
        number += 1
        path = folder / f"{base}-{number}{ending}"
    return path


def _copy(source: sqlite3.Connection, path: Path) -> None:
    make_file(path)
    with closing(sqlite3.connect(path)) as copy:
        with _at_one_moment(source):
            expected = contents_of(source)
            source.backup(copy)
        copy.execute("pragma journal_mode = delete")
        verdict = copy.execute("pragma quick_check").fetchone()[0]
        if verdict != "ok" or contents_of(copy) != expected:
            raise sqlite3.DatabaseError(f"the copy is malformed: {verdict}")


@contextmanager
def _at_one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold what is read still while others write."""
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")


def _sweep(folder: Path, now_ms: int) -> None:
    """Remove what backups left that were killed; younger ones may be at work."""
    for file in folder.glob("*.part"):
        with suppress(OSError):
            if file.stat().st_mtime * 1000 < now_ms - _DAY_MS:
                file.unlink()


def _thin_out(folder: Path, keep: Path | None) -> None:
    """Keep the last ten backups, and the first of each month."""
    months: set[str] = set()
    for _, file in _dated(folder)[:-KEPT]:
        month = file.name[:7]
        if month in months and file != keep:
            file.unlink(missing_ok=True)
        months.add(month)


def _dated(folder: Path) -> list[tuple[int, Path]]:
    """Give the backups in a folder with their moments, the oldest first."""
    found: list[tuple[int, int, Path]] = []
    for file in folder.glob("*.db"):
        name = _NAME.fullmatch(file.name)
        if name:
            moment = datetime.strptime(name[1] + "+0000", "%Y-%m-%dT%H%M%S%z")
            number = int((name[2] or "-1")[1:])
            found.append((int(moment.timestamp()) * 1000, number, file))
    return [(made, file) for made, _, file in sorted(found)]


def list_backups(path: Path) -> list[Backup]:
    """Look at the backups of a store, the newest first.

    Args:
        path: The store; it is not opened.
    """
    return [
        Backup(file, made, file.stat().st_size, _looked_at(file))
        for made, file in reversed(_dated(folder_of(path)))
    ]


def _looked_at(path: Path) -> Contents | None:
    try:
        with closing(read_only(path)) as connection:
            return contents_of(connection)
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def read_only(path: Path) -> sqlite3.Connection:
    """Open a database that nobody writes, without leaving a trace.

    Raises:
        sqlite3.Error: It can't be opened.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None)
