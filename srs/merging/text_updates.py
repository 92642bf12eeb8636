"""Change the text of notes in the store.

Their deck file, if there is one, is left as it is: the caller writes it.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from cards.identity.keys import text_key
from cards.identity.matching import Action, PlannedChange
from cards.note import Note
from srs.models.incoming import OriginalFields
from srs.store.connection import Store
from srs.store.import_rows import replace_original_fields, set_modified
from srs.store.note_writer import Applied, apply_plan
from srs.store.notes import known_notes


class TextUpdate(Struct, frozen=True):
    """A stored note with its new text."""

    guid: str
    note: Note
    original: OriginalFields | None = None
    """The fields in Anki; None if the note didn't come from there."""
    ordinals: Mapping[str, int] = {}
    """Ordinals of its cards by part; empty if the parts tell which card is which."""
    changed_ms: int = 0
    """When it was changed, UTC milliseconds; 0 for now."""


def update_notes(
    store: Store, updates: Sequence[TextUpdate], now_ms: int, *, name: str = "edit"
) -> Applied:
    """Change notes in one transaction, as one operation; their history stays.

    Args:
        store: The store.
        updates: Notes with their new text.
        now_ms: UTC milliseconds.
        name: Of the operation; empty for none.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    known = {note.guid: note for note in known_notes(store)}
    changes = [
        PlannedChange(
            Action.CHANGED,
            update.note,
            known[update.guid],
            text_key(update.note),
            update.ordinals,
        )
        for update in updates
        if update.guid in known
    ]
    originals = {one.guid: one.original for one in updates if one.original is not None}
    moments = {one.guid: one.changed_ms for one in updates if one.changed_ms}
    with store.transaction() as connection:
        kept = replace_original_fields(connection, originals)
        also = {"kept": kept, "from_elsewhere": bool(moments)}
        applied = apply_plan(
            store, changes, now_ms, name=name, also=also, from_files=False
        )
        # A later change elsewhere may be on its way.
        set_modified(connection, moments)
        return applied
