"""What the hub has before a sync, to tell what an app changed by it."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from msgspec import Struct

from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.found_edits import Shared
from export.anki.phone.hub_changes import HubRows
from srs.models.cards import StoredNote

_NOTES = f"select guid, mod from notes where mid in ({BASIC_ID}, {CLOZE_ID})"
_FIELDS = "select flds, tags from notes where guid = ?"
_DECKS = "select id, iif(odid <> 0, odid, did) from cards"


class HubBefore(Struct, frozen=True):
    """The notes and decks of the hub before a sync; nothing if that is unknown."""

    guids: frozenset[str] = frozenset()
    decks: Mapping[int, str] = {}
    """By card."""

    def deleted(self, hub: HubRows, stored: Iterable[StoredNote]) -> set[str]:
        """Return the guids of the notes that were deleted on an app."""
        there = (one.guid for one in stored if not one.retired)
        return {guid for guid in there if guid in self.guids and guid not in hub.notes}

    def moved(
        self, hub: HubRows, stored: Iterable[StoredNote]
    ) -> Iterator["MovedCard"]:
        """Yield the cards that were moved on an app."""
        for note in stored:
            found = hub.cards_of(note)
            for card in note.cards:
                theirs = found.get(card.id)
                if theirs is None or card.retired or note.retired:
                    continue
                ours = (card.deck or note.note.deck).casefold()
                before = self.decks.get(theirs.id, theirs.deck).casefold()
                if theirs.deck.casefold() not in (before, ours):
                    yield MovedCard(note, card.id, theirs.deck, ours != before)


class MovedCard(Struct, frozen=True):
    """A card that was moved to another deck on an app."""

    note: StoredNote
    card: int
    deck: str
    """Its deck there."""
    is_moved_here: bool
    """It was moved in flash, too."""


def read_before(file: Path) -> HubBefore:
    """Read the notes and decks of a hub.

    Args:
        file: Its database, which must be closed; it may be missing.
    """
    try:
        with closing(_opened(file)) as hub:
            guids = frozenset(guid for (guid,) in hub.execute("select guid from notes"))
            names = {
                number: name.replace("\x1f", "::")
                for number, name in hub.execute("select id, name from decks")
            }
            decks = {card: names.get(deck, "") for card, deck in hub.execute(_DECKS)}
            return HubBefore(guids, decks)
    except sqlite3.DatabaseError:
        return HubBefore()  # it comes back from the server


def _opened(file: Path) -> sqlite3.Connection:
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    return sqlite3.connect(uri, uri=True)


def outdated_notes(file: Path, changed_s: Mapping[str, int]) -> dict[str, Shared]:
    """Return the notes that were changed in flash since the hub got them, by guid.

    Args:
        file: The database of the hub, which must be closed; it may be missing.
        changed_s: When notes were changed in flash, epoch seconds; by guid.
    """
    try:
        with closing(_opened(file)) as hub:
            rows = hub.execute(_NOTES).fetchall()
            found = [guid for guid, there in rows if changed_s.get(guid, 0) > there]
            return {guid: _shared(hub, guid) for guid in found}
    except sqlite3.DatabaseError:
        return {}  # it comes back from the server


def _shared(hub: sqlite3.Connection, guid: str) -> Shared:
    fields, tags = hub.execute(_FIELDS, (guid,)).fetchone()
    return Shared(tuple(fields.split("\x1f")), tuple(tags.split()))
