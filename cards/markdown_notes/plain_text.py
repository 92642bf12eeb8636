"""Blocks of a plain text: bullets, numbers, indented lines and lines that stand alone.

Plain text has no marks for headings.  A line alone before bullets is one, and so is a
short line alone that is no sentence, above them: a title.
"""

import re

from msgspec import Struct

from cards.markdown_notes.blocks import (
    Block,
    BlockKind,
    is_sentence,
    split_definition,
    without_marks,
)
from cards.markdown_notes.question_labels import read_label

_BULLET = re.compile(
    r"(?P<indent>\s*)"
    r"(?:[•・◦‣⁃∙▪▫●○■□◆◇▶►※]\s*|[-*+–]\s+"
    r"|(?P<number>[①-⑳]|[(（]?[0-9０-９]{1,3}[.)．）、])\s*(?![0-9]))"
    r"(?P<text>\S.*)"
)
CHECKBOX = re.compile(r"^\[(?:[ xX]|[^\w\s\[\]])\][ \t]+")
"""The box of a task; Obsidian has states such as `[/]` and `[>]`, too."""
_MARKED = re.compile(r"(#{1,6})\s+(.*)")
_TITLE_LENGTH = 60
_ABOVE_ITEMS = 6
"""Level of a line above bullets; titles have level 1."""
_TAB = 4
_DEEPEST = 50
"""Nesting of items; deeper ones stand beside each other."""


class _Part(Struct):
    """Lines that belong together."""

    first: int
    indent: int
    lines: list[str]
    is_item: bool = False
    has_bullet: bool = False
    has_number: bool = False

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1


def plain_blocks(text: str) -> list[Block]:
    """Split a plain text into blocks."""
    parts = _parts(without_marks(text).split("\n"))
    blocks: list[Block] = []
    headings: list[tuple[int, str]] = []
    items: list[tuple[int, int]] = []
    for position, part in enumerate(parts):
        if part.is_item:
            while items and (items[-1][0] >= part.indent or len(items) == _DEEPEST):
                items.pop()
            parents = tuple(index for _, index in items)
            items.append((part.indent, len(blocks)))
            blocks.append(_item(part, headings, parents))
            continue
        items.clear()
        level, title = _heading(parts, position)
        if level:
            while headings and headings[-1][0] >= level:
                headings.pop()
            path = tuple(heading for _, heading in headings)
            headings.append((level, title))
            block = Block(
                BlockKind.HEADING, title, part.first, part.last, path, level=level
            )
            blocks.append(block)
        else:
            path = tuple(heading for _, heading in headings)
            blocks += paragraph_blocks(part.lines, part.first, path)
    return blocks


def _item(
    part: _Part, headings: list[tuple[int, str]], parents: tuple[int, ...]
) -> Block:
    path = tuple(heading for _, heading in headings)
    text = "\n".join(part.lines)
    return Block(
        BlockKind.ITEM,
        text,
        part.first,
        part.last,
        path,
        parents,
        numbered=part.has_number,
        is_task=bool(CHECKBOX.match(text)),
    )


def paragraph_blocks(
    lines: list[str],
    first: int,
    headings: tuple[str, ...],
    parents: tuple[int, ...] = (),
) -> list[Block]:
    """Make the block of a paragraph, or one for each line if all are definitions."""
    pairs = [split_definition(line) for line in lines]
    if all(pairs):
        return [
            Block(
                BlockKind.DEFINITION,
                line.strip(),
                first + offset,
                first + offset,
                headings,
                parents,
                (pair,),
            )
            for offset, (line, pair) in enumerate(zip(lines, pairs, strict=True))
            if pair
        ]
    text = "\n".join(line.strip() for line in lines)
    last = first + len(lines) - 1
    return [Block(BlockKind.PARAGRAPH, text, first, last, headings, parents)]


def _parts(lines: list[str]) -> list[_Part]:
    """Group the lines: each bullet with its further lines, each paragraph."""
    parts: list[_Part] = []
    current: _Part | None = None
    for number, line in enumerate(lines, 1):
        if not line.strip():
            current = None
            continue
        bullet = _BULLET.fullmatch(line)
        indent = _indent(line)
        text = bullet["text"] if bullet else line.strip()
        is_below = current is not None and indent > current.indent
        if bullet:
            current = _Part(number, indent, [text], is_item=True, has_bullet=True)
            current.has_number = bullet["number"] is not None
        elif current is not None and _continues(current, indent):
            current.lines.append(text)
            continue
        else:
            # An indented line below another one is an item, also without a bullet.
            is_item = current is not None and (is_below or current.is_item)
            is_item = is_item and indent > 0
            current = _Part(number, indent, [text], is_item=is_item)
        parts.append(current)
    return parts


def _continues(current: _Part, indent: int) -> bool:
    """Return True if a line without bullet belongs to the lines before it."""
    if current.has_bullet:
        return indent > current.indent
    return not current.is_item and indent <= current.indent


def _indent(line: str) -> int:
    """Count the columns before the text; a Japanese blank has two."""
    blanks = line[: len(line) - len(line.lstrip())]
    return sum(_TAB if c == "\t" else 2 if c == "\u3000" else 1 for c in blanks)


def _heading(parts: list[_Part], position: int) -> tuple[int, str]:
    """Return level and text of a heading; level 0 for a paragraph."""
    part = parts[position]
    line = part.lines[0].strip()
    marked = _MARKED.fullmatch(line)
    if marked and len(part.lines) == 1:
        return len(marked[1]), marked[2].strip()
    if len(part.lines) > 1 or position + 1 == len(parts):
        return 0, ""
    if parts[position + 1].is_item:
        return _ABOVE_ITEMS, line.rstrip(":：").rstrip()
    label = read_label(line)
    is_answer = label is not None and not label[0]
    is_title = len(line) <= _TITLE_LENGTH and not is_sentence(line) and not is_answer
    near = parts[max(0, position - 1) : position + 2]
    is_glossary = _is_definition(part) and sum(map(_is_definition, near)) > 1
    return (1, line) if is_title and not is_glossary else (0, "")


def _is_definition(part: _Part) -> bool:
    return not part.is_item and split_definition(part.lines[0]) is not None
