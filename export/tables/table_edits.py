"""Find notes whose text in a table differs from the stored text."""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from cards.note import Note
from cards.questions import texts_of
from export.anki.text_edits import TextEdit
from export.tables.table_reader import TextTable
from srs.models.cards import StoredNote


def table_edits(
    table: TextTable, stored: Mapping[str, StoredNote]
) -> Iterator[TextEdit]:
    """Find known notes that the table has with another text or other tags.

    What the table has no column for stays as it is.

    Args:
        table: The table.
        stored: Stored notes by guid.
    """
    uses = {one.use for one in table.columns}
    for incoming in table.incoming.notes:
        known = stored.get(incoming.guid)
        if known is None:
            continue
        ours, theirs = known.note, incoming.note
        if ours.kind != theirs.kind:
            yield TextEdit(known, None)
            continue
        made = replace(ours, content=replace(ours.content, **_texts(theirs)))
        if "extra" in uses or theirs.extra:
            made = replace(made, extra=theirs.extra)
        if "tags" in uses or theirs.tags:
            made = replace(made, tags=theirs.tags)
        if made != ours:
            yield TextEdit(known, made)


def _texts(note: Note) -> dict[str, str]:
    """Return the texts of a basic note or cloze by field."""
    return {str(path[0]): text for path, text in texts_of(note.content)}
