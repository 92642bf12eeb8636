"""Blocks of a Markdown note: CommonMark with tables and definition lists."""

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from cards.errors import DeckError, Place, Problem
from cards.markdown_notes.blocks import Block, BlockKind
from cards.markdown_notes.plain_text import CHECKBOX, paragraph_blocks, plain_blocks
from cards.text.markdown import NOTE_DEPTH, note_parser
from cards.translate import _

if TYPE_CHECKING:
    from markdown_it.token import Token

FRONT_MATTER = re.compile(
    r"---[ \t]*\n(.*?\n)??(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL
)
_FENCE_OF_TEXT = re.compile(r"^:::.*$", re.MULTILINE)
"""`:::note` of Qiita, Zenn and Docusaurus, around paragraphs."""
_JAPANESE_BULLET = re.compile(r"[ \t\u3000]*[•・◦]")


def markdown_blocks(text: str, file: str) -> list[Block]:
    """Split a Markdown note into blocks.

    Args:
        text: The note, perhaps with front matter.
        file: The path to show in an error.

    Raises:
        DeckError: It is nested too deeply to be read as a whole.
    """
    matter = FRONT_MATTER.match(text)
    if matter:
        text = "\n" * matter[0].count("\n") + text[matter.end() :]
    tokens = note_parser().parse(text)
    for token in tokens:
        if token.level >= NOTE_DEPTH - 2 and token.map:
            place = Place(file, token.map[0] + 1)
            hint = _("nest at most {most} lists").format(most=NOTE_DEPTH // 2 - 2)
            raise DeckError([Problem(place, _("nested too deeply"), hint)])
    return _Walk(text.split("\n")).run(tokens)


class _Walk:
    """Goes through the tokens of a note once."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._blocks: list[Block] = []
        self._headings: list[tuple[int, str]] = []
        self._items: list[int | None] = []
        """Indexes of the open items; None until the text of an item was read."""
        self._numbered: list[bool] = []
        """Whether the open items have numbers."""
        self._quotes = 0
        self._term = ""
        self._term_line = self._meaning_end = 0
        self._meanings: list[str] | None = None
        """What the open definition says so far."""

    def run(self, tokens: "list[Token]") -> list[Block]:
        """Return the blocks."""
        for position, token in enumerate(tokens):
            if not self._nest(token) and not self._quotes:
                self._take(token, tokens, position)
        return self._blocks

    def _nest(self, token: "Token") -> bool:
        """Enter or leave a list item or a quotation; False for other tokens."""
        match token.type:
            case "list_item_open":
                self._items.append(None)
                self._numbered.append(token.info != "")
            case "list_item_close":
                self._items.pop()
                self._numbered.pop()
            case "blockquote_open":
                text = "" if self._quotes else self._quoted(token)
                if text.strip():
                    self._add(BlockKind.QUOTE, text, token)
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case _:
                return False
        return True

    def _take(self, token: "Token", tokens: "list[Token]", position: int) -> None:
        match token.type:
            case "heading_open":
                self._heading(int(token.tag[1]), tokens[position + 1].content, token)
            case "paragraph_open":
                self._paragraph(tokens[position + 1].content, token)
            case "table_open":
                self._table(token, tokens, position)
            case "fence" | "code_block":
                self._add(BlockKind.CODE, token.content.rstrip("\n"), token)
            case "dt_open":
                self._definition()
                self._term = tokens[position + 1].content
                self._term_line = self._span(token)[0]
            case "dd_open":
                self._meanings = self._meanings or []
                self._meaning_end = self._span(token)[1]
            case "dl_close":
                self._definition()

    def _span(self, token: "Token") -> tuple[int, int]:
        """Return first and last line, without blank ones at the end."""
        first, end = token.map or [0, 1]
        while end > first + 1 and not self._lines[end - 1].strip():
            end -= 1
        return first + 1, end

    def _path(self) -> tuple[str, ...]:
        return tuple(heading for _, heading in self._headings)

    def _parents(self) -> tuple[int, ...]:
        return tuple(index for index in self._items if index is not None)

    def _add(
        self,
        kind: BlockKind,
        text: str,
        token: "Token",
        cells: tuple[tuple[str, ...], ...] = (),
    ) -> None:
        first, last = self._span(token)
        path, parents = self._path(), self._parents()
        self._blocks.append(Block(kind, text, first, last, path, parents, cells))

    def _heading(self, level: int, text: str, token: "Token") -> None:
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        first, last = self._span(token)
        self._blocks.append(
            Block(BlockKind.HEADING, text, first, last, self._path(), level=level)
        )
        self._headings.append((level, text))

    def _paragraph(self, text: str, token: "Token") -> None:
        if self._meanings is not None:
            self._meanings.append(text)
        elif self._items and self._items[-1] is None:
            self._item(text, token)
        else:
            self._plain_paragraph(text, token)

    def _item(self, text: str, token: "Token") -> None:
        """Add an item; a line below it, as `Others:`, belongs to the list below that.

        For CommonMark, a line without bullet and indentation continues the item.
        """
        parents = self._parents()
        self._items[-1] = len(self._blocks)
        first, last = self._span(token)
        *before, end = text.split("\n")
        is_apart = len(self._items) == 1 and not self._lines[last - 1][:1].isspace()
        if before and is_apart and end.rstrip().endswith((":", "：")):
            text, last = "\n".join(before), last - 1
        block = Block(
            BlockKind.ITEM,
            CHECKBOX.sub("", text, count=1),
            first,
            last,
            self._path(),
            parents,
            numbered=self._numbered[-1],
            is_task=bool(CHECKBOX.match(text)),
        )
        self._blocks.append(block)
        if last < self._span(token)[1]:
            self._blocks += paragraph_blocks([end], last + 1, self._path())

    def _definition(self) -> None:
        """Add the term that was read, with all its meanings."""
        if self._meanings:
            text = "\n".join([self._term, *self._meanings])
            block = Block(
                BlockKind.DEFINITION,
                text,
                self._term_line,
                self._meaning_end,
                self._path(),
                self._parents(),
                ((self._term, *self._meanings),),
            )
            self._blocks.append(block)
        self._meanings = None

    def _plain_paragraph(self, text: str, token: "Token") -> None:
        first, last = self._span(token)
        lines = self._lines[first - 1 : last]
        if any(map(_JAPANESE_BULLET.match, lines)):
            self._japanese_list(lines, first)
            return
        kept = [
            (number, line)
            for number, line in enumerate(text.split("\n"), first)
            if not _FENCE_OF_TEXT.fullmatch(line)
        ]
        if kept:
            texts = [line for _, line in kept]
            self._blocks += paragraph_blocks(
                texts, kept[0][0], self._path(), self._parents()
            )

    def _japanese_list(self, lines: list[str], first: int) -> None:
        """Add the items of a paragraph with bullets that Markdown does not know."""
        offset, path, above = len(self._blocks), self._path(), self._parents()
        for block in plain_blocks("\n".join(lines)):
            parents = above + tuple(index + offset for index in block.parents)
            first_line, last_line = block.first + first - 1, block.last + first - 1
            is_heading = block.kind is BlockKind.HEADING
            kind = BlockKind.PARAGRAPH if is_heading else block.kind
            self._blocks.append(
                replace(
                    block,
                    kind=kind,
                    first=first_line,
                    last=last_line,
                    headings=path,
                    parents=parents,
                    level=0,
                )
            )

    def _table(self, token: "Token", tokens: "list[Token]", position: int) -> None:
        rows: list[tuple[str, ...]] = []
        cells: list[str] = []
        while tokens[position].type != "table_close":
            position += 1
            inner = tokens[position]
            if inner.type == "inline":
                cells.append(inner.content.strip())
            elif inner.type == "tr_close":
                rows.append(tuple(cells))
                cells = []
        first, last = self._span(token)
        text = "\n".join(line.strip() for line in self._lines[first - 1 : last])
        self._add(BlockKind.TABLE, text, token, tuple(rows))

    def _quoted(self, token: "Token") -> str:
        first, last = self._span(token)
        lines = self._lines[first - 1 : last]
        text = "\n".join(re.sub(r"^[\s>]*>\s?", "", line) for line in lines)
        return text.strip("\n")
