"""Split a proposal that asks too much into several."""

from cards.note import Basic, Compare, Content, ListNote
from cards.table_rows import ask_cell, cells_of, is_empty_cell, row_of


def split(content: Content, language: str = "") -> tuple[Content, ...]:
    """Split a card: a table by cell, a list in halves, two directions in two cards.

    Args:
        content: The proposal.
        language: Its language, in which the questions of cells are asked.

    Returns:
        Two or more cards with distinct questions; none if it can't be split.
    """
    match content:
        case Compare():
            return tuple(
                Basic(ask_cell(row_of(content.by[name]), name, subject, language), cell)
                for name, cells in cells_of(content).items()
                for subject, cell in zip(content.compare, cells, strict=True)
                if not is_empty_cell(cell)
            )
        case ListNote() if len(content.items) >= 4:
            middle = (len(content.items) + 1) // 2
            halves = content.items[:middle], content.items[middle:]
            return tuple(
                ListNote(f"{content.list} ({number}/2)", items, content.ordered)
                for number, items in enumerate(halves, 1)
            )
        case Basic(reverse=True):
            there = Basic(content.front, content.back)
            return there, Basic(content.back, content.front)
    return ()
