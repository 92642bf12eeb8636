"""`flash suspend`, `unsuspend` and `bury`."""

from pathlib import Path
from typing import Annotated

import typer

from flash.cli.options import DbOption, JsonOption
from flash.messages.listing import marked_line
from flash.service.context import find_cards, open_app
from flash.terminal import echo, print_json
from srs.store import card_actions

Names = Annotated[
    list[str], typer.Argument(metavar="CARD...", help="Card numbers or note ids.")
]


def suspend(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Suspend cards until you unsuspend them.

    Exit code 1: a name fits no card; nothing is changed.
    """
    _mark(names, db, "suspended", as_json=json)


def unsuspend(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Unsuspend cards.

    They keep their schedule. Exit code 1: a name fits no card; nothing is changed.
    """
    _mark(names, db, "unsuspended", as_json=json)


def bury(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Hide cards until tomorrow.

    Exit code 1: a name fits no card; nothing is changed.
    """
    _mark(names, db, "buried", as_json=json)


def _mark(names: list[str], db: Path | None, mark: str, *, as_json: bool) -> None:
    with open_app(db) as app:
        cards = find_cards(app, names)
        now = app.now()
        if mark == "buried":
            count = card_actions.bury(app.store, cards, now, app.today())
        else:
            count = card_actions.suspend(
                app.store, cards, now, suspended=mark == "suspended"
            )
    if as_json:
        print_json({mark: count, "cards": cards})
    else:
        echo(marked_line(mark, count, len(cards)))
