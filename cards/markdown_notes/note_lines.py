"""The lines of a note: what is shown in them, and where its blocks end.

A line has a twin of the same length in which code and math are masked, so that
nothing in them is taken for a card.  Comments are in neither, nor are the callouts in
which the Spaced Repetition plugin of Obsidian may hide its own.
"""

import re
import unicodedata

from msgspec import Struct

from cards.markdown_notes.card_tags import tag_in_text
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.plugin_settings import PluginSettings
from cards.names import tidy_name
from cards.text.verbatim import (
    COMMENT,
    VerbatimKind,
    VerbatimSpan,
    masked,
    verbatim_spans,
)

BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[(?:[ xX]|[^\w\s\[\]])\]\s+)?")
_QUOTE = re.compile(r"^\s*(?:>\s?)+(?:\[![\w-]+\][+-]?\s*)?")
_FENCE = re.compile(r"[ \t]*(?:`{3,}|~{3,})[ \t]*(\S*)")
_HEADING = re.compile(r"#{1,6}\s")
_RULE = re.compile(r"(?:---+|\*\*\*+|___+)\s*$")
_LABEL = re.compile(r"([QACＱＡＣ])(?::(?=\s|$)|：)")
_QUESTION_MARK = re.compile(r"\s*[?？]{1,2}\s*$")
_ROW = re.compile(r"[\s>]*\|.*\|\s*$")
_FOOTNOTE = re.compile(r"[\s>]*\[\^[^\[\]\s]+\]:")
_CELL_END = re.compile(r"(?<!\\)\|")
_IS_RULE = re.compile(r"\s*:?-+:?\s*").fullmatch
"""Matches a cell of the line below the headers of a table."""
_METADATA = re.compile(r"[\s>]*>\s*\[!sr\|card-metadata\][+-]?\s*$")
"""Begins a callout with nothing but comments."""
_EMPTY_QUOTE = re.compile(r"\s*>[\s>]*$")
_TAB = 4


class Fence(Struct, frozen=True):
    """A fenced block; lines count from 0."""

    first: int
    last: int
    is_flash: bool


class Passage(Struct, frozen=True):
    """A text, and the same with code and math masked."""

    shown: str
    masked: str

    def cut(self, length: int) -> "Passage":
        """Return it without its first characters."""
        return Passage(self.shown[length:], self.masked[length:])


