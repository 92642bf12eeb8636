"""`flash import`: notes, schedules and reviews from Anki."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cards.text.width import clean
from flash.cli.options import DbOption, JsonOption
from flash.service.context import open_app
from flash.terminal import counted, echo_err

if TYPE_CHECKING:
    from flash.service.importing import Imported

_PACKAGES = (".apkg", ".colpkg")
_TABLES = (".csv", ".tsv", ".txt")


def import_(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE.apkg|.colpkg|.csv|.txt",
            help="What Anki exported, or a table.",
        ),
    ],
    deck: Annotated[
        str,
        typer.Option(
            "--deck", metavar="DECK", help="Of a table's notes that name no deck."
        ),
    ] = "Imported",
    columns: Annotated[
        str,
        typer.Option(
            "--columns",
            metavar="front,back,tags",
            help="What stands in a table's columns; leave a name out to pass over.",
        ),
    ] = "",
    reviews_only: Annotated[
        bool,
        typer.Option(
            "--reviews-only", help="Take only reviews of cards that flash has."
        ),
    ] = False,
    update_text: Annotated[
        bool,
        typer.Option(
            "--update-text",
            help="Take over what was edited in Anki; of deck files show a patch.",
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Take over a package of Anki, or a table of notes.

    A package brings notes, schedule, reviews, presets, pictures and sounds; a table
    (CSV, or Anki's plain text) brings notes: question, answer, tags.

    Cards that flash has get the reviews made in Anki; their text stays.  A backup
    is made before, and importing again changes nothing.  Exit code 1: the file
    can't be read, and nothing was changed.
    """
    from flash.service.importing import import_package, import_table, start_import

    ending = file.suffix.lower()
    if ending not in (*_PACKAGES, *_TABLES):
        known = ", ".join((*_PACKAGES, *_TABLES))
        raise typer.BadParameter(f"the name must end in one of {known}")
    if deck and not all(part.strip() for part in deck.split("::")):
        raise typer.BadParameter("a deck, or one above it, has no name")
    named = _columns(columns)
    # A short run that makes many values and no cycles: a quarter faster so.
    gc.disable()
    # The thread that reads asks for Python's lock often, and briefly.
    sys.setswitchinterval(0.0005)
    if ending in _TABLES:
        with open_app(db) as store:
            done = import_table(store, file, deck=deck, columns=named, dry_run=dry_run)
    else:
        with start_import(file) as source, open_app(db) as store:
            done = import_package(
                store,
                source,
                reviews_only=reviews_only,
                update_text=update_text,
                dry_run=dry_run,
            )
    gc.freeze()  # nor are they looked through at the end
    if json:
        _print_json(file, done, dry_run=dry_run)
        return
    for line in _told(done):
        typer.echo(line)
    for patch in done.patches:
        typer.echo(clean(patch))
    if dry_run:
        typer.echo("nothing was changed: --dry-run")
    for loss in done.losses:
        echo_err(loss)


def _columns(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    from export.tables.table_reader import COLUMNS

    named = tuple(name.strip().lower() for name in text.split(","))
    for name in named:
        if name and name not in COLUMNS:
            raise typer.BadParameter(f"'{name}' is none of {', '.join(COLUMNS)}")
    if "front" not in named:
        raise typer.BadParameter("one of --columns must be front")
    return named


def _told(done: "Imported") -> list[str]:
    merged = done.merged
    lines = [
        f"{counted(merged.new_notes, 'new note')}, "
        f"{counted(merged.new_cards, 'card')}, "
        f"{counted(merged.reviews, 'new review')}"
        + (f", {counted(done.media, 'media file')}" if done.media else "")
    ]
    if merged.known_notes:
        lines.append(
            f"{counted(merged.known_notes, 'note')} known already, "
            f"with {counted(merged.known_reviews, 'review')}"
        )
    if merged.marked:
        lines.append(f"{counted(merged.marked, 'card')} suspended, taken up or flagged")
    if merged.rescheduled:
        lines.append(f"{counted(merged.rescheduled, 'card')} due as set in Anki")
    if merged.shifted:
        lines.append(f"{counted(merged.shifted, 'review')} moved by milliseconds")
    if merged.strange:
        told = counted(merged.strange, "card")
        lines.append(f"{told} left out: the note asks no such question in flash")
    if merged.unsound:
        lines.append(f"{counted(merged.unsound, 'review')} left out: damaged")
    if done.updated:
        lines.append(f"{counted(done.updated, 'note')} with the text of Anki")
    if merged.left_out:
        lines.append(f"{counted(merged.left_out, 'note')} left out: not in flash")
    return lines


def _print_json(file: Path, done: "Imported", *, dry_run: bool) -> None:
    import msgspec

    from flash.terminal import print_json

    print_json(
        {
            "file": str(file),
            **msgspec.structs.asdict(done.merged),
            "media": done.media,
            "updated": done.updated,
            "patches": list(done.patches),
            "losses": list(done.losses),
            "backup": str(done.backup) if done.backup else None,
            "dry_run": dry_run,
        }
    )
