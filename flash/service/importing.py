"""Import Anki packages: unpack media, back up, merge."""

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct
from msgspec.structs import replace

from export.anki.anki_model import LATEST_S, Collection
from export.anki.collection_import import convert_collection
from export.anki.collection_reader import read_collection
from export.anki.converted import INCOMPLETE_TAG
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.joined_tags import LEECH_TAG
from export.anki.note_rendering import note_files
from export.anki.package_file import CollectionFiles, open_package
from export.anki.rows import anki_tag
from export.anki.text_edits import FieldsSeen, TextEdit, text_edits
from flash.service.context import AppContext
from flash.service.empty_sides import suspend_empty
from flash.service.file_edits import edits_for_files
from flash.service.import_backup import backing_up
from flash.service.import_differences import Differences
from flash.service.media_import import MediaImport, shared_media
from flash.service.replaced_media import ReplacedMedia
from srs.merging.deck_moves import follow_moves
from srs.merging.merge import merge
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.incoming import Incoming, Loss, MergeResult, OriginalFields
from srs.store.anki_marks import fields_seen, save_fields_seen
from srs.store.import_log import attached_log
from srs.store.import_rows import (
    add_original_fields,
    content_json,
    guids_from_anki,
    known_guids,
    original_notes,
    original_notetypes,
    replace_original_fields,
)
from srs.store.note_media import media_files, media_folder
from srs.store.note_types import arranged_notes, take_notetypes
from srs.store.notes import all_card_ids, note_moments, stored_notes
from srs.store.operations import edit_times_s
from srs.store.replay import rebuild_card_states
from srs.store.settings import save_setting


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
    updated: int = 0
    """Notes that got the text of Anki."""
    differing: int = 0
    """Notes with another text in Anki, which kept the one here."""
    conflicting: int = 0
    """Notes of which both sides edited a text; that of flash, the later, was kept."""
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
    store, options = app.store, app.options
    folder = media_folder(store.path.absolute())
    with start_import(file) if isinstance(file, Path) else nullcontext(file) as source:
        collection = source.collection
        with MediaImport(source.package, folder) as media:
            changed: list[str] = []
            if with_fields or not reviews_only:
                changed = _perhaps_edited(app, collection)
            known = known_guids(store)
            used = _used_media(collection, changed if with_fields else None)
            fresh = {one.guid for one in collection.notes} - (known - set(changed))
            only_known = used - _used_media(collection, fresh)
            replaced = ReplacedMedia(store, collection)
            media.unpack(
                used | shared_media(source.package),
                only_count=dry_run or (reviews_only and not with_fields),
                known=only_known,
                may_replace=replaced.may_replace if update_text else None,
            )
            renamed = media.rename if media.has_renamed else None
            converted = convert_collection(
                collection,
                options.calendar,
                folder / "anki",
                renamed,
                known,
            )
            incoming = converted.incoming
            differing = Differences(app, collection, incoming, is_whole=source.is_whole)
            edits = _edits(app, collection, incoming, changed, renamed)
            shown = [one for one in edits if one.is_visible]
            in_files = [one for one in shown if update_text and is_in_file(one)]
            with (
                backing_up(store, app.now(), dry_run=dry_run) as keep_backup,
                store.bulk_fill(),
                attached_log(store, incoming.log),
                store.transaction() as connection,
            ):
                written = connection.total_changes
                updated = len(list(filter(_is_for_store, edits))) if update_text else 0
                if not dry_run and (with_fields or not reviews_only):
                    if differing.takes_rollover:
                        rollover = str(collection.rollover)
                        save_setting(store, "rollover", rollover, app.now())
                        options = app.options
                    take_edits(app, edits, incoming, update_text=update_text)
                is_changed = connection.total_changes > written
                merged = merge(
                    store,
                    options,
                    incoming,
                    app.now(),
                    reviews_only=reviews_only,
                    dry_run=dry_run,
                )
                if not (dry_run or reviews_only):
                    merged.moved = follow_moves(store, incoming, app.now())
                    is_changed |= merged.moved > 0
                backup = keep_backup(is_changed=is_changed)
                losses = (*converted.losses, *differing.losses(merged))
    return Imported(
        merged,
        losses,
        backup,
        media=media.count,
        missing_media=tuple(media.missing),
        renamed_media=media.renamed,
        differing_media=tuple(media.differing),
        updated=updated,
        differing=0 if update_text else len(shown),
        conflicting=sum(one.is_conflict for one in edits),
        file_edits=edits_for_files(store, in_files, used - set(media.missing)),
    )


def _perhaps_edited(app: AppContext, collection: Collection) -> list[str]:
    """Return the guids of known notes that may be edited in Anki."""
    moments, known = note_moments(app.store), all_card_ids(app.store)
    as_text = moments.keys() - guids_from_anki(app.store.connection)
    with_new_cards = {card.note for card in collection.cards if card.id not in known}
    never = (LATEST_S * 1000, LATEST_S * 1000)
    return [
        note.guid
        for note in collection.notes
        for changed, added in [moments.get(note.guid, never)]
        if note.modified_s > min(changed, added) // 1000
        or (note.guid in moments and note.id in with_new_cards)
        or (note.guid in as_text and note.notetype not in (BASIC_ID, CLOZE_ID))
    ]


