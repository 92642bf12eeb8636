"""`flash stale`: facts that want to be verified again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flash.cli.options import DbOption, DeckOption, JsonOption
from flash.service.context import chosen_store, open_app

if TYPE_CHECKING:
    from datetime import date

    from cards.note import Note
    from cards.staleness import StaleNote


def stale(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILE|DIR...]", help="Deck files; the store's cards without any."
        ),
    ] = None,
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", min=0, help="How long a fact keeps."),
    ] = 365,
    deck: DeckOption = "",
    json: JsonOption = False,
    db: DbOption = None,
) -> None:
    """List the facts last checked too long ago, the oldest first.

    A card's `recheck` date, where it has one, counts as well.  Open the source,
    mend the file, write today's date as `checked`, and add the file again.
    """
    from cards.staleness import stale_notes

    if files:
        from flash.service.adding import paths_named
        from flash.service.deck_import import read_files

        notes = list(read_files(paths_named(files, "")).notes)
        found = stale_notes(notes, _today(db), days)
    else:
        from flash.cli.card_selector import check_deck
        from srs.scheduler.study_day import day_date
        from srs.store.notes import stored_notes

        with open_app(db) as store:
            check_deck(store, deck)
            notes = [one.note for one in stored_notes(store.store, deck=deck)]
            today = day_date(store.options.calendar.day(store.now()))
            found = stale_notes(notes, today, days)
    if json:
        from flash.terminal import print_json

        print_json([_as_json(one) for one in found])
        return
    _print(found, notes)


def _today(db: Path | None) -> "date":
    """Give the study day, from a store that need not be there."""
    from srs.scheduler.study_day import Calendar, day_date, zone_offset

    path, clock = chosen_store(db)
    if not path.exists():
        return day_date(Calendar(zone_offset("")).day(clock()))
    with open_app(db) as store:
        return day_date(store.options.calendar.day(store.now()))


def _as_json(one: "StaleNote") -> dict[str, object]:
    from cards.questions import question_text

    note = one.note
    return {
        "since": one.since,
        "reason": one.reason,
        "id": note.id,
        "deck": note.deck,
        "question": question_text(note.content),
        "checked": note.checked,
        "recheck": note.recheck or None,
        "url": next((source.url for source in note.sources if source.url), None),
        "sources": [
            {"title": source.title or None, "url": source.url or None}
            for source in note.sources
        ],
        "file": note.file,
        "line": note.line,
    }


def _where(note: "Note") -> list[str]:
    """Give the pages to open; the names of the sources where there is none."""
    from cards.text.width import clean

    pages = [source.url for source in note.sources if source.url]
    return pages or [" ".join(clean(one.title).split()) for one in note.sources]


def _print(found: "list[StaleNote]", notes: "list[Note]") -> None:
    from cards.questions import question_text
    from flash.terminal import clipped, columns_of_terminal, styled

    room = max(30, columns_of_terminal() - 12)
    for one in found:
        note = one.note
        typer.echo(f"{one.since}  {clipped(question_text(note.content), room)}")
        reason = "to be looked at again" if one.reason == "recheck" else "last checked"
        day = "" if one.reason == "recheck" else f" {note.checked}"
        typer.echo(styled(f"            {reason}{day} · {note.file}:{note.line}", "2"))
        for where in _where(note):
            typer.echo(styled(f"            {where}", "2"))
    unchecked = sum(1 for note in notes if not note.checked)
    typer.echo(f"{len(found)} of {len(notes)} facts are stale")
    if unchecked:
        typer.echo(f"{unchecked} of {len(notes)} were never checked")
