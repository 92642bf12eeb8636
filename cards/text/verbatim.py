"""What in a Markdown text is no text: code, math and comments.

Comments are those of HTML and of Obsidian (`%% … %%`).  A mark without its end is
text, but a fence without end runs to the end of the text, as in CommonMark.  The time
grows with the length only, whatever the text holds.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

from msgspec import Struct

MATH_OR_CODE, COMMENT = "\x01", "\x00"
"""What `masked` writes for a character that is no text."""


class VerbatimKind(StrEnum):
    """What stands in a span."""

    FENCE = "fence"
    """A fenced block, with its fences."""
    CODE = "code"
    MATH = "math"
    COMMENT = "comment"


class VerbatimSpan(Struct, frozen=True):
    """A part of a text that is no text, with its marks."""

    kind: VerbatimKind
    start: int
    end: int


_FENCE_PREFIX = r"[ \t>]*"
_OPENING = re.compile(
    rf"(?P<fence>^{_FENCE_PREFIX}(?:(?:[-*+]|\d{{1,9}}[.)])[ \t]+)?"
    r"(?P<mark>`{3,}(?=[^`\n]*$)|~{3,}))"
    r"|\\[^\n]|(?P<ticks>`+)|(?P<comment><!--|%%)|(?P<dollars>\$\$?)",
    re.MULTILINE,
)
_BLANK_LINE = re.compile(r"\n[ \t]*(?=\n)")
_END_OF_MATH = re.compile(r"(?<=[^\s\\$])\$(?![\d$])")
_CLOSING = {"<!--": "-->", "%%": "%%"}
_NOT_LINE_END = re.compile(r"[^\n]")


def verbatim_spans(text: str, *, comments: bool = True) -> Iterator[VerbatimSpan]:
    """Yield the code, math and comments of a Markdown text in their order.

    Args:
        text: Markdown.
        comments: False for the text of a card, where a comment is text.
    """
    scanner = _Scanner(text)
    at = 0
    while found := _OPENING.search(text, at):
        is_text = found["comment"] and not comments
        span = None if is_text else scanner.span(found)
        at = span.end if span else found.end()
        if span:
            yield span


def replaced(
    text: str,
    spans: Iterable[VerbatimSpan],
    replacement: Callable[[VerbatimSpan, str], str],
) -> str:
    """Replace spans of a text.

    Args:
        text: Markdown.
        spans: From `verbatim_spans`.
        replacement: Returns what stands there instead, from a span and its text.
    """
    parts, end = list[str](), 0
    for span in spans:
        parts += [
            text[end : span.start],
            replacement(span, text[span.start : span.end]),
        ]
        end = span.end
    return "".join([*parts, text[end:]])


def masked(text: str, spans: Iterable[VerbatimSpan] | None = None) -> str:
    """Replace what is no text by `MATH_OR_CODE` and `COMMENT`, one for one.

    Line ends stay, so that lengths and lines are those of the text.

    Args:
        text: Markdown.
        spans: Its spans, if they are known.
    """

    def mask(span: VerbatimSpan, inside: str) -> str:
        mark = COMMENT if span.kind is VerbatimKind.COMMENT else MATH_OR_CODE
        return _NOT_LINE_END.sub(mark, inside)

    return replaced(text, verbatim_spans(text) if spans is None else spans, mask)


class _Scanner:
    """Finds the ends of spans; what ends nowhere is sought once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._paragraph_end = -1
        self._absent: set[str] = set()
        """Closings that the rest of the text lacks."""
        self._absent_here: set[str] = set()
        """Closings that the rest of the paragraph lacks."""
        self._line_without_math = -1
        """Where a line ends in which no more math ends."""

    def span(self, found: re.Match[str]) -> VerbatimSpan | None:
        """Return the span that an opening begins; None for mere text."""
        kind = VerbatimKind.COMMENT
        self._enter_paragraph(found.start())
        if found["fence"] is not None:
            kind, end = VerbatimKind.FENCE, self._end_of_fence(found)
        elif found["ticks"]:
            kind, end = VerbatimKind.CODE, self._end_of_code(found)
        elif found["dollars"]:
            kind, end = VerbatimKind.MATH, self._end_of_math(found)
        elif found["comment"]:
            end = self._end_of_comment(found)
        else:
            return None
        return VerbatimSpan(kind, found.start(), end) if end > 0 else None

    def _enter_paragraph(self, at: int) -> None:
        if at > self._paragraph_end:
            blank = _BLANK_LINE.search(self._text, at)
            self._paragraph_end = blank.start() if blank else len(self._text)
            self._absent_here.clear()

    def _end_of_fence(self, found: re.Match[str]) -> int:
        mark = found["mark"]
        closing = re.compile(
            rf"^{_FENCE_PREFIX}{mark[0]}{{{len(mark)},}}[ \t]*$", re.MULTILINE
        )
        end = closing.search(self._text, found.end())
        return end.end() if end else len(self._text)

    def _end_of_code(self, found: re.Match[str]) -> int:
        ticks = found["ticks"]
        if ticks in self._absent_here:
            return -1
        closing = re.compile(f"(?<!`){ticks}(?!`)")
        end = closing.search(self._text, found.end(), self._paragraph_end)
        if end is None:
            self._absent_here.add(ticks)
        return end.end() if end else -1

    def _end_of_math(self, found: re.Match[str]) -> int:
        text, start = self._text, found.end()
        if found[0] == "$$":
            alone = text[text.rfind("\n", 0, start) + 1 : start].strip() == "$$"
            alone = alone and text[start : self._end_of_line(start)].strip() == ""
            return self._end(found[0], start, everywhere=alone)
        before = text[found.start() - 1 : found.start()]
        if before.isdigit() or text[start : start + 1].isspace():
            return -1
        line_end = self._end_of_line(start)
        if line_end == self._line_without_math:
            return -1
        end = _END_OF_MATH.search(text, start + 1, line_end)
        if end is None:
            self._line_without_math = line_end
        return end.end() if end else -1

    def _end_of_comment(self, found: re.Match[str]) -> int:
        start = found.end()
        line = self._text.rfind("\n", 0, start) + 1
        begins_line = not self._text[line : found.start()].strip()
        end = self._end(_CLOSING[found[0]], start, everywhere=begins_line)
        return self._end_of_line(start) if end < 0 and begins_line else end

    def _end(self, closing: str, start: int, *, everywhere: bool) -> int:
        """Return the end of a closing in the text, or in the paragraph; else -1."""
        absent = self._absent if everywhere else self._absent_here
        if closing in absent:
            return -1
        limit = len(self._text) if everywhere else self._paragraph_end
        at = self._text.find(closing, start, limit)
        if at < 0:
            absent.add(closing)
        return at + len(closing) if at >= 0 else -1

    def _end_of_line(self, at: int) -> int:
        end = self._text.find("\n", at)
        return end if end >= 0 else len(self._text)
