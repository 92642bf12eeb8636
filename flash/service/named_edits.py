"""Give an id to cards that `flash add` would not recognize after an edit.

An edit made elsewhere belongs to a known note, but the edited deck file doesn't say so:
without an id, a card whose question and answer both changed would be a new one.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec.structs import replace

from cards.deckfile.discovery import is_markdown
from cards.errors import DeckError
from cards.identity.keys import mark_for, text_key
from cards.identity.matching import Action, PlannedChange
from cards.note import Note
from export.anki.text_edits import TextEdit
from flash.service.adding import plan_adding
from flash.service.deck_reading import read_files
from srs.store.connection import Store


def named_edits(store: Store, edits: Iterable[TextEdit]) -> tuple[TextEdit, ...]:
    """Give an id to each edited note that would be taken for another one.

    Args:
        store: The store.
        edits: Edits of notes that deck files have.
    """
    edits = tuple(edits)
    edited = {edit.stored.guid: edit.note for edit in edits if edit.note is not None}
    if not any(_is_reworded(edit) for edit in edits):
        return edits
    files = dict.fromkeys(Path(edit.stored.note.file) for edit in edits)
    try:
        lost = _lost(store, list(filter(_is_deck, files)), edited)
    except DeckError:  # two notes fit equally
        lost = {edit.stored.guid for edit in edits if _is_reworded(edit)}
    return tuple(_named(edit) if edit.stored.guid in lost else edit for edit in edits)


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


def _named(edit: TextEdit) -> TextEdit:
    if edit.note is None:
        return edit
    stored = edit.stored
    name = mark_for(stored.guid) if is_markdown(Path(stored.note.file)) else stored.guid
    return replace(edit, note=replace(edit.note, id=name))
