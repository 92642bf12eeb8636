"""Import tables: add their notes, report or update the text of known ones."""

from pathlib import Path

from msgspec import Struct

from cards.questions import media_of
from export.anki.found_edits import TextEdit
from export.tables.card_rows import without_new_kinds
from export.tables.table_edits import table_edits
from export.tables.table_reader import TableOptions, TextTable, read_table
from flash.service.anki_edits import is_in_file, update_text_of
from flash.service.context import AppContext
from flash.service.file_edits import edits_for_files
from flash.service.import_backup import backing_up
from flash.service.import_differences import dropped_ids
from srs.merging.merge import merge
from srs.models.incoming import Incoming, Loss, MergeResult
from srs.models.media import MediaFiles
from srs.store.import_rows import known_guids
from srs.store.note_media import media_folder
from srs.store.notes import stored_notes


class TableImport(Struct, frozen=True):
    """The result of importing a table."""

    merged: MergeResult
    table: TextTable
    losses: tuple[Loss, ...]
    """What was left out or changed."""
    backup: Path | None
    updated: int = 0
    """Notes that got the text of the table."""
    differing: int = 0
    """Known notes with another text in the table, which were kept."""
    missing_media: tuple[str, ...] = ()
    """Media files that notes use, but that are not in `media_folder`."""
    media_folder: Path = Path()
    file_edits: tuple[TextEdit, ...] = ()
    """Edits to notes whose deck file has to be changed instead."""


def import_table(
    app: AppContext,
    file: Path,
    options: TableOptions,
    *,
    update_text: bool = False,
    dry_run: bool = False,
) -> TableImport:
    """Add the notes of a table to the store.

    Args:
        app: The open store.
        file: A CSV or text file.
        options: How to read it.
        update_text: Use the text of the table for known notes; return it as
            `file_edits` if a deck file has them.
        dry_run: Change nothing.

    Raises:
        PackageError: The file can't be read; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    store = app.store
    folder = media_folder(store.path.absolute())
    table = read_table(file, options, str(folder / "table"))
    with (
        backing_up(store, app.now(), dry_run=dry_run) as keep_backup,
        store.transaction(),
    ):
        incoming, lost = without_new_kinds(
            table.incoming, table.rows, known_guids(store)
        )
        merged = merge(store, app.options, incoming, app.now(), dry_run=dry_run)
        losses = (*table.losses, *lost, *dropped_ids(incoming, merged))
        known = {note.guid: note for note in stored_notes(store)}
        edits = list(table_edits(table, known))
        updated = update_text_of(app, edits, dry_run=dry_run) if update_text else 0
        backup = keep_backup()
    in_files = (edit for edit in edits if update_text and is_in_file(edit))
    return TableImport(
        merged,
        table,
        losses,
        backup,
        updated=updated,
        differing=0 if update_text else len(edits),
        missing_media=_missing_media(incoming, MediaFiles(folder)),
        media_folder=folder,
        file_edits=edits_for_files(store, in_files),
    )


def _missing_media(incoming: Incoming, media: MediaFiles) -> tuple[str, ...]:
    """Return the files that the notes of a table show and that are nowhere."""
    used = (
        (one.note.file, path) for one in incoming.notes for path in media_of(one.note)
    )
    missing = (path for file, path in used if media.own(file, path) is None)
    return tuple(dict.fromkeys(missing))
