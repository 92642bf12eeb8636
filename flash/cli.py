"""The command line: its commands, and what becomes of what goes wrong."""

import os
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from cards.columns import clean
from flash.trouble import Trouble, tell, tell_error, tell_problems

_COMMANDS = {
    "review": ("review_command", "review"),
    "add": ("deck_commands", "add"),
    "check": ("check_command", "check"),
    "export": ("deck_commands", "export"),
    "import": ("import_command", "import_"),
    "push": ("connect_commands", "push"),
    "pull": ("connect_commands", "pull"),
    "decks": ("list_commands", "decks"),
    "list": ("list_commands", "list_cards"),
    "show": ("list_commands", "show"),
    "stats": ("stats_command", "stats"),
    "optimize": ("optimize_command", "optimize"),
    "reschedule": ("optimize_command", "reschedule"),
    "simulate": ("simulate_command", "simulate"),
    "exam": ("exam_command", "app"),
    "stale": ("stale_command", "stale"),
    "suspend": ("cards_commands", "suspend"),
    "unsuspend": ("cards_commands", "unsuspend"),
    "bury": ("cards_commands", "bury"),
    "undo": ("step_commands", "undo"),
    "log": ("step_commands", "log"),
    "config": ("config_command", "config"),
    "backup": ("backup_commands", "backup"),
    "restore": ("backup_commands", "restore"),
    "doctor": ("doctor_command", "doctor"),
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
            found = getattr(import_module(f"flash.commands.{module}"), member)
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
        tell("flash: interrupted")
        return 130
    except TyperException as error:
        # Wrong usage; typer brings its own way of showing it.
        show = getattr(error, "show", None)
        if show is None:
            tell_error(str(error), as_json=as_json)
        else:
            error.message = clean(error.message)
            show()
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has had enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Trouble as error:
        tell_error(str(error), as_json=as_json)
        return 1
    except Exception as error:
        if not _told(error, as_json=as_json):
            raise
        return 1
    return code if isinstance(code, int) else 0


def _told(error: Exception, *, as_json: bool) -> bool:
    """Tell of an error that our own layers raise; False for a bug of ours."""
    from cards.problem import DeckError
    from srs.store import StoreError

    if isinstance(error, DeckError):
        tell_problems(error.problems, as_json=as_json)
        return True
    if isinstance(error, StoreError):
        tell_error(str(error), as_json=as_json)
        return True
    if _is_damage(error):
        tell_error(f"the store can't be read: {error} ({_DOCTOR})", as_json=as_json)
        return True
    if isinstance(error, OSError) and error.filename:
        # A name that no disk takes, a folder that may not be read.
        tell_error(f"{error.filename}: {error.strerror}", as_json=as_json)
        return True
    if type(error).__name__ in ("ExportError", "PackageError", "ConnectError"):
        tell_error(str(error), as_json=as_json)
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
