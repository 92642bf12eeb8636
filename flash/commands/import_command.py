"""`flash import`: notes, schedules and reviews from Anki."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flash.opened import DbOption, JsonOption, opened
from flash.printing import counted
from flash.trouble import tell

if TYPE_CHECKING:
    from flash.importing import Imported

_PACKAGES = (".apkg", ".colpkg")


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.apkg|.colpkg", help="What Anki exported.")
    ],
    reviews_only: Annotated[
        bool,
        typer.Option(
            "--reviews-only", help="Take only reviews of cards that flash has."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Take over a package of Anki: notes, schedule, reviews, pictures and sounds.

    Cards that flash has get the reviews made in Anki; their text stays.  A backup
    is made before, and importing again changes nothing.  Exit code 1: the file
    can't be read, and nothing was changed.
    """
    from flash.importing import import_package

    if file.suffix.lower() not in _PACKAGES:
        raise typer.BadParameter("the name must end in .apkg or .colpkg")
    with opened(db) as store:
        done = import_package(store, file, reviews_only=reviews_only, dry_run=dry_run)
    if json:
        _print_json(file, done, dry_run=dry_run)
        return
    for line in _told(done):
        typer.echo(line)
    if dry_run:
        typer.echo("nothing was changed: --dry-run")
    for loss in done.losses:
        tell(loss)


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
    if merged.unsound:
        lines.append(f"{counted(merged.unsound, 'review')} left out: damaged")
    if merged.left_out:
        lines.append(f"{counted(merged.left_out, 'note')} left out: not in flash")
    return lines


def _print_json(file: Path, done: "Imported", *, dry_run: bool) -> None:
    import msgspec

    from flash.printing import print_json

    print_json(
        {
            "file": str(file),
            **msgspec.structs.asdict(done.merged),
            "media": done.media,
            "losses": list(done.losses),
            "backup": str(done.backup) if done.backup else None,
            "dry_run": dry_run,
        }
    )
