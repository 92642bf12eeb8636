"""One SQLite file that holds everything: opened, migrated, written in transactions.

The file is opened with the standard library, so that a review starts at once;
sqlite-utils is loaded for migrations.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cards.errors import FlashError

if TYPE_CHECKING:
    from sqlite_utils import Database

VERSION = 3
"""The newest schema this program knows; `srs.store.schema` makes it."""

_BUSY_S = 5
_DAMAGED = (
    "flash restore goes back to a backup, "
    "flash doctor --salvage NEW.db reads what can be read"
)
_NOT_OURS = frozenset(
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
"""Errors of the disk, the file or another program."""


class StoreError(FlashError):
    """The store can't be used as it is."""

    def __init__(self, path: Path, message: str, hint: str) -> None:
        """Keep the file, what is wrong and what to do."""
        super().__init__(message, hint, path)
        self.path = path


class Store:
    """An open store."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        """Use a connection that `open_store` made."""
        self.path = path
        self.connection = connection

    @cached_property
    def db(self) -> "Database":
        """The same connection through sqlite-utils."""
        from sqlite_utils import Database

        return Database(self.connection, execute_plugins=False)

    def rows(self, sql: str, values: dict[str, Any] | None = None) -> list[Any]:
        """Run a question and give all rows as tuples.

        Raises:
            StoreError: The disk refuses to read.
        """
        with reading(self.path):
            return self.connection.execute(sql, values or {}).fetchall()

    def row(self, sql: str, values: dict[str, Any] | None = None) -> Any:
        """Run a question and give the first row, None where there is none.

        Raises:
            StoreError: The disk refuses to read.
        """
        with reading(self.path):
            return self.connection.execute(sql, values or {}).fetchone()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Write all or nothing; durable when the block ends.

        One inside another belongs to it.

        Raises:
            StoreError: Another program holds the store, or the disk refuses.
        """
        if self.connection.in_transaction:
            yield self.connection
            return
        try:
            self.connection.execute("begin immediate")
        except sqlite3.OperationalError as error:
            raise self._refused(error) from error
        try:
            yield self.connection
            self.connection.execute("commit")
        except BaseException as error:
            if self.connection.in_transaction:
                self.connection.execute("rollback")
            if (
                isinstance(error, sqlite3.OperationalError)
                or type(error) is sqlite3.DatabaseError
            ):
                raise self._refused(error) from error
            raise

    @contextmanager
    def filled_at_once(self) -> Iterator[None]:
        """Write much into a store without notes once, not into its log before.

        All or nothing as ever, by SQLite's rollback journal.  While another program
        has the store open, or where it holds notes, nothing changes.
        """
        is_empty = self.row("select 1 from notes limit 1") is None
        if not is_empty or self.connection.in_transaction:
            yield
            return
        with suppress(sqlite3.OperationalError):
            self.connection.execute("pragma journal_mode = delete")
        try:
            yield
        finally:
            _use_wal(self)

    def _refused(self, error: sqlite3.Error) -> StoreError:
        return refusal(self.path, error)

    def version(self) -> int:
        """Give a number that is another one once another program has written."""
        return int(self.row("pragma data_version")[0])

    def setting(self, name: str) -> str:
        """Give a setting, empty where it was never set."""
        found = self.row("select value from settings where name = :n", {"n": name})
        return found[0] if found else ""

    def close(self) -> None:
        """Close the file."""
        self.connection.close()


def open_store(path: Path, now_ms: int) -> Store:
    """Open a store, making or migrating it where needed.

    Args:
        path: The file; its folder is made.
        now_ms: UTC milliseconds, for the name of a backup.

    Raises:
        StoreError: The file is no store, is newer than this program, or can't
            be opened or written.
    """
    try:
        if not path.exists():
            make_file(path)
        # One thread at a time uses it, but not always the same one.
        connection = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise StoreError(path, reason, hint_for(reason)) from None
    store = Store(path, connection)
    try:
        _prepare(store, now_ms)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(path, str(error), hint_for(str(error))) from None
    except UnicodeDecodeError:
        # SQLite's complaint quotes the damaged schema.
        connection.close()
        reason = "malformed database schema"
        raise StoreError(path, reason, hint_for(reason)) from None
    except StoreError:
        connection.close()
        raise
    return store


def make_file(path: Path) -> None:
    """Make an empty file, with its folder, for the person alone.

    Raises:
        OSError: It can't be made.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _prepare(store: Store, now_ms: int) -> None:
    run = store.connection.execute
    run("pragma foreign_keys = on")
    run("pragma synchronous = full")
    run("pragma cache_size = -65536")  # at the most; large imports and rebuilds use it
    run("pragma fullfsync = on")  # macOS: through the drive's own cache, too
    # In this order: another program may be making the store at this very moment.
    tables = {row[0] for row in run("select name from sqlite_master")}
    version = run("pragma user_version").fetchone()[0]
    if (version or tables) and not _is_ours(store):
        hint = "name another file with --db"
        raise StoreError(store.path, "a database, but not one of flash", hint)
    if version == VERSION:
        _use_wal(store)
        return
    if version > VERSION:
        hint = f"it has version {version}, this flash knows {VERSION}: update flash"
        raise StoreError(store.path, "made by a newer flash", hint)
    if "notes" in tables:
        from srs.maintenance.backup import back_up

        back_up(store, now_ms)
    _migrate(store)
    _use_wal(store)


def _migrate(store: Store) -> None:
    """Make or change the tables, all or nothing, one program after the other."""
    from srs.store.schema import migrations

    with store.transaction():
        migrations.apply(store.db)


def _use_wal(store: Store) -> None:
    """Switch to the write-ahead log; the file remembers it."""
    if store.row("pragma journal_mode")[0] == "wal":
        return
    try:
        store.connection.execute("pragma journal_mode = wal")
    except sqlite3.OperationalError as error:
        # Who else has it open now does it, or whoever opens it next.
        if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
            raise


def _is_ours(store: Store) -> bool:
    found = store.row("select 1 from sqlite_master where name = '_sqlite_migrations'")
    if found is None:
        return False
    sql = "select count(*) from _sqlite_migrations where migration_set = 'flash'"
    applied = store.row(sql)[0]
    # A first migration that was cut short has left that table and nothing else.
    others = "select 1 from sqlite_master where name not like '%sqlite_%'"
    return bool(applied) or store.row(others) is None


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Tell of a disk or a file that fails, while a mistake of ours stays one.

    Raises:
        StoreError: The store can't be read.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        # A misuse of the module itself carries no code.
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code not in _NOT_OURS:
            raise
        raise refusal(path, error) from error


def refusal(path: Path, error: Exception) -> StoreError:
    """Say of an error of the disk or the database what it means for a person."""
    reason = getattr(error, "strerror", None) or str(error)
    return StoreError(path, reason, hint_for(reason))


def hint_for(reason: str) -> str:
    """Say how to mend what SQLite or the system complains about."""
    hints = {
        "not a database": f"name another file with --db, or {_DAMAGED}",
        "malformed": _DAMAGED,
        "locked": "another program holds it: close that and try again",
        "readonly": "allow writing to the file and its folder",
        "unable to open": "allow writing to the file and its folder",
        "Permission": "allow writing to the file and its folder",
        "Is a directory": "name a file",
        "File exists": "a file stands where its folder should be: name another",
        "full": "free some space on the disk",
        "No space": "free some space on the disk",
        "I/O error": "the disk refuses: make a backup on another one",
        "Input/output": "the disk refuses: make a backup on another one",
    }
    return next((hint for part, hint in hints.items() if part in reason), "try again")
