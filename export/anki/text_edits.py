"""Find what was changed in Anki in notes that flash has."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TypeVar

import msgspec
from msgspec import to_builtins
from msgspec.structs import replace

from cards.identity.joined_edits import (
    Ordinals,
    Versions,
    differing_texts,
    joined,
)
from cards.note import Cloze, Content, Note
from export.anki.anki_model import AnkiCard, AnkiNote, Collection, NoteType
from export.anki.converted import (
    INCOMPLETE_TAG,
    Converted,
    Unsupported,
    has_empty_side,
)
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.found_edits import FieldsSeen, Shared, TextEdit
from export.anki.html_to_markdown import to_markdown
from export.anki.joined_tags import joined_tags, tags_after
from export.anki.note_rendering import special_fields
from export.anki.note_types import convert_note
from export.anki.own_edits import own_edit
from export.anki.rows import anki_tag
from srs.models.cards import StoredNote, pair_cards
from srs.models.incoming import AnkiFields, OriginalFields
from srs.models.media import MediaFiles

_WithFields = TypeVar("_WithFields", AnkiNote, Shared | None)
_NOTHING_SEEN = FieldsSeen()


def text_edits(
    collection: Collection,
    stored: Mapping[str, StoredNote],
    kept: Mapping[str, OriginalFields],
    media: MediaFiles,
    renamed: Callable[[str], str] | None = None,
    seen: FieldsSeen = _NOTHING_SEEN,
) -> Iterator[TextEdit]:
    """Find notes that were edited in Anki.

    A note from Anki is joined with it text by text, so its edits are found even if it
    was edited in flash later; also a change that flash doesn't show: of its other
    fields, colours or its note type. Other notes count if they were not, or if it is
    known what both sides had.

    Args:
        collection: The collection of Anki.
        stored: Stored notes by guid.
        kept: Original fields of notes from Anki, by guid.
        media: The files of notes.
        renamed: Replaces the names of media in a field; None if none changed.
        seen: What is known of the notes of the collection.
    """
    cards: dict[int, list[AnkiCard]] = defaultdict(list)
    for card in collection.cards:
        cards[card.note].append(card)
    for read in collection.notes:
        ours = stored.get(read.guid)
        notetype = collection.notetypes.get(read.notetype)
        if ours is None or notetype is None:
            continue
        note, edit = _renamed(read, renamed), None
        if notetype.id in (BASIC_ID, CLOZE_ID):
            shared = _renamed(seen.shared.get(note.guid), renamed)
            if shared is not None or _is_newer(note, ours):
                edit = own_edit(ours, note, media, shared)
        elif note.modified_s * 1000 < seen.changed_ms.get(note.guid, 0):
            continue  # an older state of the collection
        elif (before := kept.get(note.guid) or _adopted(ours, note)) is not None:
            special = special_fields(cards[note.id], collection.decks)
            change = _Change(ours, before, note, notetype, cards[note.id], seen)
            edit = change.edit(special, is_adopted=note.guid not in kept)
        if edit is not None:
            yield edit


def _renamed(note: _WithFields, renamed: Callable[[str], str] | None) -> _WithFields:
    """Return a note with other names of media in its fields."""
    if note is None or renamed is None:
        return note
    return replace(note, fields=tuple(map(renamed, note.fields)))


def overwritten_texts(
    stored: StoredNote, kept: OriginalFields, fields: Sequence[str]
) -> list[tuple[str, str]]:
    """Return the texts that were edited on both sides, ours first.

    Args:
        stored: The note here.
        kept: What Anki had when its fields were last read.
        fields: The fields in Anki now, of the same note type.
    """
    old, new = msgspec.json.decode(kept.content), to_builtins(stored.note.content)
    found: list[tuple[str, str]] = []
    for name, index in kept.raw.shown.items():
        was, theirs = kept.raw.fields[index], fields[index]
        if name not in new or old.get(name) == new[name] or was == theirs:
            continue
        text = to_markdown(theirs)
        if text not in (to_markdown(was), new[name]):
            found.append((new[name], text))
    return found


def _adopted(ours: StoredNote, note: AnkiNote) -> OriginalFields | None:
    """Return what a note of Anki that came here as text has in common with it.

    The text counts as the same, in another writing. A note of a deck file is ours.
    """
    if ours.note.line:
        return None
    there = {tag.casefold() for tag in note.tags}
    tags = tuple(one for one in ours.note.tags if anki_tag(one).casefold() in there)
    raw = AnkiFields(note.notetype, note.fields, {})
    return OriginalFields(raw, _json(ours.note.content), ours.note.extra, tags)


def _is_newer(note: AnkiNote, ours: StoredNote) -> bool:
    # Anki counts whole seconds.
    return note.modified_s > ours.modified_ms // 1000


class _Change:
    """A note from Anki as it is there and here."""

    def __init__(
        self,
        stored: StoredNote,
        kept: OriginalFields,
        note: AnkiNote,
        notetype: NoteType,
        cards: list[AnkiCard],
        seen: FieldsSeen,
    ) -> None:
        self._stored, self._kept = stored, kept
        self._seen = seen
        changed_ms = seen.changed_ms.get(note.guid, 0)
        self._seen_s = max(changed_ms, stored.created_ms) // 1000
        self._note, self._notetype = note, notetype
        self._ordinals = [card.ordinal for card in cards]
        pairs = pair_cards(
            {card.id: card.ordinal for card in cards},
            {card.id: card.ordinal for card in stored.cards},
            by_id=True,
        )
        self._has_new_cards = len(pairs) < len(cards)
        self._is_newer = _is_newer(note, stored)
        changed_s, here_s = note.modified_s, stored.modified_ms // 1000
        self._is_from_here = changed_s == here_s or changed_s in seen.edited_s
        if kept.is_pending and self._is_from_here:
            # What Anki has beside the texts that came from here.
            raw = kept.raw
            self._note = replace(note, notetype=raw.notetype, fields=raw.fields)

    def edit(
        self, special: Callable[[int], Mapping[str, str]], *, is_adopted: bool = False
    ) -> TextEdit | None:
        """Return what differs; None if nothing does.

        Args:
            special: Returns the special fields of a card.
            is_adopted: The fields of the note were not known before.
        """
        note, stored, is_newer = self._note, self._stored, self._is_newer
        has_other_fields = (note.notetype, note.fields) != (
            self._kept.raw.notetype,
            self._kept.raw.fields,
        )
        is_later = has_other_fields and note.modified_s > self._seen_s
        is_taken = is_adopted or is_newer or self._kept.is_pending
        is_taken |= self._was_edited()
        is_taken |= self._has_new_cards and not has_other_fields
        # A text that was shown may have been written into its deck file since.
        may_agree = not has_other_fields and not self._has_kept_text()
        if not (is_taken or is_later or may_agree):
            return None
        try:
            taken = convert_note(note, self._notetype, self._ordinals, special)
        except Unsupported:
            return TextEdit(stored, None) if is_newer and not is_adopted else None
        if taken.broken:
            return TextEdit(stored, None) if is_newer and not is_adopted else None
        made, conflicts = stored.note, list[tuple[str, str]]()
        ordinals: Ordinals = {part: one for one, part in taken.parts.items()}
        if is_taken:
            versions = self._versions(taken.content, special)
            theirs = ordinals
            made, ordinals = self._joined(versions, taken, theirs)
            conflicts = self._conflicts(versions, taken, theirs)
        raw = AnkiFields(note.notetype, note.fields, taken.shown)
        original = OriginalFields(raw, _json(taken.content), taken.extra, note.tags)
        if made == stored.note and original == self._kept and not conflicts:
            return None
        changed_ms = note.modified_s * 1000 if is_taken or is_later else 0
        return TextEdit(
            *(stored, made, original, ordinals, changed_ms),
            kept=self._kept,
            conflicts=tuple(conflicts),
            is_ours_later=not is_newer,
        )

    def _was_edited(self) -> bool:
        """Return True if Anki has a later state than both sides had, not from here."""
        changed_s = self._note.modified_s
        if self._is_from_here:
            return False
        was_seen = self._seen.changed_ms.get(self._note.guid) == changed_s * 1000
        return was_seen or changed_s > self._seen_s

    def _joined(
        self, versions: Versions, taken: Converted, theirs: Ordinals
    ) -> tuple[Note, Ordinals]:
        """Return the note with the edits of both sides."""
        made = self._stored.note
        ours = {card.part: card.ordinal for card in self._stored.cards}
        content, ordinals = joined(versions, ours, theirs)
        extra = made.extra
        if made.kind == "cloze" or type(content) is not type(made.content):
            extra = self._joined_text(self._kept.extra, made.extra, taken.extra)
        is_incomplete = bool(taken.incomplete) and has_empty_side(content)
        tags = self._joined_tags(is_incomplete=is_incomplete)
        return replace(made, content=content, extra=extra, tags=tags), ordinals

    def _joined_text(self, base: str | None, ours: str, theirs: str) -> str:
        """Return a text with the edit of the side that has one, or of the later one."""
        if theirs == base or (base != ours and not self._is_newer):
            return ours
        return theirs

    def _joined_tags(self, *, is_incomplete: bool) -> tuple[str, ...]:
        ours, base = self._stored.note.tags, self._kept.tags
        if base is None and not self._is_newer:
            return ours
        tags = [one for one in self._note.tags if one.lower() != INCOMPLETE_TAG]
        if base is not None:
            own = tuple(one for one in ours if one != INCOMPLETE_TAG)
            tags = list(joined_tags(base, own, tags))
        return tags_after(ours, tags + [INCOMPLETE_TAG] * is_incomplete)

    def _conflicts(
        self, versions: Versions, taken: Converted, theirs: Ordinals
    ) -> list[tuple[str, str]]:
        """Return the texts that both sides edited, ours first."""
        ours = {card.part: card.ordinal for card in self._stored.cards}
        mine, others = (
            joined(replace(versions, prefers_ours=one), ours, theirs)[0]
            for one in (True, False)
        )
        is_merged = isinstance(mine, Cloze) and mine != versions.ours
        found = []
        if not is_merged or self._is_newer:
            found = differing_texts(mine, others)
        extra, base = self._stored.note.extra, self._kept.extra
        if base not in (None, extra) and taken.extra not in (base, extra):
            found.append((extra, taken.extra))
        return found

    def _versions(
        self, theirs: Content, special: Callable[[int], Mapping[str, str]]
    ) -> Versions:
        """Return the content on both sides, with what Anki had before."""
        stored, raw = self._stored, self._kept.raw
        base = known = self._base(theirs)
        if stored.modified_ms // 1000 > self._seen_s:
            before = replace(self._note, fields=raw.fields)
            with suppress(Unsupported):
                taken = convert_note(before, self._notetype, self._ordinals, special)
                known = taken.content
        return Versions(
            *(base, known, stored.note.content, theirs), prefers_ours=not self._is_newer
        )

    def _base(self, theirs: Content) -> Content:
        """Return the content that an edit was made from: the most similar one.

        An app may not have had the last one yet.
        """
        kept: Content = msgspec.json.decode(self._kept.content, type=Content)
        former = self._seen.former.get(self._note.guid, ()) if self._is_newer else ()
        earlier = (one.note.content for one, _until_ms in former)
        states = [one for one in earlier if differing_texts(one, theirs)]
        return min([kept, *states], key=lambda one: len(differing_texts(one, theirs)))

    def _has_kept_text(self) -> bool:
        return _json(self._stored.note.content) == self._kept.content


def _json(content: object) -> str:
    return msgspec.json.encode(content).decode()
