"""Open the store: check the file, migrate it after a backup, set it up."""

import sqlite3
from pathlib import Path

from cards.translate import _
from srs.store.backups import back_up, folder_of, is_lost
from srs.store.connection import Store, StoreError, make_file, store_error
from srs.store.operations import forget_redo
from srs.store.replay import rebuild_card_states
from srs.store.schema import VERSION, migrations
from srs.store.settings import Options
from srs.store.sync_state import mixed_cards

_BUSY_S = 10


def open_store(path: Path, now_ms: int) -> Store:
    """Open a store; create or migrate it if needed.

    Args:
        path: The file; its folder is created.
        now_ms: UTC milliseconds, for the name of a backup.

    Raises:
        StoreError: The file is no store, is newer than this program, or can't
            be opened or written; or it is missing or empty although it has backups.
    """
    try:
        if is_lost(path):
            raise _lost(path)
        if not path.exists():
            make_file(path)
        elif path.is_dir():
            raise StoreError(path, _("a folder, not a database"), _("name a file"))
        elif not path.is_file():
            raise StoreError(path, _("not a regular file"), _("name a file"))
        # One thread at a time uses it, but not always the same one.
        connection = sqlite3.connect(
            path, timeout=_BUSY_S, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as error:
        raise store_error(path, error) from None
    store = Store(path, connection)
    try:
        _prepare(store, now_ms)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        connection.close()
        raise store_error(path, error) from None
    except StoreError:
        connection.close()
        raise
    return store


def _lost(path: Path) -> StoreError:
    message = _("the store is missing or empty, but it has backups")
    hint = _(
        "'flash restore' lists them; for a new store, first move {folder} away"
    ).format(folder=folder_of(path))
    return StoreError(path, message, hint)


def _prepare(store: Store, now_ms: int) -> None:
    run = store.connection.execute
    run("pragma foreign_keys = on")
    run("pragma synchronous = full")
    run("pragma cache_size = -65536")  # upper limit; large imports and rebuilds use it
    run("pragma fullfsync = on")  # macOS: flush the drive's own cache, too
    # In this order: another program may be creating the store right now.
    tables = {row[0] for row in run("select name from sqlite_master")}
    version = run("pragma user_version").fetchone()[0]
    if (version or tables) and not _is_ours(store):
        hint = _("name another file with --db")
        raise StoreError(store.path, _("not a database of flash"), hint)
    if version > VERSION:
        hint = _(
            "it has version {version}, this flash knows {known}: update flash"
        ).format(version=version, known=VERSION)
        raise StoreError(store.path, _("made by a newer flash"), hint)
    if version < VERSION:
        if "notes" in tables:
            back_up(store, now_ms)
        with store.transaction(stamped=False):
            migrations().apply(store.db)
            run(f"pragma user_version = {VERSION}")  # lost with a damaged header
            if "notes" in tables:
                forget_redo(store.connection)  # its rows had other columns
                _rebuild_merged_cards(store)
    store.use_wal()


def _rebuild_merged_cards(store: Store) -> None:
    """Rebuild cards answered here and elsewhere, or made due by hand.

    Older versions kept the results of late answers, and intervals of before.
    """
    by_hand = "select card from reviews where undone = 0 and rating = 0 and kind = 4"
    cards = mixed_cards(store.connection) | {card for (card,) in store.rows(by_hand)}
    rebuild_card_states(store.connection, Options(store), cards)


def _is_ours(store: Store) -> bool:
    found = store.row("select 1 from sqlite_master where name = '_sqlite_migrations'")
    if found is None:
        return False
    sql = "select count(*) from _sqlite_migrations where migration_set = 'flash'"
    applied = store.row(sql)[0]
    # An interrupted first migration leaves that table and nothing else.
    others = "select 1 from sqlite_master where name not like '%sqlite_%'"
    return bool(applied) or store.row(others) is None
