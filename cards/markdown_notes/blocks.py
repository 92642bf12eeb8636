"""The blocks of a note: what it says, with the lines and headings it stands under.

A block is what one card can ask about: an item, a definition, a table, a paragraph or
a quotation.  Headings and code are kept for their place but do not count.  A block is
recognized by the hash of its text, so that it may move.
"""

import hashlib
import re
import unicodedata
from bisect import bisect_left
from enum import StrEnum

import msgspec
from msgspec import Struct

SEPARATOR_OF_HEADINGS = " › "


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"
    DEFINITION = "definition"
    TABLE = "table"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    CODE = "code"


class Block(Struct, frozen=True):
    """One block of a note."""

    kind: BlockKind
    text: str
    """Its own text as typed, without bullet and children; lines end with `\\n`."""
    first: int
    """Line of its beginning, from 1."""
    last: int
    headings: tuple[str, ...] = ()
    """The headings above it, outermost first."""
    parents: tuple[int, ...] = ()
    """Indexes of the items that contain it, outermost first."""
    cells: tuple[tuple[str, ...], ...] = ()
    """Rows of a table; or one row, the term and meanings of a definition."""
    level: int = 0
    """Level of a heading, from 1."""
    numbered: bool = False
    """It is an item of a numbered list."""
    is_task: bool = False
    """It is an item with a box to tick."""
    title: str = ""
    """The title of a callout, the first line of its text."""
    ignored: str | None = None
    """Why its author wants no card, perhaps empty; None if one is wanted."""

    @property
    def hash(self) -> str:
        """The hash of its text, eight hexadecimal digits."""
        return text_hash(self.text)

    @property
    def body(self) -> str:
        """Its text without its title."""
        return self.text.removeprefix(self.title).strip("\n")

    @property
    def counts(self) -> bool:
        """True if a card should ask it."""
        return self.kind not in (BlockKind.HEADING, BlockKind.CODE)

    @property
    def heading_path(self) -> str:
        """The headings above it as one text."""
        return SEPARATOR_OF_HEADINGS.join(self.headings)

    @property
    def lines(self) -> str:
        """Its lines as in a source: `12` or `12-14`."""
        return line_range(self.first, self.last)


class NoteBlocks(Struct, frozen=True):
    """A note as blocks."""

    file: str
    """The path as the user typed it."""
    blocks: tuple[Block, ...]
    cards: tuple[tuple[int, int], ...] = ()
    """First and last line of each card that is written in its text."""

    def children(self, index: int) -> list[int]:
        """Return the indexes of the items right below an item."""
        below = (*self.blocks[index].parents, index)
        found = []
        for i in range(index + 1, len(self.blocks)):
            parents = self.blocks[i].parents
            if parents[: len(below)] != below:
                break
            if parents == below:
                found.append(i)
        return found


def text_hash(text: str) -> str:
    """Hash a text regardless of white space and width of characters."""
    folded = " ".join(unicodedata.normalize("NFKC", text).split())
    return hashlib.blake2b(folded.encode(), digest_size=4).hexdigest()


def line_range(first: int, last: int) -> str:
    """Write lines as `12` or `12-14`."""
    return str(first) if first == last else f"{first}-{last}"


_DEFINITION = re.compile(
    r"(?!\[\^)(?P<term>[^\s:：。．!?！？|][^\n:：。．!?！？|]{0,59}?)\s*"
    r"(?:：|(?<=[^\x00-\x7f]):(?!:)|:(?=\s)"
    r"|(?<![ァ-ヶー])＝|＝(?![ァ-ヶー])"
    r"|(?<=\s)[–—](?=\s)|(?<=[*`_=]\s)(?:--?|=)(?=\s)|(?<=\*)[–—](?=\S))\s*"
    r"(?P<meaning>\S.*)",
    re.DOTALL,
)
_BOLD_DEFINITION = re.compile(
    r"(?P<mark>\*\*|__)(?P<term>(?=\S)[^*\n:：。．!?！？|]{1,60}?)\s?[:：](?P=mark)\s*"
    r"(?P<meaning>\S.*)",
    re.DOTALL,
)
_PARTS = ("term", "meaning")
_BRACKETED = re.compile(
    r"【(?P<term>[^【】\n]{1,40})】[ \t\u3000]*(?P<meaning>[^\s【][^【】]*)"
)
_WHOLE = re.compile(
    r"(?<=`)[^`\n]+(?=`)|(?<=\$)(?=\S)[^$\n]+(?<=\S)(?=\$)"
    r"|(?<=\[)[^\[\]\n]*(?:\]\([^()\s]*(?=\))|(?=\]\]))"
)
"""What stands in code, math or a link, which is split by no colon."""
_SENTENCE_END = re.compile(r"[。．！？!?]$|\.$")


