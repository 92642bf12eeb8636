"""What was edited in a running Anki in the notes that a push is to send."""

from collections.abc import Sequence

from msgspec import Struct

from cards.questions import is_two_sided, question_text
from export.anki.anki_model import AnkiNote
from export.anki.ankiconnect import NoteInAnki
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.own_edits import own_edit
from export.anki.text_edits import overwritten_texts
from flash.service.anki_edits import bases_of, conflicts_of
from flash.service.context import AppContext
from srs.models.cards import StoredNote
from srs.models.incoming import EditConflict, EditOutcome, OriginalFields
from srs.store.note_media import media_files


class ChangedNote(Struct, frozen=True):
    """A note that both sides may have edited."""

    stored: StoredNote
    there: NoteInAnki
    changed_s: int
    """When it was changed in Anki, and not by a push; epoch seconds."""
    kept: OriginalFields | None
    """What is known of its fields in Anki; None for a note type of ours."""


class EditsThere(Struct):
    """The edits of Anki that a push keeps, and those that it replaces."""

    joined: dict[str, tuple[tuple[str, ...], str]] = {}
    """See `OriginalNotes`."""
    waiting: set[str] = set()
    """Guids of the notes with edits that flash lacks."""
    conflicts: tuple[EditConflict, ...] = ()


def edits_there(app: AppContext, notes: Sequence[ChangedNote]) -> EditsThere:
    """Tell which side edited what in notes that were edited later in flash."""
    found = EditsThere()
    foreign = [one for one in notes if one.kept is not None]
    own = {one.stored.guid: one for one in notes if _is_own(one)}
    read = [_read(one) for one in own.values()]
    stored = {guid: one.stored for guid, one in own.items()}
    bases, media = bases_of(app, read, stored), media_files(app.store)
    for note in read:
        shared = bases.get(note.guid)
        if shared is None:
            continue
        edit = own_edit(stored[note.guid], note, media, shared)
        if edit is None or edit.sent is None:
            continue
        found.joined[note.guid] = edit.sent.fields, ""
        found.waiting |= {note.guid} if edit.is_visible else set()
        found.conflicts += tuple(conflicts_of([edit], update_text=False))
    for one in foreign:
        _add_foreign(found, one)
    return found


def _add_foreign(found: EditsThere, one: ChangedNote) -> None:
    stored, kept, fields = one.stored, one.kept, one.there.texts
    if kept is None or fields == kept.raw.fields:
        return
    found.waiting.add(stored.guid)  # also if only other fields were edited
    asked = question_text(stored.note.content)
    found.conflicts += tuple(
        EditConflict(asked, *texts, EditOutcome.KEPT)
        for texts in overwritten_texts(stored, kept, fields)
    )


def _is_own(one: ChangedNote) -> bool:
    names = BASIC_FIELDS if is_two_sided(one.stored.note.content) else CLOZE_FIELDS
    return one.kept is None and one.there.fields.keys() == set(names)


def _read(one: ChangedNote) -> AnkiNote:
    stored = one.stored
    kind = BASIC_ID if is_two_sided(stored.note.content) else CLOZE_ID
    there = one.there
    return AnkiNote(
        *(stored.anki_id, stored.guid, kind, one.changed_s, there.tags, there.texts)
    )
