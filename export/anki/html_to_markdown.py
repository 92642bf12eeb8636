"""Convert fields of Anki from HTML to Markdown.

Formatting that a terminal lacks (colours, sizes, underlines) is dropped, text never is,
except what Anki itself hides: comments, scripts, styles and elements with
`display: none`.

Source of the marks in a field: https://docs.ankiweb.net/templates/fields.html and
https://docs.ankiweb.net/math.html
"""

import re
from collections.abc import Iterable
from typing import TypeGuard
from urllib.parse import quote

from cards.text.markdown import escaped, is_plain
from cards.text.media import decoded
from export.anki.cloze_escapes import with_syntax
from export.anki.cloze_marks import with_marks
from export.anki.html_tables import table_grid
from export.anki.html_tree import (
    BLOCKS,
    Element,
    Node,
    Special,
    elements,
    is_balanced,
    is_hidden,
    read_html,
    texts,
)
from export.anki.list_markers import first_number, markers
from export.anki.markdown_lines import (
    BOLD,
    BREAK,
    CODE,
    ITALIC,
    Piece,
    raw,
    written_inline,
    written_line,
    written_paragraphs,
)
from export.anki.markdown_math import display_math, inline_math, latex_pieces, tex_of
from export.anki.script_letters import raised_or_lowered

_MEDIA = frozenset("audio embed img object video".split())
_STYLES = {
    "b": BOLD,
    "strong": BOLD,
    "i": ITALIC,
    "em": ITALIC,
    "cite": ITALIC,
    "var": ITALIC,
    "code": CODE,
    "kbd": CODE,
    "samp": CODE,
    "tt": CODE,
}
_HEADINGS = {f"h{level}": "#" * level for level in range(1, 7)}
_HEAVY = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE).search
_SLANTED = re.compile(r"font-style\s*:\s*(?:italic|oblique)", re.IGNORECASE).search
_WEB_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]+", re.IGNORECASE).fullmatch
_SCHEME = re.compile(r"(?!https?:)[a-zA-Z][a-zA-Z0-9+.-]*:").match
_MARKED = re.compile(r"\{\{c|[\xa0\x00-\x1f\x7f]|  ").search
"""First number of a list; a number of Markdown has at most nine digits."""
_BACKTICKS = re.compile("`+")
_LANGUAGE = re.compile(r"language-([\w.+#-]+)").fullmatch
_STARTS_OTHER = re.compile(
    r"(?:[-*>|]|[0-9]+[.)]|#{1,6}) |```|\$\$|\*\*\*$", re.MULTILINE
).match
"""A block that is no paragraph."""
_IN_CELL = frozenset(("blockquote", "li", "pre", "table", *_HEADINGS))
"""Elements that a cell of a Markdown table can't have."""


def to_markdown(field: str) -> str:
    """Convert a field of Anki to Markdown.

    Args:
        field: HTML with clozes, math and sounds in Anki's syntax.

    Returns:
        Markdown that shows the same text.
    """
    if is_plain(field) and not _MARKED(field):
        return field
    if "{{c" not in field:
        return _written(read_html(field).children)
    return with_syntax(_written(read_html(with_marks(field)).children))


def _written(nodes: Iterable[Node], style: int = 0) -> str:
    return "\n\n".join(_blocks_of(nodes, style))


def _blocks_of(nodes: Iterable[Node], style: int = 0) -> list[str]:
    writer = _Writer()
    writer.walk(nodes, style)
    return writer.done()


