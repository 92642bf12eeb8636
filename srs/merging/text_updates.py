"""Change the text of notes that have no deck file."""

from collections.abc import Sequence

from msgspec import Struct

from cards.identity.keys import text_key
from cards.identity.matching import Action, PlannedChange
from cards.note import Note
from srs.store.connection import Store
from srs.store.import_rows import replace_original_fields
from srs.store.note_writer import Applied, apply_plan
from srs.store.notes import known_notes


class TextUpdate(Struct, frozen=True):
    """A stored note with its new text."""

    guid: str
    note: Note
    fields: tuple[str, ...] = ()
    """The fields in Anki; empty if unknown."""


def update_notes(store: Store, updates: Sequence[TextUpdate], now_ms: int) -> Applied:
    """Change notes in one transaction, as one operation; their history stays.

    Args:
        store: The store.
        updates: Notes with their new text.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    known = {note.guid: note for note in known_notes(store)}
    changes = [
        PlannedChange(
            Action.CHANGED, update.note, known[update.guid], text_key(update.note)
        )
        for update in updates
        if update.guid in known
    ]
    fields = [(one.guid, one.fields, one.note) for one in updates if one.fields]
    with store.transaction() as connection:
        also = {"kept": replace_original_fields(connection, fields)}
        return apply_plan(
            store, changes, now_ms, name="edit", also=also, from_files=False
        )
