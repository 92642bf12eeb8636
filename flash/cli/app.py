"""The command line: its commands, and what becomes of what goes wrong."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from cards.errors import FlashError
from cards.text.width import clean
from flash.cli.errors import echo_error
from flash.terminal import echo_err

_COMMANDS = {
    "review": ("review", "review"),
    "add": ("decks", "add"),
    "check": ("check", "check"),
    "export": ("decks", "export"),
    "import": ("import_", "import_"),
    "push": ("ankiconnect", "push"),
    "pull": ("ankiconnect", "pull"),
    "decks": ("listing", "decks"),
    "list": ("listing", "list_cards"),
    "show": ("listing", "show"),
    "stats": ("stats", "stats"),
    "optimize": ("optimize", "optimize"),
    "reschedule": ("optimize", "reschedule"),
    "simulate": ("simulate", "simulate"),
    "exam": ("exam", "app"),
    "stale": ("stale", "stale"),
    "suspend": ("cards", "suspend"),
    "unsuspend": ("cards", "unsuspend"),
    "bury": ("cards", "bury"),
    "undo": ("history", "undo"),
    "log": ("history", "log"),
    "config": ("config", "config"),
    "backup": ("backup", "backup"),
    "restore": ("backup", "restore"),
    "doctor": ("doctor", "doctor"),
}
"""Each command, in the order of the help: its module and its function or group."""


def application(only: str = "") -> typer.Typer:
    """Make the command line.

    Args:
        only: The one command that is meant; empty for all of them.  A review starts
            sooner where the others are not even loaded.
    """
    app = typer.Typer(
        name="flash",
        help="Keep facts in memory: cards in YAML, FSRS, a review every day.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_everywhere)
    for name, (module, member) in _COMMANDS.items():
        if only in ("", name):
            found = getattr(import_module(f"flash.cli.commands.{module}"), member)
            if isinstance(found, typer.Typer):
                app.add_typer(found, name=name)
            else:
                app.command(name)(found)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"flash {version('flash-srs')}")
        raise typer.Exit


def _everywhere(
    context: typer.Context,
    db: Annotated[
        Path | None,
        typer.Option("--db", metavar="FILE", help="The store, for any command."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_version,
            is_eager=True,
            help="Print the version and leave.",
        ),
    ] = False,
) -> None:
    context.obj = db


def run(words: list[str]) -> int:
    """Run one command; see `flash.__main__.main`."""
    as_json = "--json" in words
    only = words[0] if words and words[0] in _COMMANDS else ""
    try:
        code = application(only)(words, prog_name="flash", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        echo_err("flash: interrupted")
        return 130
    except TyperException as error:
        return _usage_error(error, as_json=as_json)
    except BrokenPipeError:
        # The reader of our output, such as `head`, has closed it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        known = _as_flash_error(error)
        if known is None:
            raise
        echo_error(known, as_json=as_json)
        return 1
    return code if isinstance(code, int) else 0


def _usage_error(error: TyperException, *, as_json: bool) -> int:
    """Show wrong usage in typer's own way."""
    show = getattr(error, "show", None)
    if show is None:
        echo_error(FlashError(str(error)), as_json=as_json)
    else:
        error.message = clean(error.message)
        show()
    return error.exit_code


def _as_flash_error(error: Exception) -> FlashError | None:
    """Convert an error that is not a bug of flash; None for a bug."""
    if isinstance(error, FlashError):
        return error
    if _is_damage(error):
        return FlashError(f"the store can't be read: {error}", _DOCTOR)
    if isinstance(error, OSError) and error.filename:
        # A file name or folder that the system refuses.
        return FlashError(str(error.strerror), place=error.filename)
    return None


_DOCTOR = "see flash doctor, or go back to a backup with flash restore"


def _is_damage(error: Exception) -> bool:
    """Tell whether it is SQLite or the text in a row that can't be read."""
    import sqlite3

    import msgspec

    kinds = (
        sqlite3.DatabaseError,
        sqlite3.OperationalError,
        sqlite3.IntegrityError,
        UnicodeDecodeError,
    )
    return type(error) in kinds or isinstance(error, msgspec.MsgspecError)
