"""Markdown as blocks: paragraphs, code, lists, tables, each with its spans.

Most facts are one line with at most some code or a bold word; those are split
here.  Only what needs it goes through the parser, whose import costs more than
the rest of a first question.  The dialect is that of `cards.text.html`.
"""

import re

from msgspec import Struct

from cards.text.width import Line, StyledText, TextStyle, clean


class Paragraph(Struct, frozen=True):
    """Text to be wrapped; one line for each line end that the author forced."""

    lines: tuple[Line, ...]


class Code(Struct, frozen=True):
    """Lines that keep their blanks."""

    lines: tuple[str, ...]


class Listed(Struct, frozen=True):
    """A list: a marker and the blocks of each item."""

    markers: tuple[str, ...]
    items: tuple["Blocks", ...]
    loose: bool = False
    """The author left blank lines between the items."""


class Quote(Struct, frozen=True):
    """Blocks that someone else said."""

    blocks: "Blocks"


class Rule(Struct, frozen=True):
    """A line across."""


class Table(Struct, frozen=True):
    """Rows of cells, the head first; every row has as many as `aligns`."""

    head: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    aligns: tuple[str, ...]
    """left, right or center for each column."""


Block = Paragraph | Code | Listed | Quote | Rule | Table
Blocks = tuple[Block, ...]

BULLET = "•"

_SIMPLE = re.compile(
    r"(?<!`)`([^`\n]+)`(?!`)|(?<!\*)\*\*([^\W_](?:[^*`\n]*[^\W_])?)\*\*(?!\*)"
)
_ACTIVE = re.compile(
    r"[`\n\r]|\\[!-/:-@\[-`{-~]|\*(?=\S)|(?<=\S)\*|(?<!\w)_|_(?!\w)"
    r"|\][(\[:]|<[A-Za-z/!?]|&(?:#|\w+;)|\$.*\$"
    r"|^(?:\s|[#>+~-]|\d{1,9}[.)](?:\s|$))|\s$"
)
_ITEM = re.compile(r"(?:- |(\d{1,3})\. )(?=\S)")


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
    blocks = _simple_blocks(text)
    if blocks is not None:
        return blocks
    from cards.text.tokens import blocks_of

    return blocks_of(text)


def _simple_blocks(text: str) -> Blocks | None:
    """Split paragraphs of one line and flat lists, None where there is more."""
    blocks: list[Block] = []
    for chunk in text.split("\n\n"):
        is_list = bool(_ITEM.match(chunk))
        if is_list and blocks and isinstance(blocks[-1], Listed):
            return None
        block = _simple_list(chunk) if is_list else _simple_paragraph(chunk)
        if block is None:
            return None
        blocks.append(block)
    return tuple(blocks)


def _simple_list(chunk: str) -> Listed | None:
    markers: list[str] = []
    items: list[Blocks] = []
    for line in chunk.split("\n"):
        found = _ITEM.match(line)
        item = _simple_paragraph(line[found.end() :]) if found else None
        if found is None or item is None:
            return None
        markers.append(f"{int(found[1])}." if found[1] else BULLET)
        items.append((item,))
    if markers != next_markers(markers[0], len(markers)):
        return None
    return Listed(tuple(markers), tuple(items))


def next_markers(first: str, count: int) -> list[str]:
    """Number the items of a list from its first marker on."""
    if first == BULLET:
        return [BULLET] * count
    start = int(first[:-1])
    return [f"{number}." for number in range(start, start + count)]


def _simple_paragraph(text: str) -> Paragraph | None:
    spans = _simple_spans(text)
    return Paragraph((spans,)) if spans else None


def _simple_spans(text: str) -> Line | None:
    """Split one line with code and bold words, None where there is more."""
    if text and not _ACTIVE.search(text):
        return (StyledText(text),)
    # A full stop stands for each, as markup beside it sees punctuation there.
    if not text or _ACTIVE.search(_SIMPLE.sub(".", text)):
        return None
    spans: list[StyledText] = []
    end = 0
    for found in _SIMPLE.finditer(text):
        code, bold = found.groups()
        inner = code or bold
        if inner != inner.strip() or (bold and _ACTIVE.search(bold)):
            return None
        spans.append(StyledText(text[end : found.start()]))
        spans.append(StyledText(inner, TextStyle.CODE if code else TextStyle.BOLD))
        end = found.end()
    spans.append(StyledText(text[end:]))
    return tuple(span for span in spans if span.text)
