"""Earlier states of notes, from what the operations keep for an undo."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from cards.note import Change, Content, Source
from srs.models.cards import StoredNote
from srs.store.change_capture import former_rows

_WAS = """
    select at_ms, json_extract(before, '$.former.was') from operations
     where undone = 0 and name in ('add', 'edit', 'import', 'move', 'remove')
       and json_extract(before, '$.former.was') <> ''
     order by id desc
"""
_HAS_LOG = "select exists (select 1 from sync_segments)"
_JSON: Mapping[str, Any] = {
    "tags": tuple[str, ...],
    "sources": tuple[Source, ...],
    "changed": Change,
}
_TEXTS = ("id", "language", "extra", "checked", "recheck")


class FormerNote(NamedTuple):
    """A note as it was in the store for some time."""

    note: StoredNote
    until_ms: int
    """When it was replaced, UTC milliseconds."""


def former_notes(
    connection: sqlite3.Connection, stored: Iterable[StoredNote]
) -> dict[str, list[FormerNote]]:
    """Return the earlier states of notes by guid, the newest first.

    The operations don't have what other devices changed: a note has no states from
    before that.

    Args:
        connection: Of the store.
        stored: The notes as they are now.
    """
    notes = {one.anki_id: one for one in stored}
    of_card = {card.id: key for key, one in notes.items() for card in one.cards}
    has_log = bool(connection.execute(_HAS_LOG).fetchone()[0])
    found: dict[str, list[FormerNote]] = defaultdict(list)
    for at_ms, was in connection.execute(_WAS).fetchall():
        before: dict[int, StoredNote] = {}
        texts: set[int] = set()
        for table, row, columns in former_rows(was):
            key = row if table == "notes" else of_card.get(row, 0)
            if key not in notes:
                continue
            old = before.get(key, notes[key])
            if table == "notes":
                before[key] = _with_columns(old, columns)
                texts |= {key} if "modified" in columns else set()
            else:
                before[key] = _with_card(old, row, columns)
        for key in texts:
            if has_log and notes[key].modified_ms != at_ms:
                del notes[key]
            else:
                found[before[key].guid].append(FormerNote(before[key], at_ms))
        notes |= {key: one for key, one in before.items() if key in notes}
    return found


def _with_columns(stored: StoredNote, columns: Mapping[str, Any]) -> StoredNote:
    changes = {name: columns[name] for name in _TEXTS if name in columns}
    changes |= {
        name: msgspec.json.decode(columns[name], type=kind) if columns[name] else None
        for name, kind in _JSON.items()
        if name in columns
    }
    if "fields" in columns:
        changes["content"] = msgspec.json.decode(columns["fields"], type=Content)
    note = replace(stored.note, **changes)
    modified_ms = columns.get("modified", stored.modified_ms)
    return replace(stored, note=note, modified_ms=modified_ms)


def _with_card(stored: StoredNote, row: int, columns: Mapping[str, Any]) -> StoredNote:
    return replace(
        stored,
        cards=tuple(
            replace(
                card,
                part=columns.get("part", card.part),
                retired=bool(columns.get("retired", card.retired)),
            )
            if card.id == row
            else card
            for card in stored.cards
        ),
    )
