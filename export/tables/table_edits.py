"""Find notes whose text in a table differs from the stored text."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from cards.note import Basic, Note
from cards.questions import Question, questions, texts_of
from export.anki.found_edits import TextEdit
from export.tables.card_rows import CardRow
from export.tables.cells import is_same_text
from export.tables.table_reader import TextTable
from srs.models.cards import StoredNote

_OF_NOTE = ("extra", "tags")


def table_edits(
    table: TextTable, stored: Mapping[str, StoredNote]
) -> Iterator[TextEdit]:
    """Find known notes that the table has with another text or other tags.

    What the table has no column for stays as it is, and so does white space around
    a text.  Rows that flash wrote are compared with their cards.

    Args:
        table: The table.
        stored: Stored notes by guid.
    """
    uses = {one.use for one in table.columns}
    rows: dict[str, list[CardRow]] = defaultdict(list)
    for row in table.rows:
        rows[row.guid].append(row)
    for incoming in table.incoming.notes:
        known = stored.get(incoming.guid)
        if known is None:
            continue
        if incoming.guid in rows:
            edits = _edits_of_rows(known, rows[incoming.guid], uses)
        else:
            edits = _edits_of_note(known.note, incoming.note, uses)
        if edits is None or edits:
            yield TextEdit(known, None if edits is None else _edited(known.note, edits))


def _edited(note: Note, edits: Mapping[str, Any]) -> Note:
    texts = {name: text for name, text in edits.items() if name not in _OF_NOTE}
    others = {name: value for name, value in edits.items() if name in _OF_NOTE}
    return replace(note, content=replace(note.content, **texts), **others)


def _edits_of_rows(
    known: StoredNote, rows: Iterable[CardRow], uses: set[str]
) -> dict[str, Any] | None:
    """Return what the rows of a note change; None if its cards can't be changed so."""
    ours = known.note
    asked = {one.part: one for one in questions(ours.content, ours.language)}
    parts = {card.ordinal: card.part for card in known.cards}
    found: dict[str, Any] = {}
    for row in rows:
        question = asked.get(parts.get(row.ordinal, ""))
        if question is None:
            return None
        texts = {}
        if isinstance(ours.content, Basic):
            sides = (row.question, row.answer)
            names = ("front", "back") if question.part == "front" else ("back", "front")
            texts = dict(zip(names, sides, strict=True))
        elif not _asks(question, row.question, row.answer):
            return None
        for name, value in _differing(ours, row.note, texts, uses).items():
            if found.setdefault(name, value) != value:
                return None  # two rows contradict each other
    return found


def _edits_of_note(ours: Note, theirs: Note, uses: set[str]) -> dict[str, Any] | None:
    """Return what a row changes; None if the note can't be changed so."""
    texts = {str(path[0]): text for path, text in texts_of(theirs.content)}
    if ours.kind != theirs.kind:
        sides = (texts.get("front", ""), texts.get("back", ""))
        known = questions(ours.content, ours.language)
        if not any(_asks(question, *sides) for question in known):
            return None
        texts = {}
    return _differing(ours, theirs, texts, uses)


def _asks(question: Question, front: str, back: str) -> bool:
    return is_same_text(front, question.question) and is_same_text(
        back, question.answer
    )


def _differing(
    ours: Note, theirs: Note, texts: Mapping[str, str], uses: set[str]
) -> dict[str, Any]:
    """Return the texts, extra and tags that are not the stored ones."""
    found: dict[str, Any] = {
        name: text
        for name, text in texts.items()
        if not is_same_text(text, getattr(ours.content, name))
    }
    if ("extra" in uses or theirs.extra) and not is_same_text(theirs.extra, ours.extra):
        found["extra"] = theirs.extra
    if ("tags" in uses or theirs.tags) and not _are_same_tags(theirs.tags, ours.tags):
        found["tags"] = theirs.tags
    return found


def _are_same_tags(theirs: Sequence[str], ours: Sequence[str]) -> bool:
    """Return True for the same tags, in any order: Anki sorts them."""
    return sorted(theirs) == sorted(ours)
