"""The parser's tokens become blocks; loaded only for text that needs it.

Raw HTML stays text, math stays as it was typed, a picture is named by what it
shows, and an address stands behind the words of its link.
"""

from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.dollarmath import dollarmath_plugin

from cards.text.blocks import (
    BULLET,
    Block,
    Blocks,
    Code,
    Listed,
    Paragraph,
    Quote,
    Rule,
    Table,
    next_markers,
)
from cards.text.media import decoded, is_sound
from cards.text.width import Line, StyledText, TextStyle, clean, width_of

_DEEPEST = 20
"""Marks inside each other at the most, as with blocks; else text is shown as typed."""

_LOOKS = {"em": TextStyle.ITALIC, "strong": TextStyle.BOLD}
_MATH = {
    "math_inline": "$",
    "math_inline_double": "$$",
    "math_block": "$$",
}


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    return parser.use(
        dollarmath_plugin,
        allow_labels=False,
        allow_space=False,
        allow_digits=False,
        double_inline=True,
    )


def blocks_of(text: str) -> Blocks:
    """Parse Markdown; see `cards.text.blocks.read_blocks`."""
    tokens = _parser().parse(text)
    inner = (child.level for token in tokens for child in token.children or ())
    if max(inner, default=0) > _DEEPEST:
        lines = clean(text).split("\n")
        return (Paragraph(tuple((StyledText(line),) for line in lines)),)
    return _blocks(SyntaxTreeNode(tokens).children)


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> Blocks:
    return tuple(_block(node) for node in nodes)


def _block(node: SyntaxTreeNode) -> Block:
    match node.type:
        case "fence" | "code_block":
            return Code(tuple(clean(node.content).rstrip("\n").split("\n")))
        case "math_block":
            return Code(tuple(f"$${clean(node.content)}$$".split("\n")))
        case "bullet_list":
            return _listed(node, BULLET)
        case "ordered_list":
            return _listed(node, f"{node.attrs.get('start', 1)}.")
        case "blockquote":
            return Quote(_blocks(node.children))
        case "hr":
            return Rule()
        case "table":
            return _table(node)
        case "heading":
            return Paragraph(_lines(node, TextStyle.BOLD))
        case _:
            return Paragraph(_lines(node))


def _listed(node: SyntaxTreeNode, first: str) -> Listed:
    items = tuple(_blocks(item.children) for item in node.children)
    loose = any(
        child.type == "paragraph" and not child.hidden
        for item in node.children
        for child in item.children
    )
    return Listed(tuple(next_markers(first, len(items))), items, loose)


def _table(node: SyntaxTreeNode) -> Table:
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
    node: SyntaxTreeNode, look: TextStyle = TextStyle.NORMAL
) -> tuple[Line, ...]:
    """Give the text of a block, split where its author forced a line end."""
    lines: list[list[StyledText]] = [[]]
    for child in node.children:
        _collect(child, look, lines)
    return tuple(tuple(line) for line in lines)


def _collect(
    node: SyntaxTreeNode, look: TextStyle, lines: list[list[StyledText]]
) -> None:
    match node.type:
        case "hardbreak":
            lines.append([])
        case "softbreak":
            lines[-1].append(StyledText(_join(node), look))
        case "code_inline":
            _add(node.content, look | TextStyle.CODE, lines)
        case "math_inline" | "math_inline_double":
            mark = _MATH[node.type]
            _add(f"{mark}{node.content}{mark}", look, lines)
        case "image":
            _add(_image_name(node), look | TextStyle.DIM, lines)
        case "link":
            _collect_link(node, look, lines)
        case "text":
            _add(node.content, look, lines)
        case _:
            for child in node.children:
                _collect(child, look | _LOOKS.get(node.type, TextStyle.NORMAL), lines)


def _add(text: str, look: TextStyle, lines: list[list[StyledText]]) -> None:
    text = clean(text).replace("\n", " ")
    if text:
        lines[-1].append(StyledText(text, look))


def _collect_link(
    node: SyntaxTreeNode, look: TextStyle, lines: list[list[StyledText]]
) -> None:
    before = len(lines[-1])
    for child in node.children:
        _collect(child, look | TextStyle.LINK, lines)
    words = "".join(span.text for span in lines[-1][before:])
    address = clean(str(node.attrs.get("href", "")))
    if address and decoded(address).removeprefix("mailto:") != words:
        _add(f" ({address})", look | TextStyle.DIM, lines)


def _image_name(node: SyntaxTreeNode) -> str:
    path = decoded(str(node.attrs.get("src", "")))
    kind = "sound" if is_sound(path) else "image"
    return f"[{kind}: {node.content or path}]"


def _join(node: SyntaxTreeNode) -> str:
    """Join two lines of a source: with a blank, Japanese ones without."""
    before, after = node.previous_sibling, node.next_sibling
    if before is None or after is None:
        return " "
    left, right = before.content[-1:], after.content[:1]
    return "" if width_of(left) == 2 and width_of(right) == 2 else " "
