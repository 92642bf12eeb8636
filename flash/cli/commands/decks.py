"""`flash add`, `flash export`: decks in, decks out."""

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cards.text.width import clean
from flash.cli.options import DbOption, DeckOption, JsonOption, TagOption
from flash.cli.progress import Progress
from flash.service.context import AppContext, open_app
from flash.terminal import counted, echo_err

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flash.service.deck_import import DeckImport
    from srs.models.cards import StoredNote

_ENDINGS = (".apkg", ".colpkg", ".csv", ".json")


def add(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR...",
            help="Deck files, folders of them, or the name of a bundled deck.",
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the plan and change nothing.")
    ] = False,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Retire many cards without asking.")
    ] = False,
    lang: Annotated[
        str,
        typer.Option("--lang", metavar="LANG", help="Language, where there are two."),
    ] = "",
    forget: Annotated[
        list[str] | None,
        typer.Option(
            "--forget",
            metavar="ID",
            help="Ask this card again today: its answer means something else now.",
        ),
    ] = None,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Add deck files to the store, or take their edits over.

    An edited, renamed or moved card keeps its history; one that vanished from
    its file is retired, and wakes up when it returns.  Exit code 1: a file has a
    mistake, and nothing was added.
    """
    from flash.service.adding import (
        paths_named,
        plan,
        plan_and_write,
        plan_lines,
        refuse_loss,
    )
    from flash.service.deck_import import apply_import

    # A short run that makes many values and no cycles: a quarter faster so.
    gc.disable()
    with open_app(db) as store:
        paths = paths_named(files, lang)
        if dry_run:
            intake = plan(store, paths, lang)
            cards = _count_cards(intake.steps)
        else:

            def check(intake: "DeckImport") -> None:
                _check_names(store, intake, forget or [])
                refuse_loss(intake, agreed=lambda question: yes or _agrees(question))

            def write(intake: "DeckImport") -> tuple[int, int]:
                with Progress(len(intake.steps), "adding", quiet=json) as progressed:
                    applied = apply_import(store.store, intake, store.now(), progressed)
                for old, new in applied.renamed:
                    echo_err(f"what is set for '{old}' goes along to '{new}'")
                return applied.cards, _bring_forward(store, forget or [])

            intake, (cards, brought) = plan_and_write(store, paths, lang, check, write)
    if json:
        _print_plan_json(intake, cards, dry_run=dry_run)
        return
    for line in plan_lines(intake):
        typer.echo(line)
    _print_counts(intake.counts, cards, dry_run=dry_run)
    if forget and not dry_run:
        typer.echo(f"due today: {counted(brought, 'card')}")
    if intake.left_out:
        notes = counted(intake.left_out, "note")
        echo_err(f"{notes} in another language left out (choose: --lang)")
    if intake.left_alone:
        echo_err(f"{counted(intake.left_alone, 'other YAML file')} left alone")


def _check_names(store: AppContext, intake: "DeckImport", names: list[str]) -> None:
    """Refuse a name before anything is written."""
    from flash.cli.card_selector import named_cards

    incoming = {step.note.id for step in intake.steps if step.note.id}
    named_cards(store, [name for name in names if name not in incoming])


def _bring_forward(store: AppContext, names: list[str]) -> int:
    """Make the cards due today whose answers mean something else now."""
    if not names:
        return 0
    from flash.cli.card_selector import named_cards
    from srs.store.card_actions import set_due_today

    cards = named_cards(store, names)
    return set_due_today(store.store, store.options, cards, store.now())


def _count_cards(steps: Any) -> int:
    from cards.identity.matching import Action
    from cards.questions import parts_of

    return sum(
        len(parts_of(step.note.content))
        for step in steps
        if step.action is not Action.RETIRED
    )


def _agrees(question: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(question, err=True)


def _print_counts(counts: dict[str, int], cards: int, *, dry_run: bool) -> None:
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    end = " (nothing was changed: --dry-run)" if dry_run else ""
    typer.echo(f"{told or 'nothing'}; {counted(cards, 'card')}{end}")


def _print_plan_json(intake: Any, cards: int, *, dry_run: bool) -> None:
    from cards.identity.matching import Action
    from cards.questions import question_text
    from flash.terminal import print_json

    steps = [
        {
            "action": step.action.value,
            "question": question_text(step.note.content),
            "was": question_text(step.known.note.content) if step.known else None,
            "guid": step.known.guid if step.known else None,
            "deck": step.note.deck,
            "file": step.note.file,
            "line": step.note.line,
        }
        for step in intake.steps
        if step.action not in (Action.UNCHANGED, Action.NEW)
    ]
    print_json(
        {
            **intake.counts,
            "cards": cards,
            "dry_run": dry_run,
            "left_out": intake.left_out,
            "left_alone": intake.left_alone,
            "steps": steps,
        }
    )


def export(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.apkg|.colpkg|.csv|.json", help="Where to write."),
    ],
    yaml: Annotated[
        bool,
        typer.Option("--yaml", help="FILE is a folder: write deck files into it."),
    ] = False,
    with_schedule: Annotated[
        bool,
        typer.Option(
            "--with-schedule",
            help="Send the schedule, the review log and the presets along.",
        ),
    ] = False,
    deck: DeckOption = "",
    tag: TagOption = "",
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Write cards to a package for Anki, to CSV, to JSON or to deck files.

    The file is replaced as a whole or left as it was.  Importing a package of the
    same store again updates the notes in Anki and keeps their progress there.
    A `.colpkg` is a whole collection, which takes the place of the one in Anki.
    Deck files are written without pictures that are not there, which are named.
    Exit code 1: nothing to write, or a picture for a package is missing.
    """
    from flash.service.exporting import export_package
    from srs.store.notes import stored_notes

    gc.disable()
    ending = file.suffix.lower()
    if not yaml and ending not in _ENDINGS:
        raise typer.BadParameter(f"the name must end in {', '.join(_ENDINGS)}")
    with open_app(db) as store:
        notes = stored_notes(store.store, deck=deck, tag=tag)
        if yaml:
            written = _write_decks(file, notes)
        elif ending in (".apkg", ".colpkg"):
            whole = with_schedule or ending == ".colpkg"
            written = export_package(
                store, file, notes, quiet=json, with_schedule=whole
            )
        else:
            written = _write_table(file, notes)
    if json:
        from flash.terminal import print_json

        print_json({"file": str(file), **written})
        return
    told = ", ".join(
        f"{count} {name.removesuffix('s') if count == 1 else name}"
        for name, count in written.items()
        if count
    )
    typer.echo(f"{clean(str(file))}: {told}")


def _write_decks(folder: Path, notes: "Iterator[StoredNote]") -> dict[str, int]:
    from export.deck_files import write_decks

    written = write_decks(folder, notes)
    for one in written.missing:
        echo_err(f"not found, left out: {one}")
    return {
        "notes": written.notes,
        "files": len(written.files),
        "media": written.media,
    }


def _write_table(file: Path, notes: "Iterator[StoredNote]") -> dict[str, int]:
    from export.tables.csv_writer import write_csv, write_json

    write = write_csv if file.suffix.lower() == ".csv" else write_json
    return {"cards": write(file, notes)}
