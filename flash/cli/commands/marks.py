"""Commands that change cards: suspend, bury, flag, set due, reset."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

import typer

from cards.translate import _
from flash.cli.asking import confirm_many
from flash.cli.options import CardsArgument, JsonOption, StoreOption, YesOption
from flash.messages.listing import changed_line
from flash.service.context import AppContext, open_app
from flash.service.finding import find_some
from flash.service.set_due import due_days
from flash.terminal import echo, print_json, working
from srs.store import card_actions

Change = Callable[[AppContext, Sequence[int]], int]
"""Changes cards and returns how many."""


def suspend(
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Suspend cards until you unsuspend them.

    Exit code 1: no card matches, or you didn't confirm; nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.suspend(app.store, cards, app.now(), suspended=True)

    _change(words, db, "suspended", change, yes=yes, as_json=json)


def unsuspend(
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Unsuspend cards.

    They keep their schedule. Exit code 1: no card matches, or you didn't confirm;
    nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.suspend(app.store, cards, app.now(), suspended=False)

    _change(words, db, "unsuspended", change, yes=yes, as_json=json)


def bury(
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Hide cards until tomorrow.

    Exit code 1: no card matches, or you didn't confirm; nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.bury(app.store, cards, app.now(), app.today())

    _change(words, db, "buried", change, yes=yes, as_json=json)


def unbury(
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Bring back cards that were buried today.

    Exit code 1: no card matches, or you didn't confirm; nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.unbury(app.store, cards, app.now(), app.today())

    _change(words, db, "unburied", change, yes=yes, as_json=json)


def flag(
    number: Annotated[
        int,
        typer.Argument(
            metavar="N", min=0, max=7, help="1 to 7, or 0 to remove the flag."
        ),
    ],
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Flag cards with a number from 1 to 7, or remove the flag.

    The numbers are Anki's: red, orange, green, blue, pink, turquoise, purple. Exit
    code 1: no card matches, or you didn't confirm; nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.flag(app.store, cards, app.now(), number)

    what = "flagged" if number else "unflagged"
    _change(words, db, what, change, yes=yes, as_json=json)


def set_due(
    days: Annotated[
        str,
        typer.Argument(
            metavar="DAYS", help="Days from today: 3, 3-7 to spread them, or a date."
        ),
    ],
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Set the due day of cards.

    0 is today; write a date as 2027-01-10. Memory and history stay; a new card becomes
    a review card with that interval, as in Anki. Suspended cards stay suspended. Exit
    code 1: no card matches, the days can't be read, or you didn't confirm; nothing is
    changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        span = due_days(days, app.today())
        return card_actions.set_due(app.store, app.options, cards, app.now(), span)

    _change(words, db, "due", change, yes=yes, as_json=json)


def reset(
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Make cards new again.

    Their answers stay in the log and in the statistics. Exit code 1: no card matches,
    or you didn't confirm; nothing is changed.
    """

    def change(app: AppContext, cards: Sequence[int]) -> int:
        return card_actions.reset(app.store, app.options, cards, app.now())

    _change(words, db, "reset", change, yes=yes, as_json=json)


def _change(
    words: list[str],
    db: Path | None,
    what: str,
    change: Change,
    *,
    yes: bool,
    as_json: bool,
) -> None:
    with open_app(db) as app:
        cards = find_some(app, words).cards
        confirm_many(cards, yes=yes)
        with working(_("changing cards"), quiet=as_json):
            count = change(app, cards)
    if as_json:
        print_json({what: count, "cards": cards})
    else:
        echo(changed_line(what, count, len(cards)))
