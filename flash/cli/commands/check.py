"""`flash check` and `flash stale`: the quality of deck files."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from cards.deckfile.discovery import is_deck, is_exam
from cards.errors import DeckError, Problem, printable, with_hint
from cards.markdown_notes.provenance import ChangedSource
from cards.note import Note
from cards.questions import question_text
from cards.staleness import StaleNote, stale_notes
from cards.translate import _
from flash.cli.options import (
    LONGEST_DAYS,
    DbOption,
    DeckOption,
    FilesArgument,
    JsonOption,
    StoreOption,
)
from flash.messages.adding import ignored_line, missing_translation_line
from flash.messages.listing import stale_lines
from flash.messages.notes import changed_source_lines, missing_note_lines
from flash.messages.phrases import (
    count_exams,
    count_files,
    count_notes,
    count_warnings,
)
from flash.service.context import chosen_store, open_app
from flash.service.deck_reading import (
    ParsedFiles,
    missing_translations,
    read_for_check,
)
from flash.service.drift import absent_notes, changed_sources
from flash.service.file_patches import shown_path
from flash.service.finding import find
from flash.terminal import (
    echo,
    echo_err,
    echo_problems,
    page_lines,
    print_json,
    problem_as_json,
    working,
)
from srs.scheduler.study_day import Calendar, day_date, zone_offset
from srs.store.notes import stored_notes


class Format(StrEnum):
    """How problems are printed."""

    TEXT = "text"
    GITHUB = "github"


def check(
    files: FilesArgument,
    format: Annotated[
        Format,
        typer.Option("--format", help="Print text, or annotations for GitHub Actions."),
    ] = Format.TEXT,
    only_decks: Annotated[
        bool,
        typer.Option("--only-decks", help="Ignore files that are not decks or exams."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with code 1 for warnings, too.")
    ] = False,
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """Check deck files for mistakes.

    Each mistake is one line, `file:line:column: message (fix)`. Warnings are about
    text that will not appear as typed. Cards that exist in only one language of a
    deck are reported too, and so are mistakes in the exam.yaml beside the decks. Exit
    code 1: there are mistakes.
    """
    if json and format is not Format.TEXT:
        message = _("--json cannot be combined with --format github")
        raise typer.BadParameter(message)
    if only_decks:
        kinds = (Path.is_dir, is_deck, is_exam)
        files = [file for file in files if any(kind(file) for kind in kinds)]
    try:
        with working(_("checking"), quiet=json):
            parsed = read_for_check(files, db)
    except DeckError as error:
        if format is Format.GITHUB:
            for problem in error.problems:
                echo(_annotation(problem))
        else:
            echo_problems(error.problems, as_json=json)
        raise typer.Exit(1) from None
    if json:
        _print_json(parsed)
    else:
        _print_text(parsed, format)
    if strict and parsed.warnings:
        raise typer.Exit(1)


def _print_json(parsed: ParsedFiles) -> None:
    print_json(
        {
            "files": len(parsed.files),
            "notes": len(parsed.notes),
            "exams": len(parsed.exams),
            "left_alone": len(parsed.ignored),
            "left_alone_files": list(parsed.ignored),
            "lacking": missing_translations(parsed.notes),
            "warnings": [problem_as_json(one) for one in parsed.warnings],
        }
    )


def _print_text(parsed: ParsedFiles, format: Format) -> None:
    for warning in parsed.warnings:
        if format is Format.GITHUB:
            echo(_annotation(warning))
        else:
            echo_err(str(warning))
    for language, ids in missing_translations(parsed.notes).items():
        echo_err(missing_translation_line(language, ids))
    counts = [count_files(len(parsed.files)), count_notes(len(parsed.notes))]
    counts += [count_exams(len(parsed.exams))] if parsed.exams else []
    counts.append(_("no mistakes"))
    counts += [count_warnings(len(parsed.warnings))] if parsed.warnings else []
    echo(_(", ").join(counts))
    if parsed.ignored:
        echo_err(ignored_line(parsed.ignored))


def _annotation(problem: Problem) -> str:
    """Render a problem as a workflow command of GitHub Actions.

    Source:
        https://docs.github.com/actions/reference/workflow-commands-for-github-actions
    """
    place = problem.place
    text = with_hint(problem.message, problem.hint)
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    file = place.file.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")
    level = "warning" if problem.is_warning else "error"
    line = f"::{level} file={file},line={place.line},col={place.column}::{text}"
    return printable(line)


def stale(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|DIR...]",
            help="Deck files [default: the cards in the store].",
        ),
    ] = None,
    days: Annotated[
        int,
        typer.Option(
            "--days",
            metavar="N",
            min=0,
            max=LONGEST_DAYS,
            help="Days until a fact is stale.",
        ),
    ] = 365,
    deck: DeckOption = "",
    json: JsonOption = False,
    db: StoreOption = None,
) -> None:
    """List facts whose sources need checking again.

    Cards whose `source` names changed lines, or a note that is gone, come first, then
    facts by the date of their last check; a fact whose `recheck` date has passed is
    listed, too. Open the source, correct the file, set `checked` to today's date, and
    add the file again. Exit code 1: a file has mistakes, or there is no such deck.
    """
    if files:
        notes = list(read_for_check(files, db).notes)
        found = stale_notes(notes, _today(db), days)
    else:
        with open_app(db) as app:
            cards = find(app, (), deck=deck).named
            notes = [one.note for one in stored_notes(app.store, cards=cards)]
            found = stale_notes(notes, day_date(app.today()), days)
    changed, missing = changed_sources(notes), absent_notes(notes)
    if json:
        rows = [*map(_as_json, found), *map(_change_as_json, changed)]
        for path, lacking in missing.items():
            rows += [_missing_as_json(path, card) for card in lacking]
        print_json(rows)
    else:
        counts = {shown_path(path): len(each) for path, each in missing.items()}
        lines = [*changed_source_lines(changed), *missing_note_lines(counts)]
        page_lines([*lines, *stale_lines(found, notes)])


def _today(db: Path | None) -> date:
    """Return the study day; the store need not exist."""
    path, clock = chosen_store(db)
    if not path.exists():
        return day_date(Calendar(zone_offset("")).day(clock()))
    with open_app(db) as app:
        return day_date(app.today())


def _as_json(one: StaleNote) -> dict[str, Any]:
    return {"since": one.since, "reason": one.reason, **_card_as_json(one.note)}


def _change_as_json(one: ChangedSource) -> dict[str, Any]:
    blocks = [{"was": block.was, "now": block.now or None} for block in one.blocks]
    card = _card_as_json(one.card)
    now = {"now": one.present.lines or None, "hash": one.present.hash or None}
    passage = {"passage": one.source.passage, **now}
    return {"since": None, "reason": "note", **card, **passage, "blocks": blocks}


def _missing_as_json(path: Path, card: Note) -> dict[str, Any]:
    return {
        "since": None,
        "reason": "missing note",
        **_card_as_json(card),
        "note": str(path),
    }


def _card_as_json(note: Note) -> dict[str, Any]:
    return {
        "id": note.id,
        "deck": note.deck,
        "question": question_text(note.content),
        "checked": note.checked,
        "recheck": note.recheck or None,
        "url": next((source.url for source in note.sources if source.url), None),
        "sources": [
            {"title": source.title or None, "url": source.url or None}
            for source in note.sources
            if source.title or source.url
        ],
        "file": note.file,
        "line": note.line,
    }