class _Writer:
    """Collects blocks; the pieces of the present paragraph wait for its end."""

    def __init__(self, *, is_flat: bool = False) -> None:
        self._blocks: list[str] = []
        self._pieces: list[Piece] = []
        self._is_flat = is_flat
        """Everything becomes one line."""

    def done(self) -> list[str]:
        self._flush()
        return self._blocks

    def pieces(self) -> list[Piece]:
        return self._pieces

    def walk(self, nodes: Iterable[Node], style: int) -> None:
        for node in nodes:
            if isinstance(node, str):
                self._pieces.append(Piece(node, style))
            elif isinstance(node, Special):
                self._special(node, style)
            elif not is_hidden(node):
                self._element(node, style)

    def _special(self, node: Special, style: int) -> None:
        match node.kind:
            case "mark":
                self._pieces.append(Piece(node.text, kind="mark"))
            case "[sound:":
                self._pieces.append(raw(f"![]({_address(node.text)})", style))
            case "\\(" | "[$]":
                self._add(inline_math(node.text), style)
            case "[latex]":
                self._pieces += latex_pieces(node.text)
            case _:
                self._display(display_math(node.text), style)

    def _display(self, math: str, style: int) -> None:
        if self._is_flat:
            self._add(" ".join(math.split()), style)
        elif math:
            self._flush()
            self._blocks.append(math)

    def _add(self, markdown: str, style: int) -> None:
        if markdown:
            self._pieces.append(raw(markdown, style))

    def _element(self, element: Element, style: int) -> None:
        style |= _style_of(element)
        name = element.name
        if name in BLOCKS:
            self._block(element, style)
        elif name == "br":
            self._pieces.append(BREAK)
        elif name in _MEDIA:
            self._add(_medium(element), style)
        elif name == "a":
            self._link(element, style)
        else:
            self.walk(_readable(element), style)

    def _link(self, element: Element, style: int) -> None:
        address = element.attributes.get("href", "").strip()
        blocks = any(one.name in BLOCKS for one in elements(element))
        is_link = not blocks and _WEB_LINK(address) and is_balanced(element)
        # Only without blocks, which may have links: each level would double the time.
        inner = _flat_pieces(element.children, style) if is_link else []
        text = written_inline(inner)
        if not text:
            self.walk(element.children, style)
        elif "".join(texts(element)).strip() == address:
            self._add(f"<{address}>", style)
        else:
            self._add(f"[{text}]({quote(address, safe=_SAFE)})", 0)

    def _block(self, element: Element, style: int) -> None:
        if self._is_flat:
            self._pieces.append(Piece(" "))
            self.walk(element.children, style)
            self._pieces.append(Piece(" "))
            return
        self._flush()
        match element.name:
            case "hr":
                self._blocks.append("***")
            case "ul" | "ol":
                self._list(element, style)
            case "pre" if not any(one.name in _MEDIA for one in elements(element)):
                self._code(element)
            case "blockquote":
                self._quote(element, style)
            case "table":
                self._table(element, style)
            case name if name in _HEADINGS:
                self._heading(element, style)
            case _:
                self.walk(element.children, style)
        self._flush()

    def _flush(self) -> None:
        if self._pieces:
            self._blocks += written_paragraphs(self._pieces)
            self._pieces = []

    def _heading(self, element: Element, style: int) -> None:
        text = written_inline(_flat_pieces(element.children, style & ~BOLD))
        if text:
            closing = text.rstrip("#")
            text = closing + text[len(closing) :].replace("#", "\\#")
            self._blocks.append(f"{_HEADINGS[element.name]} {text}")

    def _quote(self, element: Element, style: int) -> None:
        inner = _written(element.children, style)
        if inner:
            lines = (f"> {line}".rstrip(" ") for line in inner.split("\n"))
            self._blocks.append("\n".join(lines))

    def _code(self, element: Element) -> None:
        text = "".join(_verbatim(element.children)).replace("\xa0", " ").strip("\n")
        if text.strip():
            longest = max(map(len, _BACKTICKS.findall(text)), default=0)
            fence = "`" * max(3, longest + 1)
            self._blocks.append(f"{fence}{_language_of(element)}\n{text}\n{fence}")

    def _list(self, element: Element, style: int) -> None:
        shown = [one for one in element.children if _is_item(one)]
        waiting = iter(markers(element, shown))
        items: list[tuple[str, list[str]]] = []
        for child in element.children:
            if _is_item(child):
                marker = next(waiting)
                if found := _blocks_of(child.children, style):
                    items.append((marker, found))
            elif not _is_named(child, "li") and (found := _blocks_of([child], style)):
                # A list or text directly in a list belongs to the item before.
                items = items or [("", [])]
                items[-1][1].extend(found)
        if items:
            self._blocks.append(self._items(items))

    def _items(self, items: list[tuple[str, list[str]]]) -> str:
        last = self._blocks[-1] if self._blocks else ""
        first = first_number([marker for marker, _ in items])
        if first is not None:
            end = ")" if re.match(r"[0-9]+\. ", last) else "."
            starts = [f"{first + index}{end} " for index in range(len(items))]
        elif any(marker for marker, _ in items):
            return _lettered(items)
        else:
            bullet = "*" if last.startswith("- ") else "-"
            starts = [f"{bullet} "] * len(items)
        tight = all(_is_tight(item) for _, item in items)
        lines = (
            start + _indented(item, len(start), tight=tight)
            for start, (_, item) in zip(starts, items, strict=True)
        )
        return ("\n" if tight else "\n\n").join(lines)

    def _table(self, element: Element, style: int) -> None:
        table = table_grid(element)
        self.walk(table.others, style)
        self._flush()
        # One column without a header is layout.
        is_table = table.width > 1 or any(_is_named(one, "th") for one in table.first)
        if not (is_table and all(map(_fits_in_row, table.cells))):
            for cell in table.cells:
                self.walk(cell.children, style | _style_of(cell))
                self._flush()
            return
        written = [[_cell(cell, style) for cell in row] for row in table.rows]
        written = [row for row in written if any(row)]
        if written:
            rule = "| " + " | ".join(["---"] * table.width) + " |"
            lines = ["| " + " | ".join(row) + " |" for row in written]
            self._blocks.append("\n".join([lines[0], rule, *lines[1:]]))


