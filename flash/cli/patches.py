"""Patches of deck files, for changes that the files lack."""

import sys
from collections.abc import Sequence

from cards.text.width import clean
from export.anki.text_edits import TextEdit
from flash.messages.exchange import by_hand_line, patch_text
from flash.service.file_patches import file_patches


def patches_of(edits: Sequence[TextEdit], source: str = "") -> list[str]:
    """Return a patch for each deck file, and a line for each edit without a place."""
    found: list[str] = []
    for one in file_patches(edits):
        if one.before != one.after:
            found.append(patch_text(one.file, one.before, one.after, source))
        found += [by_hand_line(note, source) for note in one.by_hand]
    return found


def print_patches(patches: Sequence[str]) -> None:
    """Print patches of deck files as a program needs them."""
    for patch in patches:
        # A program needs the tabs and all characters of the file.
        text = clean(patch) if sys.stdout.isatty() else patch
        print(text.removesuffix("\n"))
