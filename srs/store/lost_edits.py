"""Edits of a note that are lost in a sync: another device changed it later, unseen.

The later state of a note counts as a whole.  What the other one had is lost where the
later device didn't know it; the user is told.
"""

import sqlite3
from collections.abc import Mapping

from cards.note import Note
from cards.questions import question_text, texts_of
from srs.models.incoming import LostEdit
from srs.models.log_entries import NoteEntry
from srs.store.rows import NOTE_COLUMNS, note_of


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


class LostEdits:
    """Collects the edits that are lost while entries are merged."""

    def __init__(
        self, connection: sqlite3.Connection, device: str, known: LatestStamps
    ) -> None:
        """Keep the connection, in a transaction, the id of this device, and stamps."""
        self._connection, self._device, self._known = connection, device, known
        self.found: list[LostEdit] = []

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
        sql = f"""
            select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
             where n.guid = ?
        """
        row = self._connection.execute(sql, (entry.guid,)).fetchone()
        if row[-1] != entry.created:
            return  # added on both devices, not edited
        kept, lost = note_of(row), note_of_entry(entry)
        if theirs > ours:
            kept, lost = lost, kept
        if texts := _lost_texts(lost, kept):
            asked = question_text(kept.content)
            device = min(theirs, ours)[1]
            self.found.append(LostEdit(asked, device, texts))


def _lost_texts(lost: Note, kept: Note) -> tuple[str, ...]:
    """Return texts, tags and deck of a note that the kept state of it doesn't have."""
    texts = dict.fromkeys(text for _, text in texts_of(lost.content))
    for _, text in texts_of(kept.content):
        texts.pop(text, None)
    if lost.extra and lost.extra != kept.extra:
        texts[lost.extra] = None
    tags = [f"#{tag}" for tag in lost.tags if tag not in kept.tags]
    return (*texts, *tags, *([lost.deck] if lost.deck != kept.deck else []))
