"""Rebuild a damaged store: from its newest backup, and from the log of the devices.

The damaged file is kept.  Without a log nothing is rebuilt here: to go back to a backup
and to lose what came after it is for the user to decide, with `flash restore`.
"""

from pathlib import Path

from cards.errors import FlashError
from flash.messages.sync import refusal_text
from flash.service.context import AppContext
from flash.service.device import log_of
from flash.service.log_restore import prepared_from_log
from flash.service.sync import apply_sync, plan_sync
from srs.maintenance.restore import (
    RebuildSources,
    newest_sound_backup,
    prepared,
    restore,
)
from srs.sync.outcome import Synced, SyncQuestion


def sources(path: Path) -> RebuildSources:
    """Find what a damaged store can be rebuilt from."""
    return RebuildSources(newest_sound_backup(path), log_of(path))


def rebuild(path: Path, found: RebuildSources, now_ms: int) -> Path | None:
    """Replace a damaged store with its backup, or without one with its log.

    Args:
        path: The store.
        found: From `sources`; it has a log.
        now_ms: UTC milliseconds.

    Returns:
        The damaged file, where it is kept.

    Raises:
        FlashError: The log can't be read; nothing was changed.
        StoreError: The store can't be written; nothing was changed.
    """
    source = found.backup.path if found.backup else Path(found.log)
    ready = (
        prepared(path, source, now_ms)
        if found.backup
        else prepared_from_log(path, found.log, now_ms)
    )
    with ready as copy:
        return restore(path, copy, now_ms, source)


def sync_again(app: AppContext, log: str) -> Synced:
    """Bring back what the log has besides the backup.

    Raises:
        FlashError: The log can't be used, or it is empty by now.
        StoreError: The store can't be written.
    """
    plan = plan_sync(app, log, joins=True)
    if plan.question is SyncQuestion.EMPTIED:
        message, hint = refusal_text(plan.question)
        raise FlashError(message, hint, plan.carrier.address)
    return apply_sync(app, plan)
