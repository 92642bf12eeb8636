"""Read the HTML of a field as a tree, as forgivingly as a browser.

Only what Markdown needs is read: elements, text, math, sounds and the
marks of clozes.  Tags that are never closed, closed twice or nested wrongly lose no
text, nesting is limited, and the time is linear in the length of the field.
"""

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from export.anki.character_references import unescaped
from export.anki.cloze_marks import CLOSE, MARK, OPEN
from export.anki.text_scanner import PairScanner

VOID = frozenset(
    "area base br col embed hr img input link meta param source track wbr".split()
)
BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html li "
    "main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_CELLS = frozenset(("td", "th"))
_CLOSED_BY: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "a": (frozenset(("a",)), frozenset(("li", "td", "th", "table", "ul", "ol"))),
    "li": (frozenset(("li",)), frozenset(("ul", "ol"))),
    "td": (_CELLS, frozenset(("tr", "table"))),
    "th": (_CELLS, frozenset(("tr", "table"))),
    "tr": (frozenset(("tr",)), frozenset(("table",))),
}
"""Elements that a start tag closes, and the elements in which it looks for them."""
_BARRIERS = frozenset(("li", "td", "th", "table", "ul", "ol"))
_INLINE = frozenset("b strong i em u s a span font code sub sup mark small big".split())
_DROPPED = frozenset("head noscript rp script style template title".split())
_PLAYERS = frozenset(("audio", "video", "object"))
"""Show what is inside only where a browser can't play them."""
_SOURCES = frozenset(("param", "source", "track"))
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE).search
"""Finds the declaration that hides an element."""
_MAX_DEPTH = 60

_PAIRS = {
    "<!--": "-->",
    "<script": "</script>",
    "<style": "</style>",
    "\\(": "\\)",
    "\\[": "\\]",
    "[latex]": "[/latex]",
    "[$]": "[/$]",
    "[$$]": "[/$$]",
    "[sound:": "]",
    "[anki:tts": "[/anki:tts]",
}
_MATHJAX = ("\\(", "\\[")
_MEDIUM = re.compile(
    r"<(?:img|audio|video|object|source|embed)\b|\[sound:", re.IGNORECASE
).search
"""Math is one text: MathJax leaves delimiters around a picture as they are."""
_SILENT = ("<!--", "<script", "<style", "[anki:tts")
_NEXT = re.compile(rf"<(?=/?[a-zA-Z!?])|{MARK}")
_TAG = re.compile(
    r"""<(?:[!?][^>]*+|(/?)([a-zA-Z][^\s/>]*+)((?:[^"'>]++|"[^"]*+"|'[^']*+')*+))>"""
)
_SHORT_TAG = re.compile(r"<(?:[!?]|(/?)([a-zA-Z][^\s/<>]*+))([^<>]*+)>")
_ATTRIBUTE = re.compile(
    r"""([^\s"'>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++)))?+"""
)


class Element(Struct):
    """An element with its content."""

    name: str
    attributes: dict[str, str]
    children: list["Node"]


class Special(Struct, frozen=True):
    """Math, a sound or a mark of a cloze."""

    kind: str
    """The opening delimiter; `mark` for a part of a cloze."""
    text: str


Node = str | Element | Special


def read_html(field: str) -> Element:
    """Read a field.

    Args:
        field: HTML with math and sounds in Anki's syntax, and the marks of clozes.

    Returns:
        A root element without a name; entities are resolved.
    """
    builder = _Builder()
    _read_into(builder, field)
    builder.end_unclosed()
    return builder.root


def _read_into(builder: "_Builder", field: str) -> None:
    for found in PairScanner(field, _PAIRS).pairs():
        opening = found.opening.lower()
        if not opening:
            builder.text(found.inner)
        elif opening in _MATHJAX and _MEDIUM(found.inner):
            builder.text(found.opening)
            _read_into(builder, found.inner)
            builder.text(found.closing)
        elif opening not in _SILENT:
            builder.add(Special(opening, found.inner))


class TagMatcher:
    """Matches tags; after a quote that never ends, without regard to quotes."""

    def __init__(self) -> None:
        """Regard quotes at first."""
        self._pattern: Any = _TAG

    def match(self, piece: str, start: int) -> Any:
        """Match a tag: `/` at its end, its name and what follows, or nothing."""
        tag = self._pattern.match(piece, start)
        if tag is None and self._pattern is _TAG:
            self._pattern = _SHORT_TAG
            tag = self._pattern.match(piece, start)
        return tag


