"""Coverage of notes: which of their blocks the cards of deck files ask."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cards.deckfile.discovery import bundled_path, find_decks, is_deck, read_text
from cards.errors import DeckError, FlashError
from cards.markdown_notes.blocks import NoteBlocks
from cards.markdown_notes.coverage import (
    IgnoreList,
    NotesCoverage,
    coverage_of,
    ignoring,
    parse_ignore_list,
)
from cards.markdown_notes.reading import find_notes, read_note
from cards.note import Note
from cards.translate import _
from flash.language import user_language
from flash.service.deck_reading import read_files

_HERE = Path()


def read_notes(paths: Sequence[Path]) -> list[NoteBlocks]:
    """Read all notes under some paths.

    Raises:
        DeckError: Notes are missing or can't be read; carries the problems of all.
    """
    notes: list[NoteBlocks] = []
    problems = []
    for path in find_notes(list(paths)):
        try:
            notes.append(read_note(path))
        except DeckError as error:
            problems += error.problems
    if problems:
        raise DeckError(problems)
    return notes


def deck_cards(decks: Sequence[Path] | None) -> tuple[Note, ...]:
    """Read the cards of deck files.

    Args:
        decks: Deck files, folders, or names of bundled decks; None for the decks in
            the current folder, which may have none.

    Raises:
        DeckError: Files are missing or have mistakes.
    """
    if decks is None:
        try:
            decks = find_decks([_HERE]).files
        except DeckError:
            return ()
        decks = [path for path in decks if is_deck(path)]
    if not decks:
        return ()
    wanted = user_language()
    paths = [
        path if path.exists() else bundled_path(str(path), wanted) or path
        for path in decks
    ]
    return read_files(paths).notes


def measure(
    paths: Sequence[Path], cards: Iterable[Note], ignore_file: Path | None = None
) -> NotesCoverage:
    """Find the cards that ask each block of some notes.

    Args:
        paths: Notes, or folders of notes.
        cards: The cards, as notes of decks.
        ignore_file: A list of blocks to ignore.

    Raises:
        DeckError: A note or the list can't be read.
    """
    listed = parse_ignore_list(read_text(ignore_file)) if ignore_file else None
    all_cards = tuple(cards)
    used: set[str] = set()
    found = []
    for note in read_notes(paths):
        if listed is not None:
            note, fitting = ignoring(note, listed)  # noqa: PLW2901
            used |= fitting
        found.append(coverage_of(note, all_cards))
    return NotesCoverage(tuple(found), all_cards, _unused(listed, used))


def _unused(listed: IgnoreList | None, used: set[str]) -> tuple[str, ...]:
    entries = dict(listed.entries) if listed else {}
    return tuple(entry for entry in entries if entry not in used)


def refuse_two_sources() -> FlashError:
    """Make the error for `--decks` together with `--deck`."""
    message = _("--decks reads files and --deck the store")
    return FlashError(message, _("give one of them"))
