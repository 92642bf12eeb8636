"""The hub's notes with flash's note types, as they are before a sync."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.found_edits import Shared

_NOTES = f"select guid, mod from notes where mid in ({BASIC_ID}, {CLOZE_ID})"
_FIELDS = "select flds, tags from notes where guid = ?"


def outdated_notes(file: Path, changed_s: Mapping[str, int]) -> dict[str, Shared]:
    """Return the notes that were changed in flash since the hub got them, by guid.

    Args:
        file: The database of the hub, which must be closed; it may be missing.
        changed_s: When notes were changed in flash, epoch seconds; by guid.
    """
    uri = f"{file.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as hub:
            rows = hub.execute(_NOTES).fetchall()
            found = [guid for guid, there in rows if changed_s.get(guid, 0) > there]
            return {guid: _shared(hub, guid) for guid in found}
    except sqlite3.DatabaseError:
        return {}  # it comes back from the server


def _shared(hub: sqlite3.Connection, guid: str) -> Shared:
    fields, tags = hub.execute(_FIELDS, (guid,)).fetchone()
    return Shared(tuple(fields.split("\x1f")), tuple(tags.split()))
