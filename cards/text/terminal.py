"""Markdown for a terminal: lines of spans that fit a width, or plain text.

Nothing here knows a colour or a screen; see `cards.text.width` for what a span is.
"""

from collections.abc import Sequence

from cards.text.blocks import (
    Block,
    Blocks,
    Code,
    Listed,
    Paragraph,
    Quote,
    Rule,
    Table,
    read_blocks,
)
from cards.text.tables import table_lines
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    line_text,
    line_width,
    width_of,
    wrap,
)

ENDLESS = 100_000
"""Room enough for any text: nothing is wrapped."""


def terminal_lines(text: str, columns: int) -> list[Line]:
    """Render Markdown into lines.

    Args:
        text: CommonMark with tables and math.
        columns: Room for each line, 1 or more.

    Returns:
        Lines without control characters; code and tables are wrapped where they
        don't fit, never cut.
    """
    return block_lines(read_blocks(text), columns)


def plain_text(text: str) -> str:
    """Render Markdown as text without looks, unwrapped: for pipes and lists."""
    lines = terminal_lines(text, ENDLESS)
    return "\n".join(line_text(line).rstrip() for line in lines)


def block_lines(blocks: Blocks, columns: int) -> list[Line]:
    """Render blocks, a blank line between two of them; see `terminal_lines`."""
    return _stacked(blocks, max(1, columns), gap=True)


def _stacked(blocks: Sequence[Block], columns: int, *, gap: bool) -> list[Line]:
    lines: list[Line] = []
    for block in blocks:
        if lines and gap:
            lines.append(())
        lines += _block(block, columns)
    return lines


def _block(block: Block, columns: int) -> list[Line]:
    match block:
        case Paragraph(lines=lines):
            return [part for line in lines for part in wrap(line, columns)]
        case Code(lines=lines):
            return _code(lines, columns)
        case Listed():
            return _listed(block, columns)
        case Quote(blocks=blocks):
            inner = _stacked(blocks, max(1, columns - 2), gap=True)
            return [(StyledText("│ ", TextStyle.DIM), *line) for line in inner]
        case Rule():
            return [(StyledText("─" * min(columns, 24), TextStyle.DIM),)]
        case Table():
            return table_lines(block, columns)


def _code(lines: tuple[str, ...], columns: int) -> list[Line]:
    """Keep the blanks of code; a line too long goes on, marked with `↪`."""
    shown: list[Line] = []
    for text in lines:
        pieces = wrap((StyledText(text, TextStyle.CODE),), columns)
        if len(pieces) > 1:
            pieces = wrap((StyledText(text, TextStyle.CODE),), max(1, columns - 2))
        shown.append(pieces[0])
        shown += [(StyledText("↪ ", TextStyle.DIM), *piece) for piece in pieces[1:]]
    return shown


def _listed(block: Listed, columns: int) -> list[Line]:
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


def block_width(lines: Sequence[Line]) -> int:
    """Give the width of the widest line."""
    return max(map(line_width, lines), default=0)
