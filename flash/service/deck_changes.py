"""Move cards to another deck, and rename decks: in the store, and in deck files.

A deck file names the deck of its notes.  So a rename changes the file, and a card in
a file is moved by hand; the others are changed in the store.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from cards.deckfile.deck_edits import rename_deck
from cards.errors import FlashError
from cards.files import is_file
from cards.names import nested_name, renamed_deck, tidy_deck_name
from cards.note import Note
from cards.translate import _
from flash.messages.queries import no_such_deck
from flash.service.context import AppContext
from flash.service.edited_files import write_and_add
from flash.service.file_patches import FilePatch, patch_with, refuse_installed
from flash.service.finding import find_deck
from srs.models.cards import StoredNote
from srs.store.decks import Pair, card_ids, deck_ids, deck_names, decks_with_cards
from srs.store.moved_cards import CardMoves, move_cards, moves_of_deck
from srs.store.notes import stored_notes


class DeckChange(Struct, frozen=True):
    """What a move of cards or a new name of a deck would do."""

    moves: CardMoves
    """Of what no deck file has."""
    cards: tuple[int, ...]
    """The cards in use that move in the store."""
    patches: tuple[FilePatch, ...] = ()
    cards_in_files: tuple[int, ...] = ()
    """The cards in use that move with the name of the deck in their file."""
    by_hand: tuple[tuple[Note, str], ...] = ()
    """Notes whose deck file has to be changed by hand, and their new deck."""
    deck: str = ""
    """Where the cards move."""
    is_new: bool = False
    """That deck had no cards."""
    renamed: Pair | None = None

    @property
    def in_files(self) -> tuple[FilePatch, ...]:
        """The patches that change something."""
        return tuple(one for one in self.patches if one.before != one.after)

    @property
    def missing(self) -> set[str]:
        """The deck files of `by_hand` that were not found."""
        files = {note.file for note, _deck in self.by_hand}
        return {file for file in files if not is_file(Path(file))}


def plan_move(app: AppContext, cards: Sequence[int], deck: str) -> DeckChange:
    """Plan to move cards to a deck, which may be new.

    A note follows if all its cards are there; as in Anki, a card may be in another
    deck than its note.

    Raises:
        FlashError: The name of the deck is none.
    """
    deck = _checked(deck)
    moved: dict[Pair, list[int]] = defaultdict(list)
    notes: dict[Pair, list[str]] = defaultdict(list)
    by_hand: list[tuple[Note, str]] = []
    chosen = set(cards)
    guids = [one.guid for one in stored_notes(app.store, cards=cards)]
    for stored in stored_notes(app.store, guids=guids):
        going = [one for one in stored.cards if one.id in chosen and one.deck != deck]
        if stored.note.line:
            by_hand += [(stored.note, deck)] if going else []
            continue
        for one in going:
            moved[one.deck, deck].append(one.id)
        if stored.note.deck != deck and _all_there(stored, chosen, deck):
            notes[stored.note.deck, deck].append(stored.guid)
    used = tuple(card for some in moved.values() for card in some)
    return DeckChange(
        CardMoves(moved, notes),
        used,
        by_hand=tuple(by_hand),
        deck=deck,
        is_new=deck not in decks_with_cards(app.store),
    )


def plan_deck_rename(app: AppContext, old: str, new: str) -> DeckChange:
    """Plan to give a deck and its children another name.

    Raises:
        FlashError: There is no such deck, the new name is none, or a deck has it; or
            the deck is in a file of an installed flash.
    """
    old, new = find_deck(app, old), _checked(new)
    cards = card_ids(app.store, deck_ids(app.store, old))
    found = list(stored_notes(app.store, cards=cards))
    if not found or not old:
        raise no_such_deck(old, deck_names(app.store))
    _check_free(app, old, new)
    patches = _renaming(found, old, new)
    refuse_installed(patches)
    by_hand = [note for patch in patches for note in patch.by_hand]
    left = {note.file for note in by_hand}
    moved, in_files = list[int](), list[int]()
    for stored in found:
        if stored.note.line == 0 or stored.note.file not in left:
            ids = in_files if stored.note.line else moved
            ids += (card.id for card in stored.cards)
    return DeckChange(
        moves_of_deck(app.store, old, new),
        tuple(moved),
        tuple(patches),
        tuple(in_files),
        tuple((note, renamed_deck(note.deck, old, new)) for note in by_hand),
        renamed=(old, new),
    )


def _renaming(found: Iterable[StoredNote], old: str, new: str) -> list[FilePatch]:
    by_file: dict[str, list[Note]] = defaultdict(list)
    for stored in found:
        if stored.note.line:
            by_file[stored.note.file].append(stored.note)
    change = partial(rename_deck, old=old, new=new)
    return [patch_with(change, file, notes) for file, notes in by_file.items()]


def apply_change(app: AppContext, change: DeckChange, *, write: bool) -> list[str]:
    """Change decks in the store and in deck files.

    Args:
        app: The open store.
        change: What is to be done.
        write: Write the deck files; else nothing is done if any has to change.

    Returns:
        Removed cards that are back with their file, as texts.

    Raises:
        ExportError: A file can't be written.
        FlashError: A file can't be added.
        StoreError: The store can't be written; nothing was.
    """
    if change.in_files and not write:
        return []  # a deck is not split
    with app.store.transaction():
        returned = list[str]()
        if change.in_files:
            texts = {Path(one.file): one.after for one in change.in_files}
            returned = write_and_add(app, texts)
        # The settings of a deck follow its last note.
        move_cards(app.store, change.moves, app.now(), renamed=change.renamed)
    return returned


def _checked(deck: str) -> str:
    name = tidy_deck_name(deck)
    if not all(name.split("::")):
        raise FlashError(_("empty deck name"), _("name it, and each part between '::'"))
    if (near := nested_name(name)) != name:
        message = _("the colons of '{deck}' are not '::'").format(deck=name)
        raise FlashError(message, _("did you mean '{near}'?").format(near=near))
    return name


def _check_free(app: AppContext, old: str, new: str) -> None:
    """Check that the cards of a deck will be alone in it under its new name."""
    others = {n for n in decks_with_cards(app.store) if renamed_deck(n, old, "") == n}
    if old == new or any(renamed_deck(name, new, "") != name for name in others):
        message = _("there is a deck '{name}' already").format(name=new)
        raise FlashError(message, _("flash move moves cards to it"))


def _all_there(stored: StoredNote, chosen: Iterable[int], deck: str) -> bool:
    return all(one.id in chosen or one.deck == deck for one in stored.cards)
