"""Add incoming notes with their cards to the store."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from msgspec.structs import replace

from cards.identity.keys import text_key
from cards.questions import parts_of
from srs.models.incoming import IncomingCard, IncomingNote
from srs.store.import_rows import ids_of_notes, taken_ids
from srs.store.notes import deck_id, insert_cards, insert_notes, new_note

_MAX_ID = 1 << 53
"""Larger ids are not exact in JSON."""


def add_notes(
    connection: sqlite3.Connection, notes: Sequence[IncomingNote], now_ms: int
) -> dict[int, tuple[IncomingCard | None, str]]:
    """Insert notes that the store doesn't have, with their cards, as new.

    Args:
        connection: In a transaction.
        notes: None of them in the store.
        now_ms: UTC milliseconds.

    Returns:
        For each new card the incoming card, None if there was none, and its deck.
    """
    taken_notes, taken_cards, position = taken_ids(connection)
    note_ids, card_ids = _FreeIds(taken_notes, now_ms), _FreeIds(taken_cards, now_ms)
    names = dict.fromkeys(deck for note in notes for deck in decks_of(note))
    decks = {name: deck_id(connection, name) for name in names}
    note_rows: list[tuple[Any, ...]] = []
    card_rows: list[tuple[int, str, int, str, int, int]] = []
    added: dict[int, tuple[IncomingCard | None, str]] = {}
    for note in sorted(notes, key=_first_position):
        deck = decks[note.note.deck]
        anki_id = note_ids.take(note.id)
        changed = max(0, note.changed_ms)
        # Anki's clock may be ahead; a later change would mean a removal.
        columns = (note.guid, anki_id, max(now_ms, changed), changed)
        key = note.text_key or text_key(note.note)
        note_rows.append(new_note(note.note, deck, key, *columns))
        for ordinal, part, theirs in _cards_of(note):
            position += 1
            card = card_ids.take(theirs.id if theirs else now_ms)
            name = (theirs.deck if theirs else "") or note.note.deck
            card_rows.append((card, note.guid, ordinal, part, decks[name], position))
            added[card] = theirs, name
    insert_notes(connection, note_rows)
    insert_cards(connection, card_rows)
    return added


def without_taken_ids(
    connection: sqlite3.Connection, notes: Sequence[IncomingNote]
) -> tuple[list[IncomingNote], tuple[str, ...]]:
    """Drop the ids that other notes have: a copy made in Anki keeps that of its note.

    Args:
        connection: In a transaction.
        notes: None of them in the store; of two with one id the older keeps it.

    Returns:
        The notes, and the guids of those whose id was dropped.
    """
    taken = ids_of_notes(connection)
    dropped: set[str] = set()
    for note in sorted(notes, key=lambda one: one.id):
        if note.note.id in taken:
            dropped.add(note.guid)
        elif note.note.id:
            taken.add(note.note.id)
    kept = [
        replace(one, note=replace(one.note, id="")) if one.guid in dropped else one
        for one in notes
    ]
    return kept, tuple(sorted(dropped))


def decks_of(note: IncomingNote) -> set[str]:
    """Return the names of the decks of a note and its cards."""
    return {note.note.deck, *(card.deck for card in note.cards if card.deck)}


def _first_position(note: IncomingNote) -> int:
    """Return the sort key that keeps the order of new cards."""
    return min((card.position for card in note.cards if card.state == 0), default=0)


def _cards_of(note: IncomingNote) -> Iterator[tuple[int, str, IncomingCard | None]]:
    """Yield ordinal, part and incoming card of each question."""
    cards = {card.ordinal: card for card in note.cards}
    ordinals = {part: ordinal for ordinal, part in note.parts.items()}
    free = max(note.parts, default=-1) + 1
    for part in parts_of(note.note.content):
        ordinal = ordinals.get(part, free)
        free = max(free, ordinal + 1)
        yield ordinal, part, cards.get(ordinal)


class _FreeIds:
    """Ids that no other row has."""

    def __init__(self, taken: set[int], now_ms: int) -> None:
        self._taken, self._now = taken, now_ms
        self._next: dict[int, int] = {}
        """Where to look next, by wanted id: rows of a table all want one."""

    def take(self, wanted: int) -> int:
        """Return the wanted id if it is valid and free, else the next free one."""
        if not 0 < wanted < _MAX_ID:
            wanted = self._now
        found = self._next.get(wanted, wanted)
        while found in self._taken:
            found += 1
        self._taken.add(found)
        self._next[wanted] = found + 1
        return found
