"""Cards made from lines of notes that have changed since."""

import os.path
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cards.deckfile.discovery import bundled_name, read_text
from cards.errors import DeckError
from cards.markdown_notes.provenance import CardSources, ChangedSource, changes
from cards.markdown_notes.reading import read_note
from cards.note import Note
from flash.service.bundled_copies import is_copied

_WORDS = "#   "
"""Begins the words of a block in the comment above a drafted card."""


def changed_sources(cards: Sequence[Note]) -> list[ChangedSource]:
    """Find the cards of which blocks changed or vanished in their notes.

    Args:
        cards: The cards, as notes of decks.

    Raises:
        DeckError: A note can't be read.
    """
    sources, lines = CardSources(cards), cache(_lines)
    found: list[ChangedSource] = []
    for path in _by_note(cards):
        if path.is_file():
            found += changes(
                read_note(path),
                sources,
                lambda card, place: _words(lines(card.file), card, place),
            )
    return found


def absent_notes(cards: Sequence[Note]) -> dict[Path, list[Note]]:
    """Find the notes that cards name as their source and that are not there.

    Those of bundled decks were never here, nor was a note whose folder is missing, as
    in a deck of somebody else.
    """
    is_shipped = cache(lambda file: bool(bundled_name(file)) or is_copied(Path(file)))
    return {
        path: found
        for path, found in _by_note(
            [card for card in cards if not is_shipped(card.file)]
        ).items()
        if path.parent.is_dir() and not path.exists()
    }


def _by_note(cards: Sequence[Note]) -> dict[Path, list[Note]]:
    """Group cards by the notes that they name as their source."""
    found: dict[Path, list[Note]] = {}
    for card in cards:
        names = {source.note for source in card.sources if source.note and card.file}
        for name in sorted(names):
            path = Path(os.path.normpath(Path(card.file).parent / name))
            found.setdefault(path, []).append(card)
    return found


def _words(lines: Sequence[str], card: Note, place: int) -> str:
    """Return the words of a block as the comment above a drafted card has them."""
    words: list[str] = []
    at = min(card.line - 1, len(lines))
    while at > 0 and (line := lines[at - 1].lstrip()).startswith("#"):
        if line.startswith(_WORDS):
            words.insert(0, line.removeprefix(_WORDS))
        at -= 1
    return words[place] if place < len(words) else ""


def _lines(file: str) -> list[str]:
    try:
        return read_text(Path(file)).split("\n")
    except DeckError:
        return []
