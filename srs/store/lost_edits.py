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
    numbers: Mapping[str, int]
    """The ordinals of the cards of `lost`, by part."""
    original: OriginalNote | None
    """Its fields in Anki; None if it didn't come from there."""


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
                numbers={c.part: c.ordinal for c in lost.cards if not c.retired},
                original=lost.raw,
            )
        )


def lost_edit(edit: UnseenEdit, kept: Note) -> LostEdit | None:
    """Return what a note doesn't have now of an edit; None if it has all."""
    texts = dict.fromkeys(text for _, text in texts_of(edit.lost.content))
    for _, text in texts_of(kept.content):
        texts.pop(text, None)
    if edit.lost.extra and edit.lost.extra != kept.extra:
        texts[edit.lost.extra] = None
    tags = [f"#{tag}" for tag in edit.lost.tags if tag not in kept.tags]
    deck = [edit.lost.deck] if edit.lost.deck != kept.deck else []
    if edit.base is not None:
        # What was there before the edit is none of it.
        for _, text in (*texts_of(edit.base.content), ("", edit.base.extra)):
            texts.pop(text, None)
        tags = [tag for tag in tags if tag[1:] not in edit.base.tags]
        deck = [one for one in deck if one != edit.base.deck]
    if not (texts or tags or deck):
        return None
    asked = question_text(kept.content)
    return LostEdit(asked, edit.device, (*texts, *tags, *deck))
