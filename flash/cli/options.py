"""Options that several commands share."""

import math
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from cards.errors import printable
from cards.translate import _, use_program
from flash.cli.completion import complete_deck_files, complete_decks, complete_tags
from flash.paths import check_store

MOST = 1_000_000_000
"""Largest count and seed; a number of SQLite has 63 bits."""
LONGEST_DAYS = 36_500
HELP_NAMES = {"help_option_names": ["-h", "--help"]}
"""Context settings of every command."""


class QueryCommand(TyperCommand):
    """Takes a word such as `-tag:iam` for a part of a query; no option is like it."""

    def make_parser(self, ctx: Any) -> Any:
        """Make the parser of the words."""
        parser = super().make_parser(ctx)
        match_option = parser._match_short_opt  # noqa: SLF001 - there is no other way

        def match(word: str, state: Any) -> None:
            if len(word) > len("-h"):
                state.largs.append(word)
            else:
                match_option(word, state)

        parser._match_short_opt = match  # type: ignore[assignment]  # noqa: SLF001
        return parser


def _store_of(context: typer.Context, value: Path | None) -> Path | None:
    """Fall back to the `--db` before the command; name it in hints."""
    db: Path | None = context.obj if value is None else value
    if db is not None:
        root = context.find_root()
        group: Any = root.command
        names = group.list_commands(root)
        use_program(f"flash --db {printable(shlex.quote(str(db)))}", names)
    return db


def _existing_store(context: typer.Context, value: Path | None) -> Path | None:
    db = _store_of(context, value)
    if not context.resilient_parsing:  # as for a completion
        check_store(db)
    return db


def has_subcommand(context: typer.Context) -> bool:
    """Return True if a command of a group follows, which gets the group's `--db`.

    Args:
        context: That of the group, which is a command itself.

    Raises:
        BadParameter: Other options stand before that command.
    """
    command = context.invoked_subcommand
    if command is None:
        return False
    given = [
        one.opts[0]
        for one in context.command.params
        if one.name and one.name != "db" and _is_given(context, one.name)
    ]
    if given:
        text = _("write {options} after '{command}'")
        text = text.format(options=", ".join(given), command=command)
        raise typer.BadParameter(text)
    context.obj = context.params["db"]
    return True


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


_DB_HELP = "Database file [default: $FLASH_DB, else the user data folder]."
DbOption = Annotated[
    Path | None,
    typer.Option("--db", metavar="FILE", callback=_store_of, help=_DB_HELP),
]
StoreOption = Annotated[
    Path | None,
    typer.Option("--db", metavar="FILE", callback=_existing_store, help=_DB_HELP),
]
"""For commands that can do nothing without cards: a typing error makes no store."""
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DeckOption = Annotated[
    str,
    typer.Option(
        "--deck",
        metavar="DECK",
        help="Only this deck and its subdecks.",
        autocompletion=complete_decks,
    ),
]
TagOption = Annotated[
    str,
    typer.Option(
        "--tag",
        metavar="TAG",
        help="Only cards with this tag.",
        autocompletion=complete_tags,
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Show what would change; change nothing.")
]
DeckArgument = Annotated[
    str,
    typer.Argument(
        metavar="[DECK]",
        help="Only this deck and its subdecks.",
        autocompletion=complete_decks,
    ),
]
QueryArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[QUERY]...",
        help="Cards: a deck, a note id, a card number or a query (docs/queries.md).",
        autocompletion=complete_decks,
    ),
]
CardsArgument = Annotated[
    list[str],
    typer.Argument(
        metavar="CARDS...",
        help="A card number, a note id, a deck or a query (docs/queries.md).",
        autocompletion=complete_decks,
    ),
]
YesOption = Annotated[
    bool, typer.Option("--yes", "-y", help="Don't ask for confirmation.")
]
FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        metavar="FILE|DIR...",
        help="Deck files, folders, or names of bundled decks.",
        autocompletion=complete_deck_files,
    ),
]


def refuse_unfit(what: str, given: Mapping[str, bool]) -> None:
    """Refuse options that mean nothing here.

    Args:
        what: What they can't be used with.
        given: For each of these options whether it was given.

    Raises:
        BadParameter: One was.
    """
    unfit = [name for name, is_given in given.items() if is_given]
    if unfit:
        text = _("{options} can't be used with {what}")
        raise typer.BadParameter(text.format(options=", ".join(unfit), what=what))


def finite(value: float | None) -> float | None:
    """Reject NaN, which min/max let through."""
    if value is not None and math.isnan(value):
        raise typer.BadParameter(_("must be a number"))
    return value
