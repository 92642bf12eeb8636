"""`flash simulate`: what different desired retentions cost and bring."""

from typing import TYPE_CHECKING, Annotated

import typer

from flash.cli.options import DbOption, JsonOption
from flash.service.context import open_app

if TYPE_CHECKING:
    from srs.forecast.workload import Workload


def simulate(
    deck: Annotated[
        str, typer.Argument(metavar="[DECK]", help="Only this deck and its children.")
    ] = "",
    days: Annotated[
        int, typer.Option("--days", metavar="N", min=1, max=3650, help="How far.")
    ] = 365,
    new: Annotated[
        float | None,
        typer.Option("--new", metavar="N", min=0, help="New cards a day; else as set."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="Another number, another luck.")
    ] = 0,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Show what other desired retentions would cost a day, and bring.

    Your cards go on with your parameters, your times and your habits of rating,
    once for each retention, within the limits that are set.  Nothing is changed.
    Exit code 1: there is no such deck, or no card.
    """
    from cards.errors import FlashError
    from flash.cli.card_selector import check_deck
    from srs.forecast.workload import workload
    from srs.store.decks import deck_ids

    with open_app(db) as store:
        check_deck(store, deck)
        decks = deck_ids(store.store, deck)
        found = workload(
            store.store,
            store.options,
            store.now(),
            decks,
            deck,
            days=days,
            new=new,
            seed=seed,
        )
    if not found.cards:
        raise FlashError("there are no cards to simulate", "flash add brings some")
    if json:
        from flash.terminal import print_json

        print_json(found)
        return
    _print(found)


_NUMBERS = 49
"""Columns of the table without its bars."""


def _print(found: "Workload") -> None:
    from flash.messages.scheduling import simulation_title
    from flash.terminal import bar, columns_of_terminal, print_table, styled

    title, *lines = simulation_title(found)
    typer.echo(styled(title, "1"))
    for line in (*lines, ""):
        typer.echo(line)
    most = max(one.minutes for one in found.choices)
    best = max(one.remembered for one in found.choices)
    # As wide as there is room for beside the numbers, to be drawn twice.
    width = max(0, min(16, (columns_of_terminal() - _NUMBERS) // 2))
    rows = [
        [
            f"{one.retention:.2f}",
            f"{one.minutes:.1f}",
            bar(one.minutes, most, width),
            f"{one.reviews:.0f}",
            f"{one.remembered:.0f}",
            bar(one.remembered, best, width),
            "as set" if abs(one.retention - found.present) < 0.005 else "",
        ]
        for one in found.choices
    ]
    names = ["retention", "min/day", "", "reviews", "recalled", "", ""]
    print_table(names, rows, right=(0, 1, 3, 4))
