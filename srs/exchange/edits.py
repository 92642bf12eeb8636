"""Notes get another text that didn't come from a file."""

from collections.abc import Iterable

import msgspec

from cards.identity import text_key
from cards.note import Note
from cards.plan import Action, Step
from srs.library import known_notes
from srs.plan_writer import Applied, apply_plan
from srs.store import Store


def update_notes(
    store: Store, changed: Iterable[tuple[str, Note]], now_ms: int
) -> Applied:
    """Change notes in one transaction; their history stays.

    Args:
        store: The store.
        changed: Guids, and the notes as they are to be.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    known = {one.guid: one for one in known_notes(store)}
    steps = [
        Step(Action.CHANGED, note, known[guid], text_key(note))
        for guid, note in changed
        if guid in known
    ]
    return apply_plan(store, steps, now_ms, name="edit")


def keep_fields(
    store: Store, changed: Iterable[tuple[str, tuple[str, ...], Note]]
) -> None:
    """Keep other fields of notes that came from Anki, in one transaction.

    Args:
        store: The store.
        changed: Guids, the fields, and the notes that were made of them.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        connection.executemany(
            "update anki_notes set fields = ?, content = ? where guid = ?",
            [
                (
                    "\x1f".join(fields),
                    msgspec.json.encode(note.content).decode(),
                    guid,
                )
                for guid, fields, note in changed
            ],
        )
