"""Backups: checked copies of the store in a folder beside it, thinned out by age.

SQLite's backup API makes them while the store is in use: before a migration, an
import, a restore and a repair, and once a study day when a review ends.
"""

import os
import re
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from cards.errors import reason_of
from cards.files import refuse_special
from cards.translate import _
from srs.scheduler.study_day import DAY_MS, Calendar
from srs.store.connection import Store, StoreError, make_file, store_error

KEPT = 10
"""Number of latest backups to keep, besides the first of each month."""

_NAME = re.compile(r"(\d{4}-\d\d-\d\dT\d{6})(-\d+)?\.db")


class Contents(Struct, frozen=True):
    """Counts of what a store holds."""

    version: int
    notes: int
    """Including retired notes; likewise cards."""
    cards: int
    reviews: int
    """Answers; without those undone."""
    newest_ms: int | None
    """Time of the last review, UTC milliseconds."""


class Backup(Struct, frozen=True):
    """A backup file."""

    path: Path
    made_ms: int
    size: int
    """Bytes."""
    contents: Contents | None
    """None if the file can't be read."""


def contents_of(connection: sqlite3.Connection) -> Contents:
    """Count what is in a store.

    Raises:
        sqlite3.Error: It is damaged, or no store.
    """
    version = version_of(connection)
    columns = {row[1] for row in connection.execute("pragma table_info(reviews)")}
    undone = "void" if "void" in columns else "undone"  # before schema 4
    row = connection.execute(
        f"""
        select (select count(*) from notes), (select count(*) from cards),
               count(*), max(id)
          from reviews where {undone} = 0 and rating > 0
        """
    ).fetchone()
    return Contents(version, *row)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the schema version of a store; 0 for another database."""
    return int(connection.execute("pragma user_version").fetchone()[0])


def is_foreign(connection: sqlite3.Connection) -> bool:
    """Return True for a database with tables of another program."""
    sql = "select name from sqlite_master where type = 'table'"
    tables = {row[0] for row in connection.execute(sql)}
    return bool(tables) and "_sqlite_migrations" not in tables


def check_integrity(connection: sqlite3.Connection) -> None:
    """Check a whole database.

    Raises:
        sqlite3.DatabaseError: It is damaged.
    """
    verdict = connection.execute("pragma integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"malformed: {verdict}")


def use_log(connection: sqlite3.Connection) -> None:
    """Turn the write-ahead log on, so that readers don't wait for writers."""
    connection.execute("pragma journal_mode = wal")


def folder_of(path: Path) -> Path:
    """Return the folder for the backups of a store."""
    return path.with_name(path.name + ".backups")


def back_up(
    store: Store, now_ms: int, target: Path | None = None, *, keep: Path | None = None
) -> Path:
    """Copy the store as it is now, even while it is in use.

    Args:
        store: The store.
        now_ms: UTC milliseconds, for the name.
        target: The file to write; by default a dated file in `NAME.backups` beside
            the store, where the last ten and one of each month are kept.
        keep: A file that thinning out must not remove.

    Returns:
        The file, complete and checked.

    Raises:
        StoreError: It can't be written, or the store is damaged.
    """
    target = free_name(folder_of(store.path), now_ms) if target is None else target
    refuse_store(store.path, target)
    _refuse_other_file(target)
    with _copied(store, target) as copy:
        _move(copy, target)
    if target.parent == folder_of(store.path):
        _thin_out(target.parent, now_ms, {target} if keep is None else {target, keep})
        _sweep(target.parent, now_ms)
    return target


@contextmanager
def prepared_backup(store: Store, now_ms: int) -> Iterator[Callable[[], Path]]:
    """Copy the store as it is now, for a block that may change nothing.

    Args:
        store: The store, in no transaction.
        now_ms: UTC milliseconds, for the name.

    Yields:
        A function that makes the copy a dated backup, as `back_up` does, and returns
        the file.  If the block doesn't call it, older backups stay as they are.

    Raises:
        StoreError: It can't be written, or the store is damaged.
    """
    folder = folder_of(store.path)
    with _copied(store, free_name(folder, now_ms)) as copy:

        def keep_it() -> Path:
            target = free_name(folder, now_ms)
            _move(copy, target)
            _thin_out(folder, now_ms, {target})
            _sweep(folder, now_ms)
            return target

        yield keep_it


@contextmanager
def _copied(store: Store, target: Path) -> Iterator[Path]:
    """Yield a checked copy beside the target; it is removed unless it is moved."""
    # A name of its own: another program may be making a backup, too.
    partial = target.with_name(f".flash-{os.urandom(4).hex()}.part")
    try:
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _copy(store.connection, partial)
        except (OSError, sqlite3.Error) as error:
            raise store_error(target, error) from None
        yield partial
    finally:
        with suppress(OSError):
            remove_database(partial)


