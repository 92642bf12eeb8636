"""The command line: its commands, and what becomes of what goes wrong."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from cards.text.width import clean
from flash.cli.errors import UserError, echo_err, echo_error, echo_problems

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
    if db is not None:
        os.environ["_FLASH_GLOBAL_DB"] = str(db)


def run(words: list[str]) -> int:
    """Run one command; see `flash.__main__.main`."""
    as_json = "--json" in words
    os.environ.pop("_FLASH_GLOBAL_DB", None)
    only = words[0] if words and words[0] in _COMMANDS else ""
    try:
        code = application(only)(words, prog_name="flash", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):
        echo_err("flash: interrupted")
        return 130
    except TyperException as error:
        # Wrong usage; typer brings its own way of showing it.
        show = getattr(error, "show", None)
        if show is None:
            echo_error(str(error), as_json=as_json)
        else:
            error.message = clean(error.message)
            show()
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has had enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except UserError as error:
        echo_error(str(error), as_json=as_json)
        return 1
    except Exception as error:
        if not _told(error, as_json=as_json):
            raise
        return 1
    return code if isinstance(code, int) else 0


def _told(error: Exception, *, as_json: bool) -> bool:
    """Tell of an error that our own layers raise; False for a bug of ours."""
    from cards.errors import DeckError
    from srs.store.connection import StoreError

    if isinstance(error, DeckError):
        echo_problems(error.problems, as_json=as_json)
        return True
    if isinstance(error, StoreError):
        echo_error(str(error), as_json=as_json)
        return True
    if _is_damage(error):
        echo_error(f"the store can't be read: {error} ({_DOCTOR})", as_json=as_json)
        return True
    if isinstance(error, OSError) and error.filename:
        # A name that no disk takes, a folder that may not be read.
        echo_error(f"{error.filename}: {error.strerror}", as_json=as_json)
        return True
    if type(error).__name__ in ("ExportError", "PackageError", "ConnectError"):
        echo_error(str(error), as_json=as_json)
        return True
    return False


_DOCTOR = "flash doctor says more, flash restore goes back to a backup"


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
