"""`flash suspend`, `unsuspend`, `bury`: single cards set aside."""

from pathlib import Path
from typing import Annotated

import typer

from flash.opened import DbOption, JsonOption, opened

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
    from flash.naming import named_cards
    from srs import changes

    with opened(db) as store:
        cards = named_cards(store, names)
        if done == "buried":
            day = store.options.calendar.day(store.now())
            count = changes.bury(store.store, cards, store.now(), day)
        else:
            count = changes.suspend(
                store.store, cards, store.now(), suspended=done == "suspended"
            )
    if as_json:
        from flash.printing import print_json

        print_json({done: count, "cards": cards})
        return
    typer.echo(f"{done}: {count} of {len(cards)} cards")
