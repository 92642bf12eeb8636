"""Write cards as CSV or JSON, one row per card."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from cards.questions import questions
from cards.translate import _
from export.files import ExportError, replace_file
from export.tables.cells import guarded
from srs.models.cards import State, StoredNote

COLUMNS = (
    "guid",
    "ordinal",
    "deck",
    "kind",
    "question",
    "answer",
    "extra",
    "tags",
    "source",
    "checked",
    "state",
    "stability",
    "difficulty",
    "reps",
    "lapses",
)
"""Text is Markdown, tags are separated by spaces, stability is in days."""


def table_rows(notes: Iterable[StoredNote]) -> Iterable[tuple[object, ...]]:
    """Yield a row for each card in use, see `COLUMNS`."""
    for stored in notes:
        note = stored.note
        asked = {q.part: q for q in questions(note.content, note.language)}
        sources = "; ".join(filter(None, (s.url or s.title for s in note.sources)))
        for card in stored.cards:
            if card.retired or card.part not in asked:
                continue
            progress = card.progress
            yield (
                stored.guid,
                card.ordinal,
                card.deck or note.deck,
                note.kind_name,
                asked[card.part].question,
                asked[card.part].answer,
                note.extra,
                " ".join(note.tags),
                sources,
                note.checked,
                State(progress.state).name.lower(),
                progress.stability,
                progress.difficulty,
                progress.reps,
                progress.lapses,
            )


def write_csv(path: Path, notes: Iterable[StoredNote], *, safe: bool = False) -> int:
    """Write CSV as in RFC 4180: UTF-8, with a header.

    Args:
        path: The file.
        notes: The notes.
        safe: Put a `'` before text that a spreadsheet would run as a formula, and a
            byte order mark before all: without it Excel assumes another encoding.

    Returns:
        Number of cards.

    Raises:
        ExportError: There are no cards, or the file can't be written.
    """
    rows = list(table_rows(notes))
    if not rows:
        raise ExportError(
            str(path), _("no cards to write"), _("choose another deck or tag")
        )
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows(map(guarded, row) if safe else row for row in rows)
    replace_file(path, text.getvalue().encode("utf-8-sig" if safe else "utf-8"))
    return len(rows)


def write_json(path: Path, notes: Iterable[StoredNote]) -> int:
    """Write the rows of `write_csv` as a JSON list of objects; see there.

    Returns:
        The number of cards.

    Raises:
        ExportError: There are no cards, or the file can't be written.
    """
    import msgspec  # noqa: PLC0415 - only JSON needs it

    rows = [dict(zip(COLUMNS, row, strict=True)) for row in table_rows(notes)]
    if not rows:
        raise ExportError(
            str(path), _("no cards to write"), _("choose another deck or tag")
        )
    replace_file(path, msgspec.json.format(msgspec.json.encode(rows), indent=2))
    return len(rows)
