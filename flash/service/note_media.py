"""The pictures, sounds and videos of a note, to show them."""

from pathlib import Path

from flash.service.context import AppContext
from srs.store.notes import file_of_note


def media_file(app: AppContext, guid: str, path: str) -> Path | None:
    """Return a file that a note shows or plays.

    Args:
        app: The open store.
        guid: Of the note.
        path: As its text has it.

    Returns:
        None if there is none, or if it is outside of the folder of the deck.
    """
    deck = file_of_note(app.store, guid)
    if not deck or "\0" in path:
        return None
    folder = Path(deck).parent
    try:
        found = (folder / path).resolve()
        is_inside = found.is_relative_to(folder.resolve())
        return found if is_inside and found.is_file() else None
    except OSError:
        return None
