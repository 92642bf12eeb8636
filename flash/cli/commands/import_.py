"""`flash import`."""

import gc
from collections.abc import Mapping
from enum import Enum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cards.deckfile.discovery import YAML_ENDINGS, is_markdown
from cards.errors import FlashError
from cards.identity.matching import Action
from cards.names import tidy_deck_name
from cards.translate import _
from export.tables.table_columns import COLUMN_USES, ColumnChoice
from export.tables.table_reader import TableOptions
from flash.cli.completion import complete_decks
from flash.cli.imported import imported_json, print_imported
from flash.cli.options import DbOption, DryRunOption, JsonOption, refuse_unfit
from flash.cli.patches import patches_of, print_edits
from flash.messages.adding import newer_line, plan_lines, warning_lines
from flash.messages.exchange import (
    import_lines,
    kept_text_line,
    loss_items,
    loss_lines,
    written_losses,
)
from flash.messages.media import missing_media_lines
from flash.messages.moving import moved_lines, notes_left_text
from flash.messages.notes import note_import_lines
from flash.messages.phrases import dry_run_remark
from flash.messages.tables import (
    column_lines,
    differing_text,
    table_remarks,
    updated_text,
)
from flash.service.context import open_app
from flash.service.importing import (
    Imported,
    import_package,
    start_import,
)
from flash.service.moving_in import DATABASES, MovedIn, move_in, source_of
from flash.service.note_import import NoteImport, import_notes
from flash.service.table_import import TableImport, import_table
from flash.terminal import echo, echo_err, print_json, print_lines, working