def _edits(
    app: AppContext,
    collection: Collection,
    incoming: Incoming,
    guids: Sequence[str],
    renamed: Callable[[str], str] | None,
) -> list[TextEdit]:
    """Find the edits made in Anki to these notes."""
    if not guids:
        return []
    found = stored_notes(app.store, guids=guids, retired=True)
    stored, kept = arranged_notes(
        {one.guid: one for one in found},
        original_notes(app.store, guids),
        original_notetypes(app.store),
        incoming.notetypes,
    )
    seen, media = seen_in(app, incoming), media_files(app.store)
    return list(text_edits(collection, stored, kept, media, renamed, seen))


def seen_in(app: AppContext, incoming: Incoming) -> FieldsSeen:
    """Return what is known of the notes of the collection that comes in."""
    connection = app.store.connection
    changed_ms = fields_seen(connection, incoming.collection)
    return FieldsSeen(changed_ms, edit_times_s(connection))


def is_in_file(edit: TextEdit) -> bool:
    """Return True if the deck file has to be edited instead of the store.

    Also if it is away at the moment: its next version would undo an edit of the store.
    """
    return edit.note is None or edit.stored.note.line > 0


def take_edits(
    app: AppContext,
    edits: Sequence[TextEdit],
    incoming: Incoming,
    *,
    update_text: bool,
) -> int:
    """Keep what Anki has now, and change the notes that no deck file has.

    Args:
        app: The open store, in a transaction.
        edits: From `text_edits`.
        incoming: What comes from Anki, with its note types.
        update_text: Take edits of the text, too; without it the text stays.

    Returns:
        How many notes have another text.
    """
    store = app.store
    changed = [one for one in edits if update_text and _is_for_store(one)]
    updated = {one.stored.guid for one in changed}
    used = {one.original.raw.notetype for one in edits if one.original is not None}
    with store.transaction() as connection:
        renumbered = take_notetypes(connection, incoming.notetypes, used)
        if renumbered:
            rebuild_card_states(connection, app.options, renumbered)
        kept = original_notes(store, [one.stored.guid for one in edits])
        adopted = {
            one.stored.guid: one.kept
            for one in edits
            if one.kept is not None and one.stored.guid not in kept
        }
        add_original_fields(connection, adopted)
        kept |= adopted
        originals = {
            guid: original
            for one in edits
            if (guid := one.stored.guid) in kept and guid not in updated
            if (original := _original(one, kept[guid], update_text=update_text))
        }
        replace_original_fields(connection, originals)
        taken = [one for one in edits if one.stored.guid in {*originals, *updated}]
        moments = [
            (min(card.id for card in one.stored.cards), one.changed_ms)
            for one in taken
            if one.original is not None and one.changed_ms and one.stored.cards
        ]
        save_fields_seen(connection, incoming.collection, moments)
        suspend_empty(app, changed)
        return update_text_of(app, changed, dry_run=False)


def _original(
    edit: TextEdit, kept: OriginalFields, *, update_text: bool
) -> OriginalFields | None:
    """Return the fields to keep for a note whose text stays for now.

    They stay with the text that both sides had: an export changes only the fields whose
    text is edited here, and the next import finds those that were edited in Anki. If
    ours was preferred to theirs, that is done.
    """
    found = edit.original
    if found is None:
        return None
    if edit.is_conflict and update_text and not edit.is_visible:
        return None if found == kept else found
    ours = edit.stored.note
    if found.content != content_json(ours):
        found = replace(found, content=kept.content)
    if found.extra != ours.extra:
        found = replace(found, extra=kept.extra)
    if set(found.tags or ()) != set(ours.tags):
        found = replace(found, tags=kept.tags)
    return None if found == kept else found


def _is_for_store(edit: TextEdit) -> bool:
    return edit.is_visible and not is_in_file(edit)


def update_text_of(app: AppContext, edits: Sequence[TextEdit], *, dry_run: bool) -> int:
    """Change the text of the notes that no deck file has.

    Returns:
        Their count.
    """
    changed = [
        TextUpdate(
            edit.stored.guid, edit.note, edit.original, edit.ordinals, _changed_ms(edit)
        )
        for edit in edits
        if edit.note is not None and _is_for_store(edit)
    ]
    if changed and not dry_run:
        update_notes(app.store, changed, app.now())
    return len(changed)


def _changed_ms(edit: TextEdit) -> int:
    """Return when a note with the text of Anki was changed; 0 for now."""
    found, note = edit.original, edit.note
    if not edit.changed_ms or found is None or note is None:
        return edit.changed_ms
    changed_ms = max(edit.changed_ms, edit.stored.modified_ms)
    is_theirs = (content_json(note), note.extra) == (found.content, found.extra)
    if is_theirs and _given(note.tags) == _given(found.tags or ()):
        return changed_ms
    return max(changed_ms, edit.changed_ms + 1000)  # Anki has not all of it


def _given(tags: Iterable[str]) -> set[str]:
    """Return the tags that no program gives by itself."""
    return {anki_tag(tag).casefold() for tag in tags} - {INCOMPLETE_TAG, LEECH_TAG}


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
