"""`flash edit`."""

from collections.abc import Sequence

import typer

from cards.errors import DeckError, FlashError, Place
from cards.note import Note
from cards.translate import _
from flash.cli.asking import is_confirmed
from flash.cli.commands.add import retired_json
from flash.cli.options import CardsArgument, JsonOption, StoreOption
from flash.messages.adding import EDIT_AGAIN, with_retired
from flash.messages.phrases import count_cards
from flash.messages.review import edited_line
from flash.service.context import AppContext, open_app
from flash.service.edited_files import (
    add_edited,
    editable_file,
    first_of,
    take_text,
    text_of_note,
)
from flash.service.edited_text import EditedMeanwhile, to_edit_again
from flash.service.editor import edit_file, edit_text, keep_text
from flash.service.finding import find_some
from flash.terminal import echo, echo_err, echo_error, print_json
from srs.models.retirements import RetiredCard
from srs.store.connection import StoreError
from srs.store.notes import stored_note_of


def edit(
    words: CardsArgument, json: JsonOption = False, db: StoreOption = None
) -> None:
    """Edit a card in your editor.

    Opens the deck file at the line of the card ($VISUAL, $EDITOR), and adds the file
    once you have left the editor. A card without a deck file, such as one from Anki, is
    edited as YAML. Edited cards keep their history; cards with answers that are gone
    from the text are named. Exit code 1: the words name no card or cards of several
    notes, or the text has a mistake; no card is changed.
    """
    with open_app(db) as app:
        cards = find_some(app, words).cards
        note = _one_note(app, cards)
        if note.line:
            changed, retired = _edit_file(app, note, as_json=json)
        else:
            changed, retired = _edit_text(app, cards[0])
    line = with_retired(edited_line(note, changed=changed), retired)
    if json:
        gone = [retired_json(card) for card in retired]
        print_json({"changed": changed, "cards": cards, "retired_cards": gone})
    else:
        echo(line)


def _one_note(app: AppContext, cards: Sequence[int]) -> Note:
    stored = stored_note_of(app.store, cards[0])
    if not set(cards) <= {one.id for one in stored.cards}:
        text = _("{cards} match, of several notes")
        message = text.format(cards=count_cards(len(cards)))
        raise FlashError(message, _("flash list shows the card numbers"))
    return stored.note


def _edit_file(
    app: AppContext, note: Note, *, as_json: bool
) -> tuple[bool, list[RetiredCard]]:
    """Open a deck file at a card and add it; return as `_edit_text`."""
    path, place = editable_file(note), Place(note.file, note.line)
    before = path.read_bytes()
    while True:
        edit_file(path, note.line)
        if path.read_bytes() == before:
            return False, []
        try:
            added = add_edited(app, note.file)
        except DeckError as error:
            echo_err(first_of(error.problems))
            hint = _("correct the file, then add it with flash add")
            failure: Exception = FlashError(_("no card was changed"), hint, place)
        except StoreError:
            raise
        except FlashError as error:
            echo_error(error, as_json=as_json)
            failure = typer.Exit(1)
        else:
            for line in added.returned:
                echo_err(line)
            return True, added.retired
        if not is_confirmed(_(EDIT_AGAIN)):
            raise failure


def _edit_text(app: AppContext, card: int) -> tuple[bool, list[RetiredCard]]:
    """Open a card as YAML and take it back.

    Returns:
        False if it stays as it is, and the cards with answers that are retired.
    """
    before = text = text_of_note(app.store, card)
    while True:
        text = edit_text(text, before)
        if text == before or not text.strip():
            return False, []
        try:
            return True, take_text(app, card, text, before)
        except FlashError as error:
            echo_err(str(error))
            text = to_edit_again(error, text)
            if isinstance(error, EditedMeanwhile):
                before = error.present
        if not is_confirmed(_(EDIT_AGAIN)):
            message = _("no card was changed; your text is in {file}")
            raise FlashError(message.format(file=keep_text(text)))
