"""Find what was changed in Anki in notes that flash has."""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.note import Cloze, Content, Note
from cards.questions import anki_ordinals, cloze_parts, media_of, texts_of
from cards.text.cloze import ClozeError, parse_cloze, renumber
from cards.text.media import with_media_paths
from export.anki.anki_model import AnkiCard, AnkiNote, Collection, NoteType
from export.anki.converted import INCOMPLETE_TAG, Unsupported
from export.anki.fields import fields_of
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.html_to_markdown import to_markdown
from export.anki.joined_edits import Ordinals, Versions, joined
from export.anki.kept_markdown import with_writing_of
from export.anki.note_rendering import special_fields
from export.anki.note_types import convert_note
from export.anki.package_media import media_naming
from export.anki.rows import anki_tag
from export.files import ExportError
from srs.models.cards import StoredNote
from srs.models.incoming import AnkiFields, OriginalFields
from srs.models.media import MediaFiles

_KEYS = {"Front": "front", "Back": "back", "Text": "cloze"}
"""Fields of our note types -> keys of a card."""
_LEECH = "leech"
"""A tag that both programs give by themselves."""


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

    @property
    def is_visible(self) -> bool:
        """Return False if flash shows nothing of the change."""
        return self.note != self.stored.note


def text_edits(
    collection: Collection,
    stored: Mapping[str, StoredNote],
    kept: Mapping[str, OriginalFields],
    media: MediaFiles,
    renamed: Callable[[str], str] | None = None,
    seen_ms: Mapping[str, int] = {},
) -> Iterator[TextEdit]:
    """Find notes that were edited in Anki after their last change in flash.

    For a note from Anki, a change that flash doesn't show is found, too: of its other
    fields, colours or its note type, even if its text was edited in flash later.

    Args:
        collection: The collection of Anki.
        stored: Stored notes by guid.
        kept: Original fields of notes from Anki, by guid.
        media: The files of notes.
        renamed: Replaces the names of media in a field; None if none changed.
        seen_ms: When notes were changed in the collection as it was last imported.
    """
    cards: dict[int, list[AnkiCard]] = defaultdict(list)
    for card in collection.cards:
        cards[card.note].append(card)
    for read in collection.notes:
        ours = stored.get(read.guid)
        notetype = collection.notetypes.get(read.notetype)
        if ours is None or notetype is None:
            continue
        note = read
        if renamed is not None:
            note = replace(read, fields=tuple(map(renamed, read.fields)))
        edit = None
        if notetype.id in (BASIC_ID, CLOZE_ID):
            if _is_newer(note, ours):
                edit = _edit_of_ours(ours, note, media)
        elif note.modified_s * 1000 < seen_ms.get(note.guid, 0):
            continue  # an older state of the collection
        elif (before := kept.get(note.guid)) is not None:
            special = special_fields(cards[note.id], collection.decks)
            seen = seen_ms.get(note.guid, 0)
            change = _Change(ours, before, note, notetype, cards[note.id], seen)
            edit = change.edit(special)
        if edit is not None:
            yield edit


def _is_newer(note: AnkiNote, ours: StoredNote) -> bool:
    # Anki counts whole seconds.
    return note.modified_s > ours.modified_ms // 1000


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
        if name != "Id"  # a copy made in Anki has that of its original
        if unicodedata.normalize("NFC", old) != unicodedata.normalize("NFC", field)
    }
    tags = _tags_after(stored.note.tags, note.tags)
    if not changed and tags == stored.note.tags:
        return None
    paths = media_of(stored.note)
    named = {naming(path): path for path in paths}
    texts = {name: _with_paths(field, named) for name, field in changed.items()}
    old = {
        name: _with_paths(field, named)
        for name, field in zip(names, before, strict=True)
        if name in changed
    }
    made, ordinals = _rewritten(stored, texts)
    by_hand: tuple[tuple[str, str, str], ...] = ()
    if made is None:
        by_hand = tuple((name, old[name], texts[name]) for name in texts)
    else:
        made, ordinals = _as_written(stored, old, made, ordinals)
    if made is None and stored.note.line and tags != stored.note.tags:
        made = stored.note
    if made is not None:
        made = replace(made, tags=tags)
    return TextEdit(stored, made, None, ordinals, note.modified_s * 1000, by_hand)


def _with_paths(field: str, paths: Mapping[str, str]) -> str:
    """Convert a field to Markdown with the original media paths."""
    return with_media_paths(to_markdown(field), paths)


def _rewritten(
    stored: StoredNote, texts: dict[str, str]
) -> tuple[Note | None, dict[str, int]]:
    """Return the note with changed texts, None if a text has no place; and ordinals."""
    note = stored.note
    if "Extra" in texts:
        note = replace(note, extra=texts["Extra"])
    changes = {
        _KEYS.get(name, ""): text for name, text in texts.items() if name != "Extra"
    }
    keys = {path[0] for path, _ in texts_of(note.content)}
    if not changes.keys() <= keys or not all(changes.values()):
        return None, {}
    if "cloze" not in changes:
        return replace(note, content=replace(note.content, **changes)), {}
    try:
        found = anki_ordinals(Cloze(changes["cloze"]))
        made = Cloze(_with_own_numbers(stored, changes["cloze"]))
        parts = cloze_parts(made)
    except ClozeError:
        return None, {}
    # The numbers differ and their order doesn't.
    ordinals = dict(zip(parts.values(), found, strict=True))
    return replace(note, content=made), ordinals


