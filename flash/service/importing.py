"""Import Anki packages: unpack media, back up, merge."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from export.anki.anki_model import Collection
from export.anki.collection_import import convert_collection
from export.anki.collection_reader import read_collection
from export.anki.media_references import has_media, media_names
from export.anki.package_file import Package, open_package
from export.anki.text_edits import TextEdit, text_edits
from flash.service.context import AppContext
from flash.service.media_import import MediaImport, shared_media
from srs.merging.merge import MergeResult, merge
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.incoming import Loss
from srs.store.backups import back_up
from srs.store.import_log import attached_log
from srs.store.import_rows import known_guids, original_notes
from srs.store.note_media import media_files, media_folder
from srs.store.notes import stored_notes


class Imported(Struct, frozen=True):
    """The result of an import."""

    merged: MergeResult
    losses: tuple[Loss, ...]
    backup: Path | None
    media: int = 0
    """New media files."""
    missing_media: tuple[str, ...] = ()
    """Media files that notes use but the package lacks."""
    renamed_media: dict[str, str] = {}
    """Media files whose names were unsafe or taken, with their new names."""
    updated: int = 0
    """Notes that got the text of Anki."""
    file_edits: tuple[TextEdit, ...] = ()
    """Edits made in Anki to notes whose deck file has to be changed instead."""


class PackageSource(Struct, frozen=True):
    """A package that was read."""

    package: Package
    collection: Collection


@contextmanager
def start_import(file: Path) -> Iterator[PackageSource]:
    """Read a package before the store is opened.

    Args:
        file: An `.apkg` or `.colpkg` file.

    Raises:
        PackageError: The file can't be read.
    """
    with (
        open_package(file) as package,
        TemporaryDirectory(prefix="flash-", ignore_cleanup_errors=True) as folder,
    ):
        yield PackageSource(package, read_collection(package, file, Path(folder)))


def import_package(
    app: AppContext,
    file: Path | PackageSource,
    *,
    reviews_only: bool = False,
    update_text: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Merge a package into the store.

    Args:
        app: The open store.
        file: An `.apkg` or `.colpkg` file, or the result of `start_import`.
        reviews_only: Import only reviews of known cards.
        update_text: Use the text of notes that were edited in Anki later than here;
            return it as `file_edits` if a deck file has them.
        dry_run: Change nothing.

    Raises:
        PackageError: The file can't be read; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    store, options = app.store, app.options
    folder = media_folder(store.path.absolute())
    with start_import(file) if isinstance(file, Path) else nullcontext(file) as source:
        collection = source.collection
        media = MediaImport(source.package, folder)
        try:
            used = _used_media(collection) | shared_media(source.package)
            media.unpack(used, only_count=reviews_only or dry_run)
            converted = convert_collection(
                collection,
                options.calendar.day,
                folder / "anki",
                media.rename if media.has_renamed else None,
                known_guids(store),
            )
            backup = None if dry_run else back_up(store, app.now())
            edits = _edits(app, collection) if update_text else []
            in_files = [one for one in edits if is_in_file(one)]
            with (
                store.bulk_fill(),
                attached_log(store, converted.incoming.log),
                store.transaction(),
            ):
                merged = merge(
                    store,
                    options,
                    converted.incoming,
                    app.now(),
                    reviews_only=reviews_only,
                    dry_run=dry_run,
                )
                updated = update_text_of(app, edits, dry_run=dry_run)
        except BaseException:
            media.remove()
            raise
    return Imported(
        merged,
        converted.losses,
        backup,
        media=media.count,
        missing_media=tuple(media.missing),
        renamed_media=media.renamed,
        updated=updated,
        file_edits=tuple(in_files),
    )


def _edits(app: AppContext, collection: Collection) -> list[TextEdit]:
    stored = {one.guid: one for one in stored_notes(app.store)}
    kept, media = original_notes(app.store), media_files(app.store)
    return list(text_edits(collection, stored, kept, media))


def is_in_file(edit: TextEdit) -> bool:
    """Return True if the deck file has to be edited instead of the store."""
    return edit.note is None or Path(edit.stored.note.file).exists()


def update_text_of(app: AppContext, edits: Sequence[TextEdit], *, dry_run: bool) -> int:
    """Change the notes that no deck file has.

    Returns:
        Their count.
    """
    changed = [
        TextUpdate(edit.stored.guid, edit.note, edit.fields)
        for edit in edits
        if edit.note is not None and not is_in_file(edit)
    ]
    if changed and not dry_run:
        update_notes(app.store, changed, app.now())
    return len(changed)


def _used_media(collection: Collection) -> set[str]:
    return {
        name
        for note in collection.notes
        if has_media("".join(note.fields))
        for field in note.fields
        for name in media_names(field)
    }
