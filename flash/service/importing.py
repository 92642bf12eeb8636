"""Import Anki packages: unpack media, back up, merge."""

from collections.abc import Container, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from export.anki.anki_model import Collection
from export.anki.collection_import import ImportResult, convert_collection
from export.anki.collection_reader import read_collection
from export.anki.found_edits import TextEdit
from export.anki.note_rendering import note_files
from export.anki.package_file import CollectionFiles, open_package
from flash.service.anki_edits import (
    conflicts_of,
    find_edits,
    is_for_store,
    is_in_file,
    perhaps_edited,
    take_edits,
)
from flash.service.context import AppContext
from flash.service.file_edits import edits_for_files
from flash.service.import_backup import backing_up
from flash.service.import_differences import Differences
from flash.service.media_import import MediaImport, shared_media, unused_media
from flash.service.replaced_media import ReplacedMedia
from srs.merging.deck_moves import follow_moves
from srs.merging.merge import merge
from srs.models.incoming import EditConflict, Loss, MergeResult
from srs.store.import_log import attached_log
from srs.store.import_rows import (
    known_guids,
)
from srs.store.note_media import media_folder
from srs.store.settings import save_setting, take_anki_presets


class Imported(Struct, frozen=True):
    """The result of an import."""

    merged: MergeResult
    losses: tuple[Loss, ...]
    backup: Path | None
    """The store before it; None if nothing was changed."""
    media: int = 0
    """New media files."""
    missing_media: tuple[str, ...] = ()
    """Media files that notes use but the package lacks."""
    renamed_media: dict[str, str] = {}
    """Media files whose names were unsafe or taken, with their new names."""
    differing_media: tuple[str, ...] = ()
    """Media files of known notes with another content in Anki; ours were kept."""
    unused_media: tuple[str, ...] = ()
    """Media files that no note uses; they were left out."""
    updated: int = 0
    """Notes that got the text of Anki."""
    differing: int = 0
    """Notes with another text in Anki, which kept the one here."""
    conflicts: tuple[EditConflict, ...] = ()
    """Texts that were edited on both sides."""
    file_edits: tuple[TextEdit, ...] = ()
    """Edits made in Anki to notes whose deck file has to be changed instead."""


class PackageSource(Struct, frozen=True):
    """A package that was read."""

    package: CollectionFiles
    collection: Collection
    is_whole: bool = False
    """It is a `.colpkg` file, with the settings of Anki."""


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
        collection = read_collection(package, file, Path(folder))
        is_whole = file.suffix.lower() == ".colpkg"
        yield PackageSource(package, collection, is_whole)


def import_package(
    app: AppContext,
    file: Path | PackageSource,
    *,
    reviews_only: bool = False,
    with_fields: bool = False,
    update_text: bool = False,
    dry_run: bool = False,
) -> Imported:
    """Merge a package into the store.

    Args:
        app: The open store.
        file: An `.apkg` or `.colpkg` file, or the result of `start_import`.
        reviews_only: Import only reviews of known cards.
        with_fields: With `reviews_only`, take the fields and the note types that known
            notes have in Anki, too.
        update_text: Use the text of notes that were edited in Anki later than here;
            return it as `file_edits` if a deck file has them.
        dry_run: Change nothing.

    Raises:
        PackageError: The file can't be read; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    choice = _Choice(reviews_only, with_fields, update_text, dry_run)
    with start_import(file) if isinstance(file, Path) else nullcontext(file) as source:
        folder = media_folder(app.store.path.absolute())
        with MediaImport(source.package, folder) as media:
            found = _find(app, source, media, choice)
            merged, losses, backup = _write(app, source, found, choice)
    shown = [one for one in found.edits if one.is_visible]
    in_files = [one for one in shown if update_text and is_in_file(one)]
    there = found.media - set(media.missing)
    return Imported(
        merged,
        losses,
        backup,
        media=media.count,
        missing_media=tuple(media.missing),
        renamed_media=media.renamed,
        differing_media=tuple(media.differing),
        unused_media=() if reviews_only else unused_media(source.package, found.media),
        updated=sum(map(is_for_store, shown)) if update_text else 0,
        differing=0 if update_text else len(shown),
        conflicts=tuple(conflicts_of(found.edits, update_text=update_text)),
        file_edits=edits_for_files(app.store, in_files, there),
    )


class _Choice(Struct, frozen=True):
    """What the user wants of a package; see `import_package`."""

    reviews_only: bool
    with_fields: bool
    update_text: bool
    dry_run: bool

    @property
    def has_fields(self) -> bool:
        return self.with_fields or not self.reviews_only


class _Found(Struct, frozen=True):
    """What a package has for the store."""

    converted: ImportResult
    edits: Sequence[TextEdit]
    media: set[str]
    """The names of the files that its notes use."""


def _find(
    app: AppContext, source: PackageSource, media: MediaImport, choice: _Choice
) -> _Found:
    """Unpack the media, convert the collection and find the edits made in Anki."""
    collection = source.collection
    changed = perhaps_edited(app, collection) if choice.has_fields else []
    known = known_guids(app.store)
    used = _used_media(collection, changed if choice.with_fields else None)
    fresh = {one.guid for one in collection.notes} - (known - set(changed))
    replaced = ReplacedMedia(app.store, collection)
    media.unpack(
        used | shared_media(source.package),
        only_count=choice.dry_run or not choice.has_fields,
        known=used - _used_media(collection, fresh),
        may_replace=replaced.may_replace if choice.update_text else None,
    )
    renamed = media.rename if media.has_renamed else None
    converted = convert_collection(
        collection, app.options.calendar, media.folder / "anki", renamed, known
    )
    edits = find_edits(app, collection, converted.incoming, changed, renamed)
    return _Found(converted, edits, used)


def _write(
    app: AppContext, source: PackageSource, found: _Found, choice: _Choice
) -> tuple[MergeResult, tuple[Loss, ...], Path | None]:
    """Merge what was found in one transaction; return the losses and the backup."""
    store, incoming, dry_run = app.store, found.converted.incoming, choice.dry_run
    collection = source.collection
    differing = Differences(app, collection, incoming, is_whole=source.is_whole)
    with (
        backing_up(store, app.now(), dry_run=dry_run) as keep_backup,
        store.bulk_fill(),
        attached_log(store, incoming.log),
        store.transaction() as connection,
    ):
        written = connection.total_changes
        if choice.has_fields and not dry_run:
            if differing.takes_rollover:
                save_setting(store, "rollover", str(collection.rollover), app.now())
            take_anki_presets(connection, differing.known_options)
            take_edits(app, found.edits, incoming, update_text=choice.update_text)
        is_changed = connection.total_changes > written
        merged = merge(
            store,
            app.options,
            incoming,
            app.now(),
            reviews_only=choice.reviews_only,
            dry_run=dry_run,
        )
        if not (dry_run or choice.reviews_only):
            merged.moved = follow_moves(store, incoming, app.now())
            is_changed |= merged.moved > 0
        backup = keep_backup(is_changed=is_changed)
        losses = (*found.converted.losses, *differing.losses(merged))
        if not choice.reviews_only:
            losses += tuple(differing.lost_decks())
    return merged, losses, backup


def _used_media(
    collection: Collection, guids: Container[str] | None = None
) -> set[str]:
    """Return the files that notes use; None for all notes."""
    return {
        name
        for note in collection.notes
        if guids is None or note.guid in guids
        for name in note_files(collection.notetypes.get(note.notetype), note.fields)
    }
