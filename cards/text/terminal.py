"""Markdown for a terminal: lines of styled spans that fit a width, or plain text.

Tables are shown as columns where they fit, else row by row.
"""

from collections.abc import Sequence

from cards.text.blocks import (
    Blocks,
    Code,
    ListBlock,
    MarkdownBlock,
    Paragraph,
    Quote,
    Table,
    ThematicBreak,
    read_blocks,
)
from cards.text.width import (
    ENDLESS,
    Line,
    StyledText,
    TextStyle,
    line_text,
    line_width,
    widest_word,
    width_of,
    wrap,
)

_GAP = 2
_NARROWEST = 10
"""Columns of a table narrower than this are unreadable."""


def terminal_lines(text: str, columns: int) -> list[Line]:
    """Render Markdown into lines.

    Args:
        text: CommonMark with tables and math.
        columns: Width of each line, 1 or more.

    Returns:
        Lines without control characters; code and tables that don't fit are wrapped,
        never cut.
    """
    return block_lines(read_blocks(text), columns)


def plain_text(text: str) -> str:
    """Render Markdown as text without styles, unwrapped: for pipes and lists."""
    lines = terminal_lines(text, ENDLESS)
    return "\n".join(line_text(line).rstrip() for line in lines)


def block_lines(
    blocks: Blocks, columns: int, table_columns: int | None = None
) -> list[Line]:
    """Render blocks, separated by blank lines; see `terminal_lines`.

    Args:
        blocks: The blocks.
        columns: Width of each line.
        table_columns: Width of tables, if another one.
    """
    lines: list[Line] = []
    for block in blocks:
        is_wide = isinstance(block, Table) and table_columns is not None
        width = table_columns if is_wide and table_columns else columns
        lines += [()] if lines else []
        lines += _block(block, max(1, width))
    return lines


def _stacked(blocks: Sequence[MarkdownBlock], columns: int, *, gap: bool) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if lines and gap:
            lines.append(())
        lines += _block(block, columns)
    return lines


def _block(block: MarkdownBlock, columns: int) -> list[Line]:
    match block:
        case Paragraph(lines=lines):
            return [part for line in lines for part in wrap(line, columns)]
        case Code(lines=lines):
            return _code(lines, columns)
        case ListBlock():
            return _list_lines(block, columns)
        case Quote(blocks=blocks):
            inner = _stacked(blocks, max(1, columns - 2), gap=True)
            return [(StyledText("│ ", TextStyle.DIM), *line) for line in inner]
        case ThematicBreak():
            return [(StyledText("─" * min(columns, 24), TextStyle.DIM),)]
        case Table():
            return _table_lines(block, columns)


def _code(lines: tuple[str, ...], columns: int) -> list[Line]:
    """Keep the blanks of code; `↪` marks the continuation of a long line."""
    shown: list[Line] = []
    for text in lines:
        pieces = wrap((StyledText(text, TextStyle.CODE),), columns)
        if len(pieces) > 1:
            pieces = wrap((StyledText(text, TextStyle.CODE),), max(1, columns - 2))
        shown.append(pieces[0])
        shown += [(StyledText("↪ ", TextStyle.DIM), *piece) for piece in pieces[1:]]
    return shown


def _list_lines(block: ListBlock, columns: int) -> list[Line]:
    indent = max(width_of(marker) for marker in block.markers) + 1
    lines: list[Line] = []
    for marker, item in zip(block.markers, block.items, strict=True):
        if lines and block.loose:
            lines.append(())
        inner = _stacked(item, max(1, columns - indent), gap=block.loose) or [()]
        head = StyledText(marker.rjust(indent - 1) + " ", TextStyle.DIM)
        lines.append((head, *inner[0]))
        lines += [
            (StyledText(" " * indent), *line) if line else () for line in inner[1:]
        ]
    return lines


def _table_lines(table: Table, columns: int) -> list[Line]:
    """Render a table.

    Args:
        table: The table.
        columns: Width of each line.

    Returns:
        Columns under their head, cells wrapped to fit; where the width is too small,
        each row as a list of `head: cell`.
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
    """Share the width: narrow columns get what they need, wide ones the rest.

    Returns:
        None if a word that fits the width would have to be broken, or a column would
        be too narrow.
    """
    cells = list(zip(*rows, strict=True))
    wanted = [max(map(line_width, column)) for column in cells]
    widths = [
        max(min(most, _NARROWEST), *(widest_word(cell, columns) for cell in column), 1)
        for most, column in zip(wanted, cells, strict=True)
    ]
    room = columns - _GAP * (len(widths) - 1) - sum(widths)
    if room < 0:
        return None
    left = sorted(range(len(widths)), key=lambda i: wanted[i] - widths[i])
    for done, index in enumerate(left):
        fair = room // (len(left) - done)
        more = min(max(0, wanted[index] - widths[index]), fair)
        widths[index] += more
        room -= more
    return widths


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
    indent = min(_GAP, columns // 8)
    for row in table.rows:
        if lines:
            lines.append(())
        lines += wrap(_bold(row[0]), columns)
        for name, cell in zip(table.head[1:], row[1:], strict=True):
            named = (*name, StyledText(": ", TextStyle.DIM), *cell)
            first, *rest = wrap(named, columns - 2 * indent)
            lines.append((StyledText(" " * indent), *first))
            lines += [(StyledText(" " * 2 * indent), *line) for line in rest]
    return lines


def _bold(cell: Line) -> Line:
    return tuple(StyledText(text, style | TextStyle.BOLD) for text, style in cell)


def block_width(lines: Sequence[Line]) -> int:
    """Return the width of the widest line."""
    return max(map(line_width, lines), default=0)
