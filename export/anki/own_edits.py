"""Find what was changed in Anki in notes of flash's own note types.

They are compared field by field, so that unchanged texts stay as written: each field is
that of the side that edited it, and that of the later side if both did.
"""

import unicodedata
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from cards.identity.joined_edits import Ordinals
from cards.note import Note
from cards.questions import is_two_sided, media_of
from cards.text.media import with_media_paths
from export.anki.anki_model import AnkiNote
from export.anki.fields import fields_of
from export.anki.flash_note_types import BASIC_FIELDS, BASIC_ID, CLOZE_FIELDS, CLOZE_ID
from export.anki.found_edits import Shared, TextEdit
from export.anki.html_to_markdown import to_markdown
from export.anki.joined_tags import joined_tags, tags_after
from export.anki.package_media import media_naming
from export.anki.rewritten_notes import as_written, rewritten
from export.anki.rows import anki_tag
from export.files import ExportError
from srs.models.cards import StoredNote
from srs.models.media import MediaFiles

_NAMES = {BASIC_ID: BASIC_FIELDS, CLOZE_ID: CLOZE_FIELDS}
_ID = "Id"
"""A copy made in Anki has that of its original."""


def own_edit(
    stored: StoredNote, note: AnkiNote, media: MediaFiles, shared: Shared | None
) -> TextEdit | None:
    """Return what was edited in Anki and is not here; None if nothing was.

    Args:
        stored: The note here.
        note: The note in Anki.
        media: The files of notes.
        shared: What both sides had; by default the note here.
    """
    own_type = BASIC_ID if is_two_sided(stored.note.content) else CLOZE_ID
    naming = media_naming(stored, media)
    if note.notetype != own_type:
        return None
    try:
        ours = fields_of(stored, naming)
    except ExportError:
        return None
    base = shared or Shared(ours, stored.note.tags)
    named = {naming(path): path for path in media_of(stored.note)}
    fields = _fields(ours, base.fields, note, named)
    is_ours_later = note.modified_s <= stored.modified_ms // 1000
    both = [one for one in fields if one.is_both]
    taken = [one for one in fields if one.is_theirs]
    taken = [one for one in taken if not (is_ours_later and one in both)]
    tags = joined_tags(base.tags, stored.note.tags, note.tags)
    if not (taken or both) and tags == stored.note.tags:
        return None
    made, ordinals, by_hand = _made(stored, taken, tags)
    sent = tuple(one.theirs if one in taken else one.ours for one in fields)
    left = tuple(one.base if one in taken else one.theirs for one in fields)
    changed_ms = note.modified_s * 1000
    differ = (a.theirs != b for a, b in zip(fields, sent, strict=True) if a.name != _ID)
    lacks_tags = set(map(anki_tag, tags)) != set(note.tags)
    if any(differ) or lacks_tags:  # Anki lacks some of it.
        changed_ms = max(stored.modified_ms, changed_ms + 1000)
    return TextEdit(
        *(stored, made, None, ordinals, changed_ms, by_hand),
        conflicts=tuple((one.text(one.ours), one.text(one.theirs)) for one in both),
        is_ours_later=is_ours_later,
        shared=Shared(left, base.tags),
        sent=Shared(sent, tags),
    )


def made_from(
    note: AnkiNote,
    stored: StoredNote,
    former: Sequence[tuple[StoredNote, int]],
    media: MediaFiles,
) -> Shared | None:
    """Return the state of a note that was edited in Anki: the most similar one.

    Args:
        note: The note in Anki.
        stored: The note here.
        former: Its earlier states and when they were replaced, the newest first.
        media: The files of notes.

    Returns:
        None if it is the note here, the note was not edited in Anki, or that is
        unknown.
    """
    now_s, is_newer = note.modified_s, note.modified_s > stored.modified_ms // 1000
    times = [(one.modified_ms // 1000, until // 1000) for one, until in former]
    if not is_newer and not any(since < now_s < until for since, until in times):
        return None
    states = [one for one, _ in former if one.modified_ms // 1000 <= now_s]
    found: list[tuple[int, Shared | None]] = []
    if is_newer and (ours := _shared(stored, media)) is not None:
        found.append((_differences(note, ours), None))
    for shared in filter(None, (_shared(one, media) for one in states)):
        count = _differences(note, shared)
        if count or not is_newer:  # else an edit that takes back one of flash
            found.append((count, shared))
    # An earlier state tells more: of two that are as similar, what both edited.
    closest = min(found, key=lambda one: (one[0], one[1] is None), default=(0, None))
    return closest[1]


def _shared(stored: StoredNote, media: MediaFiles) -> Shared | None:
    try:
        fields = fields_of(stored, media_naming(stored, media))
    except ExportError:
        return None
    return Shared(fields, tuple(map(anki_tag, stored.note.tags)))


def _differences(note: AnkiNote, shared: Shared) -> int:
    names = _NAMES[note.notetype]
    sides = zip(names, shared.fields, note.fields, strict=False)
    count = sum(not _is_same(one, other) for name, one, other in sides if name != _ID)
    return count + (set(tags_after(shared.tags, note.tags)) != set(shared.tags))


def _made(
    stored: StoredNote, taken: Sequence["_Field"], tags: tuple[str, ...]
) -> tuple[Note | None, Ordinals, tuple[tuple[str, str, str], ...]]:
    """Return the note with the fields of Anki, ordinals, and what it can't have."""
    texts = {one.name: one.text(one.theirs) for one in taken}
    old = {one.name: one.text(one.ours) for one in taken}
    made, ordinals = rewritten(stored, texts)
    if made is not None:
        made, ordinals = as_written(stored, old, made, ordinals)
        return replace(made, tags=tags), ordinals, ()
    if stored.note.line and tags != stored.note.tags:
        made = replace(stored.note, tags=tags)
    return made, ordinals, tuple((name, old[name], texts[name]) for name in texts)


class _Field(Struct, frozen=True):
    """A field on both sides, and before."""

    name: str
    base: str
    ours: str
    theirs: str
    paths: Mapping[str, str]
    """The original paths of media."""

    @property
    def is_theirs(self) -> bool:
        """Return True if it was edited in Anki, and is not the same here."""
        if self.name == _ID or _is_same(self.ours, self.theirs):
            return False
        if _is_same(self.base, self.theirs):
            return False
        return not self._is_ours or self.text(self.theirs) != self.text(self.base)

    @property
    def is_both(self) -> bool:
        """Return True if both sides edited its text, in different ways."""
        is_other = self.text(self.ours) != self.text(self.theirs)
        return self.is_theirs and self._is_ours and is_other

    @property
    def _is_ours(self) -> bool:
        return self.text(self.ours) != self.text(self.base)

    def text(self, field: str) -> str:
        """Convert to Markdown with the original media paths."""
        return with_media_paths(to_markdown(field), self.paths)


def _fields(
    ours: Sequence[str],
    base: Sequence[str],
    note: AnkiNote,
    paths: Mapping[str, str],
) -> list[_Field]:
    names, width = _NAMES[note.notetype], len(ours)
    sides = (names, base, ours, note.fields)
    padded = ([*side, *[""] * width][:width] for side in sides)
    return [
        _Field(name, before, here, there, paths)
        for name, before, here, there in zip(*padded, strict=True)
    ]


def _is_same(field: str, other: str) -> bool:
    return unicodedata.normalize("NFC", field) == unicodedata.normalize("NFC", other)
