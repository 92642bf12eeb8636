"""The command line: its commands, and what becomes of what goes wrong."""

import os
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from cards.columns import clean
from flash.commands import (
    backup_commands,
    cards_commands,
    check_command,
    config_command,
    connect_commands,
    deck_commands,
    doctor_command,
    exam_command,
    import_command,
    list_commands,
    optimize_command,
    review_command,
    simulate_command,
    stale_command,
    stats_command,
    step_commands,
)
from flash.trouble import Trouble, tell, tell_error, tell_problems

app = typer.Typer(
    name="flash",
    help="Keep facts in memory: cards in YAML, FSRS, a review every day.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"flash {version('flash-srs')}")
        raise typer.Exit


@app.callback()
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


app.command("review")(review_command.review)
app.command("add")(deck_commands.add)
app.command("check")(check_command.check)
app.command("export")(deck_commands.export)
app.command("import")(import_command.import_)
app.command("push")(connect_commands.push)
app.command("pull")(connect_commands.pull)
app.command("decks")(list_commands.decks)
app.command("list")(list_commands.list_cards)
app.command("show")(list_commands.show)
app.command("stats")(stats_command.stats)
app.command("optimize")(optimize_command.optimize)
app.command("reschedule")(optimize_command.reschedule)
app.command("simulate")(simulate_command.simulate)
app.add_typer(exam_command.app, name="exam")
app.command("stale")(stale_command.stale)
app.command("suspend")(cards_commands.suspend)
app.command("unsuspend")(cards_commands.unsuspend)
app.command("bury")(cards_commands.bury)
app.command("undo")(step_commands.undo)
app.command("log")(step_commands.log)
app.command("config")(config_command.config)
app.command("backup")(backup_commands.backup)
app.command("restore")(backup_commands.restore)
app.command("doctor")(doctor_command.doctor)


def run(words: list[str]) -> int:
    """Run one command; see `flash.__main__.main`."""
    as_json = "--json" in words
    os.environ.pop("_FLASH_GLOBAL_DB", None)
    try:
        code = app(words, prog_name="flash", standalone_mode=False)
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
