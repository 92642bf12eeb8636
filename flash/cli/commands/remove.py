"""`flash remove`."""

from typing import Annotated

import typer

from cards.errors import FlashError
from cards.translate import _
from flash.cli.asking import confirm_many, is_confirmed
from flash.cli.options import (
    CardsArgument,
    DryRunOption,
    JsonOption,
    StoreOption,
    YesOption,
)
from flash.messages.phrases import dry_run_remark
from flash.messages.removing import (
    deleted_line,
    deletion_question,
    lost_texts_lines,
    retired_line,
    would_remove_line,
)
from flash.service.context import open_app
from flash.service.removing import Removal, apply_removal, plan_removal
from flash.terminal import echo, print_json, working


def remove(
    words: CardsArgument,
    forever: Annotated[
        bool,
        typer.Option(
            "--forever", help="Delete notes, cards and reviews, after a backup."
        ),
    ] = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Remove cards, or delete them with their history.

    The notes of the cards are retired: no command asks, counts or exports them, and
    their history is kept. `flash undo` brings them back, as does adding the deck file
    again. --forever makes a backup, asks, and deletes them; nothing before that can
    be undone, and only `flash restore` brings them back. Deck files are never
    changed. Exit code 1: no card matches, or you didn't confirm; nothing is changed.
    """
    with open_app(db) as app:
        removal = plan_removal(app, words, for_good=forever)
        if forever and not (dry_run or yes):
            _confirm(removal)
        if not (forever or dry_run or removal.found.deck):
            confirm_many(removal.found.cards, yes=yes)
        with working(_("removing"), quiet=json):
            backup = None if dry_run else apply_removal(app, removal)
    size, name = removal.size, removal.about
    if json:
        print_json(
            {
                "deck": removal.found.deck,
                "query": removal.found.query,
                "notes": size.notes,
                "cards": size.cards if forever else size.in_use,
                "reviews": size.reviews,
                "mock_exams": size.mock_exams if forever else 0,
                "forever": forever,
                "dry_run": dry_run,
                "backup": str(backup) if backup else None,
            }
        )
    elif dry_run:
        echo(would_remove_line(name, size, for_good=forever))
        for line in lost_texts_lines(size) if forever else []:
            echo(line)
        echo(dry_run_remark())
    elif backup is not None:
        echo(deleted_line(name, size, backup))
        for line in lost_texts_lines(size):
            echo(line)
    else:
        echo(retired_line(name, size))


def _confirm(removal: Removal) -> None:
    for line in lost_texts_lines(removal.size):
        echo(line)
    if not is_confirmed(deletion_question(removal.about, removal.size)):
        raise FlashError(_("nothing was deleted"), _("add --yes to delete them"))
