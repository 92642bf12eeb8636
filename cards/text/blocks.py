"""Markdown as blocks for a terminal: paragraphs, code, lists, tables.

Raw HTML stays text, a picture is shown by its description, and a link is followed by
its address.  Math becomes text where nothing of TeX remains.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from cards.text.markdown import code_text, is_simple, parser
from cards.text.media import decoded, medium_of
from cards.text.tex import tex_as_text
from cards.text.width import Line, StyledText, TextStyle, clean, width_of

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode


class Paragraph(Struct, frozen=True):
    """Text to be wrapped; one line for each line end that the author forced."""

    lines: tuple[Line, ...]


class Code(Struct, frozen=True):
    """Lines that keep their blanks."""

    lines: tuple[str, ...]


class ListBlock(Struct, frozen=True):
    """A list: a marker and the blocks of each item."""

    markers: tuple[str, ...]
    items: tuple["Blocks", ...]
    loose: bool = False
    """The author left blank lines between the items."""


class Quote(Struct, frozen=True):
    """Quoted blocks."""

    blocks: "Blocks"


class ThematicBreak(Struct, frozen=True):
    """A horizontal line."""


class Table(Struct, frozen=True):
    """Rows of cells, the head first; every row has as many as `aligns`."""

    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    aligns: tuple[str, ...]
    """left, right or center for each column."""


MarkdownBlock = Paragraph | Code | ListBlock | Quote | ThematicBreak | Table
Blocks = tuple[MarkdownBlock, ...]

_BULLET = "•"
_MAX_DEPTH = 20
"""Nesting of inline markup; deeper text is shown as typed."""

_SPAN = r"`([^`]+)`|\*\*([^*]+)\*\*|([^`*]+)"
_STYLES = {"em": TextStyle.ITALIC, "strong": TextStyle.BOLD}
_MATH = {"math_inline": "$", "math_inline_double": "$$"}


def read_blocks(text: str) -> Blocks:
    """Split Markdown into blocks.

    Args:
        text: CommonMark with tables and math; raw HTML is text.

    Returns:
        The blocks, their text cleaned for a terminal.
    """
    text = clean(text).strip("\n")
    if not text:
        return ()
    if is_simple(text):
        return (Paragraph((_simple_line(text),)),)
    from markdown_it.tree import SyntaxTreeNode

    tokens = parser().parse(text)
    inner = (child.level for token in tokens for child in token.children or ())
    if max(inner, default=0) > _MAX_DEPTH:
        lines = text.split("\n")
        return (Paragraph(tuple((StyledText(line),) for line in lines)),)
    return _blocks(SyntaxTreeNode(tokens).children)


def _simple_line(text: str) -> Line:
    spans: list[StyledText] = []
    for code, bold, other in re.findall(_SPAN, text):
        if code:
            spans.append(StyledText(code_text(code), TextStyle.CODE))
        else:
            style = TextStyle.BOLD if bold else TextStyle.NORMAL
            spans.append(StyledText(bold or other, style))
    return tuple(spans)


def _blocks(nodes: "Sequence[SyntaxTreeNode]") -> Blocks:
    return tuple(_block(node) for node in nodes)


def _block(node: "SyntaxTreeNode") -> MarkdownBlock:
    match node.type:
        case "fence" | "code_block":
            return Code(tuple(clean(node.content).rstrip("\n").split("\n")))
        case "math_block":
            return _math(node.content)
        case "bullet_list":
            return _list(node, [_BULLET] * len(node.children))
        case "ordered_list":
            start = int(str(node.attrs.get("start", 1)))
            return _list(node, [f"{start + i}." for i in range(len(node.children))])
        case "blockquote":
            return Quote(_blocks(node.children))
        case "hr":
            return ThematicBreak()
        case "table":
            return _table(node)
        case "heading":
            return Paragraph(_lines(node, TextStyle.BOLD))
        case _:
            return Paragraph(_lines(node))


def _list(node: "SyntaxTreeNode", markers: list[str]) -> ListBlock:
    items = tuple(_blocks(item.children) for item in node.children)
    loose = any(
        child.type == "paragraph" and not child.hidden
        for item in node.children
        for child in item.children
    )
    return ListBlock(tuple(markers), items, loose)


def _table(node: "SyntaxTreeNode") -> Table:
    rows = [row for part in node.children for row in part.children]
    cells = [tuple(_flat(_lines(cell)) for cell in row.children) for row in rows]
    aligns = tuple(
        str(cell.attrs.get("style", "text-align:left")).removeprefix("text-align:")
        for cell in rows[0].children
    )
    return Table(cells[0], tuple(cells[1:]), aligns)


def _flat(lines: tuple[Line, ...]) -> Line:
    return tuple(span for line in lines for span in line)


def _lines(
    node: "SyntaxTreeNode", style: TextStyle = TextStyle.NORMAL
) -> tuple[Line, ...]:
    """Return the text of a block, split where its author forced a line end."""
    lines: list[list[StyledText]] = [[]]
    _collect_all(node.children, style, lines)
    return tuple(tuple(line) for line in lines)


def _collect_all(
    nodes: Sequence["SyntaxTreeNode"], style: TextStyle, lines: list[list[StyledText]]
) -> None:
    # A node would find its neighbours by going through all of them.
    for i, node in enumerate(nodes):
        if node.type == "softbreak":
            blank = _between(nodes[max(0, i - 1) : i], nodes[i + 1 : i + 2])
            lines[-1].append(StyledText(blank, style))
        else:
            _collect(node, style, lines)


def _collect(
    node: "SyntaxTreeNode", style: TextStyle, lines: list[list[StyledText]]
) -> None:
    match node.type:
        case "hardbreak":
            lines.append([])
        case "code_inline":
            _add(node.content, style | TextStyle.CODE, lines)
        case "math_inline" | "math_inline_double":
            mark = _MATH[node.type]
            _add_math(node.content, mark, style, lines)
        case "image":
            _add(_image_text(node), style | TextStyle.DIM, lines)
        case "link":
            _collect_link(node, style, lines)
        case "text":
            _add(node.content, style, lines)
        case _:
            inner = style | _STYLES.get(node.type, TextStyle.NORMAL)
            _collect_all(node.children, inner, lines)


def _add(text: str, style: TextStyle, lines: list[list[StyledText]]) -> None:
    text = clean(text).replace("\n", " ")
    if text:
        lines[-1].append(StyledText(text, style))


def _add_math(
    tex: str, mark: str, style: TextStyle, lines: list[list[StyledText]]
) -> None:
    """Add a formula as text, or its source, dimmed, if that would still have TeX."""
    text = tex_as_text(tex)
    if text is None:
        text, style = f"{mark}{tex}{mark}", style | TextStyle.DIM
    _add(text, style, lines)


def _math(tex: str) -> Paragraph:
    """Return a formula that stands alone; see `_add_math`."""
    text = tex_as_text(tex)
    if text is not None:
        return Paragraph(((StyledText(clean(text)),),))
    source = clean(f"$${tex}$$").split("\n")
    return Paragraph(tuple((StyledText(line, TextStyle.DIM),) for line in source))


def _collect_link(
    node: "SyntaxTreeNode", style: TextStyle, lines: list[list[StyledText]]
) -> None:
    start = len(lines[-1])
    _collect_all(node.children, style | TextStyle.LINK, lines)
    words = "".join(span.text for span in lines[-1][start:])
    address = clean(str(node.attrs.get("href", "")))
    if address and decoded(address).removeprefix("mailto:") != words:
        _add(f" ({address})", style | TextStyle.DIM, lines)


def _image_text(node: "SyntaxTreeNode") -> str:
    path = decoded(str(node.attrs.get("src", "")))
    return f"[{medium_of(path)}: {node.content or path}]"


def _between(
    before: Sequence["SyntaxTreeNode"], after: Sequence["SyntaxTreeNode"]
) -> str:
    """Return what joins two source lines: a blank, nothing between wide characters."""
    left = "".join(node.content[-1:] for node in before)
    right = "".join(node.content[:1] for node in after)
    return "" if width_of(left) == 2 and width_of(right) == 2 else " "
