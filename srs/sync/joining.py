"""Join edits of one state of a note that two devices made without each other.

The later edit is in the store.  Of the earlier one, it gets what it didn't change
itself: the texts, the tags, the deck.  That is a new edit, which goes to the other
devices; they may have joined the same edits, with the same result.
"""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from cards.identity.joined_edits import Versions, joined
from cards.note import Basic, Content, Note
from cards.questions import texts_of
from cards.text.media import media_paths
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.incoming import AnkiFields, LostEdit, OriginalFields
from srs.models.log_entries import OriginalNote
from srs.store.connection import Store
from srs.store.lost_edits import UnseenEdit, lost_edit
from srs.store.note_bases import is_last_state, keeping_bases
from srs.store.notes import stored_notes
from srs.store.stamps import last_stamp, take_stamp

_WHOLE = ("id", "deck", "language", "sources", "changed", "checked", "recheck")
"""What is taken from one of the edits as a whole, besides the texts."""


def join_edits(
    store: Store, unseen: Iterable[UnseenEdit]
) -> tuple[int, list[LostEdit]]:
    """Join edits, in a transaction of the caller.

    It is no operation that the user could undo: an undo would take back an edit of
    another device.

    Args:
        store: The store, with the later edits.
        unseen: From a merge.

    Returns:
        The number of notes that changed, and what is lost of the earlier edits.

    Raises:
        StoreError: The store can't be written.
    """
    edits = list(unseen)
    guids = list(dict.fromkeys(edit.guid for edit in edits))
    notes = {one.guid: one.note for one in stored_notes(store, guids=guids)}
    updates: dict[str, TextUpdate] = {}
    for edit in edits:
        is_last = is_last_state(store.connection, edit.guid, edit.stamp)
        kept = notes.get(edit.guid)
        if kept and edit.base and is_last and not edit.was_removed:
            note = notes[edit.guid] = _joined(kept, edit.lost, edit.base, edit.original)
            before = updates.get(edit.guid)
            original = before.original if before else None
            if edit.original and note.content != kept.content:
                original = _fields(edit.original)
            if note != kept:
                updates[edit.guid] = TextUpdate(edit.guid, note, original)
    if updates:
        # Later than the edit that came.
        take_stamp(store.connection, 0)
        now_ms = last_stamp(store.connection) >> 16
        with keeping_bases(store.connection, updates):
            update_notes(store, list(updates.values()), now_ms, name="")
    lost = (lost_edit(edit, notes.get(edit.guid)) for edit in edits)
    return len(updates), [one for one in lost if one is not None]


def _joined(kept: Note, lost: Note, base: Note, original: OriginalNote | None) -> Note:
    """Return the later state with what only the earlier one changed."""
    taken = [name for name in _WHOLE if getattr(kept, name) == getattr(base, name)]
    whole = {name: getattr(lost, name) for name in taken}
    gone = set(base.tags) - set(lost.tags)
    added = [tag for tag in lost.tags if tag not in (*base.tags, *kept.tags)]
    tags = (*(tag for tag in kept.tags if tag not in gone), *added)
    note = replace(kept, tags=tags, **whole)
    sides = [(one.content, one.extra) for one in (kept, lost, base)]
    if original is not None:
        # The fields in Anki, which have both, can't be joined.
        content, extra = sides[1] if sides[0] == sides[2] else sides[0]
    else:
        content = _content(kept.content, lost.content, base.content)
        extra = lost.extra if kept.extra == base.extra else kept.extra
    return replace(note, content=content, extra=extra)


def _content(kept: Content, lost: Content, base: Content) -> Content:
    """Join question and answer; other kinds come from one of the edits as a whole.

    So does a note to which an edit has added a picture: a note has the files that one
    device has sent with it.
    """
    if kept == base:
        return lost
    if not all(isinstance(one, Basic) for one in (kept, lost, base)):
        return kept
    if not {*_media(kept), *_media(lost)} <= {*_media(base)}:
        return kept
    return joined(Versions(base, base, kept, lost, prefers_ours=True), {}, {})[0]


def _media(content: Content) -> Iterator[str]:
    for _, text in texts_of(content):
        yield from (path for path, _ in media_paths(text))


def _fields(raw: OriginalNote) -> OriginalFields:
    shown = msgspec.json.decode(raw.shown, type=dict[str, int])
    fields = AnkiFields(raw.notetype, tuple(raw.fields.split("\x1f")), shown)
    return OriginalFields(fields, raw.content)
