"""Join edits of one state of a note that two devices made without each other.

The later edit is in the store.  Of the earlier one, it gets the texts, the tags and the
deck that the later one didn't change: as a new edit, which goes to the other devices.
They may have joined the same edits, with the same result.
"""

from collections.abc import Iterable, Mapping

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.identity.joined_edits import Versions, joined
from cards.note import Content, Note
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import StoredNote
from srs.models.incoming import AnkiFields, LostEdit, OriginalFields
from srs.store.connection import Store
from srs.store.lost_edits import UnseenEdit, lost_edit
from srs.store.note_bases import is_last_state
from srs.store.notes import stored_notes
from srs.store.stamps import last_stamp, take_stamp

_WHOLE = ("deck", "language", "sources", "changed", "checked", "recheck")
"""What is taken from one of the edits as a whole, besides the texts."""


class _Joined(Struct, frozen=True):
    content: Content
    extra: str
    numbers: Mapping[str, int] = {}
    """The ordinals of the cards by part; empty if the parts tell the cards."""
    original: OriginalFields | None = None


def join_edits(
    store: Store, unseen: Iterable[UnseenEdit]
) -> tuple[int, list[LostEdit]]:
    """Join edits, in a transaction of the caller.

    Args:
        store: The store, with the later edits.
        unseen: From a merge.

    Returns:
        The number of notes that changed, and what is lost of the earlier edits.

    Raises:
        StoreError: The store can't be written.
    """
    lost: list[LostEdit] = []
    updates: list[TextUpdate] = []
    for edit in unseen:
        found = next(stored_notes(store, guids=[edit.guid]), None)
        kept = found.note if found else edit.kept
        is_last = is_last_state(store.connection, edit.guid, edit.stamp)
        if found and edit.base and is_last:
            update = _update(found, edit, edit.base)
            if update.note != kept:
                updates.append(update)
                kept = update.note
        if (one := lost_edit(edit, kept)) is not None:
            lost.append(one)
    if updates:
        # Later than the edit that came.
        take_stamp(store.connection, 0)
        update_notes(store, updates, last_stamp(store.connection) >> 16)
    return len(updates), lost


def _update(stored: StoredNote, edit: UnseenEdit, base: Note) -> TextUpdate:
    """Return the later state with what only the earlier one changed."""
    kept, lost = stored.note, edit.lost
    texts = _texts(stored, edit, base)
    taken = [name for name in _WHOLE if getattr(kept, name) == getattr(base, name)]
    whole = {name: getattr(lost, name) for name in taken}
    gone = set(base.tags) - set(lost.tags)
    added = [tag for tag in lost.tags if tag not in (*base.tags, *kept.tags)]
    tags = (*(tag for tag in kept.tags if tag not in gone), *added)
    note = replace(kept, content=texts.content, extra=texts.extra, tags=tags, **whole)
    return TextUpdate(stored.guid, note, texts.original, texts.numbers)


def _texts(stored: StoredNote, edit: UnseenEdit, base: Note) -> _Joined:
    """Join the texts; those of a note from Anki go with its fields."""
    kept, lost = stored.note, edit.lost
    numbers = {card.part: card.ordinal for card in stored.cards}
    mine = _Joined(kept.content, kept.extra)
    before = (base.content, base.extra)
    if (lost.content, lost.extra) == before:
        return mine
    if edit.original is not None:
        if (kept.content, kept.extra) != before:
            return mine
        raw = edit.original
        fields = AnkiFields(
            raw.notetype,
            msgspec.json.decode(raw.fields, type=tuple[str, ...]),
            msgspec.json.decode(raw.shown, type=dict[str, int]),
        )
        original = OriginalFields(fields, raw.content)
        return _Joined(lost.content, lost.extra, edit.numbers, original)
    extra = lost.extra if kept.extra == base.extra else kept.extra
    sides = Versions(
        base.content, base.content, kept.content, lost.content, prefers_ours=True
    )
    content, ordinals = joined(sides, numbers, edit.numbers)
    if content == kept.content:
        ordinals = {}
    return _Joined(content, extra, ordinals)
