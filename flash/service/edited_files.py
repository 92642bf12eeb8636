"""Add deck files that were edited: during a review, or since they were last added."""

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from cards.deckfile.reader import parse_deck
from cards.deckfile.writer import deck_yaml
from cards.errors import DeckError, FlashError
from cards.translate import _
from flash.messages.review import elsewhere_line
from flash.service.adding import (
    add_unasked,
    apply_adding,
    plan_adding,
)
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from srs.merging.text_updates import TextUpdate, update_notes
from srs.store.connection import Store, StoreError
from srs.store.notes import stored_note_of
from srs.store.sync_state import file_device


def reread(app: AppContext, file: str) -> str | None:
    """Add a deck file that was edited during a review.

    Returns:
        The errors of the file as text; None if there are none.
    """
    try:
        add_unasked(app, read_files([Path(file)]), name="edit")
    except DeckError as error:
        return "\n".join(str(problem) for problem in error.problems[:5])
    except StoreError:
        raise
    except FlashError as error:
        return str(error)
    return None


def text_of_note(store: Store, card: int) -> str:
    """Return the note of a card, which no deck file here has, as the text of one.

    It begins with the device that has the file, if that is known.
    """
    note = stored_note_of(store, card).note
    device = file_device(store, card)
    head = f"# {elsewhere_line(device)}\n" if device else ""
    return head + deck_yaml(note.deck, note.language, [(note, "")])


def rewrite(app: AppContext, card: int, text: str) -> str | None:
    """Take a note back that was edited as `text_of_note`; its history stays.

    Returns:
        The errors of the text; None if there are none.
    """
    stored = stored_note_of(app.store, card)
    old = stored.note
    try:
        deck = parse_deck(text, Path(old.file or "card"))
    except DeckError as error:
        return "\n".join(str(problem) for problem in error.problems[:5])
    if len(deck.notes) != 1:
        return _("the text must have one card")
    note = replace(deck.notes[0], file=old.file, line=old.line, column=old.column)
    update_notes(app.store, [TextUpdate(stored.guid, note)], app.now())
    return None


def add_changed(app: AppContext, files: Sequence[str]) -> list[str]:
    """Add deck files that were edited since they were last added.

    Args:
        app: The open store.
        files: Absolute paths.

    Returns:
        What keeps files from being added, as texts; their old cards stay.
    """
    sound: list[Path] = []
    errors: list[str] = []
    for file in files:
        try:
            read_files([Path(file)])
            sound.append(Path(file))
        except DeckError as error:
            errors += [str(problem) for problem in error.problems[:3]]
    if not sound:
        return errors
    try:
        plan = plan_adding(app.store, read_files(sound))
        if plan.refusal:
            raise plan.refusal
        apply_adding(app, plan)
    except StoreError:
        raise
    except FlashError as error:
        errors.append(str(error))
    return errors
