"""Tables for a terminal: columns side by side where they fit, else row by row."""

from collections.abc import Sequence

from cards.text.blocks import Table
from cards.text.width import Line, StyledText, TextStyle, line_width, wrap

_GAP = 2
_NARROWEST = 10
"""Columns below this width are no longer read as a table."""


def table_lines(table: Table, columns: int) -> list[Line]:
    """Render a table.

    Args:
        table: The table.
        columns: Room for each line.

    Returns:
        Columns under their head, cells wrapped to fit; where there is too little
        room, each row as a list of `head: cell`.
    """
    widths = _widths([table.head, *table.rows], columns)
    if widths is None:
        return _row_by_row(table, columns)
    head = _row([_bold(cell) for cell in table.head], widths, table.aligns)
    across = sum(widths) + _GAP * (len(widths) - 1)
    lines = [*head, (StyledText("─" * across, TextStyle.DIM),)]
    wrapped = any(
        line_width(cell) > width
        for row in table.rows
        for cell, width in zip(row, widths, strict=True)
    )
    for index, row in enumerate(table.rows):
        if index and wrapped:
            lines.append(())
        lines += _row(row, widths, table.aligns)
    return lines


def _widths(rows: Sequence[Sequence[Line]], columns: int) -> list[int] | None:
    """Share the room: narrow columns get what they need, wide ones the rest."""
    wanted = [max(map(line_width, column)) for column in zip(*rows, strict=True)]
    room = columns - _GAP * (len(wanted) - 1)
    widths = [0] * len(wanted)
    left = sorted(range(len(wanted)), key=lambda i: wanted[i])
    while left:
        fair = room // len(left)
        index = left.pop(0)
        widths[index] = min(wanted[index], fair)
        if widths[index] < min(wanted[index], _NARROWEST):
            return None
        room -= widths[index]
    return [max(1, width) for width in widths]


def _row(
    cells: Sequence[Line], widths: Sequence[int], aligns: Sequence[str]
) -> list[Line]:
    wrapped = [wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    lines: list[Line] = []
    for index in range(max(map(len, wrapped))):
        spans: list[StyledText] = []
        for cell, width, align in zip(wrapped, widths, aligns, strict=True):
            if spans:
                spans.append(StyledText(" " * _GAP))
            piece = cell[index] if index < len(cell) else ()
            spans += _aligned(piece, width, align)
        lines.append(tuple(spans))
    return lines


def _aligned(piece: Line, width: int, align: str) -> list[StyledText]:
    blanks = width - line_width(piece)
    left = {"right": blanks, "center": blanks // 2}.get(align, 0)
    spans = [StyledText(" " * left), *piece, StyledText(" " * (blanks - left))]
    return [span for span in spans if span.text]


def _row_by_row(table: Table, columns: int) -> list[Line]:
    lines: list[Line] = []
    for row in table.rows:
        if lines:
            lines.append(())
        lines += wrap(_bold(row[0]), columns)
        for name, cell in zip(table.head[1:], row[1:], strict=True):
            named = (StyledText("  "), *name, StyledText(": ", TextStyle.DIM), *cell)
            lines += wrap(named, columns)
    return lines


def _bold(cell: Line) -> Line:
    return tuple(StyledText(text, look | TextStyle.BOLD) for text, look in cell)
