"""The store looked over, and mended on request: after a backup, all or nothing."""

import sqlite3
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from srs.maintenance.checks import CURES, damages
from srs.maintenance.findings import Finding
from srs.store.backups import back_up
from srs.store.connection import DAMAGED, Store, StoreError


class Report(Struct, frozen=True):
    """What is wrong with a store."""

    findings: tuple[Finding, ...]
    backup: Path | None = None
    """Made before anything was mended."""


def examine(store: Store, now_ms: int) -> Report:
    """Look for all that can be wrong; nothing is changed.

    Args:
        store: An open store.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: Another program holds the store, or it can't be written.
    """
    with store.transaction() as connection:
        connection.execute("savepoint looked")
        found = tuple(_cured(store, connection, now_ms))
        connection.execute("rollback to looked")
    return Report(found)


def repair(store: Store, now_ms: int) -> Report:
    """Mend what can be mended, in one transaction after a backup.

    Args:
        store: An open store.
        now_ms: UTC milliseconds.

    Returns:
        What was found; a second time there is nothing left to mend.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    report = examine(store, now_ms)
    if not any(one.mended for one in report.findings):
        return report
    backup = back_up(store, now_ms)
    return Report(repair_damage(store, now_ms), backup)


def repair_damage(store: Store, now_ms: int) -> tuple[Finding, ...]:
    """Mend what can be mended, in one transaction without a backup; see `repair`."""
    with store.transaction() as connection:
        return tuple(_cured(store, connection, now_ms))


def explanation(store: Store, now_ms: int) -> StoreError | None:
    """Say what in a store may have brought down the code that reads it.

    Rows that flash never writes are met anywhere, and by no program in a way that
    tells anything to a person.

    Args:
        store: An open store.
        now_ms: UTC milliseconds.

    Returns:
        What is wrong and how to mend it; None where the store is sound, or can't be
        looked over, and the mistake is in the code.
    """
    with suppress(StoreError, sqlite3.Error):
        for one in examine(store, now_ms).findings:
            if one.mended or one.what == "damage":
                hint = "flash doctor --fix mends it" if one.mended else one.mend
                return StoreError(store.path, f"can't be used: {one.sentence}", hint)
    return None


def _cured(
    store: Store, connection: sqlite3.Connection, now_ms: int
) -> Iterator[Finding]:
    told, only_indexes = damages(connection)
    if told and not (only_indexes and _reindexed(connection)):
        yield Finding("damage", "; ".join(told[:3]), len(told), DAMAGED, mended=False)
        return
    if told:
        sentence = "an index that doesn't know all rows"
        yield Finding("index", sentence, len(told), "made anew", mended=True)
    for one in CURES:
        yield from one(store, now_ms)


def _reindexed(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("reindex")
    except sqlite3.DatabaseError:
        return False
    return True
