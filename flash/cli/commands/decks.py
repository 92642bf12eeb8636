"""`flash move` and `flash rename`: cards change their deck, and decks their name."""

from typing import Annotated

import typer

from cards.translate import _
from flash.cli.asking import confirm_many
from flash.cli.completion import complete_decks
from flash.cli.options import CardsArgument, JsonOption, StoreOption, YesOption
from flash.cli.patches import print_patches
from flash.messages.edits import decks_by_hand, patch_text
from flash.messages.listing import file_lines, moved_line, renamed_deck_line
from flash.service.context import open_app
from flash.service.deck_changes import (
    apply_change,
    plan_deck_rename,
    plan_move,
)
from flash.service.finding import find_some
from flash.terminal import echo_err, print_json, working


def move(
    deck: Annotated[
        str,
        typer.Argument(
            metavar="DECK",
            help="Where the cards go, such as Biology::Cells; it may be new.",
            autocompletion=complete_decks,
        ),
    ],
    words: CardsArgument,
    yes: YesOption = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Move cards to another deck.

    Moves cards without a deck file, such as those from Anki. Cards of deck files are
    listed, to be moved by hand: their file names their deck. Exit code 1: no card
    matches, or you didn't confirm; nothing is changed.
    """
    with open_app(db) as app:
        change = plan_move(app, find_some(app, words).cards, deck)
        confirm_many(change.cards, yes=yes)
        with working(_("changing cards"), quiet=json):
            apply_change(app, change, write=False)
    by_hand = decks_by_hand(change.by_hand, change.missing, renamed=False)
    if json:
        print_json({"moved": len(change.cards), "by_hand": by_hand})
        return
    if change.cards or not by_hand:
        echo_err(moved_line(len(change.cards), change.deck, is_new=change.is_new))
    for line in by_hand:
        echo_err(line)


def rename(
    old: Annotated[
        str,
        typer.Argument(
            metavar="OLD",
            help="Present name of the deck.",
            autocompletion=complete_decks,
        ),
    ],
    new: Annotated[
        str,
        typer.Argument(
            metavar="NEW", help="Its new name.", autocompletion=complete_decks
        ),
    ],
    write: Annotated[
        bool, typer.Option("--write", help="Edit the deck files, and add them.")
    ] = False,
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Rename a deck with its subdecks.

    Its cards keep their history; options and exam follow. If deck files name the
    deck, patches for them are printed, and nothing is changed; --write edits the files,
    adds them and renames the deck. Exit code 1: there is no such deck, or a deck has
    the new name; nothing is changed.
    """
    with open_app(db) as app:
        with working(_("reading"), quiet=json):
            change = plan_deck_rename(app, old, new)
        with working(_("changing cards"), quiet=json):
            returned = apply_change(app, change, write=write)
    for line in returned:
        echo_err(line)
    by_hand = decks_by_hand(change.by_hand, change.missing, renamed=True)
    is_done = write or not change.in_files
    cards = (*change.cards, *change.cards_in_files) if is_done else ()
    label = _("with the new name of the deck")
    shown = change.in_files if json or not write else ()
    patches = [patch_text(one.file, one.before, one.after, label) for one in shown]
    if json:
        print_json(
            {
                "moved": len(cards),
                "files": [one.file for one in change.in_files],
                "written": write,
                "patches": patches,
                "by_hand": by_hand,
            }
        )
        return
    print_patches(patches)
    if cards and change.renamed:
        echo_err(renamed_deck_line(*change.renamed, len(cards)))
    lines = file_lines(len(change.in_files), written=write)
    if not is_done:
        lines = [_("Nothing was renamed yet; --write renames the deck and its files.")]
    for line in (*lines, *by_hand):
        echo_err(line)
