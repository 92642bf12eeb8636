"""Media files of the hub for notes that flash has.

A phone sends a note before its files, and adds files to notes of deck files: they go
where such a note has its files.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.errors import FlashError
from cards.note import Note
from cards.questions import media_of
from export.anki.anki_model import AnkiNote, Collection
from export.anki.found_edits import TextEdit
from export.anki.note_rendering import note_files
from export.anki.package_file import CollectionFiles, nfc
from flash.service.context import AppContext
from flash.service.media_import import MediaImport
from srs.models.media import MediaFiles, deck_file
from srs.store.note_media import media_files, media_folder, notes_with_media

FindEdits = Callable[[Collection, Callable[[str], str]], Iterator[TextEdit]]
"""Finds the edits in a collection with other names of media."""


def unpack_or_report(
    media: MediaImport, names: Iterable[str], report: Callable[[str], None]
) -> None:
    """Unpack files; a folder that can't be written stops no exchange of answers."""
    try:
        media.unpack(names)
    except FlashError as error:
        report(str(error))


def unpack_late_media(
    app: AppContext,
    hub: CollectionFiles,
    collection: Collection,
    report: Callable[[str], None],
) -> None:
    """Unpack files that stored notes lack, such as those that came after them."""
    places = media_files(app.store)
    lost: dict[str, tuple[Note, set[str]]] = {}
    for guid, note in notes_with_media(app.store):
        paths = {one for one in media_of(note) if not places.find(guid, note.file, one)}
        if paths:
            lost[guid] = note, set(map(nfc, paths))
    names: dict[Path, set[str]] = defaultdict(set)
    for read in collection.notes:
        if read.guid in lost:
            note, paths = lost[read.guid]
            used = _files_of(read, collection)
            names[_folder(app, note)] |= {one for one in used if nfc(one) in paths}
    for folder, wanted in names.items():
        with MediaImport(hub, folder) as media:
            unpack_or_report(media, wanted, report)


def with_unpacked_media(
    app: AppContext,
    hub: CollectionFiles,
    collection: Collection,
    edits: Iterable[TextEdit],
    find_edits: FindEdits,
    report: Callable[[str], None],
) -> list[TextEdit]:
    """Unpack the files that edits bring.

    Args:
        app: The open store.
        hub: Has the files.
        collection: Where the edits were found.
        edits: Made on a phone.
        find_edits: Called where a file has got another name here.
        report: Called with files that can't be written, and why.

    Returns:
        The edits with the names of the files here.
    """
    found = {one.stored.guid: one for one in edits}
    notes = {one.guid: one for one in collection.notes if one.guid in found}
    names = _names_by_folder(app, collection, notes, list(found.values()))
    for folder, wanted in names.items():
        with MediaImport(hub, folder) as media:
            unpack_or_report(media, set[str]().union(*wanted.values()), report)
        if media.has_renamed:
            changed = [notes[guid] for guid in wanted]
            for guid in wanted:
                del found[guid]
            again = find_edits(replace(collection, notes=changed), media.rename)
            found |= {one.stored.guid: one for one in again}
    return list(found.values())


def _names_by_folder(
    app: AppContext,
    collection: Collection,
    notes: Mapping[str, AnkiNote],
    edits: Sequence[TextEdit],
) -> dict[Path, dict[str, set[str]]]:
    """Return the names that edited notes didn't have, by folder and guid."""
    places = media_files(app.store)
    found: dict[Path, dict[str, set[str]]] = defaultdict(dict)
    for edit in edits:
        stored, names = edit.stored, set[str]()
        if edit.note is not None:
            names |= {*media_of(edit.note)} - {*media_of(stored.note)}
        if edit.original is not None:
            used = _files_of(notes[stored.guid], collection)
            names |= {one for one in used if _is_lost(one, stored.guid, edit, places)}
        if names:
            found[_folder(app, stored.note)][stored.guid] = names
    return found


def _is_lost(name: str, guid: str, edit: TextEdit, places: MediaFiles) -> bool:
    found = places.find(guid, edit.stored.note.file, name)
    return (found or places.imported(name)) is None


def _files_of(note: AnkiNote, collection: Collection) -> Iterable[str]:
    return note_files(collection.notetypes.get(note.notetype), note.fields)


def _folder(app: AppContext, note: Note) -> Path:
    """Return where a note has its files: beside its deck file, if it has one."""
    file = deck_file(note.file)
    return Path(file).parent if file else media_folder(app.store.path.absolute())
