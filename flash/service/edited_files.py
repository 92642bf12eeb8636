"""Add deck files that were edited: during a review, or since they were last added."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import bundled_name, is_installed
from cards.deckfile.reader import parse_deck
from cards.deckfile.writer import card_yaml, header_yaml
from cards.errors import DeckError, FlashError, Place, Problem
from cards.note import Note
from cards.questions import media_of
from cards.translate import _
from export.anki.found_edits import TextEdit
from flash.messages.adding import returned_lines
from flash.messages.conflicts import conflict_lines
from flash.messages.review import elsewhere_line
from flash.service.adding import add_unasked, apply_adding, plan_unasked
from flash.service.context import AppContext, file_stats
from flash.service.deck_reading import read_files
from flash.service.edited_text import EditedMeanwhile
from flash.service.empty_sides import completed, unsuspend_completed
from flash.service.file_patches import file_patches, write_with_store
from flash.service.retirements import cards_gone
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import StoredNote
from srs.models.media import is_imported
from srs.models.retirements import RetiredCard
from srs.store.connection import Store, StoreError
from srs.store.note_media import media_folder
from srs.store.notes import stored_note_of
from srs.store.sync_state import file_device


def editable_file(note: Note) -> Path:
    """Return the deck file of a note.

    Raises:
        FlashError: There is none, or it is one of an installed flash.
    """
    path, place = Path(note.file), Place(note.file, note.line)
    hint = _("flash add aws-security makes a copy to edit")
    if not path.is_file():
        hint = hint if bundled_name(note.file) else ""
        message = _("the deck file of this card was not found")
        raise FlashError(message, hint, place)
    if is_installed(note.file):
        raise FlashError(_("this file is a part of flash"), hint, place)
    return path


def reread(app: AppContext, file: str) -> list[RetiredCard]:
    """Add a deck file that was edited in a review; return the answered cards that go.

    Raises:
        FlashError: See `add_edited`; of mistakes it has the first ones.
    """
    try:
        return add_edited(app, file).retired
    except DeckError as error:
        raise FlashError(first_of(error.problems)) from None


class EditedFile(Struct, frozen=True):
    """What the user has to know of a file that was edited and added."""

    returned: list[str]
    """Removed cards that are back, as texts."""
    retired: list[RetiredCard]
    """The cards with answers that it no longer has."""


def add_edited(app: AppContext, file: str) -> EditedFile:
    """Add a deck file that the user has just edited; it may retire a few cards.

    Raises:
        DeckError: It has mistakes.
        FlashError: It would retire many cards, or take an edit of another device back.
        StoreError: The store can't be written.
    """
    parsed = read_files([Path(file)])
    with app.store.transaction():
        plan = plan_unasked(app.store, parsed, may_retire=True)
        apply_adding(app, plan, name="edit")
    answered = [card for card in plan.retired if card.is_answered]
    return EditedFile(returned_lines(plan.steps), answered)


def first_of(problems: Sequence[Problem | str]) -> str:
    """Return the first problems as lines."""
    return "\n".join(map(str, problems[:5]))


def text_of_note(store: Store, card: int) -> str:
    """Return the note of a card as the text of a deck file.

    It begins with the device that has the file, if that is known.

    Raises:
        FlashError: There is no such card.
    """
    note = stored_note_of(store, card).note
    device = file_device(store, card)
    head = f"# {elsewhere_line(device)}\n" if device else ""
    return f"{head}{header_yaml(note.deck, note.language)}cards:\n{card_yaml(note)}"


def take_text(app: AppContext, card: int, text: str, before: str) -> list[RetiredCard]:
    """Take a note back that was edited as `text_of_note`; its history stays.

    If a deck file here has the note, its text changes there.  A text that was taken
    before is taken again, as its reply may be lost.

    Args:
        app: The open store.
        card: A card of the note.
        text: The edited text.
        before: What `text_of_note` returned.

    Returns:
        The cards with answers that the note no longer has.

    Raises:
        EditedMeanwhile: The note is no longer as it was; nothing was written.
        ExportError: The deck file can't be written.
        FlashError: The text has mistakes, the card or the deck file is gone, or the
            file is a part of flash.
        StoreError: The store can't be written; nothing was.
    """
    stored = stored_note_of(app.store, card)
    try:
        _rewrite(app, stored, text, before)
    except EditedMeanwhile as error:
        if error.present.strip() != text.strip():
            raise
    return cards_gone(app.store, stored)


def _rewrite(app: AppContext, stored: StoredNote, text: str, before: str) -> None:
    check = partial(_check_present, app.store, stored.cards[0].id, text, before)
    check()
    old = stored.note
    try:
        media = None if old.file else media_of(old)
        deck = parse_deck(text, _place_of(app.store, old), media)
    except DeckError as error:
        named = [
            one._replace(place=one.place._replace(file="card"))
            for one in error.problems
        ]
        raise FlashError(first_of(named)) from None
    if len(deck.notes) != 1:
        raise FlashError(_("the text must have one card"))
    note = replace(deck.notes[0], file=old.file, line=old.line, column=old.column)
    note = completed(old, note)
    if old.line:
        _rewrite_in_file(app, stored, note, check)
        return
    with app.store.transaction():
        check()
        unsuspend_completed(app, [(stored.guid, old, note)])
        update_notes(app.store, [TextUpdate(stored.guid, note)], app.now())


def _place_of(store: Store, note: Note) -> Path:
    """Return where the files are that a note shows."""
    if is_imported(note.file):  # the store may have moved since
        return media_folder(store.path.absolute()) / Path(note.file).name
    return Path(note.file or "card")


def _check_present(store: Store, card: int, text: str, before: str) -> None:
    """Refuse an edited text if another one was handed out than the present one."""
    present = text_of_note(store, card)
    if present != before:
        raise EditedMeanwhile(text, present)


def _rewrite_in_file(
    app: AppContext, stored: StoredNote, note: Note, check: Callable[[], None]
) -> None:
    old = stored.note
    path = editable_file(old)
    if note != replace(old, content=note.content, extra=note.extra, tags=note.tags):
        raise FlashError(
            _("only the texts and tags can change here; edit the rest in the file")
        )
    if note == old:
        return
    (patch,) = file_patches([TextEdit(stored, note)])
    if patch.by_hand:
        # The file may have an edit that is not added yet, of this card or a broken one.
        errors = add_changed(app, [old.file]).errors
        check()
        if stored_note_of(app.store, stored.cards[0].id).retired:
            raise FlashError(_("this card was removed from its deck file"))
        message = _("the deck file has this card in another form; edit it there")
        raise FlashError(first_of(errors) or message)
    try:
        with app.store.transaction():
            check()
            unsuspend_completed(app, [(stored.guid, old, note)])
            # First here, where it is known which note it is: the file alone doesn't say
            # so if question and answer differ.
            update_notes(app.store, [TextUpdate(stored.guid, note)], app.now())
            write_and_add(app, {path: patch.after})
    except DeckError as error:
        raise FlashError(first_of(error.problems)) from None


def write_and_add(app: AppContext, texts: Mapping[Path, str]) -> list[str]:
    """Write deck files and add them.

    Args:
        app: The open store.
        texts: The text of each file.

    Returns:
        Removed cards that are back, as texts.

    Raises:
        DeckError: A text has mistakes; nothing was written.
        ExportError: A file can't be written.
        FlashError: It would retire cards with answers, or a large part of a deck;
            nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    with app.store.transaction():
        parsed = read_files(texts, texts=texts)
        plan = plan_unasked(app.store, parsed)
        for path, text in texts.items():
            write_with_store(app.store, path, text)
        parsed = replace(parsed, stats=tuple(file_stats(map(str, parsed.files))))
        apply_adding(app, replace(plan, parsed=parsed), name="edit")
    return returned_lines(plan.steps)


class ChangedFiles(Struct, frozen=True):
    """What the user has to know of edited files that were added."""

    errors: list[str]
    """What keeps files, or notes of them, from being added; their old cards stay."""
    returned: list[str]
    """Removed cards that are back."""


def add_changed(app: AppContext, files: Sequence[str]) -> ChangedFiles:
    """Add deck files that were edited since they were last added.

    Args:
        app: The open store.
        files: Absolute paths.
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
        return ChangedFiles(errors, [])
    try:
        added = add_unasked(app, read_files(sound), may_conflict=True)
    except StoreError:
        raise
    except FlashError as error:
        return ChangedFiles([*errors, str(error)], [])
    plan = added.plan
    if plan.undecided:
        errors += conflict_lines(plan.undecided, plan.parsed.files)
        errors.append(_("run flash add on the file, which asks first"))
    return ChangedFiles(errors, returned_lines(plan.steps))
