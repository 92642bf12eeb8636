"""Notes made on a phone: their deck, and their place in the inbox file."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.deckfile.reader import Deck
from cards.errors import FlashError
from cards.identity.keys import root_of, text_key
from cards.note import Note
from cards.questions import place_of
from cards.translate import _
from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from flash.service.new_cards import (
    INBOX,
    add_new_deck,
    check_new_note,
    deck_of_new_cards,
)
from srs.models.cards import StoredNote
from srs.models.incoming import Incoming, IncomingNote
from srs.store.note_media import media_folder
from srs.store.notes import stored_notes

_GUID_LENGTH = 12
"""Of a note that flash made; Anki's are shorter."""


def for_inbox(app: AppContext, incoming: Incoming, known: set[str]) -> Incoming:
    """Move new notes to the inbox; those that flash made keep their deck.

    Args:
        app: The open store.
        incoming: What comes from the hub.
        known: The guids of the notes in the store.
    """
    if all(note.guid in known for note in incoming.notes):
        return replace(incoming, options={})
    try:
        deck = deck_of_new_cards(app, "")
    except FlashError:  # reported when they are to be written
        deck = INBOX
    old_file = str(media_folder(app.store.path.absolute()) / "anki")

    def placed(note: IncomingNote) -> IncomingNote:
        if note.guid in known:
            return note
        if note.raw is None and len(note.guid) == _GUID_LENGTH:
            return replace(note, note=replace(note.note, file=old_file))
        cards = tuple(replace(one, deck="") for one in note.cards)
        return replace(note, note=replace(note.note, deck=deck), cards=cards)

    return replace(incoming, notes=tuple(map(placed, incoming.notes)), options={})


def write_inbox(app: AppContext) -> Iterator[str]:
    """Write new notes of a phone into the inbox file, which they name already.

    A note that can't be written doesn't hold others back.

    Yields:
        What was not written, and why.
    """
    inbox = Path(app.options.inbox)
    try:
        if _waiting(app, inbox) and inbox.exists():
            # An earlier round may have been cut short.
            add_unasked(app, read_files([inbox]), may_conflict=True)
        waiting = _waiting(app, inbox)
        if not waiting:
            return
        deck = waiting[0].note.deck
        if inbox.exists():
            deck = deck_of_new_cards(app, "")
        notes: list[Note] = []
        for note in _named(app, waiting, deck):
            try:
                check_new_note(note, inbox)
            except FlashError as error:
                yield _not_written(f"{place_of(note)}: {error}")
            else:
                notes.append(note)
        if notes:
            add_new_deck(app, Deck(deck, "", "", tuple(notes)))
    except FlashError as error:
        yield _not_written(str(error))


def _not_written(problem: str) -> str:
    return _("not written to the inbox yet: {problem}").format(problem=problem)


def _waiting(app: AppContext, inbox: Path) -> list[StoredNote]:
    return [
        one
        for one in stored_notes(app.store)
        if not one.retired and one.note.file == str(inbox) and not one.note.line
    ]


def _named(app: AppContext, waiting: Sequence[StoredNote], deck: str) -> Iterator[Note]:
    """Yield notes for a deck, with an id if the question doesn't tell which it is."""
    asked = Counter(
        text_key(one.note) for one in stored_notes(app.store) if not one.retired
    )
    for one in waiting:
        note = one.note
        is_moved = root_of(note.deck) != root_of(deck)
        name = one.guid if is_moved or asked[text_key(note)] > 1 else ""
        yield replace(note, deck=deck, id=note.id or name)
