"""The open store: one SQLite connection, its transactions and its errors.

`srs.store.opening` opens it.  The standard library's module is used, so that a
review starts at once; migrations go through sqlite-utils.
"""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cards.errors import FlashError
from cards.translate import N_, _
from srs.scheduler.study_day import DAY_MS
from srs.store.stamps import stamp_of, take_stamp

if TYPE_CHECKING:
    from sqlite_utils import Database

_DAMAGED = N_("'flash doctor' says what it can be rebuilt from")
_WRITABLE = N_("make the file and its folder writable")
_DISK_FULL = N_("free some disk space")
_DISK_BROKEN = N_("the disk may be failing: back up to another one")
_INDEX_SIZE = 64 * 1024
"""More bytes than SQLite's index of a write-ahead log has at first."""
_REPLACED = N_("the file was removed or replaced by another program while it was open")
_START_AGAIN = N_(
    "nothing can be saved there: start again; 'flash restore' lists backups"
)
_FROM_OUTSIDE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_NOTADB,
    }
)
"""Errors caused by the disk, the file or another program, not by our SQL."""


_CENTURY_MS = 100 * 366 * DAY_MS


class StoreError(FlashError):
    """The store can't be opened, read or written."""

    def __init__(self, path: Path, message: str, hint: str) -> None:
        """Keep the path of the file besides message and hint."""
        super().__init__(message, hint, path)
        self.path = path


class DamagedStore(StoreError):
    """The file is damaged, or no database."""


