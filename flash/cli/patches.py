"""Patches of deck files, for changes that the files lack.

A program may take the patches from stdout; what is to be done by hand goes to stderr.
"""

import sys
from collections.abc import Sequence

from cards.deckfile.writer import card_values
from cards.text.width import clean
from export.anki.found_edits import TextEdit
from flash.messages.edits import by_hand_text, copy_text, patch_text
from flash.service.file_patches import file_patches
from flash.terminal import echo_err


def patches_of(edits: Sequence[TextEdit], source: str = "") -> list[str]:
    """Return a patch for each deck file, then a text for each thing to do by hand.

    Args:
        edits: From `flash.service.file_edits`.
        source: Where they were made; by default in Anki.
    """
    patches, by_hand = _texts(edits, source)
    return patches + by_hand


def print_edits(edits: Sequence[TextEdit], source: str = "") -> None:
    """Print what `patches_of` returns."""
    patches, by_hand = _texts(edits, source)
    print_patches(patches)
    for text in by_hand:
        echo_err(text)


def _texts(edits: Sequence[TextEdit], source: str) -> tuple[list[str], list[str]]:
    patches: list[str] = []
    by_hand: list[str] = []
    by_place = {(edit.stored.note.file, edit.stored.note.line): edit for edit in edits}
    for one in file_patches(edits):
        if one.before != one.after:
            patches.append(patch_text(one.file, one.before, one.after, source))
        for note in one.by_hand:
            changes = _changes(by_place[note.file, note.line])
            if note in one.tags_only:
                changes = [change for change in changes if change[0] == "tags"]
            by_hand.append(by_hand_text(note, changes, source))
    for edit in edits:
        for file, place in edit.files:
            by_hand.append(copy_text(edit.stored.note, file, place, source))
    return patches, by_hand


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
