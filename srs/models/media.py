"""Where the media files of notes are on this device.

A note names a file relative to its deck file, and imported notes name files in a folder
beside the store.  A note of another device has neither: its files were received, and
stand beside the store under the hash of their content, so that no name in a log or in a
note becomes a path.
"""

import re
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from cards.files import is_file
from cards.media_places import own_file

RECEIVED = ".received"
"""The folder of received files, in that of imported ones; none of these has such a
name."""

_IMPORTED = re.compile(r".*\.media[/\\](anki|table)", re.DOTALL)
"""What stands for the deck file of an imported note: in the media folder of the store,
where that was at the time of the import."""


def is_imported(file: str) -> bool:
    """Return True for what an imported note has instead of a deck file."""
    return _IMPORTED.fullmatch(file) is not None


def deck_file(file: str) -> str:
    """Return the deck file of a note; empty if the note was imported."""
    return "" if is_imported(file) else file


def notetype_key(notetype: int) -> str:
    """Return what stands for the guid for files that templates of Anki use."""
    return f"notetype {notetype}"


class MediaFiles(Struct, frozen=True):
    """Finds the media files of notes."""

    folder: Path | None = None
    """Imported and received files; None for none."""
    received: Mapping[str, Mapping[str, str]] = {}
    """The hashes of files by their names in a note, by its guid."""

    def own(self, file: str, path: str) -> Path | None:
        """Find a file where a note of this device names it; see `find`."""
        imported = self.imported(path) if is_imported(file) else None
        return imported or own_file(file, path)

    def find(self, guid: str, file: str, path: str) -> Path | None:
        """Find a file that a note names; None if it is missing or out of place.

        Args:
            guid: Of the note, or see `notetype_key`.
            file: Its deck file; empty for a note of another device.
            path: As the note names it.
        """
        digest = self.received.get(guid, {}).get(path, "")
        return self.own(file, path) or (
            self.received_file(digest) if self.has_received(digest) else None
        )

    def imported(self, name: str) -> Path | None:
        """Find an imported file, for a note of Anki that a deck file has by now."""
        found = self.folder / name if self.folder else None
        return found if found and Path(name).name == name and is_file(found) else None

    def received_file(self, digest: str) -> Path | None:
        """Return where a file is kept after it was received."""
        return self.folder / RECEIVED / digest if self.folder and digest else None

    def has_received(self, digest: str) -> bool:
        """Return True if the file with this hash was received."""
        found = self.received_file(digest)
        return found is not None and is_file(found)
