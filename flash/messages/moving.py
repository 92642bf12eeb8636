"""Texts about cards that move in from another program."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.translate import _
from flash.messages.exchange import import_lines
from flash.messages.phrases import count_cards
from srs.models.incoming import MergeResult

_SHOWN_NOTES = 5


def moved_lines(
    merged: MergeResult, scheduled: int, files: Sequence[Path]
) -> list[str]:
    """Count what was imported, and name the deck files."""
    lines = import_lines(replace(merged, rescheduled=0), 0, 0)
    if scheduled:
        text = _("{cards} with the due day of the other program")
        lines.append(text.format(cards=count_cards(scheduled)))
    if files:
        names = ", ".join(map(str, files))
        lines.append(_("deck files: {names}").format(names=names))
    return lines


def notes_left_text(notes: Sequence[Path]) -> str:
    """Name notes with cards beside the Org files that were imported."""
    names = list(map(str, notes[:_SHOWN_NOTES]))
    if len(notes) > _SHOWN_NOTES:
        more = _("… and {count} more").format(count=len(notes) - _SHOWN_NOTES)
        names.append(more)
    text = _("only Org files were imported; name each note, too: {names}")
    return text.format(names=_(", ").join(names))
