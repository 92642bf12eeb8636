"""The command line: a table of commands, loaded on demand, and its exit codes."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from cards.errors import FlashError
from cards.translate import _, use_program
from flash.cli.help import show_usage_error, translate_typer
from flash.cli.options import HELP_NAMES, QueryCommand
from flash.interrupts import is_interrupted
from flash.language import KNOWN, choose_language, unknown_language
from flash.messages.system import not_in_locale, not_utf8, os_error
from flash.terminal import echo_err, echo_error

_INTERRUPTED = 130


class _Entry(NamedTuple):
    """A command: its function in a module of `flash.cli.commands`, and a summary."""

    target: str
    summary: str
    """First line of its docstring; the help of all commands loads none of them."""


GROUPS: dict[str, dict[str, _Entry]] = {
    "Every day": {
        "review": _Entry("review:review", "Review the cards that are due today."),
        "serve": _Entry(
            "serve:app", "Review in a browser, on this computer or a phone."
        ),
        "due": _Entry("due:due", "Count the cards of today, for a shell prompt."),
        "stats": _Entry("stats:stats", "Show progress, retention and the forecast."),
    },
    "Cards": {
        "add": _Entry("add:add", "Add deck files and notes, or update their cards."),
        "new": _Entry("new:new", "Write a new card into a deck file."),
        "check": _Entry("check:check", "Check deck files for mistakes."),
        "decks": _Entry("listing:decks", "List decks with their card counts."),
        "list": _Entry(
            "listing:list_cards", "List cards with their state and due day."
        ),
        "show": _Entry("listing:show", "Show cards with their answer history."),
        "browse": _Entry(
            "browse:browse", "Find, read and change cards on the full screen."
        ),
        "edit": _Entry("edit:edit", "Edit a card in your editor."),
        "tag": _Entry("tags:app", "Add, remove, list or rename tags."),
        "move": _Entry("decks:move", "Move cards to another deck."),
        "rename": _Entry("decks:rename", "Rename a deck with its subdecks."),
        "remove": _Entry(
            "remove:remove", "Remove cards, or delete them with their history."
        ),
        "draft": _Entry(
            "notes:draft", "Propose cards for notes, as a deck file to edit."
        ),
        "coverage": _Entry(
            "notes:coverage", "Show which blocks of notes no card covers."
        ),
        "stale": _Entry("check:stale", "List facts whose sources need checking again."),
    },
    "Scheduling": {
        "suspend": _Entry("marks:suspend", "Suspend cards until you unsuspend them."),
        "unsuspend": _Entry("marks:unsuspend", "Unsuspend cards."),
        "bury": _Entry("marks:bury", "Hide cards until tomorrow."),
        "unbury": _Entry("marks:unbury", "Bring back cards that were buried today."),
        "flag": _Entry(
            "marks:flag", "Flag cards with a number from 1 to 7, or remove the flag."
        ),
        "set-due": _Entry("marks:set_due", "Set the due day of cards."),
        "reset": _Entry("marks:reset", "Make cards new again."),
        "config": _Entry("config:config", "Show or change settings."),
        "optimize": _Entry(
            "scheduling:optimize", "Fit FSRS parameters to your reviews."
        ),
        "reschedule": _Entry(
            "scheduling:reschedule",
            "Recompute due days from the current memory states.",
        ),
        "simulate": _Entry(
            "scheduling:simulate", "Compare the workload of desired retentions."
        ),
        "exam": _Entry("exam:app", "Forecast an exam, or set its date."),
    },
    "Exchange": {
        "export": _Entry("export_:export", "Export cards to Anki, CSV, JSON or YAML."),
        "import": _Entry(
            "import_:import_",
            "Import Anki packages, tables, notes and cards of other programs.",
        ),
        "push": _Entry("ankiconnect:push", "Send notes to a running Anki."),
        "pull": _Entry("ankiconnect:pull", "Fetch reviews from a running Anki."),
        "sync": _Entry("sync:sync", "Synchronize with your other devices."),
        "phone": _Entry("phone:app", "Study in AnkiDroid, AnkiMobile or Anki."),
    },
    "Safety": {
        "undo": _Entry("history:undo", "Undo the last operations."),
        "redo": _Entry("history:redo", "Redo undone operations."),
        "log": _Entry("history:log", "List the last operations."),
        "backup": _Entry("backup:backup", "Back up the store, or list backups."),
        "restore": _Entry(
            "backup:restore", "Restore a backup, or what a sync log has."
        ),
        "doctor": _Entry("doctor:doctor", "Check and repair the store."),
    },
}
_COMMANDS = {name: entry for group in GROUPS.values() for name, entry in group.items()}


class _LazyCommands(Mapping[str, Any]):
    """The commands by name; a module is imported when its command is looked up."""

    def __getitem__(self, name: str) -> Any:
        module, _sign, member = _COMMANDS[name].target.partition(":")
        found = getattr(import_module(f"flash.cli.commands.{module}"), member)
        if not isinstance(found, typer.Typer):
            alone = typer.Typer(
                add_completion=False,
                rich_markup_mode=None,
                pretty_exceptions_enable=False,
                context_settings=HELP_NAMES,
            )
            alone.command(name, cls=QueryCommand)(found)
            found = alone
        return typer.main.get_command(found)

    def __iter__(self) -> Iterator[str]:
        return iter(_COMMANDS)

    def __len__(self) -> int:
        return len(_COMMANDS)


@contextmanager
def _reader_may_leave() -> Iterator[None]:
    """End with 0 if the reader of our output, such as `head`, closes it; typer: 1."""
    try:
        yield
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        raise typer.Exit(0) from None


class _CommandGroup(TyperGroup):
    """Shows the commands in groups; rich could, but takes longer to import."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _LazyCommands()  # type: ignore[assignment]  # only read

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the words; show help."""
        with _reader_may_leave():
            return super().make_context(*args, **extra)

    def invoke(self, context: Any) -> Any:
        """Run the command."""
        with _reader_may_leave():
            return super().invoke(context)

    def list_commands(self, _context: Any) -> list[str]:
        """Return the names without loading the commands."""
        return list(_COMMANDS)

    def format_commands(self, _context: Any, formatter: Any) -> None:
        """Write one section for each group."""
        widest = max(map(len, _COMMANDS))
        for title, entries in GROUPS.items():
            rows = [(name.ljust(widest), one.summary) for name, one in entries.items()]
            with formatter.section(title):
                formatter.write_dl(rows)


def application() -> typer.Typer:
    """Make the command line."""
    translate_typer()
    app = typer.Typer(
        name="flash",
        cls=_CommandGroup,
        help="Spaced repetition for facts written as text.",
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings=HELP_NAMES,
    )
    app.callback()(_global_options)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"flash {version('flash-srs')}")
        raise typer.Exit


def _global_options(
    context: typer.Context,
    db: Annotated[
        Path | None,
        typer.Option("--db", metavar="FILE", help="Database file, before any command."),
    ] = None,
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    context.obj = db


def run(words: list[str]) -> int:
    """Run one command; see `flash.__main__.main`."""
    as_json = "--json" in words
    choose_language()
    use_program()
    # Not where a program reads stderr, nor into the line that a shell completes.
    if not as_json and "_FLASH_COMPLETE" not in os.environ:
        _warn_of_language()
    try:
        with _interrupt_reported():
            code = application()(words, prog_name="flash", standalone_mode=False)
    except typer.Abort:
        code = _INTERRUPTED
    except TyperException as error:
        return _usage_error(error, as_json=as_json)
    except FlashError as error:
        echo_error(error, as_json=as_json)
        return 1
    except UnicodeEncodeError as error:
        # A word of the command line that is not UTF-8; SQLite refuses it.
        if error.reason == "surrogates not allowed":
            echo_error(not_utf8(error.object), as_json=as_json)
        elif error.encoding == sys.getfilesystemencoding():
            echo_error(not_in_locale(error.object), as_json=as_json)
        else:
            raise
        return 1
    except OSError as error:
        return report_os_error(error, as_json=as_json)
    if code == _INTERRUPTED:
        echo_err(_("flash: interrupted"))
    return code if isinstance(code, int) else 0


def _warn_of_language() -> None:
    if name := unknown_language():
        text = _(
            "flash: warning: FLASH_LANG: unknown language '{name}' (known: {known})"
        )
        echo_err(text.format(name=name, known=", ".join(KNOWN)))


@contextmanager
def _interrupt_reported() -> Iterator[None]:
    """End in the way of Ctrl-C, too, if the interrupt became another error."""
    try:
        yield
    except Exception:
        if is_interrupted():
            raise typer.Abort from None
        raise


def report_os_error(error: OSError, *, as_json: bool) -> int:
    """Show an error of the operating system; return the exit code.

    Raises:
        OSError: It is none that a user could understand.
    """
    shown = os_error(error)
    if shown is None:
        raise error
    echo_error(shown, as_json=as_json)
    return 1


def _usage_error(error: TyperException, *, as_json: bool) -> int:
    """Show wrong usage in typer's own way."""
    if hasattr(error, "show"):
        show_usage_error(error)
    else:
        echo_error(FlashError(str(error)), as_json=as_json)
    return error.exit_code
