"""Patches of deck files, for changes that the files lack."""

import sys
from collections.abc import Sequence

from cards.deckfile.writer import card_values
from cards.text.width import clean
from export.anki.text_edits import TextEdit
from flash.messages.edits import by_hand_text, patch_text
from flash.service.file_patches import file_patches


def patches_of(edits: Sequence[TextEdit], source: str = "") -> list[str]:
    """Return a patch for each deck file, and a text for each edit without a place."""
    found: list[str] = []
    by_place = {(edit.stored.note.file, edit.stored.note.line): edit for edit in edits}
    for one in file_patches(edits):
        if one.before != one.after:
            found.append(patch_text(one.file, one.before, one.after, source))
        for note in one.by_hand:
            changes = _changes(by_place[note.file, note.line])
            found.append(by_hand_text(note, changes, source))
    return found


def _changes(edit: TextEdit) -> Sequence[tuple[str, object, object]]:
    """Return what differs, by field in Anki or by key of the deck file."""
    if edit.by_hand or edit.note is None:
        return edit.by_hand
    old, new = card_values(edit.stored.note), card_values(edit.note)
    return [
        (key, old.get(key, ""), new.get(key, ""))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]


def print_patches(patches: Sequence[str]) -> None:
    """Print patches of deck files as a program needs them."""
    for patch in patches:
        # A program needs the tabs and all characters of the file.
        text = clean(patch) if sys.stdout.isatty() else patch
        print(text.removesuffix("\n"))
