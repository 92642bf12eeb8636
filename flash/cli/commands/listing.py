"""`flash decks`, `flash list` and `flash show`."""

from typing import Annotated

import typer

from cards.deckfile.discovery import bundled_decks
from flash.cli.options import DbOption, DeckArgument, JsonOption, TagOption
from flash.messages.listing import bundled_line, card_lines, card_table, deck_table
from flash.messages.translate import _
from flash.service.context import check_deck, no_such_card, open_app
from flash.terminal import echo, print_json, print_lines
from srs.store.card_actions import cards_named
from srs.store.card_list import card_list, card_list_rows, deck_lines
from srs.store.notes import stored_note_of
from srs.store.revlog import history


def decks(
    bundled: Annotated[
        bool, typer.Option("--bundled", help="List the decks that come with flash.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List decks with their card counts."""
    if bundled:
        _bundled(as_json=json)
        return
    with open_app(db) as app:
        day = app.today()
        end_ms = app.options.calendar.start_ms(day + 1)
        found = deck_lines(app.store, day, end_ms)
    if json:
        print_json(found)
    elif found:
        print_lines(deck_table(found))
    else:
        echo(_("No decks yet. Add one with flash add, or start with flash review."))


def _bundled(*, as_json: bool) -> None:
    found = bundled_decks()
    if as_json:
        print_json([{"deck": name, "languages": found[name]} for name in found])
        return
    for name, languages in found.items():
        echo(bundled_line(name, languages))


def list_cards(
    deck: DeckArgument = "",
    tag: TagOption = "",
    retired: Annotated[
        bool, typer.Option("--retired", help="Include retired cards.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List cards with their state and due day.

    Exit code 1: there is no such deck.
    """
    with open_app(db) as app:
        check_deck(app, deck)
        calendar = app.options.calendar
        found = list(
            card_list(app.store, calendar, deck=deck, tag=tag, retired=retired)
        )
    if json:
        print_json(found)
    else:
        print_lines(card_table(found))


def show(
    name: Annotated[
        str, typer.Argument(metavar="CARD", help="Card number or note id.")
    ],
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show a card with its answer history.

    Exit code 1: there is no such card.
    """
    with open_app(db) as app:
        cards = cards_named(app.store, name)
        cards = cards or cards_named(app.store, name, retired=True)
        if not cards:
            raise no_such_card(name)
        stored = stored_note_of(app.store, cards[0])
        found = [
            (row, history(app.store, row.card))
            for row in card_list_rows(stored, app.options.calendar)
            if row.card in cards
        ]
    note = stored.note
    if not json:
        for line, answers in found:
            print_lines(card_lines(note, line, answers))
        return
    about = {
        "extra": note.extra,
        "sources": note.sources,
        "checked": note.checked,
        "recheck": note.recheck,
        "changed": note.changed,
    }
    print_json([{"line": line, **about, "history": answers} for line, answers in found])