def split_definition(text: str) -> tuple[str, str] | None:
    """Split `term: definition`; None if a text is no definition.

    A colon of ASCII needs a blank behind it or a Japanese letter before it, so that
    `10:30`, `a::b` and addresses are none, nor are footnotes.  A hyphen and `=` need a
    term in bold or code.  `用語＝意味`, `用語とは：意味` and `【用語】意味` are
    definitions, too.
    """
    text = text.strip()
    masked = _WHOLE.sub(lambda one: "x" * len(one[0]), text)
    if masked.count("＝") > 1:
        masked = masked.replace("＝", "x")
    bold = _BOLD_DEFINITION.fullmatch(masked)
    found = bold or _BRACKETED.fullmatch(masked) or _DEFINITION.fullmatch(masked)
    if found is None or "//" in found["term"] or ". " in found["term"]:
        return None
    counts = ([found[name].count(m) for m in ("**", "==")] for name in _PARTS)
    if any(before % 2 and behind % 2 for before, behind in zip(*counts, strict=True)):
        return None  # the colon is in emphasized words
    term, meaning = (text[slice(*found.span(name))] for name in _PARTS)
    term = f"{bold['mark']}{term}{bold['mark']}" if bold else term.strip()
    return term.removesuffix("とは") or term, meaning.strip()


def is_sentence(text: str) -> bool:
    """Return True if a text ends like a sentence."""
    return bool(_SENTENCE_END.search(text.strip()))


_MARK = re.compile(
    r"<!--[ \t]*flash:[ \t]*(ignore(?:-start|-end)?)[ \t]*:?[ \t]*(.*?)[ \t]*-->"
)


def without_marks(text: str) -> str:
    """Remove the comments that ignore blocks; line numbers stay."""
    return _MARK.sub("", text)


def with_ignored(blocks: list[Block], text: str) -> tuple[Block, ...]:
    """Note which blocks the author ignores by comments.

    `<!-- flash: ignore -->` ignores the block that begins below it or on its line,
    with what belongs to it: the items below an item, the section below a heading.
    `ignore-start` and `ignore-end` ignore a stretch.  A reason may follow the word.
    """
    if "<!--" not in text:
        return tuple(blocks)
    code = {
        line
        for block in blocks
        if block.kind is BlockKind.CODE
        for line in range(block.first, block.last + 1)
    }
    reasons: dict[int, str] = {}
    firsts = [block.first for block in blocks]
    start: tuple[int, str] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        for word, reason in _MARK.findall(line) if number not in code else ():
            at = bisect_left(firsts, number)
            if word == "ignore":
                reasons |= dict.fromkeys(_below(blocks, at, number), reason)
            elif word == "ignore-start":
                start = start or (at, reason)
            elif start:
                reasons |= dict.fromkeys(range(start[0], at), start[1])
                start = None
    if start:
        reasons |= dict.fromkeys(range(start[0], len(blocks)), start[1])
    return tuple(
        msgspec.structs.replace(block, ignored=reasons[index])
        if index in reasons
        else block
        for index, block in enumerate(blocks)
    )


def _below(blocks: list[Block], at: int, line: int) -> list[int]:
    """Return the block that a comment on a line ignores, and what belongs to it.

    Args:
        blocks: All blocks.
        at: Index of the first block that begins on the line or below it.
        line: The line of the comment, from 1.
    """
    if at and blocks[at - 1].last >= line:
        at -= 1
    if at == len(blocks):
        return []
    top = blocks[at]
    found = [at]
    for i in range(at + 1, len(blocks)):
        block = blocks[i]
        if top.kind is BlockKind.HEADING:
            if block.kind is BlockKind.HEADING and block.level <= top.level:
                break
        elif at not in block.parents:
            break
        found.append(i)
    return found
