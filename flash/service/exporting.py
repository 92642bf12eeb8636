"""Export the cards of the store to packages, tables and deck files."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from msgspec.structs import replace

from export.anki.fields import OriginalNotes
from export.anki.package_writer import Creation, changed_at_ms, write_package
from export.anki.rows import Schedule
from export.deck_files import WrittenDecks, write_decks
from export.tables.csv_writer import write_csv, write_json
from flash.service.context import AppContext, file_stats
from srs.merging.deck_moves import remember_decks
from srs.merging.marks import remember_marks
from srs.models.cards import StoredNote
from srs.models.incoming import Loss, Progressed
from srs.scheduler.fsrs6 import interval_days
from srs.store.anki_marks import forget_collection
from srs.store.deck_files import files_of_others, known_file_stats
from srs.store.import_rows import original_notes, original_notetypes
from srs.store.note_media import media_files
from srs.store.revlog import last_eases, logged

_FIRST_DAY = 18_262
"""2020-01-01 as a study day; Anki counts due days from the first of a collection."""


def export_package(
    app: AppContext,
    file: Path,
    notes: Iterable[StoredNote],
    *,
    with_schedule: bool,
    with_presets: bool = True,
    original: OriginalNotes | None = None,
    progressed: Progressed | None = None,
) -> tuple[dict[str, int], tuple[Loss, ...]]:
    """Write notes to a package for Anki.

    A collection that begins with a `.colpkg` file knows its marks and decks: what is
    changed there is compared with them.

    Args:
        app: The open store.
        file: The package.
        notes: The notes with their cards.
        with_schedule: Include the schedule and the review log.
        with_presets: With the schedule, include the presets of the decks.
        original: The notes that came from Anki; by default as they were imported.
        progressed: Called with the number of written notes.

    Returns:
        Counts of what the package contains, by name, and what it lacks.

    Raises:
        ExportError: There are no cards, or the file can't be written.
    """
    calendar = app.options.calendar
    first = calendar.start_ms(_FIRST_DAY)
    creation = Creation(
        first // 1000 - 1, -calendar.offset_of(first), app.options.rollover
    )
    schedule = schedule_of(app) if with_schedule else None
    if schedule is not None:
        schedule = replace(schedule, with_presets=with_presets)
    is_whole = file.suffix.lower() == ".colpkg"
    notes = list(notes) if is_whole else notes
    written = write_package(
        file, notes, creation, progressed, schedule, original or notes_from_anki(app)
    )
    if is_whole:
        _remember(app, str(creation.at_s), notes)
    counts = {"notes": written.notes, "cards": written.cards, "media": written.media}
    if with_schedule:
        counts["reviews"] = written.reviews
    return counts, written.losses


def _remember(app: AppContext, collection: str, notes: Iterable[StoredNote]) -> None:
    """Remember what a collection gets, with times in whole seconds as Anki's."""
    cards = [
        (stored, card, changed_at_ms(stored, card) // 1000 * 1000)
        for stored in notes
        for card in stored.cards
        if not card.retired
    ]
    decks = {stored.guid: (stored, changed_ms) for stored, _, changed_ms in cards}
    with app.store.transaction() as connection:
        forget_collection(connection, collection)
        marks = [(card, changed_ms) for _, card, changed_ms in cards]
        remember_marks(app.store, collection, marks)
        remember_decks(app.store, collection, decks.values())


def export_table(
    file: Path, notes: Iterable[StoredNote], *, safe: bool = False
) -> dict[str, int]:
    """Write cards to a `.csv` or `.json` file; return their count by name.

    Args:
        file: The file.
        notes: The notes.
        safe: Keep a spreadsheet from running text of a `.csv` file as formulas.

    Raises:
        ExportError: There are no cards, or the file can't be written.
    """
    if file.suffix.lower() == ".csv":
        return {"cards": write_csv(file, notes, safe=safe)}
    return {"cards": write_json(file, notes)}


def export_decks(
    app: AppContext, folder: Path, notes: Iterable[StoredNote]
) -> tuple[dict[str, int], WrittenDecks]:
    """Write notes to deck files.

    Returns:
        Counts by name, and what was written.

    Raises:
        ExportError: There are no cards, or a file can't be written.
    """
    notes = list(notes)
    needed = files_of_others(app.store, {stored.guid for stored in notes})
    known = known_file_stats(app.store)
    edited = {file for file, *_ in {*file_stats(one[0] for one in known)} - {*known}}
    written = write_decks(folder, notes, media_files(app.store), edited, needed)
    counts = {
        "notes": written.notes,
        "files": len(written.files),
        "media": written.media,
    }
    return counts, written


def notes_from_anki(app: AppContext) -> OriginalNotes:
    """Return the notes that came from Anki, with their note types and media."""
    return OriginalNotes(
        original_notes(app.store),
        original_notetypes(app.store),
        media_files(app.store),
    )


def schedule_of(app: AppContext) -> Schedule:
    """Return the schedule and the review log of the store."""
    options = app.options
    return Schedule(
        first_day=_FIRST_DAY,
        today=app.today(),
        day_of=options.calendar.day,
        preset_of=cache(options.preset),
        days_of=interval_days,
        reviews=logged(app.store),
        eases=last_eases(app.store),
    )