def _as_written(
    stored: StoredNote, old: dict[str, str], made: Note, ordinals: dict[str, int]
) -> tuple[Note, dict[str, int]]:
    """Write what was not edited as in the file.

    Args:
        stored: The note.
        old: The changed texts before the edit, as they come from Anki.
        made: The note after the edit.
        ordinals: Of its clozes by part.
    """
    before, _ = _rewritten(stored, old)
    if before is None:
        return made, ordinals
    states = (stored.note, before, made)
    texts = {
        key: _kept(*(getattr(note.content, key) for note in states))
        for key in _KEYS.values()
        if hasattr(made.content, key)
    }
    written = replace(
        made,
        content=replace(made.content, **texts),
        extra=_kept(*(note.extra for note in states)),
    )
    if not isinstance(written.content, Cloze):
        return written, ordinals
    try:
        parts = cloze_parts(written.content)
    except ClozeError:
        return made, ordinals
    if len(parts) != len(ordinals):
        return made, ordinals
    return written, dict(zip(parts.values(), ordinals.values(), strict=True))


def _kept(source: str, before: str, after: str) -> str:
    return after if after == source else with_writing_of(source, before, after)


def _with_own_numbers(stored: StoredNote, text: str) -> str:
    """Write clozes from Anki, whose numbers are ordinals, with those of the note."""
    own = {part: number for number, part in cloze_parts(stored.note.content).items()}
    numbers = {
        card.ordinal + 1: own[card.part] for card in stored.cards if card.part in own
    }
    free = max((*own.values(), *numbers, 0)) + 1
    for number in (ordinal + 1 for ordinal in anki_ordinals(Cloze(text))):
        if number not in numbers:
            is_taken = number in numbers.values()
            numbers[number] = free if is_taken else number
            free += is_taken
    return renumber(parse_cloze(text), numbers.__getitem__)


def _tags_after(ours: tuple[str, ...], theirs: Iterable[str]) -> tuple[str, ...]:
    """Return the tags of Anki; those that flash has are spelt as here."""
    known = {anki_tag(tag).casefold() for tag in ours}
    found = {tag.casefold(): tag for tag in theirs}
    kept = [tag for tag in ours if anki_tag(tag).casefold() in found]
    added = [tag for key, tag in found.items() if key not in known and key != _LEECH]
    return (*kept, *added)


class _Change:
    """A note from Anki as it is there and here."""

    def __init__(
        self,
        stored: StoredNote,
        kept: OriginalFields,
        note: AnkiNote,
        notetype: NoteType,
        cards: list[AnkiCard],
        seen_ms: int,
    ) -> None:
        self._stored, self._kept = stored, kept
        self._seen_s = max(seen_ms, stored.created_ms) // 1000
        self._note, self._notetype = note, notetype
        self._ordinals = [card.ordinal for card in cards]

    def edit(self, special: Callable[[int], Mapping[str, str]]) -> TextEdit | None:
        """Return what differs; None if nothing does."""
        note, stored = self._note, self._stored
        is_newer = _is_newer(note, stored)
        has_other_fields = (note.notetype, note.fields) != (
            self._kept.raw.notetype,
            self._kept.raw.fields,
        )
        is_later = has_other_fields and note.modified_s > self._seen_s
        # A text that was shown may have been written into its deck file since.
        may_agree = not has_other_fields and not self._has_kept_text()
        if not (is_newer or is_later or may_agree or self._has_new_cards()):
            return None
        try:
            taken = convert_note(note, self._notetype, self._ordinals, special)
        except Unsupported:
            return TextEdit(stored, None) if is_newer else None
        if taken.broken:
            return TextEdit(stored, None) if is_newer else None
        made = stored.note
        ordinals: Ordinals = {part: one for one, part in taken.parts.items()}
        if is_newer or self._has_new_cards():
            versions = self._versions(taken.content, special)
            ours = {card.part: card.ordinal for card in stored.cards}
            content, ordinals = joined(versions, ours, ordinals)
            extra = taken.extra
            if made.kind != "cloze" and type(content) is type(made.content):
                extra = made.extra  # the note type has no field for it
            tags = [one for one in note.tags if one.lower() != INCOMPLETE_TAG]
            tags += [INCOMPLETE_TAG] * bool(taken.incomplete)
            made = replace(made, content=content)
            if is_newer:
                made = replace(made, extra=extra, tags=_tags_after(made.tags, tags))
        raw = AnkiFields(note.notetype, note.fields, taken.shown)
        original = OriginalFields(raw, _json(taken.content), taken.extra, note.tags)
        if made == stored.note and original == self._kept:
            return None
        changed_ms = note.modified_s * 1000 if is_newer or is_later else 0
        return TextEdit(stored, made, original, ordinals, changed_ms)

    def _versions(
        self, theirs: Content, special: Callable[[int], Mapping[str, str]]
    ) -> Versions:
        """Return the content on both sides, with what Anki had before."""
        stored, raw = self._stored, self._kept.raw
        base = known = msgspec.json.decode(self._kept.content, type=Content)
        if stored.modified_ms // 1000 > self._seen_s:
            before = replace(self._note, fields=raw.fields)
            with suppress(Unsupported):
                taken = convert_note(before, self._notetype, self._ordinals, special)
                known = taken.content
        return Versions(base, known, stored.note.content, theirs)

    def _has_new_cards(self) -> bool:
        """Return True if Anki has more cards of a text that is the same in both."""
        known = {card.ordinal for card in self._stored.cards}
        if known.issuperset(self._ordinals):
            return False
        return self._has_kept_text()

    def _has_kept_text(self) -> bool:
        return _json(self._stored.note.content) == self._kept.content


def _json(content: object) -> str:
    return msgspec.json.encode(content).decode()
