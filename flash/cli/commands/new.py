"""`flash new`, and `flash add -`."""

import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from cards.deckfile.appending import append_cards, empty_deck
from cards.deckfile.reader import Deck, parse_deck, read_deck
from cards.deckfile.writer import card_yaml
from cards.errors import FlashError
from cards.note import Basic, Cloze, Note
from cards.translate import _
from flash.cli.asking import has_terminal, is_confirmed
from flash.cli.completion import complete_decks, complete_tags
from flash.cli.options import DbOption, JsonOption
from flash.messages.adding import (
    ANSWER_NEEDED,
    EDIT_AGAIN,
    NOTHING_ADDED,
    also_changed_lines,
    new_card_template,
    new_cards_line,
    no_domain_line,
)
from flash.service.context import AppContext, open_app
from flash.service.editor import EditorFailed, editor_failed, run_editor
from flash.service.new_cards import (
    NewCards,
    add_new_deck,
    deck_of_new_cards,
    new_content,
)
from flash.terminal import echo, echo_err, echo_error, print_json
from srs.store.connection import StoreError


def new(
    question: Annotated[
        str, typer.Argument(metavar="[QUESTION]", help="The question, or a cloze.")
    ] = "",
    answer: Annotated[str, typer.Argument(metavar="[ANSWER]", help="The answer.")] = "",
    deck: Annotated[
        str,
        typer.Option(
            "--deck",
            metavar="DECK",
            help="Its deck; it may be new.",
            autocompletion=complete_decks,
        ),
    ] = "",
    tag: Annotated[
        list[str] | None,
        typer.Option(
            "--tag",
            metavar="TAG",
            help="A tag; may be repeated.",
            autocompletion=complete_tags,
        ),
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Also ask from answer to question.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Write a new card into a deck file.

    The card is added, too. Without QUESTION, opens your editor ($VISUAL, $EDITOR). A
    text such as 'Water is {{c1::hydrogen}} and oxygen' needs no ANSWER. The card goes
    to the file of its deck, or to a new one; without --deck to the inbox, which
    `flash config inbox FILE` changes. What is in the file stays as it is. Exit code 1:
    the card has a mistake, or its question exists already; nothing is written.
    """
    if not (question or answer or has_terminal()):
        text = _("without a terminal, name the question and its answer")
        raise typer.BadParameter(text)
    with open_app(db) as app:
        name = deck_of_new_cards(app, deck)
        if question or answer:
            content = _content(question, answer, reverse=reverse)
            card = Note(content, name, tags=tuple(tag or ()))
            added = add_new_deck(app, Deck(name, "", "", (card,)))
        else:
            found = _from_editor(app, name, tag or [])
            if found is None:
                echo_err(_(NOTHING_ADDED))
                return
            added = found
    for warning in added.warnings:
        echo_err(str(warning))
    if added.no_domain:
        echo_err(no_domain_line(added.no_domain.notes, added.no_domain.tag))
    for line in also_changed_lines(added.also_changed):
        echo_err(line)
    if json:
        print_json(added.cards)
    else:
        echo(new_cards_line(len(added.cards), added.deck, added.file, added.line))


def _content(question: str, answer: str, *, reverse: bool) -> Basic | Cloze:
    content = new_content(question, answer, reverse=reverse)
    if content is None:
        raise typer.BadParameter(_(ANSWER_NEEDED))
    return content


def add_from_stdin(db: Path | None, *, dry_run: bool) -> NewCards:
    """Read a deck from standard input; append its cards to the file of that deck.

    Raises:
        DeckError: The text, or the file, has mistakes.
        FlashError: A question exists already.
    """
    text, place = sys.stdin.read().removeprefix("\ufeff"), Path("<stdin>")
    if "\ufffd" in text:
        # Python replaced a byte by it.
        raise FlashError(_("standard input is not UTF-8"))
    found = parse_deck(text, place)
    with open_app(db) as app:
        return add_new_deck(app, found, dry_run=dry_run)


def _from_editor(app: AppContext, deck: str, tags: list[str]) -> NewCards | None:
    """Let the user write cards in an editor; None if nothing was written."""
    card = Note(Basic("", ""), deck, tags=tuple(tags))
    text = append_cards(new_card_template() + empty_deck(deck), [card_yaml(card)])
    text = text.replace("''", "")
    line = text[: text.index("- front:")].count("\n") + 1
    path = Path(tempfile.mkdtemp(prefix="flash-"), "new.yaml")
    path.write_text(text, encoding="utf-8")
    while True:
        try:
            run_editor(path, line)
        except EditorFailed as error:
            raise editor_failed(error.code, path) from None
        if path.read_text("utf-8", errors="replace").strip() in ("", text.strip()):
            return None
        try:
            return add_new_deck(app, read_deck(path))
        except StoreError:
            raise
        except FlashError as error:
            echo_error(error, as_json=False)
        if not is_confirmed(_(EDIT_AGAIN)):
            message = _("nothing was added; your text is in {file}")
            raise FlashError(message.format(file=path))