def _move(copy: Path, target: Path) -> None:
    try:
        copy.replace(target)
    except OSError as error:
        raise store_error(target, error) from None


def refuse_store(path: Path, target: Path) -> None:
    """Make sure that a file to be written is not the store, a part of it or a backup.

    Raises:
        StoreError: It is, or it is no regular file.
    """
    hint = _("name another file")
    if not target.name:
        raise StoreError(target, _("not a file name"), hint)
    own = {path.resolve().with_name(path.resolve().name + end) for end in _OWN}
    if target.resolve() in own or (
        path.exists() and target.exists() and target.samefile(path)
    ):
        raise StoreError(target, _("that is the store itself"), hint)
    if target.exists() and target.resolve().parent == folder_of(path).resolve():
        raise StoreError(target, _("that is a backup of the store"), hint)
    try:
        refuse_special(target)
    except OSError as error:
        raise StoreError(target, reason_of(error), hint) from None


def _refuse_other_file(target: Path) -> None:
    """Refuse to replace a file that is no database."""
    with suppress(OSError), target.open("rb") as file:
        if file.read(len(_SIGNATURE)) not in (b"", _SIGNATURE):
            message = _("this file is not a backup and would be replaced")
            raise StoreError(target, message, _("name another file"))


_SIGNATURE = b"SQLite format 3\0"
"""Begins a database."""

_OWN = ("", "-wal", "-shm", "-journal")
"""The endings of the files that SQLite makes for a database."""


def remove_database(database: Path) -> None:
    """Remove a database and the files that SQLite made beside it.

    Raises:
        OSError: It can't be removed.
    """
    for ending in _OWN:
        database.with_name(database.name + ending).unlink(missing_ok=True)


def back_up_daily(store: Store, calendar: Calendar, now_ms: int) -> Path | None:
    """Make a backup unless there is one from this study day; see `back_up`."""
    today = calendar.day(now_ms)
    if any(calendar.day(made) == today for made, _ in _dated(folder_of(store.path))):
        return None
    return back_up(store, now_ms)


def free_name(folder: Path, now_ms: int, ending: str = ".db") -> Path:
    """Return a dated name that is free in a folder."""
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
    """Read one snapshot while others write."""
    connection.execute("begin")
    try:
        yield
    finally:
        connection.execute("rollback")


def _sweep(folder: Path, now_ms: int) -> None:
    """Remove partial files older than a day, left by killed backups."""
    for file in folder.glob("*.part*"):
        with suppress(OSError):
            if file.stat().st_mtime * 1000 < now_ms - DAY_MS:
                file.unlink()


def _thin_out(folder: Path, now_ms: int, keep: Collection[Path]) -> None:
    """Keep the last ten backups, and the first of each month.

    Those with a date to come, made while the clock was wrong, count as the oldest.
    """
    found = sorted(_dated(folder), key=lambda one: one[0] <= now_ms)
    kept, months = {file.resolve() for file in keep}, set[str]()
    for _made, file in found[:-KEPT]:
        month = file.name[:7]
        if month in months and file.resolve() not in kept:
            file.unlink(missing_ok=True)
        months.add(month)


def _dated(folder: Path) -> list[tuple[int, Path]]:
    """Return the backups in a folder with their times, oldest first."""
    found: list[tuple[int, int, Path]] = []
    for file in folder.glob("*.db"):
        name = _NAME.fullmatch(file.name)
        if name:
            moment = datetime.strptime(name[1] + "+0000", "%Y-%m-%dT%H%M%S%z")
            number = int((name[2] or "-1")[1:])
            found.append((int(moment.timestamp()) * 1000, number, file))
    return [(made, file) for made, _, file in sorted(found)]


def list_backups(path: Path) -> list[Backup]:
    """List the backups of a store, newest first.

    Args:
        path: The store; it is not opened.
    """
    return [
        Backup(file, made, file.stat().st_size, _contents(file))
        for made, file in reversed(_dated(folder_of(path)))
    ]


def is_lost(path: Path) -> bool:
    """Return True for a store that is missing or empty although it has backups.

    Raises:
        OSError: Its folder can't be read.
    """
    if path.exists() and (not path.is_file() or path.stat().st_size):
        return False
    return bool(_dated(folder_of(path)))


def _contents(path: Path) -> Contents | None:
    try:
        with closing(read_only(path)) as connection:
            return contents_of(connection)
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def read_only(path: Path) -> sqlite3.Connection:
    """Open a database that nobody writes, without creating files beside it.

    Raises:
        sqlite3.Error: It can't be opened.
    """
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(address, uri=True, isolation_level=None)
