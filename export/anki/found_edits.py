"""Edits of notes that were found elsewhere, and what it takes to find them."""

from collections.abc import Container, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from cards.identity.joined_edits import Ordinals
from cards.note import Note
from srs.models.cards import StoredNote
from srs.models.incoming import OriginalFields


class Shared(Struct, frozen=True):
    """A note of ours as fields of Anki."""

    fields: tuple[str, ...]
    tags: tuple[str, ...]


class TextEdit(Struct, frozen=True):
    """A note that was changed elsewhere, usually in Anki."""

    stored: StoredNote
    note: Note | None
    """The note after the change; None if flash can't hold it."""
    original: OriginalFields | None = None
    """The fields in Anki if the note came from there."""
    ordinals: Ordinals = {}
    changed_ms: int = 0
    """When it was changed, UTC milliseconds; 0 if that is unknown."""
    by_hand: tuple[tuple[str, str, str], ...] = ()
    """Changed fields that `note` lacks: name, text before and after, as Markdown."""
    kept: OriginalFields | None = None
    """What both sides had, of a note from Anki."""
    conflicts: tuple[tuple[str, str], ...] = ()
    """Texts that were edited on both sides: here, and in Anki."""
    is_ours_later: bool = False
    """Of these, ours were kept."""

    shared: Shared | None = None
    """What both sides have now, of a note of ours that Anki's edit waits for."""
    sent: Shared | None = None
    """Such a note with the edits of both sides, to be sent."""

    files: tuple[tuple[Path, Path], ...] = ()
    """Media to be copied to the folder of its deck file: where they are, and where they
    belong."""

    @property
    def is_visible(self) -> bool:
        """Return False if flash shows nothing of the change."""
        return self.note != self.stored.note


class FieldsSeen(Struct, frozen=True):
    """What is known of the notes of a collection."""

    changed_ms: Mapping[str, int] = {}
    """When notes were changed there as it was last imported, by guid."""
    edited_s: Container[int] = ()
    """When something was edited here: a note with such a time came from here."""
    shared: Mapping[str, Shared] = {}
    """What both sides had of notes of ours, by guid."""
    former: Mapping[str, Sequence[tuple[StoredNote, int]]] = {}
    """Earlier states of other notes and when they were replaced, the newest first."""
