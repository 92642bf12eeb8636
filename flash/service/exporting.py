"""Writing the store's cards to a package, as commands and pushes do."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flash.cli.progress import Progress
from flash.service.context import AppContext

if TYPE_CHECKING:
    from export.anki.fields import OriginalNotes
    from export.anki.rows import Schedule
    from srs.models.cards import StoredNote

_FIRST_DAY = 18_262
"""2020-01-01 as a study day: Anki counts due days from the collection's first."""


def export_package(
    store: AppContext,
    file: Path,
    notes: "Iterator[StoredNote]",
    *,
    quiet: bool,
    with_schedule: bool,
) -> dict[str, int]:
    """Write notes to a package for Anki.

    Args:
        store: The store they come from.
        file: Where to.
        notes: With their cards.
        quiet: Show no progress.
        with_schedule: Send the schedule, the review log and the presets along.

    Returns:
        What it holds: counts by name.

    Raises:
        ExportError: There is nothing to write, or it can't be written.
    """
    from export.anki.package_writer import Creation, write_package

    schedule = _schedule(store) if with_schedule else None
    total = store.store.row("select count(*) from notes where retired = 0")[0]
    calendar = store.options.calendar
    first = calendar.start_ms(_FIRST_DAY)
    creation = Creation(
        first // 1000 - 1, -calendar.offset_of(first), store.options.rollover
    )
    with Progress(total, "exporting", quiet=quiet) as progressed:
        written = write_package(
            file, notes, creation, progressed, schedule, _foreign(store)
        )
    told = {"notes": written.notes, "cards": written.cards, "media": written.media}
    return {**told, "reviews": written.reviews} if with_schedule else told


def _foreign(store: AppContext) -> "OriginalNotes":
    from export.anki.fields import OriginalNotes
    from srs.merging.note_importer import original_notes, original_notetypes

    return OriginalNotes(original_notes(store.store), original_notetypes(store.store))


def _schedule(store: AppContext) -> "Schedule":
    """Gather what a package with its schedule needs."""
    from export.anki.rows import Schedule
    from srs.scheduler.fsrs6 import interval_days
    from srs.store.revlog import logged

    options = store.options
    return Schedule(
        first_day=_FIRST_DAY,
        today=options.calendar.day(store.now()),
        day_of=options.calendar.day,
        preset_of=options.preset,
        days_of=interval_days,
        reviews=logged(store.store),
    )
