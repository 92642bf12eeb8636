"""`flash remove`."""

import sys
from typing import Annotated

import typer

from cards.errors import FlashError
from flash.cli.options import DbOption, DryRunOption, JsonOption
from flash.messages.phrases import dry_run_remark
from flash.messages.removing import (
    deleted_line,
    deletion_question,
    retired_line,
    would_remove_line,
)
from flash.messages.translate import _
from flash.service.context import open_app
from flash.service.removing import Removal, apply_removal, plan_removal
from flash.terminal import echo, print_json


def remove(
    deck: Annotated[
        str, typer.Argument(metavar="DECK", help="The deck, with its subdecks.")
    ],
    forever: Annotated[
        bool,
        typer.Option(
            "--forever", help="Delete notes, cards and reviews, after a backup."
        ),
    ] = False,
    dry_run: DryRunOption = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Delete without asking.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Remove a deck, or delete it with its history.

    Its cards are retired: no command asks, counts or exports them, and their history
    is kept. `flash undo` brings them back, as does adding the deck file again.
    --forever makes a backup, asks, and deletes them; nothing before that can be
    undone, and only `flash restore` brings them back. Deck files are never changed.
    Exit code 1: there is no such deck, or you didn't confirm; nothing is changed.
    """
    with open_app(db) as app:
        removal = plan_removal(app, deck, for_good=forever)
        if forever and not (dry_run or yes):
            _confirm(removal)
        backup = None if dry_run else apply_removal(app, removal)
    size = removal.size
    if json:
        print_json(
            {
                "deck": deck,
                "notes": size.notes,
                "cards": size.cards if forever else size.in_use,
                "reviews": size.reviews,
                "forever": forever,
                "dry_run": dry_run,
                "backup": str(backup) if backup else None,
            }
        )
    elif dry_run:
        echo(would_remove_line(deck, size, for_good=forever))
        echo(dry_run_remark())
    elif backup is not None:
        echo(deleted_line(deck, size, backup))
    else:
        echo(retired_line(deck, size))


def _confirm(removal: Removal) -> None:
    question = deletion_question(removal.deck, removal.size)
    if sys.stdin.isatty() and typer.confirm(question, err=True):
        return
    raise FlashError(_("nothing was deleted"), _("add --yes to delete the deck"))
