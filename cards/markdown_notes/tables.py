"""The rule that reads tables."""

from collections.abc import Iterator

from cards.markdown_notes.blocks import BlockKind
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import about
from cards.note import Basic, Compare

_MOST_SUBJECTS = 12


def tables(notes: Outline) -> Iterator[Proposal]:
    """Compare the subjects of tables."""
    for index, block in enumerate(notes.blocks):
        if block.kind is not BlockKind.TABLE or len(block.cells) < 2:
            continue
        head, *rows = block.cells
        if len(head) < 2 or any(len(row) != len(head) for row in rows):
            continue
        if head[0] and len(rows) <= _MOST_SUBJECTS:
            subjects = tuple(row[0] for row in rows)
            columns = zip(*(row[1:] for row in rows), strict=True)
            by = dict(zip(head[1:], columns, strict=True))
        elif not head[0]:
            subjects = head[1:]
            by = {row[0]: row[1:] for row in rows}
        else:
            yield from _long_table(notes, index, rows)
            continue
        if _is_sound_table(subjects, by):
            yield Proposal("table", Compare(subjects, dict(by)), (index,))


def _long_table(
    notes: Outline, index: int, rows: list[tuple[str, ...]]
) -> Iterator[Proposal]:
    """Make a card per row of a long table with two columns, such as a cheat sheet."""
    of = notes.above(index)
    for row in rows:
        if len(row) == 2 and all(map(str.strip, row)):
            content = Basic(about(row[0], of), row[1], reverse=True)
            yield Proposal("table", content, (index,))


def _is_sound_table(subjects: tuple[str, ...], by: dict[str, tuple[str, ...]]) -> bool:
    names = [*subjects, *by]
    return (
        2 <= len(subjects) <= _MOST_SUBJECTS
        and len(set(subjects)) == len(subjects)
        and all(name.strip() for name in names)
        and any(cell.strip() for cells in by.values() for cell in cells)
    )
