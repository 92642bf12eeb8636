"""`flash import`."""

import gc
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from cards.text.width import clean
from export.tables.table_reader import COLUMNS
from flash.cli.options import DbOption, DryRunOption, JsonOption
from flash.messages.exchange import import_lines, loss_text, media_losses, patch_text
from flash.messages.phrases import dry_run_remark
from flash.service.context import open_app
from flash.service.importing import (
    Imported,
    import_package,
    import_table,
    start_import,
)
from flash.terminal import echo, echo_err, print_json

_PACKAGES = (".apkg", ".colpkg")
_TABLES = (".csv", ".tsv", ".txt")


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.apkg|.colpkg|.csv|.txt", help="Anki package or table."
        ),
    ],
    deck: Annotated[
        str,
        typer.Option(
            "--deck", metavar="DECK", help="Deck of table rows that name none."
        ),
    ] = "Imported",
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="front,back,tags",
            help="Columns of a table; an empty name skips a column.",
        ),
    ] = "",
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
            help="Import text edited in Anki; print patches for deck files.",
        ),
    ] = False,
    dry_run: DryRunOption = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Import an Anki package or a table.

    A package contains notes, schedule, reviews, presets and media files. A table (CSV
    or Anki's plain text) contains notes: question, answer, tags.

    Cards that flash has already get the reviews made in Anki and keep their text. A
    backup is made first, and importing again changes nothing. Exit code 1: the file
    can't be read; nothing is changed.
    """
    ending = file.suffix.lower()
    if ending not in (*_PACKAGES, *_TABLES):
        known = ", ".join((*_PACKAGES, *_TABLES))
        raise typer.BadParameter(f"the name must end in one of {known}")
    if deck and not all(part.strip() for part in deck.split("::")):
        raise typer.BadParameter("a part of the deck name is empty")
    named = _columns(columns)
    # A short run that makes many values and no cycles: a quarter faster.
    gc.disable()
    if ending in _TABLES:
        with open_app(db) as app:
            done = import_table(app, file, deck=deck, columns=named, dry_run=dry_run)
    else:
        with start_import(file) as source, open_app(db) as app:
            done = import_package(
                app,
                source,
                reviews_only=reviews_only,
                update_text=update_text,
                dry_run=dry_run,
            )
    gc.freeze()  # skips them at exit, too
    _report(file, done, as_json=json, dry_run=dry_run)


def _columns(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    named = tuple(name.strip().lower() for name in text.split(","))
    for name in named:
        if name and name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise typer.BadParameter(f"unknown column '{name}'; known are {known}")
    if "front" not in named:
        raise typer.BadParameter("--columns must contain front")
    return named


def _report(file: Path, done: Imported, *, as_json: bool, dry_run: bool) -> None:
    patches = [patch_text(edit) for edit in done.file_edits]
    losses = list(map(loss_text, done.losses))
    losses += media_losses(done.missing_media, done.unsafe_media)
    if as_json:
        print_json(
            {
                "file": str(file),
                **msgspec.structs.asdict(done.merged),
                "media": done.media,
                "updated": done.updated,
                "patches": patches,
                "losses": losses,
                "backup": str(done.backup) if done.backup else None,
                "dry_run": dry_run,
            }
        )
        return
    for line in import_lines(done.merged, done.media, done.updated):
        echo(line)
    for patch in patches:
        print(clean(patch))
    if dry_run:
        echo(dry_run_remark())
    for loss in losses:
        echo_err(loss)
