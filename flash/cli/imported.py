"""The result of an import from Anki, as `flash import` and `flash pull` show it."""

from typing import Any

import msgspec

from flash.cli.patches import patches_of, print_edits
from flash.messages.edits import edit_conflict_lines
from flash.messages.exchange import (
    import_lines,
    loss_items,
    loss_lines,
)
from flash.messages.media import media_losses
from flash.messages.phrases import dry_run_remark
from flash.service.importing import Imported
from flash.terminal import echo, echo_err


def imported_json(done: Imported, kept: str = "") -> dict[str, Any]:
    """Return what `--json` prints.

    Args:
        done: The result.
        kept: A line about notes that kept their text.
    """
    return {
        **msgspec.structs.asdict(done.merged),
        "media": done.media,
        "updated": done.updated,
        "differing": done.differing,
        "conflicts": done.conflicts,
        "patches": patches_of(done.file_edits),
        "losses": _losses(done, kept, with_names=False),
        "items": loss_items(done.losses),
        "missing_media": done.missing_media,
        "renamed_media": done.renamed_media,
        "differing_media": done.differing_media,
        "unused_media": done.unused_media,
        "backup": str(done.backup) if done.backup else None,
    }


def print_imported(done: Imported, kept: str = "", *, dry_run: bool = False) -> None:
    """Print what was imported, and what was left out to stderr; see `imported_json`."""
    for line in import_lines(done.merged, done.media, done.updated):
        echo(line)
    print_edits(done.file_edits)
    if dry_run:
        echo(dry_run_remark())
    for line in _losses(done, kept, with_names=True):
        echo_err(line)


def _losses(done: Imported, kept: str, *, with_names: bool) -> list[str]:
    losses = loss_lines(done.losses, with_names=with_names)
    losses += media_losses(
        done.missing_media, done.renamed_media, done.differing_media, done.unused_media
    )
    if with_names:
        losses += edit_conflict_lines(done.conflicts)
    return losses + [kept] * bool(done.differing)
