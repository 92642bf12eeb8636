"""Prepare edits made elsewhere for the deck files of their notes.

A deck file doesn't say which known note an edited card is: without an id, a card whose
question and answer both changed would be a new one.  And it has media in its own
folder, where those that were added elsewhere have to be copied.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from cards.deckfile.discovery import is_markdown
from cards.errors import DeckError
from cards.files import is_file
from cards.identity.keys import mark_for, text_key
from cards.identity.matching import Action, PlannedChange
from cards.media_places import own_file
from cards.note import Note, with_texts
from cards.questions import media_of
from cards.text.media import media_paths, with_media_paths
from export.anki.found_edits import TextEdit
from export.deck_files import free_target
from flash.service.adding import plan_adding
from flash.service.deck_reading import read_files
from srs.store.connection import Store
from srs.store.note_media import media_folder


def edits_for_files(
    store: Store, edits: Iterable[TextEdit], media: Container[str] = ()
) -> tuple[TextEdit, ...]:
    """Return edits with all that their deck files need.

    Args:
        store: The store.
        edits: Edits of notes that deck files have.
        media: Names of imported media, also those that a dry run leaves out.
    """
    folder = media_folder(store.path.absolute())
    return _with_ids(store, [_with_files(edit, folder, media) for edit in edits])


def _with_files(edit: TextEdit, folder: Path, media: Container[str]) -> TextEdit:
    """Name the files to be copied; a name that another file has is changed."""
    old = edit.stored.note
    shown = media_of(edit.note) if edit.note else []
    shown += [one for *_, text in edit.by_hand for one, _ in media_paths(text)]
    files: list[tuple[Path, Path]] = []
    renamed: dict[str, str] = {}
    for path in dict.fromkeys(shown):
        source, target = folder / path, path
        if path in media_of(old) or Path(path).name != path:
            continue
        if is_file(source):
            target = free_target(path, source, partial(own_file, old.file))
        elif path not in media:
            continue
        if target != path:
            renamed[path] = target
        if own_file(old.file, target) is None:
            files.append((source, Path(old.file).with_name(target)))
    if renamed:
        edit = _with_names(edit, renamed)
    return replace(edit, files=tuple(files))


def _with_names(edit: TextEdit, renamed: Mapping[str, str]) -> TextEdit:
    by_hand = ((*one, with_media_paths(new, renamed)) for *one, new in edit.by_hand)
    note = edit.note and with_texts(
        edit.note, lambda text: with_media_paths(text, renamed)
    )
    return replace(edit, note=note, by_hand=tuple(by_hand))


def _with_ids(store: Store, edits: Sequence[TextEdit]) -> tuple[TextEdit, ...]:
    """Give an id to each edited note that would be taken for another one."""
    edited = {edit.stored.guid: edit.note for edit in edits if edit.note is not None}
    reworded = {edit.stored.guid for edit in edits if _is_reworded(edit)}
    if not reworded:
        return tuple(edits)
    files = dict.fromkeys(Path(edit.stored.note.file) for edit in edits)
    try:
        lost = _lost(store, list(filter(_is_deck, files)), edited)
    except DeckError:  # two notes fit equally
        lost = reworded
    return tuple(_with_id(edit) if edit.stored.guid in lost else edit for edit in edits)


def _is_reworded(edit: TextEdit) -> bool:
    old, new = edit.stored.note, edit.note
    return new is not None and not new.id and text_key(old) != text_key(new)


def _is_deck(file: Path) -> bool:
    """Return True if a deck file can be read."""
    try:
        read_files([file])
    except DeckError:
        return False
    return True


def _lost(store: Store, files: list[Path], edited: Mapping[str, Note]) -> set[str]:
    """Return the guids of edited notes that the edited files would not be matched with.

    Raises:
        DeckError: A note could be one of several.
    """
    parsed = read_files(files)
    steps = plan_adding(store, parsed).steps
    before = [step for step in steps if step.action is not Action.RETIRED]
    notes = tuple(_edited(step, edited) for step in before)
    after = plan_adding(store, replace(parsed, notes=notes)).steps
    return {
        guid
        for old, new in zip(before, after, strict=False)
        if (guid := _guid(old)) in edited and guid != _guid(new)
    }


def _guid(step: PlannedChange) -> str:
    return step.known.guid if step.known else ""


def _edited(step: PlannedChange, edited: Mapping[str, Note]) -> Note:
    new = edited.get(_guid(step))
    return step.note if new is None else replace(step.note, content=new.content)


def _with_id(edit: TextEdit) -> TextEdit:
    if edit.note is None:
        return edit
    stored = edit.stored
    name = mark_for(stored.guid) if is_markdown(Path(stored.note.file)) else stored.guid
    return replace(edit, note=replace(edit.note, id=name))
