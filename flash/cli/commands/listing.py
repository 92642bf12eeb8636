"""`flash decks`, `flash list` and `flash show`."""

from enum import StrEnum
from typing import Annotated, Any

import typer

from cards.deckfile.discovery import bundled_decks
from cards.note import Note
from cards.translate import _
from flash.cli.options import (
    CardsArgument,
    JsonOption,
    QueryArgument,
    StoreOption,
    TagOption,
)
from flash.messages.browsing import NO_CARDS
from flash.messages.due import backlog_line
from flash.messages.listing import bundled_line, card_lines, card_table, deck_table
from flash.messages.review import NO_DECKS
from flash.service.context import open_app
from flash.service.finding import find, find_some
from flash.terminal import echo, echo_err, page_lines, print_json, working
from srs.store.card_list import CardListRow, card_list
from srs.store.notes import stored_note_of
from srs.store.revlog import HistoryLine, history
from srs.store.rows import has_notes
from srs.study.day_counts import decks_of_day


class SortOrder(StrEnum):
    """What a list can be sorted by; see `srs.store.search.ORDERS`."""

    DUE = "due"
    LAPSES = "lapses"
    STABILITY = "stability"
    ADDED = "added"


def decks(
    bundled: Annotated[
        bool, typer.Option("--bundled", help="List the decks that come with flash.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """List decks with their card counts.

    New, learning and due cards are those that `flash review` would still ask today;
    what is due beyond the limits is overdue. JSON counts all unseen cards, too.
    """
    if bundled:
        _bundled(as_json=json)
        return
    with open_app(db) as app:
        found, backlog = decks_of_day(app.store, app.options, app.now())
    if json:
        print_json(found)
    elif found:
        why = backlog_line(backlog)
        page_lines([*deck_table(found), *(["", why] if why else [])])
    else:
        echo(_(NO_DECKS))


def _bundled(*, as_json: bool) -> None:
    found = bundled_decks()
    if as_json:
        print_json([{"deck": name, "languages": found[name]} for name in found])
        return
    for name, languages in found.items():
        echo(bundled_line(name, languages))


def list_cards(
    words: QueryArgument = None,
    sort: Annotated[
        SortOrder | None,
        typer.Option("--sort", help="Order [default: that of new cards]."),
    ] = None,
    tag: TagOption = "",
    retired: Annotated[
        bool, typer.Option("--retired", help="Include retired cards.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """List cards with their state and due day.

    With --sort lapses, the most lapses come first; with --sort added, the newest
    cards. Exit code 1: there is no such card or deck, or the query has a mistake.
    """
    with working(_("reading"), quiet=json), open_app(db) as app:
        order = sort.value if sort else ""
        cards = find(app, words or (), tag=tag, order=order, retired=retired).cards
        found = card_list(app.store, app.options.calendar, cards, today=app.today())
        lines = [] if json else card_table(found)
        missing = NO_CARDS if has_notes(app.store, in_use=True) else NO_DECKS
    if json:
        print_json(found)
        return
    page_lines(lines)
    if not found:
        echo_err(_(missing))


def show(
    words: CardsArgument,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Show cards with their answer history.

    Retired cards are shown if no other card matches. Exit code 1: no card matches.
    """
    with open_app(db) as app:
        cards = find_some(app, words, retired=None).cards
        rows = card_list(app.store, app.options.calendar, cards, today=app.today())
        found = [
            (
                row,
                stored_note_of(app.store, row.card).note,
                history(app.store, row.card),
            )
            for row in rows
        ]
    if json:
        print_json([_with_history(*one) for one in found])
        return
    shown = (card_lines(note, line, answers) for line, note, answers in found)
    page_lines([line for lines in shown for line in lines])


def _with_history(
    line: CardListRow, note: Note, answers: list[HistoryLine]
) -> dict[str, Any]:
    return {
        "line": line,
        "extra": note.extra,
        "sources": note.sources,
        "checked": note.checked,
        "recheck": note.recheck,
        "changed": note.changed,
        "history": answers,
    }
