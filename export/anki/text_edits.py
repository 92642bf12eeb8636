"""Find text edits that were made in Anki to notes of flash."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from cards.note import Note
from cards.questions import media_of, texts_of
from export.anki.anki_model import AnkiCard, AnkiNote, Collection, NoteType
from export.anki.converted import Unsupported
from export.anki.fields import fields_of
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.html_to_markdown import to_markdown
from export.anki.note_rendering import SpecialFields, special_fields
from export.anki.note_types import convert_note
from export.anki.package_writer import media_naming
from export.files import ExportError
from srs.models.cards import StoredNote
from srs.models.incoming import OriginalFields
from srs.models.media import MediaFiles

_KEYS = {"Front": "front", "Back": "back", "Text": "cloze"}
"""Fields of our note types -> keys of a card."""


class TextEdit(Struct, frozen=True):
    """A note whose text in Anki is newer and different."""

    stored: StoredNote
    note: Note | None
    """The edited note; None if the fields don't fit its kind."""
    fields: tuple[str, ...] = ()
    """The fields in Anki if the note came from there."""


def text_edits(
    collection: Collection,
    stored: Mapping[str, StoredNote],
    kept: Mapping[str, OriginalFields],
    media: MediaFiles,
) -> Iterator[TextEdit]:
    """Find notes that were edited in Anki after their last change in flash.

    Args:
        collection: The collection of Anki.
        stored: Stored notes by guid.
        kept: Original fields of notes from Anki, by guid.
        media: The files of notes.
    """
    cards: dict[int, list[AnkiCard]] = defaultdict(list)
    for card in collection.cards:
        cards[card.note].append(card)
    for note in _newer(collection.notes, stored):
        ours = stored[note.guid]
        notetype = collection.notetypes.get(note.notetype)
        if notetype is None:
            continue
        if notetype.id in (BASIC_ID, CLOZE_ID):
            edit = _edit_of_ours(ours, note, media)
        else:
            special = special_fields(cards[note.id], collection.decks)
            before = kept.get(note.guid)
            edit = _edit_of_original(ours, before, note, notetype, special)
        if edit is not None:
            yield edit


def _newer(
    notes: Iterable[AnkiNote], stored: Mapping[str, StoredNote]
) -> Iterator[AnkiNote]:
    for note in notes:
        ours = stored.get(note.guid)
        # Anki counts whole seconds.
        if ours is not None and note.modified_s > ours.modified_ms // 1000:
            yield note


def _edit_of_ours(
    stored: StoredNote, note: AnkiNote, media: MediaFiles
) -> TextEdit | None:
    """Compare field by field, so that unchanged texts stay as written."""
    naming = media_naming(stored, media)
    try:
        before = fields_of(stored, naming)
    except ExportError:
        return None
    names = BASIC_FIELDS if note.notetype == BASIC_ID else CLOZE_FIELDS
    changed = {
        name: field
        for name, old, field in zip(names, before, note.fields, strict=False)
        if unicodedata.normalize("NFC", old) != unicodedata.normalize("NFC", field)
    }
    if not changed:
        return None
    paths = media_of(stored.note)
    texts = {
        name: _with_paths(field, {naming(path): path for path in paths})
        for name, field in changed.items()
    }
    return TextEdit(stored, _rewritten(stored.note, texts))


def _with_paths(field: str, paths: Mapping[str, str]) -> str:
    """Convert a field to Markdown with the original media paths."""
    text = to_markdown(field)
    for name, path in paths.items():
        text = text.replace(name, path)
    return text


def _rewritten(note: Note, texts: dict[str, str]) -> Note | None:
    """Return the note with changed texts; None if a text has no place."""
    if "Extra" in texts:
        note = replace(note, extra=texts.pop("Extra"))
    changes = {_KEYS.get(name, ""): text for name, text in texts.items()}
    keys = {path[0] for path, _ in texts_of(note.content)}
    if not changes.keys() <= keys or not all(changes.values()):
        return None
    return replace(note, content=replace(note.content, **changes))


def _edit_of_original(
    stored: StoredNote,
    kept: OriginalFields | None,
    note: AnkiNote,
    notetype: NoteType,
    special: SpecialFields,
) -> TextEdit | None:
    if kept is None or kept.raw.fields == note.fields:
        return None
    ordinals = [card.ordinal for card in stored.cards]
    try:
        taken = convert_note(note, notetype, ordinals, special)
    except Unsupported:
        return TextEdit(stored, None)
    made = replace(stored.note, content=taken.content, extra=taken.extra)
    return TextEdit(stored, made, note.fields) if made != stored.note else None
