"""Send notes to a running Anki, without undoing what was done there."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from export.anki.ankiconnect import AnkiConnect, NoteInAnki, NoteTypeInAnki
from export.anki.collection_schemas import notetype_of
from export.anki.rows import anki_tag
from flash.service.context import AppContext
from flash.service.exporting import export_package, notes_from_anki
from flash.service.pushed_edits import ChangedNote, EditsThere, edits_there
from srs.models.cards import StoredNote
from srs.models.incoming import AnkiFields, EditConflict, Loss, OriginalFields
from srs.store.anki_marks import (
    cards_ahead,
    cards_in_anki,
    remember_in_anki,
    remember_sent_tags,
    remember_sent_texts,
    sent_tags,
    sent_texts,
)
from srs.store.change_capture import came_back
from srs.store.operations import edit_times_s


class Pushed(Struct, frozen=True):
    """The result of a push."""

    sent: dict[str, int]
    """Counts by name; empty if nothing was to be sent."""
    losses: tuple[Loss, ...] = ()
    deleted: int = 0
    """Notes that Anki had and has no more; not sent."""
    outdated: int = 0
    """Notes of note types that were changed in Anki; not sent."""
    ahead: int = 0
    """Cards with newer answers than Anki has; it keeps its own progress."""
    differing: int = 0
    """Sent notes with edits of Anki, which stay there, that flash lacks."""
    conflicts: tuple[EditConflict, ...] = ()
    """Texts that were edited on both sides."""


def push(
    app: AppContext,
    anki: AnkiConnect,
    notes: Sequence[StoredNote],
    *,
    deleted: bool = False,
    progressed: Callable[[int], None] | None = None,
) -> Pushed:
    """Send the notes that Anki lacks, or has in an older version.

    Args:
        app: The open store.
        anki: A running Anki.
        notes: The notes with the cards to send.
        deleted: Send notes that were deleted in Anki, too.
        progressed: Called with the number of written notes.

    Raises:
        ConnectError: Anki can't be reached or refuses; sending again is safe.
        ExportError: There are no notes, or a media file is missing.
    """
    plan = _Plan(app, anki, notes, deleted=deleted)
    if not plan.wanted and notes:
        plan.remember()
        return plan.result({}, ())
    with TemporaryDirectory(prefix="flash-") as folder:
        file = Path(folder) / "push.apkg"
        sent, losses = export_package(
            app,
            file,
            plan.wanted,
            with_schedule=True,
            with_presets=False,
            original=plan.original,
            progressed=progressed,
        )
        anki.send(file.read_bytes())
    plan.remember()
    # Anki takes the reviews of new cards only.
    del sent["reviews"]
    return plan.result(sent, losses)


class _Plan:
    """What is to be sent, compared with what Anki has."""

    def __init__(
        self,
        app: AppContext,
        anki: AnkiConnect,
        notes: Sequence[StoredNote],
        *,
        deleted: bool,
    ) -> None:
        self._app, self._notes = app, notes
        changed_s = anki.notes_changed([note.anki_id for note in notes])
        self._changed_s, self._sent = changed_s, sent_texts(app.store)
        self._there = [note for note in notes if note.anki_id in changed_s]
        lacking = [note for note in notes if note.anki_id not in changed_s]
        known = cards_in_anki(app.store)
        new = [one for one in lacking if deleted or known.isdisjoint(_cards([one]))]
        self._deleted = len(lacking) - len(new)
        unknown = _cards(self._there) - known
        self._unknown = unknown - set(anki.cards_there(sorted(unknown)))
        """Cards that notes in Anki lack there."""
        changed = [
            note
            for note in self._there
            if note.modified_ms // 1000 > changed_s[note.anki_id]
            or self._went_back(note)
            or not self._unknown.isdisjoint(_cards([note]))
        ]
        self._read(anki, new, changed)
        self._outdated = len(new) + len(changed) - len(self.wanted)

    def _went_back(self, note: StoredNote) -> bool:
        """Return True if Anki has the text that was sent, and flash another one."""
        here, there = self._sent.get(note.guid, (note.modified_ms, 0))
        return here != note.modified_ms and there == self._changed_s[note.anki_id]

    def _is_as_sent(self, note: StoredNote) -> bool:
        """Return True if Anki has the note as it was sent, without edits of its own."""
        here, there = self._sent.get(note.guid, (0, 0))
        return there == self._changed_s[note.anki_id] == here // 1000

    def _fields(
        self, note: StoredNote, ours: AnkiFields, theirs: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Return the fields in Anki, without texts that were sent and undone."""
        if not self._went_back(note):
            return theirs
        sent_ms, _there = self._sent[note.guid]
        if not came_back(note.modified_ms, sent_ms):
            return theirs
        shown = set(ours.shown.values())
        before = {i: text for i, text in enumerate(ours.fields) if i in shown}
        return tuple(before.get(i, text) for i, text in enumerate(theirs))

    def _sent_ms(self, note: StoredNote) -> int:
        """Return the time of change to send: Anki takes only a later text."""
        if note.guid in self._edits.waiting:
            # Not the time of a text of flash: the edits of Anki are still found.
            return note.modified_ms + 1000
        if note.anki_id in self._changed_s and self._went_back(note):
            return max(note.modified_ms, (self._changed_s[note.anki_id] + 1) * 1000)
        return note.modified_ms

    def _read(
        self,
        anki: AnkiConnect,
        new: Sequence[StoredNote],
        changed: Sequence[StoredNote],
    ) -> None:
        """Give changed notes what they have only in Anki."""
        original = notes_from_anki(self._app)
        kept = {
            note.guid: original.notes[note.guid]
            for note in (*new, *changed)
            if note.guid in original.notes
        }
        types = anki.notetypes({one.raw.notetype for one in kept.values()})
        read = anki.notes([note.anki_id for note in changed])
        sent = sent_tags(self._app.store, [note.guid for note in changed])
        self._edits = self._edits_there(changed, read, kept)
        self.wanted: list[StoredNote] = []
        """Notes to send, with the tags that they get."""
        for note in (*new, *changed):
            theirs, ours = read.get(note.anki_id, NoteInAnki()), kept.get(note.guid)
            if ours is not None:
                key = ours.raw.notetype
                if not _is_same_type(original.notetypes[key], types.get(key), theirs):
                    continue
                if theirs.note_id:
                    texts = self._fields(note, ours.raw, theirs.texts)
                    raw = replace(ours.raw, fields=texts)
                    kept[note.guid] = replace(ours, raw=raw)
            tags = _tags(note.note.tags, theirs.tags, sent.get(note.guid, ()))
            text, sent_ms = replace(note.note, tags=tags), self._sent_ms(note)
            self.wanted.append(replace(note, note=text, modified_ms=sent_ms))
        self.original = replace(
            original, notes=kept, are_current=True, joined=self._edits.joined
        )

    def _edits_there(
        self,
        changed: Sequence[StoredNote],
        read: Mapping[int, NoteInAnki],
        kept: Mapping[str, OriginalFields],
    ) -> EditsThere:
        """Return the edits made in Anki since it got the notes."""
        from_here = edit_times_s(self._app.store.connection)
        notes = [
            ChangedNote(note, read[note.anki_id], there_s, kept.get(note.guid))
            for note in changed
            if (there_s := self._changed_s[note.anki_id]) not in from_here
            and not self._is_as_sent(note)
            and read.get(note.anki_id, NoteInAnki()).note_id
        ]
        return edits_there(self._app, notes)

    def remember(self) -> None:
        """Remember what Anki has now."""
        wanted = {note.guid for note in self.wanted}
        sent = [note for note in self._notes if note.guid in wanted]
        had = _cards(self._there) - self._unknown
        with self._app.store.transaction(stamped=False) as connection:
            remember_in_anki(connection, _cards(sent) - had, sent=True)
            remember_in_anki(connection, had, sent=False)
            tags = {min(_cards([note])): map(anki_tag, note.note.tags) for note in sent}
            remember_sent_tags(connection, tags)
            remember_sent_texts(connection, self._texts(sent))

    def _texts(self, sent: Iterable[StoredNote]) -> dict[int, tuple[int, int]]:
        """Return the times of the texts that Anki took, by a card of the note."""
        return {
            min(_cards([note])): (note.modified_ms, self._sent_ms(note) // 1000)
            for note in sent
            if self._sent_ms(note) // 1000 > self._changed_s.get(note.anki_id, -1)
        }

    def result(self, sent: dict[str, int], losses: tuple[Loss, ...]) -> Pushed:
        """Count what was done and what was not."""
        ahead = cards_ahead(self._app.store, _cards(self._notes))
        differing = {note.guid for note in self.wanted} & self._edits.waiting
        return Pushed(
            *(sent, losses, self._deleted, self._outdated, ahead, len(differing)),
            conflicts=self._edits.conflicts,
        )


def _cards(notes: Iterable[StoredNote]) -> set[int]:
    return {card.id for note in notes for card in note.cards}


def _is_same_type(model: str, theirs: NoteTypeInAnki | None, note: NoteInAnki) -> bool:
    """Return False if sending a note would change its note type in Anki.

    Args:
        model: The note type here, JSON.
        theirs: The note type in Anki; None if it has none.
        note: The note in Anki, perhaps of another type.
    """
    if theirs is None:
        return not note.note_id
    ours = notetype_of(json.loads(model))
    templates = tuple(template.name for template in ours.templates)
    same_names = (ours.fields, templates) == (theirs.fields, theirs.templates)
    return same_names and note.model_name in ("", theirs.name)


def _tags(
    ours: Iterable[str], theirs: Iterable[str], sent: Iterable[str]
) -> tuple[str, ...]:
    """Return the tags of flash, and those that were added in Anki.

    Args:
        ours: The tags in flash.
        theirs: The tags in Anki.
        sent: The tags with which the note was sent before.
    """
    known = {anki_tag(tag).casefold() for tag in (*ours, *sent)}
    return (*ours, *(tag for tag in theirs if tag.casefold() not in known))
