"""`flash config`."""

from typing import Annotated

import typer

from cards.errors import FlashError
from cards.text.width import clean
from cards.translate import _
from flash.cli.completion import complete_decks, complete_settings
from flash.cli.options import DbOption, JsonOption
from flash.paths import check_store
from flash.service.context import open_app
from flash.service.finding import find_deck
from flash.service.settings import (
    change_setting,
    format_setting,
    read_settings,
    setting_name,
    settings_of_decks,
)
from flash.terminal import echo, echo_err, print_json, print_lines, styled


def config(
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="Setting to show or change.",
            autocompletion=complete_settings,
        ),
    ] = "",
    value: Annotated[str, typer.Argument(metavar="[VALUE]", help="New value.")] = "",
    deck: Annotated[
        str,
        typer.Option(
            "--deck",
            metavar="DECK",
            help="Apply to this deck and its subdecks.",
            autocompletion=complete_decks,
        ),
    ] = "",
    unset: Annotated[
        bool, typer.Option("--unset", help="Reset to the inherited value.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show or change settings.

    Without NAME, shows all settings and the decks that have their own. A deck inherits
    the settings that it doesn't set from its parents. Write steps as '1m 10m',
    `time_zone` as Asia/Tokyo, `rollover` as an hour, `easy_days` as 'sat=50% sun=0%',
    and `away` as '2026-12-24..2027-01-02': cards due in a vacation are moved as far as
    their fuzz allows. With `catch_up`, a backlog is spread over several days,
    fastest-fading cards first, except before an exam. `keys` are those of a review on
    this device, such as 'undo=z bury=-'. Exit code 1: there is no such setting or deck,
    or the value is invalid.
    """
    if unset and not name:
        raise typer.BadParameter(_("--unset needs the name of a setting"))
    if not value:
        check_store(db)
    with open_app(db) as app:
        name = setting_name(name) if name else ""
        # What was set for a deck that is gone can be removed.
        known = (unset or not value) and deck in app.options.decks()
        deck = deck if known else find_deck(app, deck)
        if value and unset:
            raise FlashError(_("give a value or --unset, not both"))
        if name and (value or unset):
            moved = change_setting(app, name, value, deck)
            if moved and moved.due:
                text = _("Moved {moved} of the {due} cards due in that time.")
                echo_err(text.format(moved=moved.moved, due=moved.due))
        options = app.options
        shown = read_settings(options, name, deck)
        own = options.own(deck) if deck else {}
        of_decks = {} if name or deck else settings_of_decks(app)
    if json:
        print_json(shown)
        return
    for one, found in shown.items():
        mark = styled(_("  (set for this deck)"), "2") if one in own else ""
        print_lines([clean(f"{one:<18} {format_setting(one, found)}") + mark])
    if of_decks:
        echo()
        echo(_("Decks with settings of their own (see --deck):"))
        for one, text in of_decks.items():
            echo(f"{one}: {text}")