class Store:
    """An open store."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Wrap a connection; see `srs.store.opening.open_store`."""
        self.path = path
        self.connection = connection
        self._files: dict[str, tuple[int, int]] = {}
        """Device and inode of the database, its log and its index, by suffix."""
        self._ends: list[Callable[[bool], None]] = []

    @cached_property
    def db(self) -> "Database":
        """The same connection through sqlite-utils."""
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[Any]:
        """Run a query and return all rows as tuples.

        Raises:
            StoreError: The file can't be read.
        """
        with reading(self.path):
            return self.connection.execute(sql, values or {}).fetchall()

    def row(self, sql: str, values: dict[str, Any] | None = None) -> Any:
        """Run a query and return the first row, None if there is none.

        Raises:
            StoreError: The file can't be read.
        """
        with reading(self.path):
            return self.connection.execute(sql, values or {}).fetchone()

    def latest_stamp(self, ahead_ms: int = _CENTURY_MS) -> int:
        """Return the latest stamp that another device can have, a century ahead.

        Clocks of devices differ.  A later stamp would push the clock of every device
        to its end, so that nothing could be changed any more.

        Args:
            ahead_ms: How far the clock of that device may be ahead.
        """
        return stamp_of(time.time_ns() // 1_000_000 + ahead_ms)

    @contextmanager
    def transaction(
        self, *, dry_run: bool = False, stamped: bool = True
    ) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; durable when the block ends.

        A nested block joins the outer transaction.

        Args:
            dry_run: Roll back at the end.
            stamped: Take a stamp; a migration can't, before it makes the clock, and
                what is only derived needs none.

        Raises:
            StoreError: The store is locked or can't be written.
        """
        if self.connection.in_transaction:
            yield self.connection
            return
        self._check_files()
        try:
            self.connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise store_error(self.path, error) from error
        is_written = False
        try:
            if stamped:
                take_stamp(self.connection, time.time_ns() // 1_000_000)
            yield self.connection
            self.connection.execute("rollback" if dry_run else "commit")
            is_written = not dry_run
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("rollback")
            if (
                isinstance(error, sqlite3.OperationalError)
                or type(error) is sqlite3.DatabaseError
            ):
                raise store_error(self.path, error) from error
            raise
        finally:
            ends, self._ends = self._ends, []
            with ExitStack() as stack:  # all are called, whatever one raises
                for end in ends:
                    stack.callback(end, is_written)
        # Also what was written just now may be in a file that is gone.
        self._check_files()

    def at_end(self, call: Callable[[bool], None]) -> None:
        """Call a function when the present transaction ends.

        Args:
            call: Takes True if the transaction was written, False if it was rolled
                back.
        """
        self._ends.append(call)

    def _check_files(self) -> None:
        """Check that the open files are still those at the path.

        SQLite goes on writing into a file that was removed or replaced, and whatever
        is written is lost.

        Raises:
            StoreError: They are not.
        """
        for suffix in ("", "-wal", "-shm"):
            known = self._files.get(suffix)
            found = _file_id(f"{self.path}{suffix}")
            if known is not None and found != known:
                raise StoreError(self.path, _(_REPLACED), _(_START_AGAIN))
            if found is not None:
                self._files[suffix] = found

    @contextmanager
    def bulk_fill(self) -> Iterator[None]:
        """Fill an empty store without writing every page twice, to WAL and file.

        SQLite's rollback journal keeps it atomic.  If the store has notes, or another
        program has it open, the block runs as usual.
        """
        is_empty = self.row("select 1 from notes limit 1") is None
        if not is_empty or self.connection.in_transaction:
            yield
            return
        with suppress(sqlite3.OperationalError):
            self.connection.execute("pragma journal_mode = delete")
        self._files.clear()
        try:
            yield
        finally:
            self.use_wal()
            self._files.clear()

    def use_wal(self) -> None:
        """Switch to write-ahead logging; the file remembers it."""
        if self.row("pragma journal_mode")[0] == "wal":
            return
        try:
            self.connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            # Another program has it open: the next one to open it switches.
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise

    def shrink(self) -> None:
        """Give free pages back to the disk if they are most of the file.

        Fewer are left for later rows.  Nothing happens if another program writes, or if
        the disk has no room for the copy.
        """
        if 2 * self.row("pragma freelist_count")[0] > self.row("pragma page_count")[0]:
            with suppress(sqlite3.OperationalError):
                self.connection.execute("vacuum")

    def version(self) -> int:
        """Return a number that changes when another program has written."""
        return int(self.row("pragma data_version")[0])

    def setting(self, name: str) -> str:
        """Return a setting, empty if it was never set."""
        found = self.row("select value from settings where name = :n", {"n": name})
        return found[0] if found else ""

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def _file_id(path: str) -> tuple[int, int] | None:
    """Return device and inode; None if there is no such file, or an emptied one."""
    try:
        found = os.stat(path)  # noqa: PTH116 - for each answer, and twice as fast
    except OSError:
        return None
    # The log and its index may be empty.
    is_emptied = not found.st_size and not path.endswith(("-wal", "-shm"))
    return None if is_emptied else (found.st_dev, found.st_ino)


def make_file(path: Path) -> None:
    """Create an empty file and its folder, readable by the user only.

    Raises:
        OSError: It can't be created.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Convert errors of the disk or the file; errors in our SQL pass through.

    Raises:
        StoreError: The store can't be read.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        # An error of the sqlite3 module itself carries no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in _FROM_OUTSIDE:
            raise
        raise store_error(path, error) from error


def store_error(path: Path, error: Exception) -> StoreError:
    """Convert an OS or SQLite error to a StoreError with a hint."""
    if isinstance(error, UnicodeDecodeError):
        # SQLite's complaint quotes the damaged schema.
        reason = N_("malformed database schema")
    else:
        reason = getattr(error, "strerror", None) or str(error)
    if "disk I/O error" in reason and _is_full(path):
        reason = N_("database or disk is full")  # no room for the index of the log
    is_damaged = any(part in reason for part in ("not a database", "malformed"))
    kind = DamagedStore if is_damaged else StoreError
    return kind(path, _(reason), _hint_for(reason))


def _is_full(path: Path) -> bool:
    with suppress(OSError):
        return shutil.disk_usage(path.absolute().parent).free < _INDEX_SIZE
    return False


def _hint_for(reason: str) -> str:
    hints = {
        "not a database": _("name another file with --db, or {hint}").format(
            hint=_(_DAMAGED)
        ),
        "malformed": _(_DAMAGED),
        "locked": _("another program is using it: close that program and try again"),
        "readonly": _(_WRITABLE),
        "unable to open": _(_WRITABLE),
        "Permission": _(_WRITABLE),
        "Is a directory": _("name a file"),
        "File exists": _("its folder is a file: name another path"),
        "full": _(_DISK_FULL),
        "No space": _(_DISK_FULL),
        "I/O error": _(_DISK_BROKEN),
        "Input/output": _(_DISK_BROKEN),
    }
    return next(
        (hint for part, hint in hints.items() if part in reason), _("try again")
    )
