"""The rows of a table that flash wrote: one for each card, with its kind and number.

A row has nothing but the question and the answer of its card, so only basic notes can
be made from rows.  Those of other kinds are compared with the stored card.
"""

from collections.abc import Container, Iterable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from cards.note import KIND_NAMES, Basic, Note
from cards.questions import anki_ordinals, place_of
from srs.models.incoming import Incoming, IncomingNote, Loss, LossReason

CARD_KINDS = {**{name: name for name in KIND_NAMES.values()}, "several": "questions"}
"""The kinds that a table may name, with their present names."""
_BASIC = KIND_NAMES[Basic]


class CardRow(Struct, frozen=True):
    """A card as flash wrote it to a table."""

    guid: str
    ordinal: int
    kind: str
    """From `KIND_NAMES`."""
    question: str
    answer: str
    note: Note
    """What the row says of its note; the content has the sides of this card."""
    line: int


def notes_of_rows(rows: Iterable[CardRow]) -> Iterator[IncomingNote]:
    """Make a note of the rows with one guid; the second row is the reverse card."""
    groups: dict[str, list[CardRow]] = {}
    for row in rows:
        groups.setdefault(row.guid, []).append(row)
    for guid, group in groups.items():
        first = min(group, key=lambda row: row.ordinal)
        is_reversed = any(row.ordinal != first.ordinal for row in group)
        content = Basic(first.question, first.answer, reverse=is_reversed)
        yield incoming_note(guid, replace(first.note, content=content))


def incoming_note(guid: str, note: Note) -> IncomingNote:
    """Return a note of a table as it is merged."""
    return IncomingNote(
        guid=guid,
        id=0,
        note=note,
        parts=anki_ordinals(note.content),
        changed_ms=0,
        cards=(),
    )


def without_new_kinds(
    incoming: Incoming, rows: Iterable[CardRow], known: Container[str]
) -> tuple[Incoming, list[Loss]]:
    """Leave out new notes that can't be made from their rows.

    Args:
        incoming: All notes of the table.
        rows: Its rows.
        known: The guids of the notes that the store has, which need no content.
    """
    losses: dict[str, list[Loss]] = {}
    for row in rows:
        if row.guid not in known and (loss := _loss(row)) is not None:
            losses.setdefault(row.guid, []).append(loss)
    notes = tuple(note for note in incoming.notes if note.guid not in losses)
    return replace(incoming, notes=notes), [x for one in losses.values() for x in one]


def _loss(row: CardRow) -> Loss | None:
    """Return why a row makes no note; None if it does."""
    if row.kind != _BASIC:
        return Loss(
            LossReason.ROW_KIND,
            detail=row.kind,
            deck=row.note.deck,
            first_field=place_of(row.note),
        )
    is_whole = row.question and row.answer
    return None if is_whole else Loss(LossReason.ROW, line=row.line)
