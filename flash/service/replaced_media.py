"""Which media files of the store a package may replace.

Anki changes the content of a file under its name, for all notes that use it.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cached_property

from cards.questions import media_of
from export.anki.anki_model import Collection
from export.anki.collection_schemas import notetype_of
from export.anki.note_rendering import note_files
from export.anki.package_file import nfc
from srs.models.media import is_imported
from srs.store.connection import Store
from srs.store.import_rows import original_notes, original_notetypes
from srs.store.note_media import notes_with_media


class ReplacedMedia:
    """Compares the notes here that use a file with those of a collection."""

    def __init__(self, store: Store, collection: Collection) -> None:
        """Keep the store and the collection, which are read if there is need to."""
        self._store, self._collection = store, collection

    def may_replace(self, name: str, file: str) -> bool:
        """Return True if all notes that use a file come from the collection.

        Args:
            name: Its name in the collection.
            file: Its name in the folder of imported files.
        """
        users = self._here.get(nfc(file), set())
        return bool(users) and users <= self._there.get(nfc(name), set())

    @cached_property
    def _here(self) -> dict[str, set[str]]:
        return _by_file(self._files_here())

    def _files_here(self) -> Iterator[tuple[str, Iterable[str]]]:
        models = original_notetypes(self._store)
        types = {key: notetype_of(json.loads(model)) for key, model in models.items()}
        for guid, kept in original_notes(self._store).items():
            yield guid, note_files(types.get(kept.raw.notetype), kept.raw.fields)
        for guid, note in notes_with_media(self._store):
            if is_imported(note.file):
                yield guid, media_of(note)

    @cached_property
    def _there(self) -> dict[str, set[str]]:
        types = self._collection.notetypes
        return _by_file(
            (note.guid, note_files(types.get(note.notetype), note.fields))
            for note in self._collection.notes
        )


def _by_file(files: Iterable[tuple[str, Iterable[str]]]) -> dict[str, set[str]]:
    """Return the guids of the notes that use each file."""
    found: dict[str, set[str]] = defaultdict(set)
    for guid, names in files:
        for name in names:
            found[nfc(name)].add(guid)
    return found
