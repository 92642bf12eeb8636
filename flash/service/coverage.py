"""Coverage of notes: which of their blocks the cards of deck files ask."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from cards.deckfile.discovery import (
    bundled_path,
    find_decks,
    is_deck,
    is_markdown,
    read_text,
)
from cards.errors import DeckError, FlashError
from cards.markdown_notes.blocks import NoteBlocks
from cards.markdown_notes.coverage import (
    CardIndex,
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
from flash.service.bundled_copies import is_copied
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


def deck_cards(
    decks: Sequence[Path] | None, notes: Iterable[NoteBlocks] = ()
) -> tuple[Note, ...]:
    """Read the cards of deck files.

    Args:
        decks: Deck files, folders, or names of bundled decks; None for the decks in
            the current folder, which may have none.
        notes: Notes whose own cards are read, too.

    Raises:
        DeckError: Files are missing or have mistakes.
    """
    wanted = user_language()
    paths = {
        (path if path.exists() else bundled_path(str(path), wanted) or path): None
        for path in (_decks_here() if decks is None else decks)
    }
    known = {path.resolve() for path in paths}
    for note in (Path(one.file) for one in notes):
        place = note.resolve()
        is_known = known & {place, *place.parents}
        if is_markdown(note) and not is_known and is_deck(note):
            paths[note] = None
    return read_files(paths).notes if paths else ()


def _decks_here() -> list[Path]:
    """Return the user's decks; whether the store is here, too, makes no difference."""
    try:
        found = find_decks([_HERE]).files
    except DeckError:
        return []
    return [path for path in found if is_deck(path) and not is_copied(path)]


def measure(
    notes: Sequence[NoteBlocks],
    cards: Iterable[Note],
    ignore_file: Path | None = None,
) -> NotesCoverage:
    """Find the cards that ask each block of some notes.

    Args:
        notes: The notes.
        cards: The cards, as notes of decks.
        ignore_file: A list of blocks to ignore.

    Raises:
        DeckError: The list can't be read.
    """
    listed = parse_ignore_list(read_text(ignore_file)) if ignore_file else None
    used: set[str] = set()
    if listed is not None:
        pairs = [ignoring(note, listed) for note in notes]
        notes = [note for note, _fitting in pairs]
        used.update(*(fitting for _note, fitting in pairs))
    index = CardIndex(tuple(cards), notes)
    found = tuple(coverage_of(note, index) for note in notes)
    return NotesCoverage(found, tuple(index.cards), _unused(listed, used))


def _unused(listed: IgnoreList | None, used: set[str]) -> tuple[str, ...]:
    entries = dict(listed.entries) if listed else {}
    return tuple(entry for entry in entries if entry not in used)


def refuse_two_sources() -> FlashError:
    """Make the error for `--decks` together with `--deck`."""
    message = _("--decks reads files and --deck the store")
    return FlashError(message, _("give one of them"))