class _Builder:
    def __init__(self) -> None:
        self.root = Element("", {}, [])
        self._open = [self.root]
        self._tags = TagMatcher()

    def add(self, node: Node) -> None:
        self._open[-1].children.append(node)

    def text(self, piece: str) -> None:
        """Add HTML without math and comments."""
        end = position = 0
        while found := _NEXT.search(piece, position):
            position = found.end()
            if found[0] != "<":
                self._plain(piece[end : found.start()])
                self.add(Special("mark", found[0]))
            else:
                tag = self._tags.match(piece, found.start())
                if tag is None:
                    continue
                self._plain(piece[end : found.start()])
                self._element(tag)
                position = tag.end()
            end = position
        self._plain(piece[end:])

    def _plain(self, text: str) -> None:
        if text:
            self.add(unescaped(text) if "&" in text else text)

    def _element(self, tag: re.Match[str]) -> None:
        if tag[2] is None:
            return
        name = tag[2].lower()
        if tag[1]:
            self._end(name)
            return
        if name in _CLOSED_BY:
            closed, scope = _CLOSED_BY[name]
            self._close(closed, scope)
        element = Element(name, attributes_of(tag[3]), [])
        self.add(element)
        if name not in VOID and len(self._open) < _MAX_DEPTH:
            self._open.append(element)

    def _end(self, name: str) -> None:
        if name in ("br", "p") and all(one.name != name for one in self._open):
            self.add(Element(name, {}, []))
        barriers = _BARRIERS if name in _INLINE else frozenset[str]()
        self._close(frozenset((name,)), barriers)

    def _close(self, names: frozenset[str], barriers: frozenset[str]) -> None:
        for index in range(len(self._open) - 1, 0, -1):
            if self._open[index].name in names:
                self.end_unclosed(index + 1)
                del self._open[index]
                return
            if self._open[index].name in barriers:
                return

    def end_unclosed(self, start: int = 1) -> None:
        """End open elements from an index on; what follows a player is not inside."""
        while len(self._open) > start:
            element = self._open.pop()
            if element.name in _PLAYERS:
                inner = element.children
                element.children = [one for one in inner if _is_source(one)]
                self._open[-1].children += (one for one in inner if not _is_source(one))


def _is_source(node: Node) -> bool:
    return isinstance(node, Element) and node.name in _SOURCES


def attributes_of(text: str) -> dict[str, str]:
    """Return the attributes in a start tag, given what stands after its name."""
    if "=" not in text and "hidden" not in text and "reversed" not in text:
        return {}
    found: dict[str, str] = {}
    for name, double, single, bare in _ATTRIBUTE.findall(text):
        found.setdefault(name.lower(), unescaped(double or single or bare))
    return found


def is_hidden(element: Element) -> bool:
    """Return True if a browser doesn't show an element."""
    if element.name in _DROPPED:
        return True
    attributes = element.attributes
    return bool(attributes) and (
        "hidden" in attributes or HIDDEN(attributes.get("style", "")) is not None
    )


def texts(node: Node) -> Iterator[str]:
    """Yield the text that a node shows, without math and marks."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Element) and not is_hidden(node):
        for child in node.children:
            yield from texts(child)


def marks(node: Node) -> Iterator[str]:
    """Yield the marks of clozes inside a node."""
    if isinstance(node, Special):
        if node.kind == "mark":
            yield node.text
    elif isinstance(node, Element):
        for child in node.children:
            yield from marks(child)


def elements(node: Node) -> Iterator[Element]:
    """Yield the elements that a node shows."""
    waiting = [*reversed(node.children)] if isinstance(node, Element) else []
    while waiting:
        one = waiting.pop()
        if isinstance(one, Element) and not is_hidden(one):
            yield one
            waiting += reversed(one.children)


def is_balanced(node: Node) -> bool:
    """Return True if every cloze that opens inside a node closes there."""
    depth = 0
    for mark in marks(node):
        depth += mark.startswith(OPEN) - (mark == CLOSE)
        if depth < 0:
            return False
    return depth == 0
