"""Move notes that were moved to another deck in Anki.

The deck is compared with the one last seen in that collection, as marks are: a note
that is in another deck here since then stays, and so does one of a deck file.
"""

import zlib
from collections.abc import Iterable

from msgspec.structs import replace

from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import StoredNote
from srs.models.incoming import Incoming, IncomingNote
from srs.store.anki_marks import NotePlace, note_places, save_decks_seen
from srs.store.connection import Store
from srs.store.notes import known_notes


def follow_moves(store: Store, incoming: Incoming, now_ms: int) -> int:
    """Move notes in a transaction of the caller, after the merge of their cards.

    Args:
        store: The store.
        incoming: What was merged.
        now_ms: UTC milliseconds.

    Returns:
        The number of notes that were moved.

    Raises:
        StoreError: The store can't be written.
    """
    if not incoming.collection:
        return 0
    places = note_places(store.connection, incoming.collection)
    found = [
        (note, place, changed_ms)
        for note in incoming.notes
        if (place := places.get(note.guid)) is not None
        and (changed_ms := _changed_ms(note)) >= place.changed_ms
    ]
    save_decks_seen(
        store.connection,
        incoming.collection,
        [
            (place.card, deck, changed_ms)
            for note, place, changed_ms in found
            if (deck := _checksum(note.note.deck)) != place.seen
        ],
    )
    moved = {note.guid: note for note, place, _ in found if _is_moved(note, place)}
    if not moved:
        return 0
    updates = [
        TextUpdate(
            one.guid,
            replace(one.note, deck=moved[one.guid].note.deck),
            changed_ms=places[one.guid].modified_ms,
        )
        for one in known_notes(store)
        if one.guid in moved
    ]
    update_notes(store, updates, now_ms)
    return len(updates)


def remember_decks(
    store: Store, collection: str, notes: Iterable[tuple[StoredNote, int]]
) -> None:
    """Remember the decks of notes that a collection gets, so that they are no move.

    Args:
        store: The store.
        collection: Name of the Anki collection.
        notes: Notes with cards, and when the collection says that these were changed.
    """
    rows = [
        (min(card.id for card in one.cards), _checksum(one.note.deck), changed_ms)
        for one, changed_ms in notes
    ]
    with store.transaction() as connection:
        save_decks_seen(connection, collection, rows)


def _is_moved(note: IncomingNote, place: NotePlace) -> bool:
    """Return True if a note was moved in Anki and not here."""
    now = _checksum(note.note.deck)
    is_ours = place.line > 0 or _checksum(place.deck) != place.seen
    return not is_ours and now != place.seen


def _changed_ms(note: IncomingNote) -> int:
    return max((card.changed_ms for card in note.cards), default=0)


def _checksum(deck: str) -> int:
    return zlib.crc32(deck.encode())
