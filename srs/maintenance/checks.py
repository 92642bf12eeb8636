"""Check the store, and repair it on request: after a backup, all or nothing."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from msgspec import Struct

from cards.questions import media_of, place_of
from srs.store import repairs
from srs.store.backups import back_up
from srs.store.connection import Store, StoreError
from srs.store.decks import forget_empty
from srs.store.note_aliases import delete_doubled_reviews
from srs.store.note_media import media_files, notes_with_media
from srs.store.settings import Options, remove_invalid_settings

_SKEW_MS = 60_000
"""A review may be this far ahead of the clock."""


class Finding(Struct, frozen=True):
    """A problem of a store."""

    category: str
    """As in `flash doctor --json`: index, settings, text, orphans, log, memory,
    order, decks, clock, media or damage."""
    code: str
    """The problem; `flash.messages.checks` words it."""
    count: int
    is_fixable: bool = True
    """Whether `flash doctor --fix` fixes it."""
    details: tuple[str, ...] = ()
    """Errors of SQLite, missing files, or a time."""


class Report(Struct, frozen=True):
    """The result of a check or repair."""

    findings: tuple[Finding, ...]
    backup: Path | None = None
    """Made before the repair."""


def examine(store: Store, now_ms: int) -> Report:
    """Find problems; nothing is changed.

    Args:
        store: An open store.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: Another program holds the store, or it can't be written.
    """
    # The repairs are tried and rolled back: later ones depend on earlier ones.
    with store.transaction(dry_run=True):
        return Report(tuple(_repairs(store, now_ms)))


def repair(store: Store, now_ms: int) -> Report:
    """Fix what can be fixed, in one transaction after a backup.

    Args:
        store: An open store.
        now_ms: UTC milliseconds.

    Returns:
        The problems; a second run finds nothing left to fix.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    report = examine(store, now_ms)
    if not any(finding.is_fixable for finding in report.findings):
        return report
    backup = back_up(store, now_ms)
    with store.transaction():
        return Report(tuple(_repairs(store, now_ms)), backup)


def first_damage(store: Store, now_ms: int) -> Finding | None:
    """Find the damage that may have caused an unexpected error.

    Rows that flash never writes can make any reading code fail.

    Returns:
        None if the store is sound or can't be checked: then the error is a bug.
    """
    with suppress(StoreError, sqlite3.Error):
        for finding in examine(store, now_ms).findings:
            if finding.is_fixable or finding.category == "damage":
                return finding
    return None


def _repairs(store: Store, now_ms: int) -> Iterator[Finding]:
    connection = store.connection
    errors, only_indexes = repairs.integrity_errors(connection)
    if errors and not (only_indexes and repairs.rebuild_indexes(connection)):
        details = tuple(errors[:3])
        yield Finding(
            "damage", "damage", len(errors), is_fixable=False, details=details
        )
        return
    if errors:
        yield Finding("index", "index", len(errors))
    for check in _CHECKS:
        yield from check(store, now_ms)


def _check_rows(store: Store, now_ms: int) -> Iterator[Finding]:
    # In this order: later ones rely on what earlier ones have fixed.
    for category, code, count in (
        ("settings", "settings", remove_invalid_settings(store)),
        ("text", "notes_unreadable", repairs.replace_unreadable_notes(store)),
        ("text", "dates", repairs.remove_invalid_dates(store)),
        ("orphans", "decks_lost", repairs.restore_lost_decks(store)),
        ("decks", "decks_empty", forget_empty(store.connection)),
        ("orphans", "notes_lost", repairs.add_missing_notes(store, now_ms)),
    ):
        if count:
            yield Finding(category, code, count)
    for table, count in repairs.delete_dangling_rows(store).items():
        if count:
            yield Finding("orphans", f"dangling_{table}", count)
    missing, stray = repairs.fit_cards(store, now_ms)
    for code, count in (("cards_missing", missing), ("cards_stray", stray)):
        if count:
            yield Finding("orphans", code, count)


def _check_log(store: Store, now_ms: int) -> Iterator[Finding]:
    count = repairs.undo_invalid_reviews(store)
    if count:
        yield Finding("log", "reviews_invalid", count)
    count = delete_doubled_reviews(store.connection)
    if count:
        yield Finding("log", "reviews_doubled", count)
    count, last_ms = repairs.reviews_after(store, now_ms + _SKEW_MS)
    if count:
        last = Options(store).calendar.iso(last_ms)[:16].replace("T", " ")
        yield Finding(
            "clock", "reviews_future", count, is_fixable=False, details=(last,)
        )
    count = repairs.delete_unreadable_operations(store)
    if count:
        yield Finding("log", "operations", count)


def _check_cards(store: Store, now_ms: int) -> Iterator[Finding]:
    states, leeches = repairs.rebuild_wrong_states(store)
    if states:
        yield Finding("memory", "states", states)
    if leeches:
        yield Finding("memory", "leeches", leeches)
    count = repairs.append_cards_without_position(store)
    if count:
        yield Finding("order", "positions", count)


def _check_media(store: Store, now_ms: int) -> Iterator[Finding]:
    missing: dict[str, None] = {}
    places = media_files(store)
    for guid, note in notes_with_media(store):
        expected = media_of(note) if note.file else places.received.get(guid, ())
        place = place_of(note)
        for path in expected:
            if places.find(guid, note.file, path) is None:
                missing[f"{path} ({place})"] = None
    if missing:
        details = tuple(missing)
        yield Finding("media", "media", len(missing), is_fixable=False, details=details)


_CHECKS: tuple[Callable[[Store, int], Iterator[Finding]], ...] = (
    _check_rows,
    _check_log,
    _check_cards,
    _check_media,
)
