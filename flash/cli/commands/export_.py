"""`flash export`."""

import gc
from pathlib import Path
from typing import Annotated

import typer

from cards.translate import _
from flash.cli.options import (
    DeckOption,
    JsonOption,
    QueryArgument,
    StoreOption,
    TagOption,
)
from flash.messages.exchange import (
    contents_text,
    loss_items,
    loss_lines,
    replaced_remark,
    written_losses,
)
from flash.service.context import open_app
from flash.service.exporting import export_decks, export_package, export_table
from flash.service.finding import find
from flash.service.output_files import refuse_overwriting
from flash.terminal import echo, echo_err, print_json, progress_bar, working
from srs.models.incoming import Loss
from srs.store.import_rows import has_notes_from_anki
from srs.store.notes import note_count, stored_notes

_PACKAGES = (".apkg", ".colpkg")
_TABLES = (".csv", ".json")


def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.apkg|.colpkg|.csv|.json", help="File to write."),
    ],
    words: QueryArgument = None,
    yaml: Annotated[
        bool, typer.Option("--yaml", help="Write deck files into the folder FILE.")
    ] = False,
    with_schedule: Annotated[
        bool,
        typer.Option(
            "--with-schedule", help="Include the schedule, review log and presets."
        ),
    ] = False,
    safe: Annotated[
        bool,
        typer.Option(
            "--safe",
            help="CSV for spreadsheets: ' before formulas (= + - @), byte order mark.",
        ),
    ] = False,
    deck: DeckOption = "",
    tag: TagOption = "",
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """Export cards to Anki, CSV, JSON or YAML.

    The file is replaced as a whole or left unchanged. Importing a package of the same
    store into Anki again updates the notes there and keeps their progress. A
    `.colpkg` file is a whole collection that replaces the one in Anki. Missing media
    files are left out and listed; only a package needs every file that a deck file or
    a note in Markdown refers to. Exit code 1: there is nothing to export, or a package
    lacks such a file.
    """
    gc.disable()
    ending = file.suffix.lower()
    if not yaml and ending not in (*_PACKAGES, *_TABLES):
        known = ", ".join((*_PACKAGES, *_TABLES))
        message = _("the name must end in {known}; --yaml writes deck files")
        raise typer.BadParameter(message.format(known=known))
    if safe and (yaml or ending != ".csv"):
        raise typer.BadParameter(_("--safe is for CSV files"))
    if with_schedule and (yaml or ending in _TABLES):
        raise typer.BadParameter(_("--with-schedule is for packages"))
    with open_app(db) as app:
        if not yaml:
            refuse_overwriting(file, app.store.path)
        cards = find(app, words or (), deck=deck, tag=tag).named
        notes = stored_notes(app.store, cards=cards)
        changed: list[str] = []
        losses: tuple[Loss, ...] = ()
        remarks: list[str] = []
        if yaml:
            with working(_("exporting"), quiet=json):
                written, decks = export_decks(app, file, notes)
            changed = written_losses(decks.missing, decks.cleaned)
        elif ending in _TABLES:
            written = export_table(file, notes, safe=safe)
        else:
            whole = with_schedule or ending == ".colpkg"
            replaces = whole and has_notes_from_anki(app.store)
            remarks = [replaced_remark(is_whole=ending == ".colpkg")] * replaces
            with progress_bar(
                note_count(app.store), _("exporting"), quiet=json
            ) as progressed:
                written, losses = export_package(
                    app, file, notes, with_schedule=whole, progressed=progressed
                )
    for line in changed:
        echo_err(line)
    if json:
        print_json({"file": str(file), **written, "items": loss_items(losses)})
    else:
        echo(f"{file}: {contents_text(written)}")
        for line in (*loss_lines(losses), *remarks):
            echo_err(line)
