"""Find and take the edits made in Anki, or elsewhere, to notes of the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from msgspec.structs import replace

from cards.questions import question_text
from export.anki.anki_model import LATEST_S, AnkiNote, Collection
from export.anki.converted import INCOMPLETE_TAG
from export.anki.flash_note_types import BASIC_ID, CLOZE_ID
from export.anki.found_edits import FieldsSeen, Shared, TextEdit
from export.anki.joined_tags import LEECH_TAG
from export.anki.own_edits import made_from
from export.anki.rows import anki_tag
from export.anki.text_edits import text_edits
from flash.service.context import AppContext
from flash.service.empty_sides import suspend_empty
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import StoredNote
from srs.models.incoming import (
    EditConflict,
    EditOutcome,
    Incoming,
    OriginalFields,
)
from srs.store.anki_marks import fields_seen, save_fields_seen
from srs.store.former_notes import former_notes
from srs.store.import_rows import (
    add_original_fields,
    content_json,
    guids_from_anki,
    original_notes,
    original_notetypes,
    replace_original_fields,
)
from srs.store.note_media import media_files
from srs.store.note_types import arranged_notes, take_notetypes
from srs.store.notes import all_card_ids, note_moments, stored_notes
from srs.store.operations import edit_times_s
from srs.store.replay import rebuild_card_states


def perhaps_edited(app: AppContext, collection: Collection) -> list[str]:
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


def find_edits(
    app: AppContext,
    collection: Collection,
    incoming: Incoming,
    guids: Sequence[str],
    renamed: Callable[[str], str] | None,
) -> list[TextEdit]:
    """Find the edits made in Anki to some notes.

    Args:
        app: The open store.
        collection: The collection that was read.
        incoming: What was converted from it.
        guids: From `perhaps_edited`.
        renamed: Replaces the names of media in a field; None if none changed.
    """
    if not guids:
        return []
    found = stored_notes(app.store, guids=guids, retired=True)
    stored, kept = arranged_notes(
        {one.guid: one for one in found},
        original_notes(app.store, guids),
        original_notetypes(app.store),
        incoming.notetypes,
    )
    seen = seen_in(app, collection, incoming, stored)
    seen = replace(seen, shared=bases_of(app, collection.notes, stored))
    media = media_files(app.store)
    return list(text_edits(collection, stored, kept, media, renamed, seen))


def bases_of(
    app: AppContext, notes: Iterable[AnkiNote], stored: Mapping[str, StoredNote]
) -> dict[str, Shared]:
    """Return what both sides had of notes of ours that were edited in Anki, by guid.

    Args:
        app: The open store.
        notes: Notes of Anki; only those with flash's note types count.
        stored: The notes to look at, as they are here; by guid.
    """
    from_here = edit_times_s(app.store.connection)
    notes = [
        note
        for note in notes
        if note.guid in stored
        and note.notetype in (BASIC_ID, CLOZE_ID)
        and note.modified_s not in from_here
    ]
    if not notes:
        return {}
    media, connection = media_files(app.store), app.store.connection
    former = former_notes(connection, [stored[note.guid] for note in notes])
    found = {
        note.guid: made_from(note, stored[note.guid], former[note.guid], media)
        for note in notes
        if note.guid in former
    }
    return {guid: one for guid, one in found.items() if one is not None}


def seen_in(
    app: AppContext,
    collection: Collection,
    incoming: Incoming,
    stored: Mapping[str, StoredNote],
) -> FieldsSeen:
    """Return what is known of the notes of a collection, but for notes of ours.

    Args:
        app: The open store.
        collection: The collection.
        incoming: What was converted from it.
        stored: The notes to look at, as they are here; by guid.
    """
    connection = app.store.connection
    changed_ms = fields_seen(connection, incoming.collection)
    foreign = [
        stored[note.guid]
        for note in newer_notes(collection, stored)
        if note.notetype not in (BASIC_ID, CLOZE_ID)
    ]
    former = former_notes(connection, foreign) if foreign else {}
    return FieldsSeen(changed_ms, edit_times_s(connection), former=former)


def newer_notes(
    collection: Collection, stored: Mapping[str, StoredNote]
) -> list[AnkiNote]:
    """Return the notes of a collection that are newer there than here."""
    return [
        note
        for note in collection.notes
        if (ours := stored.get(note.guid)) is not None
        and note.modified_s > ours.modified_ms // 1000
    ]


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
    changed = [one for one in edits if update_text and is_for_store(one)]
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
    text is edited here, and the next import finds those that were edited in Anki, also
    if Anki got ours meanwhile. If ours was preferred to theirs, that is done.
    """
    found = edit.original
    if found is None:
        return None
    if edit.conflicts and update_text and not edit.is_visible:
        return None if found == kept else found
    ours = edit.stored.note
    if found.content != content_json(ours):
        found = replace(found, content=kept.content)
    if found.extra != ours.extra:
        found = replace(found, extra=kept.extra)
    if set(found.tags or ()) != set(ours.tags):
        found = replace(found, tags=kept.tags)
    found = replace(found, is_pending=edit.is_visible)
    return None if found == kept else found


def conflicts_of(edits: Iterable[TextEdit], *, update_text: bool) -> list[EditConflict]:
    """Name the texts that were edited on both sides.

    Args:
        edits: From `text_edits`.
        update_text: The store takes the edits.
    """
    found: list[EditConflict] = []
    for edit in edits:
        outcome = EditOutcome.KEPT
        if not edit.is_ours_later:
            is_taken = update_text and is_for_store(edit)
            outcome = EditOutcome.TAKEN if is_taken else EditOutcome.OFFERED
        asked = question_text(edit.stored.note.content)
        found += (EditConflict(asked, *texts, outcome) for texts in edit.conflicts)
    return found


def is_for_store(edit: TextEdit) -> bool:
    """Return True if the store has to take the edit: no deck file has the note."""
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
        if edit.note is not None and is_for_store(edit)
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
