"""The media files of a package: their names there, and which are missing."""

import hashlib
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path

from cards.errors import reason_of
from cards.files import is_file, open_file
from cards.media_places import is_inside
from cards.note import Note
from cards.translate import _
from export.anki.anki_model import NoteType
from export.anki.media_references import (
    REMOTE,
    shared_files,
    template_files,
    with_names,
)
from export.anki.note_rendering import note_files
from export.files import ExportError
from srs.models.cards import StoredNote
from srs.models.media import MediaFiles, deck_file, notetype_key

_SUFFIX = re.compile(r"\.[a-z0-9]{1,12}").fullmatch


def media_naming(stored: StoredNote, media: MediaFiles) -> Callable[[str], str]:
    """Return a function from the paths of a note to their names in a package.

    Raises, when called:
        ExportError: The file is missing or outside the folder of the deck.
    """
    return PackageMedia(media).naming(stored)


class PackageMedia:
    """Media files, named by their content."""

    def __init__(self, places: MediaFiles) -> None:
        self.files: dict[str, Path] = {}
        """By name in the package."""
        self._places = places
        self._names: dict[Path, str] = {}
        self._shared: dict[Path, dict[str, Path]] = {}
        self._kept: set[tuple[Path, int]] = set()
        self._missing: set[str] = set()
        self._lost: dict[str, None] = {}

    def keep(
        self, stored: StoredNote, fields: tuple[str, ...], notetype: NoteType
    ) -> tuple[tuple[str, ...], list[str]]:
        """Add the files that a note from Anki refers to, under the same names.

        Returns:
            The fields, with another name for a file whose name is taken by another
            one, and the names of missing files that no call before returned.
        """
        note, places, renamed = stored.note, self._places, dict[str, str]()
        missing: set[str] = set()
        for name in note_files(notetype, fields):
            if name.startswith(REMOTE):
                continue
            found = None
            if Path(name).name == name:
                found = places.find(stored.guid, note.file, name)
                found = found or places.imported(name)
            if found is None:
                missing.add(name)
            elif not _is_same(self.files.setdefault(name, found), found):
                digest = _digest(found)[:8]
                renamed[name] = f"{Path(name).stem}-{digest}{Path(name).suffix}"
                self.files[renamed[name]] = found
        missing -= self.files.keys() | self._missing
        self._missing |= missing
        if renamed:
            fields = tuple(with_names(field, renamed) for field in fields)
        return fields, sorted(missing)

    def keep_shared(self, note: Note, key: int, notetype: str) -> None:
        """Add the files that a note type from Anki, given as JSON, refers to."""
        own = Path(note.file).parent
        if (own, key) in self._kept:
            return
        self._kept.add((own, key))
        received = self._places.received.get(notetype_key(key), {})
        shared = {
            name: file
            for name, digest in received.items()
            if (file := self._places.received_file(digest)) and is_file(file)
        }
        for folder in (self._places.folder, own if note.file else None):
            if folder is not None:
                if folder not in self._shared:
                    self._shared[folder] = shared_files(folder)
                shared |= self._shared[folder]
        for name in template_files(notetype, shared):
            self.files[name] = shared[name]

    def keep_all_shared(self) -> None:
        """Add the imported files that scripts may use: a whole collection has them."""
        if self._places.folder is not None:
            self.files = shared_files(self._places.folder) | self.files

    def naming(self, stored: StoredNote) -> Callable[[str], str]:
        """Return a function from the paths of a note to names in the package."""
        return partial(self._name, stored)

    def naming_kept(self, stored: StoredNote) -> Callable[[str], str]:
        """Return the same for a note from Anki: names without a folder stay."""

        def named(path: str) -> str:
            if Path(path).name == path:
                return path
            try:
                return self._name(stored, path)
            except ExportError:
                return path

        return named

    def take_lost(self) -> list[str]:
        """Return the files that notes without a deck file lack since the last call."""
        lost, self._lost = self._lost, {}
        return list(lost)

    def _name(self, stored: StoredNote, path: str) -> str:
        note = stored.note
        file = self._places.find(stored.guid, note.file, path)
        if file is None and not deck_file(note.file):
            # Another device or an import brought the note, and had no such file.
            self._lost[path] = None
            return path
        file = file or _required(note, path)
        if file not in self._names:
            try:
                digest = _digest(file)[:20]
            except OSError as error:
                reason = _("'{path}': {reason}").format(
                    path=path, reason=reason_of(error)
                )
                hint = _("put it at {file}").format(file=file)
                raise ExportError(f"{note.file}:{note.line}", reason, hint) from None
            suffix = Path(path).suffix.lower()
            name = f"flash-{digest}{suffix if _SUFFIX(suffix) else ''}"
            self._names[file] = name
            self.files[name] = file
        return self._names[file]


def _required(note: Note, path: str) -> Path:
    """Return the place of a file that is missing.

    Raises:
        ExportError: It is outside the folder of the deck.
    """
    if not is_inside(note.file, path):
        message = _("'{path}' is outside the deck's folder").format(path=path)
        hint = _("keep media files in the folder of the deck")
        raise ExportError(f"{note.file}:{note.line}", message, hint)
    return Path(note.file).parent / path


def _digest(file: Path) -> str:
    with open_file(file) as opened:
        return hashlib.sha256(opened.read()).hexdigest()


def _is_same(one: Path, other: Path) -> bool:
    return one == other or one.read_bytes() == other.read_bytes()
