"""Edits of a note that another device changed later, without knowing of them.

The later state of a note counts as a whole.  What the earlier one had is joined to it
where both edited the same state, see `srs.sync.joining`; of the rest the user is told.
"""

import sqlite3
from collections.abc import Mapping

from msgspec import Struct

from cards.note import Note
from cards.questions import question_text, texts_of
from srs.models.incoming import LostEdit
from srs.models.log_entries import NoteEntry, OriginalNote
from srs.store.note_bases import note_base
from srs.store.rows import note_of
from srs.store.sync_outgoing import note_entry


def note_of_entry(entry: NoteEntry) -> Note:
    """Make a note from what the log says of it.

    Raises:
        ValueError: Its texts can't be read; msgspec's errors are such.
    """
    return note_of(
        (
            *(entry.guid, 0, entry.id, entry.text_key, entry.deck, entry.language),
            *(entry.fields, entry.extra, entry.tags, entry.sources, entry.changed),
            *(entry.checked, entry.recheck, "", 0),
        )
    )


LatestStamps = Mapping[str, int]
"""What is known of each device: the latest stamp that came, and for this one the latest
that was sent."""


class UnseenEdit(Struct, frozen=True):
    """Two states of a note of which the later one was made without the other."""

    guid: str
    stamp: int
    """Of the later state, which the store has."""
    device: str
    """Where the earlier one was made."""
    base: Note | None
    """What both were made from; None if that is not known."""
    kept: Note
    lost: Note
    was_removed: bool
    """The earlier edit has removed the note."""
    original: OriginalNote | None
    """The fields of `lost` in Anki; None if it didn't come from there."""


class UnseenEdits:
    """Collects the edits that a later one takes back, while entries are merged."""

    def __init__(
        self, connection: sqlite3.Connection, device: str, known: LatestStamps
    ) -> None:
        """Keep the connection, in a transaction, the id of this device, and stamps."""
        self._connection, self._device, self._known = connection, device, known
        self.found: list[UnseenEdit] = []

    def compare(self, entry: NoteEntry, ours: tuple[int, str]) -> None:
        """Compare an entry with the stored note before the later one is kept.

        Args:
            entry: A sound entry for a note that is here.
            ours: Stamp and device of the stored note.
        """
        theirs = (entry.stamp, entry.device)
        if ours[1] != self._device or entry.stamp <= self._known.get(entry.device, 0):
            return
        if theirs > ours and ours[0] <= self._known.get(self._device, 0):
            return  # the other device knew it, or says so when it receives ours
        stored = note_entry(self._connection, self._device, entry.guid)
        if stored.created != entry.created:
            return  # added on both devices, not edited
        lost, kept = (stored, entry) if theirs > ours else (entry, stored)
        base = None
        if entry.base and entry.base == stored.base:
            base = note_base(self._connection, entry.guid, entry.base)
        self.found.append(
            UnseenEdit(
                guid=entry.guid,
                stamp=kept.stamp,
                device=lost.device,
                base=base,
                kept=note_of_entry(kept),
                lost=note_of_entry(lost),
                was_removed=lost.retired > kept.retired,
                original=lost.raw,
            )
        )


def lost_edit(edit: UnseenEdit, now: Note | None) -> LostEdit | None:
    """Return what a note doesn't have of an edit; None if it has all.

    Args:
        edit: An edit that was made without a later one.
        now: The note after both; None if it isn't in use.
    """
    kept, base = now or edit.kept, edit.base
    added, removed = _missing(edit.lost, kept), list[str]()
    if base is not None:
        # What both were made from is not a part of the edit.
        added = [one for one in added if one not in _missing(base, kept)]
        here, there = _parts(kept), _parts(edit.lost)
        removed = [one for one in _parts(base) if one in here and one not in there]
    if not (added or removed or edit.was_removed):
        return None
    asked = question_text(kept.content)
    return LostEdit(
        asked, edit.device, tuple(added), tuple(removed), was_removed=edit.was_removed
    )


def _missing(note: Note, other: Note) -> list[str]:
    """Return texts, tags and deck that another state of a note doesn't have."""
    there = set(_parts(other))
    deck = [f"deck:{note.deck}"] if note.deck != other.deck else []
    return [one for one in _parts(note) if one not in there] + deck


def _parts(note: Note) -> list[str]:
    texts = [text for _, text in texts_of(note.content)]
    extra = [note.extra] if note.extra else []
    return list(dict.fromkeys([*texts, *extra, *(f"#{tag}" for tag in note.tags)]))
