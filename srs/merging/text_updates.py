"""Notes get another text that didn't come from a file."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from cards.identity.keys import text_key
from cards.identity.matching import Action, PlannedChange
from cards.note import Note
from srs.store.card_actions import SET_KEPT
from srs.store.connection import Store
from srs.store.note_writer import Applied, apply_plan
from srs.store.notes import known_notes


class Edited(Struct, frozen=True):
    """A note with another text."""

    guid: str
    note: Note
    fields: tuple[str, ...] = ()
    """As Anki has them; empty where they are not known."""


def update_notes(store: Store, edited: Sequence[Edited], now_ms: int) -> Applied:
    """Change notes in one transaction, as one step; their history stays.

    Args:
        store: The store.
        edited: What they are to be.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    known = {one.guid: one for one in known_notes(store)}
    steps = [
        PlannedChange(Action.CHANGED, one.note, known[one.guid], text_key(one.note))
        for one in edited
        if one.guid in known
    ]
    with store.transaction() as connection:
        kept = [
            connection.execute(_KEPT, (one.guid,)).fetchone()
            for one in edited
            if one.fields
        ]
        connection.executemany(
            SET_KEPT,
            [
                ("\x1f".join(one.fields), _json(one.note), one.guid)
                for one in edited
                if one.fields
            ],
        )
        also = {"kept": [row for row in kept if row is not None]}
        return apply_plan(store, steps, now_ms, name="edit", also=also)


_KEPT = "select fields, content, guid from anki_notes where guid = ?"


def _json(note: Note) -> str:
    return msgspec.json.encode(note.content).decode()
