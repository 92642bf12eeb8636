"""Cards made from lines of notes that have changed since."""

import os.path
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cards.deckfile.discovery import read_text
from cards.errors import DeckError
from cards.markdown_notes.provenance import CardSources, ChangedSource, changes
from cards.markdown_notes.reading import read_note
from cards.note import Note

_WORDS = "#   "
"""Begins the words of a block in the comment above a drafted card."""


def changed_sources(cards: Sequence[Note]) -> list[ChangedSource]:
    """Find the cards of which blocks changed or vanished in their notes.

    Notes that are not there, as those of somebody else's deck, are passed over.

    Args:
        cards: The cards, as notes of decks.

    Raises:
        DeckError: A note can't be read.
    """
    paths = {
        os.path.normpath(Path(card.file).parent / source.note): None
        for card in cards
        for source in card.sources
        if source.note and card.file
    }
    sources, lines = CardSources(cards), cache(_lines)
    found: list[ChangedSource] = []
    for path in map(Path, paths):
        if path.is_file():
            found += changes(
                read_note(path),
                sources,
                lambda card, place: _words(lines(card.file), card, place),
            )
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
