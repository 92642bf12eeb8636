"""`flash check`: every mistake of every file, in one run."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cards.errors import escaped
from flash.cli.errors import echo_problems
from flash.cli.options import JsonOption
from flash.terminal import echo_err

if TYPE_CHECKING:
    from cards.errors import Problem
    from cards.note import Note


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    GITHUB = "github"


def check(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE|DIR...",
            help="Deck files, folders of them, or the name of a bundled deck.",
        ),
    ],
    format: Annotated[
        Format,
        typer.Option("--format", help="`github` makes annotations of the problems."),
    ] = Format.TEXT,
    only_decks: Annotated[
        bool,
        typer.Option("--only-decks", help="Leave files alone that are no decks."),
    ] = False,
    json: JsonOption = False,
) -> None:
    """Report every mistake in deck files; exit 1 if there is one.

    Each is one line, `file:line:column: what (mend)`.  Where the same deck stands
    in two languages, cards that one of them lacks are named too.
    """
    from cards.deckfile.discovery import is_deck
    from cards.errors import DeckError
    from flash.service.adding import paths_named
    from flash.service.deck_import import read_files

    if only_decks:
        files = [file for file in files if file.is_dir() or is_deck(file)]
        if not files:
            return
    try:
        reading = read_files(paths_named(files, ""))
    except DeckError as error:
        if format is Format.GITHUB:
            for problem in error.problems:
                typer.echo(_annotation(problem))
        else:
            echo_problems(error.problems, as_json=json)
        raise typer.Exit(1) from None
    from flash.terminal import counted, print_json

    lacking = lacking_ids(reading.notes)
    if json:
        print_json(
            {
                "files": len(reading.files),
                "notes": len(reading.notes),
                "left_alone": reading.left_alone,
                "lacking": lacking,
            }
        )
        return
    for language, names in lacking.items():
        shown = ", ".join(names[:10]) + (" …" if len(names) > 10 else "")
        cards = counted(len(names), "card")
        echo_err(f"'{language}' lacks {cards} that another language has: {shown}")
    files_read = counted(len(reading.files), "file")
    notes_read = counted(len(reading.notes), "note")
    typer.echo(f"{files_read}, {notes_read}, no mistakes")
    if reading.left_alone:
        echo_err(f"{counted(reading.left_alone, 'other YAML file')} left alone")


def lacking_ids(notes: "tuple[Note, ...]") -> dict[str, list[str]]:
    """Find the ids that one language of a deck lacks.

    Args:
        notes: The notes that were read.

    Returns:
        For each language that lacks some, the ids in the order of the files.
    """
    from cards.identity.keys import root_of

    ids: dict[tuple[str, str], dict[str, None]] = {}
    for note in notes:
        if note.id and note.language:
            key = (root_of(note.deck), note.language)
            ids.setdefault(key, {})[note.id] = None
    lacking: dict[str, list[str]] = {}
    for root in dict.fromkeys(root for root, _ in ids):
        mine = {language: names for (r, language), names in ids.items() if r == root}
        every = dict.fromkeys(name for names in mine.values() for name in names)
        for language, names in mine.items():
            missing = [name for name in every if name not in names]
            if missing and len(mine) > 1:
                lacking.setdefault(language, []).extend(missing)
    return lacking


def _annotation(problem: "Problem") -> str:
    """Render a problem as GitHub's workflow commands want it.

    Source:
        https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    place = problem.place
    text = f"{problem.message} ({problem.hint})" if problem.hint else problem.message
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    file = place.file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    line = f"::error file={file},line={place.line},col={place.column}::{text}"
    return escaped(line)
