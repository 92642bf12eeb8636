"""`flash suspend`, `unsuspend`, `bury`: single cards set aside."""

from pathlib import Path
from typing import Annotated

import typer

from flash.cli.options import DbOption, JsonOption
from flash.service.context import open_app

Names = Annotated[
    list[str],
    typer.Argument(metavar="CARD...", help="Numbers of cards, or ids of notes."),
]


def suspend(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Set cards aside until they are unsuspended.

    Exit code 1: a name fits no card, and nothing was done.
    """
    _mark(names, db, "suspended", as_json=json)


def unsuspend(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Take suspended cards up again, where they were.

    Exit code 1: a name fits no card, and nothing was done.
    """
    _mark(names, db, "unsuspended", as_json=json)


def bury(names: Names, json: JsonOption = False, db: DbOption = None) -> None:
    """Let cards rest till tomorrow.

    Exit code 1: a name fits no card, and nothing was done.
    """
    _mark(names, db, "buried", as_json=json)


def _mark(names: list[str], db: Path | None, done: str, *, as_json: bool) -> None:
    from flash.cli.card_selector import named_cards
    from srs.store import card_actions

    with open_app(db) as store:
        cards = named_cards(store, names)
        if done == "buried":
            day = store.options.calendar.day(store.now())
            count = card_actions.bury(store.store, cards, store.now(), day)
        else:
            count = card_actions.suspend(
                store.store, cards, store.now(), suspended=done == "suspended"
            )
    if as_json:
        from flash.terminal import print_json

        print_json({done: count, "cards": cards})
        return
    typer.echo(f"{done}: {count} of {len(cards)} cards")
