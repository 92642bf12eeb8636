"""Restore a backup; the store is never missing in between.

A copy of the backup is checked and migrated first.  Its pages then go into the
living file through SQLite's backup API, as one transaction: another review that is
open sees the other content with its next question and never writes into a file that
is gone.  Only what SQLite can't write into any more is replaced as a file.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from cards.translate import N_, _
from srs.store.backups import (
    Backup,
    Contents,
    back_up,
    check_integrity,
    contents_of,
    folder_of,
    free_name,
    is_foreign,
    list_backups,
    read_only,
    remove_database,
    use_log,
    version_of,
)
from srs.store.browsers import forget_browsers
from srs.store.connection import (
    DamagedStore,
    Store,
    StoreError,
    make_file,
    store_error,
)
from srs.store.opening import open_store

_TRIES = 20
"""A quarter of a second apart, while another program holds the store."""

_LIST = N_("'flash restore' lists the backups")
_DAMAGED = N_("choose another backup: 'flash restore' lists them")


class RebuildSources(Struct, frozen=True):
    """What a damaged store can be rebuilt from."""

    backup: Backup | None
    """The newest one that is sound."""
    log: str
    """Where the log of the devices is; empty if the store belongs to none."""


def newest_sound_backup(path: Path) -> Backup | None:
    """Find the newest backup of a store that is not damaged."""
    return next((one for one in list_backups(path) if _is_sound(one.path)), None)


def _is_sound(file: Path) -> bool:
    try:
        with closing(read_only(file)) as connection:
            check_integrity(connection)
            return bool(version_of(connection))
    except (sqlite3.Error, UnicodeDecodeError):
        return False


def restored_name(path: Path, name: Path) -> Path:
    """Find a backup by its path, or by its bare name in the backup folder."""
    beside = folder_of(path) / name
    is_bare = name.name == str(name)
    return beside if is_bare and not name.exists() and beside.exists() else name


@contextmanager
def prepared(path: Path, source: Path, now_ms: int) -> Iterator[Store]:
    """Copy, check and migrate a backup; it is never written itself.

    Args:
        path: The store that it will replace.
        source: The backup.
        now_ms: UTC milliseconds.

    Yields:
        The copy, open, for the time of the block.

    Raises:
        StoreError: The file is missing, is no store, is newer than this program,
            is damaged, or is the store itself.
    """
    _check_names(path, source)
    with room_beside(path) as folder:
        copy = folder / "copy.db"
        try:
            _copy(source, copy)
            _check(copy)
            store = open_store(copy, now_ms)
        except StoreError as error:
            raise StoreError(source, error.message, error.hint) from None
        except (OSError, sqlite3.Error, UnicodeDecodeError) as error:
            raise _refusal(source, error) from None
        with closing(store):
            # One of them may have been unpaired since.
            forget_browsers(store)
            yield store


@contextmanager
def room_beside(path: Path) -> Iterator[Path]:
    """Create a temporary folder next to the store, on the same disk."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        room = TemporaryDirectory(dir=path.parent, prefix=".flash-")
    except OSError as error:
        raise store_error(path, error) from None
    with room as folder:
        yield Path(folder)


def _check_names(path: Path, source: Path) -> None:
    if not source.is_file():
        raise StoreError(source, _("no such file"), _(_LIST))
    if path.exists() and source.samefile(path):
        raise StoreError(source, _("that is the store itself"), _(_LIST))


def _refusal(source: Path, error: Exception) -> StoreError:
    refused = store_error(source, error)
    if isinstance(refused, DamagedStore):
        hint = _LIST if "not a database" in str(error) else _DAMAGED
        return StoreError(source, refused.message, _(hint))
    return refused


def _copy(source: Path, copy: Path) -> None:
    """Copy a database that may be in use, with its write-ahead log."""
    address = f"{source.absolute().as_uri()}?mode=ro"
    try:
        with (
            closing(sqlite3.connect(address, uri=True)) as opened,
            closing(sqlite3.connect(copy)) as target,
        ):
            opened.backup(target, progress=_patience())
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise
        # In a folder where nothing may be written its log can't be shared.
        copy.unlink(missing_ok=True)
        shutil.copyfile(source, copy)
        if (log := Path(f"{source}-wal")).exists():
            shutil.copyfile(log, f"{copy}-wal")


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        if not version_of(connection):
            raise StoreError(copy, _("not a database of flash"), _(_LIST))
        check_integrity(connection)


def _patience() -> Callable[[int, int, int], None]:
    tries = 0

    def told(status: int, remaining: int, total: int) -> None:
        nonlocal tries
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            tries += 1
            if tries >= _TRIES:
                raise sqlite3.OperationalError("database is locked")

    return told


def present(path: Path) -> Contents | None:
    """Count what the store holds now; None where it is missing or can't be read.

    Raises:
        StoreError: It is a database of another program.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            if is_foreign(connection):
                hint = _("name another file with --db")
                raise StoreError(path, _("not a database of flash"), hint)
            return contents_of(connection)
    except (sqlite3.Error, UnicodeDecodeError):
        return None


def restore(path: Path, copy: Store, now_ms: int, keep: Path) -> Path | None:
    """Replace the store with a prepared copy.

    Args:
        path: The store.
        copy: From `prepared`.
        now_ms: UTC milliseconds.
        keep: The backup that it was made from.

    Returns:
        The backup of what was there; None where there was nothing.

    Raises:
        StoreError: The store is held by another program or can't be written;
            it is as it was.
    """
    try:
        saved = _save(path, now_ms, keep)
        make_file(path)
        try:
            _overwrite(path, copy)
        except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
            if isinstance(error, sqlite3.OperationalError):
                raise
            _replace(path, copy)
    except (OSError, sqlite3.Error) as error:
        raise store_error(path, error) from None
    return saved


def _save(path: Path, now_ms: int, keep: Path) -> Path | None:
    """Back up the store; if it is damaged, copy it byte by byte."""
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        with closing(Store(path, connection)) as store:
            return back_up(store, now_ms, keep=keep)
    except (StoreError, sqlite3.Error, UnicodeDecodeError):
        return set_aside(path, now_ms)


def set_aside(path: Path, now_ms: int) -> Path:
    """Copy a damaged store byte by byte to where its backups are, with its log.

    Raises:
        OSError: It can't be written.
    """
    folder = folder_of(path)
    folder.mkdir(mode=0o700, exist_ok=True)
    target = free_name(folder, now_ms, ".damaged")
    for ending in ("-wal", ""):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{path}{ending}", f"{target}{ending}")
    return target


def _overwrite(path: Path, copy: Store) -> None:
    # Patience is counted in one place only, and the backup API has its own.
    living = sqlite3.connect(path, timeout=0, isolation_level=None)
    with closing(living):
        copy.connection.backup(living, progress=_patience())
        use_log(living)


def _replace(path: Path, copy: Store) -> None:
    """Replace a file that is no database, and delete its old log."""
    fresh = path.with_name(path.name + ".part")
    try:
        remove_database(fresh)
        make_file(fresh)
        with closing(sqlite3.connect(fresh)) as target:
            copy.connection.backup(target)
        for ending in ("-wal", "-shm"):
            path.with_name(path.name + ending).unlink(missing_ok=True)
        fresh.replace(path)
    finally:
        with suppress(OSError):
            remove_database(fresh)