class NoteLines:
    """A note, line by line; lines count from 0."""

    def __init__(self, text: str, settings: PluginSettings) -> None:
        """Split a note, without its front matter, at its lines.

        Args:
            text: The note.
            settings: Those of the plugin of Obsidian in its vault.
        """
        matter = FRONT_MATTER.match(text)
        self.start = matter[0].count("\n") if matter else 0
        """The lines of the front matter, which hold no cards."""
        self.typed = text.split("\n")
        self.count = len(self.typed)
        self.fences: dict[int, Fence] = {}
        """By their first line."""
        self._inside: set[int] = set()
        """Lines that begin in code, math or a comment."""
        body = "\n".join(self.typed[self.start :])
        spans = list(verbatim_spans(body))
        self._place(body, spans)
        self._shown, self._masked = [""] * self.start, [""] * self.start
        for line, mask in zip(
            self.typed[self.start :], masked(body, spans).split("\n"), strict=True
        ):
            shown = line
            if COMMENT in mask:
                pairs = zip(line, mask, strict=True)
                shown = "".join(char for char, twin in pairs if twin != COMMENT)
            self._shown.append(shown)
            self._masked.append(mask.replace(COMMENT, ""))
        self._hide_metadata()
        self._markers = self._find_markers(settings.end_marker)
        self.tag = tag_in_text(settings.tags)
        """The tags of cards; the group is the deck that one names."""
        self._in_list: set[int] = set()
        """Lines with an item above that they belong to, or follow in its list."""
        self._indented_code = self._find_indented_code()
        self._tables = self._find_tables()

    def _place(self, body: str, spans: list[VerbatimSpan]) -> None:
        """Note the lines of the spans that have several."""
        line, at = self.start, 0
        for span in spans:
            line += body.count("\n", at, span.start)
            at = span.start
            last = line + body.count("\n", span.start, span.end)
            self._inside.update(range(line + 1, last + 1))
            if span.kind is VerbatimKind.FENCE:
                opening = _FENCE.match(self.typed[line])
                is_flash = opening is not None and opening[1] == "flash"
                self.fences[line] = Fence(line, last, is_flash)

    def _hide_metadata(self) -> None:
        is_inside = False
        for line in range(self.start, self.count):
            begins = bool(_METADATA.match(self._masked[line]))
            is_inside = begins or (
                is_inside and bool(_EMPTY_QUOTE.match(self._masked[line]))
            )
            if is_inside:
                self._shown[line] = self._masked[line] = ""

    def _find_markers(self, end_marker: str) -> set[int]:
        """Return the lines that end a card; they show nothing."""
        found = {
            line
            for line in range(self.start, self.count if end_marker else 0)
            if self._masked[line].strip() == end_marker
        }
        for line in found:
            self._shown[line] = self._masked[line] = ""
        return found

    def passage(self, first: int, end: int) -> Passage:
        """Return lines without comments, from a first one up to an end."""
        shown, twin = self._shown[first:end], self._masked[first:end]
        return Passage("\n".join(shown), "\n".join(twin))

    def is_blank(self, line: int) -> bool:
        """Return True for a line that ends a paragraph."""
        is_empty = not self.typed[line].strip() or line in self._markers
        return is_empty and line not in self._inside

    def shows_text(self, line: int) -> bool:
        """Return True if a line has more than blanks and comments."""
        return bool(self._shown[line].strip())

    def is_heading(self, line: int) -> bool:
        """Return True for a heading with `#`."""
        return bool(_HEADING.match(self._masked[line]))

    def ends_card(self, line: int) -> bool:
        """Return True for a heading, a rule or a mark that ends cards."""
        is_mark = line in self._markers or bool(_RULE.match(self._masked[line]))
        return is_mark or self.is_heading(line)

    def is_question_mark(self, line: int) -> bool:
        """Return True for `?` or `??`, of any width, alone on a line."""
        return line < self.count and bool(_QUESTION_MARK.match(self._masked[line]))

    def is_bullet(self, line: int) -> bool:
        """Return True for the first line of an item."""
        return bool(BULLET.match(self._masked[line]))

    def continues_list(self, line: int) -> bool:
        """Return True for a line of a list that begins above it."""
        return line in self._in_list

    def next_text(self, line: int) -> int:
        """Return the first line from here on that is not blank, or the count."""
        while line < self.count and self.is_blank(line):
            line += 1
        return line

    def is_in_table(self, line: int) -> bool:
        """Return True for a line of a table, or any other between two `|`."""
        return line in self._tables or bool(_ROW.match(self._masked[line]))

    def is_indented_code(self, line: int) -> bool:
        """Return True for a line of code without a fence."""
        return line in self._indented_code

    def is_footnote(self, line: int) -> bool:
        """Return True for the first line of the text of a footnote."""
        return bool(_FOOTNOTE.match(self._masked[line]))

    def label(self, line: int) -> str:
        """Return Q, A or C if a line begins with it and a colon, of any width."""
        found = _LABEL.match(self._masked[line])
        return unicodedata.normalize("NFKC", found[1]) if found else ""

    def begins_paragraph(self, line: int) -> bool:
        """Return True for text, and for a heading that is a question above `?`."""
        if not self.shows_text(line) or self.is_indented_code(line):
            return False
        if self.ends_card(line):
            return self.is_heading(line) and self.is_question_mark(line + 1)
        return not (self.is_in_table(line) or self.is_footnote(line))

    def end_of_paragraph(self, at: int) -> int:
        """Return where a paragraph ends: at a blank line, a heading or a label.

        If there is a mark that ends cards, a `?` makes all text down to it one answer.
        Code, and a heading right below a `?`, belong to the answer.
        """
        line, is_answer = at, False
        while line < self.count and not self.is_blank(line):
            fence = self.fences.get(line)
            if fence and not is_answer:
                return line
            if fence:
                line = fence.last
            elif line > at and self._ends_paragraph(line):
                return line
            is_answer = is_answer or self.is_question_mark(line)
            if is_answer and line < max(self._markers, default=0):
                below = range(line + 1, self.count)
                return next(end for end in below if end in self._markers)
            line += 1
        return line

    def _ends_paragraph(self, line: int) -> bool:
        if self.is_heading(line):
            return not self.is_question_mark(line - 1)
        return bool(self.label(line)) or self.ends_card(line)

    def deck_tags(self) -> list[tuple[int, str]]:
        """Return the lines with a tag of cards, each with the first deck that is named.

        It is empty if no tag in the line names one.
        """
        found: list[tuple[int, str]] = []
        for line, text in enumerate(self._masked):
            if "#" in text and (tags := list(self.tag.finditer(text))):
                decks = (deck_of_tag(tag[1]) for tag in tags if tag[1])
                found.append((line, next(filter(None, decks), "")))
        return found

    def _find_indented_code(self) -> set[int]:
        """Return the lines four columns right of the text that they stand in."""
        found: set[int] = set()
        items: list[int] = []
        """Columns of the texts of the open items."""
        may_begin = True
        for line in range(self.start, self.count):
            if line in self._inside:
                continue
            text = self.typed[line]
            if not text.strip():
                may_begin = True
                continue
            column, bullet = _column_of(text), BULLET.match(text)
            has_items = bool(items)
            if may_begin or bullet or self.ends_card(line) or self.label(line):
                items = [one for one in items if one <= column]
            if has_items and (items or bullet):
                self._in_list.add(line)
            if may_begin and column >= (items[-1] if items else 0) + _TAB:
                found.add(line)
                continue
            if bullet:
                items.append(column + len(bullet[0].lstrip()))
            may_begin = self.ends_card(line)
        return found

    def _find_tables(self) -> set[int]:
        """Return the lines of tables: a row of headers, a rule, and rows with `|`.

        Source: https://github.github.com/gfm/#tables-extension-
        """
        found: set[int] = set()
        for rule in range(self.start + 1, self.count):
            head = rule - 1
            if "|" not in self._masked[rule] or self.is_bullet(rule) or rule in found:
                continue
            depth, cells = _quoted_cells(self.typed[rule])
            is_table = all(map(_IS_RULE, cells)) and "|" in self.typed[head]
            if not is_table or self.is_heading(head) or self.label(head):
                continue
            above, headers = _quoted_cells(self.typed[head])
            if above != depth or len(headers) != len(cells):
                continue
            end = rule + 1
            while end < self.count and self._continues_table(end, depth):
                end += 1
            found.update(range(head, end))
        return found

    def _continues_table(self, line: int, depth: int) -> bool:
        """Return True for a row of a table in a number of quotations."""
        if "|" not in self._masked[line] or self.label(line):
            return False
        begins_block = self.is_heading(line) or self.is_bullet(line)
        return not begins_block and _quoted_cells(self.typed[line])[0] == depth


def inner_text(line: Passage, *, bullet: bool = True) -> Passage:
    """Return a line without the marks of a quotation and, with `bullet`, an item."""
    quote = _QUOTE.match(line.masked)
    line = line.cut(quote.end()) if quote else line
    mark = BULLET.match(line.masked) if bullet else None
    return line.cut(mark.end()) if mark else line


def deck_of_tag(path: str) -> str:
    """Return the name of a deck that a tag gives as `deck/subdeck`."""
    parts = path.rstrip(".,;:!?)").split("/")
    return tidy_name("::".join(filter(None, parts)))


def _quoted_cells(line: str) -> tuple[int, list[str]]:
    """Return the number of quotations around a row of a table, and its cells."""
    row = line.lstrip(" \t>")
    depth = line.count(">", 0, len(line) - len(row))
    cells = _CELL_END.split(row.rstrip())
    if not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return depth, cells


def _column_of(line: str) -> int:
    blanks = line[: len(line) - len(line.lstrip())]
    return len(blanks.expandtabs(_TAB))