_SAFE = "/!$&'*+,;=:@~-._?#%"


def _style_of(element: Element) -> int:
    style = _STYLES.get(element.name, 0)
    given = element.attributes.get("style", "") if element.attributes else ""
    if given:
        style |= BOLD if _HEAVY(given) else 0
        style |= ITALIC if _SLANTED(given) else 0
    return style


def _language_of(code: Element) -> str:
    """Return the language of a block of code as its class names it, or nothing.

    Source: the classes of `code` in https://html.spec.whatwg.org/#the-code-element
    """
    classes = (one.attributes.get("class", "") for one in (code, *elements(code)))
    found = (_LANGUAGE(name) for text in classes for name in text.split())
    return next((name[1] for name in found if name), "")


def _flat_pieces(nodes: Iterable[Node], style: int) -> list[Piece]:
    writer = _Writer(is_flat=True)
    writer.walk(nodes, style)
    return writer.pieces()


def _readable(element: Element) -> list[Node]:
    """Return the content of an element; scripts and readings as plain text."""
    if element.name in ("sub", "sup"):
        return raised_or_lowered(element)
    if element.name == "rt" and "".join(texts(element)).strip():
        return ["(", *element.children, ")"]
    return element.children


def _verbatim(nodes: Iterable[Node]) -> Iterable[str]:
    """Yield the text of code, with its line breaks."""
    closing = {"\\(": "\\)", "\\[": "\\]", "[sound:": "]"}
    for node in nodes:
        if isinstance(node, str):
            yield node
        elif isinstance(node, Special):
            is_mark = node.kind == "mark"
            end = closing.get(node.kind, node.kind.replace("[", "[/"))
            yield node.text if is_mark else node.kind + tex_of(node.text) + end
        elif node.name == "br":
            yield "\n"
        elif not is_hidden(node):
            yield from _verbatim(_readable(node))
            yield "\n" if node.name in BLOCKS else ""


def _is_named(node: Node | None, name: str) -> TypeGuard[Element]:
    return isinstance(node, Element) and node.name == name


def _is_item(node: Node) -> TypeGuard[Element]:
    return _is_named(node, "li") and not is_hidden(node)


def _lettered(items: list[tuple[str, list[str]]]) -> str:
    """Write a list whose markers Markdown lacks: they become text."""
    written: list[list[str]] = []
    for marker, item in items:
        start = written_line([Piece(marker)])
        if marker and not _STARTS_OTHER(item[0]):
            written.append([f"{start} {item[0]}", *item[1:]])
        else:
            written.append([start, *item] if marker else item)
    tight = all(len(item) == 1 for item in written)
    return ("\\\n" if tight else "\n\n").join("\n\n".join(item) for item in written)


def _is_tight(item: list[str]) -> bool:
    """Return True for one paragraph, with or without a list after it."""
    is_list = re.compile(r"(?:[-*]|[0-9]+[.)]) ").match
    return len(item) == 1 or (len(item) == 2 and is_list(item[1]) is not None)


def _indented(item: list[str], width: int, *, tight: bool) -> str:
    text = ("\n" if tight else "\n\n").join(item)
    first, *rest = text.split("\n")
    return "\n".join([first, *(" " * width + line if line else "" for line in rest)])


def _fits_in_row(cell: Element) -> bool:
    blocks = any(one.name in _IN_CELL for one in elements(cell))
    return not blocks and is_balanced(cell)


def _cell(cell: Element | None, style: int) -> str:
    if cell is None:
        return ""
    text = written_inline(_flat_pieces(cell.children, style | _style_of(cell)))
    return text.replace("|", "\\|")


def _medium(element: Element) -> str:
    """Return a picture, sound or video as Markdown, with its description."""
    attributes = element.attributes
    sources = [attributes.get("src", ""), attributes.get("data", "")]
    sources += [one.attributes.get("src", "") for one in elements(element)]
    name = next((source for source in sources if source.strip()), "")
    shown = " ".join(attributes.get("alt", "").split())
    if not name:
        return ""
    if _SCHEME(name):
        return escaped(f"[{shown or 'image'}]")
    return f"![{escaped(shown)}]({_address(decoded(name))})"


def _address(name: str) -> str:
    """Return a file name as a Markdown link destination."""
    return quote(name.strip(), safe="/!$&'*+,;=:@~-._")