_PACKAGES = (".apkg", ".colpkg")
_TABLES = (".csv", ".tsv", ".txt")


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.apkg|.colpkg|.csv|.txt|.md|.org|.db|DIR",
            help="Anki package, table, notes of Obsidian, or cards of hashcards,"
            " org-fc or Mnemosyne.",
        ),
    ],
    deck: Annotated[
        str,
        typer.Option(
            "--deck",
            metavar="DECK",
            help="Deck of table rows that name none [default: Imported].",
            autocompletion=complete_decks,
        ),
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="front,back,tags",
            help="Columns of a table; an empty name skips a column.",
        ),
    ] = "",
    header: Annotated[
        bool | None,
        typer.Option(
            "--header/--no-header",
            help="The first row of a table has the names of the columns.",
        ),
    ] = None,
    html: Annotated[
        bool | None,
        typer.Option("--html/--no-html", help="The cells of a table are HTML."),
    ] = None,
    reviews_only: Annotated[
        bool,
        typer.Option(
            "--reviews-only", help="Import only reviews of cards that flash has."
        ),
    ] = False,
    update_text: Annotated[
        bool,
        typer.Option(
            "--update-text",
            help="Import text that was edited; print patches for deck files.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            metavar="DIR",
            help="New folder for the decks of hashcards, org-fc or Mnemosyne.",
        ),
    ] = None,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Import Anki packages, tables, notes and cards of other programs.

    A package contains notes, schedule, reviews, presets and media files. A table (CSV
    or Anki's plain text) contains notes: question, answer, tags. What each column
    became is shown.

    Notes in Markdown are added as by flash add. New cards keep the due day written by
    Obsidian's Spaced Repetition plugin; with FSRS also stability and difficulty.

    The cards of hashcards, org-fc and Mnemosyne become deck files in a new folder, with
    their answers and due days.

    Cards that flash already has keep their text and get the reviews made in Anki. A
    backup is made first, and importing again changes nothing. Exit code 1: the file
    can't be read; nothing is changed.
    """
    kind = _kind_of(file)
    _refuse_unfit(
        kind,
        {
            "--deck": bool(deck),
            "--columns": bool(columns),
            "--header": header is not None,
            "--html": html is not None,
            "--reviews-only": reviews_only,
            "--update-text": update_text,
            "--out": out is not None,
        },
    )
    importing = _("importing")
    match kind:
        case _Kind.PROGRAM:
            with working(importing, quiet=json), open_app(db) as app:
                moved = move_in(
                    app, file, out, reviews_only=reviews_only, dry_run=dry_run
                )
            _report_moved(file, moved, as_json=json, dry_run=dry_run)
        case _Kind.NOTES:
            with working(importing, quiet=json), open_app(db) as app:
                notes = import_notes(app, file, dry_run=dry_run)
            _report_notes(file, notes, as_json=json, dry_run=dry_run)
        case _Kind.TABLE:
            choice = ColumnChoice(_columns(columns), header)
            options = TableOptions(_deck_name(deck), choice, html)
            # A short run that makes many values and no cycles: a quarter faster.
            gc.disable()
            with working(importing, quiet=json), open_app(db) as app:
                table = import_table(
                    app, file, options, update_text=update_text, dry_run=dry_run
                )
            _report_table(file, table, options, as_json=json, dry_run=dry_run)
        case _Kind.PACKAGE:
            gc.disable()
            with (
                working(importing, quiet=json),
                start_import(file) as package,
                open_app(db) as app,
            ):
                done = import_package(
                    app,
                    package,
                    reviews_only=reviews_only,
                    update_text=update_text,
                    dry_run=dry_run,
                )
            gc.freeze()  # skips them at exit, too
            _report(file, done, as_json=json, dry_run=dry_run)


def _kind_of(file: Path) -> "_Kind":
    """Return what a path holds.

    Raises:
        FlashError: It doesn't exist.
        BadParameter: It has nothing to import.
    """
    ending = file.suffix.lower()
    if ending in _PACKAGES:
        return _Kind.PACKAGE
    if ending in _TABLES:
        return _Kind.TABLE
    if source_of(file) is not None:
        return _Kind.PROGRAM
    if file.is_dir() or is_markdown(file):
        return _Kind.NOTES
    if not file.exists():
        raise FlashError(_("no such file"), _("check the path"), file)
    if ending in YAML_ENDINGS:
        raise typer.BadParameter(_("add deck files with flash add"))
    known = ", ".join((*_PACKAGES, *_TABLES, ".md", ".org", *DATABASES))
    message = _("name a folder, or a file that ends in one of {known}")
    raise typer.BadParameter(message.format(known=known))


class _Kind(Enum):
    """What can be imported; the values are the options that apply to it."""

    PACKAGE = frozenset({"--reviews-only", "--update-text"})
    TABLE = frozenset({"--deck", "--columns", "--header", "--html", "--update-text"})
    NOTES = frozenset[str]()
    PROGRAM = frozenset({"--reviews-only", "--out"})


def _refuse_unfit(kind: _Kind, given: Mapping[str, bool]) -> None:
    """Refuse an option that says nothing about this kind of source."""
    what = {
        _Kind.PACKAGE: _("Anki packages"),
        _Kind.TABLE: _("tables"),
        _Kind.NOTES: _("notes"),
        _Kind.PROGRAM: _("decks of other programs"),
    }
    refuse_unfit(
        what[kind], {name: has for name, has in given.items() if name not in kind.value}
    )


def _deck_name(name: str) -> str:
    if name and not all(tidy_deck_name(name).split("::")):
        raise typer.BadParameter(_("a part of the deck name is empty"))
    return tidy_deck_name(name) or "Imported"


def _columns(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    named = tuple(name.strip().lower() for name in text.split(","))
    for name in named:
        if name and name not in COLUMN_USES:
            known = ", ".join(COLUMN_USES)
            text = _("unknown column '{name}'; known are {known}")
            raise typer.BadParameter(text.format(name=name, known=known))
        if name and named.count(name) > 1:
            text = _("column '{name}' is named twice")
            raise typer.BadParameter(text.format(name=name))
    if "front" not in named:
        raise typer.BadParameter(_("--columns must contain front"))
    return named


def _report(file: Path, done: Imported, *, as_json: bool, dry_run: bool) -> None:
    kept = kept_text_line(done.differing)
    if as_json:
        found = imported_json(done, kept)
        print_json({"file": str(file), **found, "dry_run": dry_run})
    else:
        print_imported(done, kept, dry_run=dry_run)


def _report_notes(
    file: Path, notes: NoteImport, *, as_json: bool, dry_run: bool
) -> None:
    done = notes.history
    if as_json:
        counts = {
            **done.plan.counts,
            "new_notes": done.merged.new_notes,
            "new_cards": done.merged.new_cards,
            "scheduled": done.scheduled,
            "caught_up": done.caught_up,
            "kept": done.kept,
            "lost_schedules": [str(one) for one in notes.lost],
            "backup": str(done.backup) if done.backup else None,
            "dry_run": dry_run,
        }
        print_json({"file": str(file), **counts})
        return
    edited = [step for step in done.plan.steps if step.action is not Action.NEW]
    print_lines(plan_lines(edited, done.plan.retired))
    known = done.caught_up, done.kept
    for line in note_import_lines(done.merged.new_cards, done.scheduled, *known):
        echo(line)
    if done.plan.counts[Action.NEWER]:
        echo_err(newer_line(done.plan.counts[Action.NEWER]))
    for warning in (*map(str, notes.lost), *warning_lines(done.plan.parsed.warnings)):
        echo_err(warning)
    if dry_run:
        echo(dry_run_remark())


def _report_moved(file: Path, done: MovedIn, *, as_json: bool, dry_run: bool) -> None:
    losses = loss_lines(done.losses, with_names=not as_json)
    losses += written_losses(done.missing, done.cleaned)
    backup = done.history.backup
    if as_json:
        print_json(
            {
                "file": str(file),
                **msgspec.structs.asdict(done.history.merged),
                "scheduled": done.history.scheduled,
                "caught_up": done.history.caught_up,
                "kept": done.history.kept,
                "files": [str(path) for path in done.files],
                "notes_left": [str(path) for path in done.notes],
                "losses": losses,
                "items": loss_items(done.losses),
                "backup": str(backup) if backup else None,
                "dry_run": dry_run,
            }
        )
        return
    scheduled = done.history.scheduled + done.history.caught_up
    for line in moved_lines(done.history.merged, scheduled, done.files):
        echo(line)
    if dry_run:
        echo(dry_run_remark())
    for loss in losses:
        echo_err(loss)
    if done.notes:
        echo_err(notes_left_text(done.notes))


def _report_table(
    file: Path,
    done: TableImport,
    options: TableOptions,
    *,
    as_json: bool,
    dry_run: bool,
) -> None:
    source = _("edited in the table")
    losses = loss_lines(done.losses, with_names=not as_json)
    losses += missing_media_lines(done.missing_media, done.media_folder)
    if as_json:
        print_json(
            {
                "file": str(file),
                **msgspec.structs.asdict(done.merged),
                "columns": done.table.columns,
                "separator": done.table.separator,
                "header": done.table.has_header,
                "html": done.table.is_html,
                "updated": done.updated,
                "differing": done.differing,
                "patches": patches_of(done.file_edits, source),
                "losses": losses,
                "items": loss_items(done.losses),
                "missing_media": done.missing_media,
                "backup": str(done.backup) if done.backup else None,
                "dry_run": dry_run,
            }
        )
        return
    for line in (*import_lines(done.merged, 0, 0), *column_lines(done.table)):
        echo(line)
    if done.updated:
        echo(updated_text(done.updated))
    print_edits(done.file_edits, source)
    if dry_run:
        echo(dry_run_remark())
    remarks = table_remarks(done.table, columns_named=bool(options.choice.uses))
    if done.differing:
        remarks.append(differing_text(done.differing))
    for line in (*remarks, *losses):
        echo_err(line)
