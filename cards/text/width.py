"""Text in the columns of a terminal: cleaned, measured, wrapped.

A character takes one column, two or none.  Japanese breaks between any two
characters except before closing and after opening punctuation; Latin text breaks
at blanks.  A style says what a span of text *is* (bold, code …); the screen
chooses the colours, and a pipe drops them.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from enum import IntFlag
from itertools import accumulate, islice
from typing import NamedTuple


class TextStyle(IntFlag):
    """The meaning of a span of text."""

    NORMAL = 0
    BOLD = 1
    ITALIC = 2
    CODE = 4
    LINK = 8
    DIM = 16
    ACCENT = 32
    """Keys, progress, the right option."""
    ALERT = 64
    """Warnings."""


class StyledText(NamedTuple):
    """A span of text of one style."""

    text: str
    style: TextStyle = TextStyle.NORMAL


Line = tuple[StyledText, ...]
"""One line of a terminal, or a paragraph before it is wrapped."""

_SILENT = "\u00ad\u061c\u200e\u200f\ufeff"
"""Hints about direction and line ends; dropped."""
_BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Controls that reorder text."""


def _code_point(character: str) -> str:
    return f"<U+{ord(character):04X}>"


_REPLACED: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20)},
    0x7F: "\u2421",
    **dict.fromkeys([*range(0x80, 0xA0), *range(0xD800, 0xE000)], "\ufffd"),
    **dict.fromkeys(map(ord, _SILENT), ""),
    **{ord(character): _code_point(character) for character in _BIDI},
    0x09: "    ",
    0x0A: "\n",
    0x0D: "\n",
    0x85: "\n",
    0x2028: "\n",
    0x2029: "\n",
}
_INVISIBLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\uffa0\ufff9-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
"""Characters without width: two different texts can look the same."""
_PRINTABLE_INVISIBLE = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0"
).union(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
"""Those that Python takes to be printable."""
_BETWEEN = f"[^\\x00-\\x7f\\s{_INVISIBLE}]"
# Compiled on first use: a review of plain English starts sooner.
_INVISIBLE_CODE = (
    # Flags of regions are spelled with such letters.
    "(?P<kept>\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
    # Persian, Indic and Thai words and joined emoji need them; ASCII does not.
    f"|(?<={_BETWEEN})[\u200b-\u200d\u2060\u034f](?={_BETWEEN})"
    f"|(?<={_BETWEEN})\ufe0f\u200d(?={_BETWEEN})"
    # Variation selectors.
    f"|(?<=[0-9#*])\ufe0f|(?<={_BETWEEN})[\ufe00-\ufe0f\u180b-\u180f\U000e0100-\U000e01ef])"
    f"|[{_INVISIBLE}]"
)

_OPENING = "「『（［｛【〔《〈“‘"
_CLOSING = (
    "、。，．・：；？！」』）］｝】〕》〉”’ー々ゝゞ…‥〜～％℃"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ,.;:!?)]}%"
)
# Scripts written without blanks: kana, ideographs, their punctuation, emoji.
_UNSPACED = (
    "\u2e80-\u2fff\u3001-\u312f\u3190-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6"
    "\U0001f300-\U0001faff\U00020000-\U0003fffd"
)
_MARKS = "[\u0300-\u036f\u3099\u309a\ufe00-\ufe0f\U0001f3fb-\U0001f3ff]|\u200d."
_UNIT = (
    # Also a bracket of ASCII that text without blanks opens.
    f"(?:[{_OPENING}]|(?<=[{_UNSPACED}])[(\\[{{])*"
    f"(?:[{_UNSPACED}](?:{_MARKS})*|[^ \u3000{_UNSPACED}{_OPENING}]+"
    # Keep a number with its counter.
    f"(?:(?<=[0-9])[{_UNSPACED}])?)?"
    f"(?:[{re.escape(_CLOSING)}](?:{_MARKS})*)*[ \u3000]*"
)
_JOINER = "\u200d"
_SKIN_TONES = "\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff"
_GAP = re.compile("  +")
"""Blanks before a text, or between a label and its text."""
_WORD = r"[^ ]*?[A-Za-z]-(?=[A-Za-z]{2})|[^ ]+ *| +"
ENDLESS = 100_000
"""A width at which nothing is wrapped."""
_MOST_PER_COLUMN = 16
"""Characters in a column; more, with marks on top of each other, are cut."""


def clean(text: str) -> str:
    """Make a text safe to print on a terminal.

    Returns:
        The text with line feeds for line ends, blanks for tabs, and control characters
        as their pictures: no escape sequence survives.  Characters that reorder text
        or have no width are shown as their code, such as `<U+202E>`, unless a script
        or an emoji needs them.
    """
    if not text.isprintable():
        text = text.replace("\r\n", "\n").translate(_REPLACED)
    is_plain = text.replace("\n", "").isprintable()
    if is_plain and _PRINTABLE_INVISIBLE.isdisjoint(text):
        return text
    return re.sub(
        _INVISIBLE_CODE, lambda found: found["kept"] or _code_point(found[0]), text
    )


def width_of(text: str) -> int:
    """Return the number of columns of a cleaned text."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def characters(text: str) -> list[str]:
    """Split a text into characters as a reader counts them.

    Marks, the parts of a joined emoji and the two letters of a flag are no characters
    of their own.
    """
    found: list[str] = []
    for one in text:
        last = found[-1] if found else ""
        is_flag = _is_region(one) and len(last) == 1 and _is_region(last)
        is_part = not width_of(one) or one in _SKIN_TONES or last.endswith(_JOINER)
        if last and (is_part or is_flag):
            found[-1] += one
        else:
            found.append(one)
    return found


def _is_region(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def line_width(line: Line) -> int:
    """Return the number of columns of a line."""
    return sum(width_of(span.text) for span in line)


def line_text(line: Line) -> str:
    """Return the text of a line without its styles."""
    return "".join(span.text for span in line)


def clipped(text: str, columns: int) -> str:
    """Shorten a text to a number of columns; `…` marks the cut."""
    start = text[: _MOST_PER_COLUMN * columns]
    if start == text and width_of(text) <= columns:
        return text
    kept = next(iter(_chopped(start, columns - 1)), "") if columns > 1 else ""
    while kept and width_of(kept) >= columns:
        kept = kept[:-1]
    return kept + "…"


def wrap(line: Line, columns: int) -> list[Line]:
    """Break a line where its language allows it.

    Args:
        line: Cleaned spans without line ends.
        columns: Width of each line, 1 or more.

    Returns:
        One or more lines, none wider than `columns` unless a single character is.
    """
    text = line_text(line)
    if width_of(text) <= columns:
        return [line]
    return list(_parts(line, _breaks(text, _units(text, columns), columns)))


def wrap_whole_words(line: Line, columns: int) -> list[Line]:
    """Break a line at blanks, or between Japanese characters.

    A word that is wider than `columns` stays whole, such as a path.  All lines but the
    first are indented as the text is, or to where it continues after a gap.

    Args:
        line: Cleaned spans without line ends.
        columns: Width of each line, 1 or more.
    """
    text = line_text(line)
    if width_of(text) <= columns:
        return [line]
    gaps = islice(_GAP.finditer(text), 2 if text[:2] == "  " else 1)
    ends = [0, *(gap.end() for gap in gaps)]
    start = max(end for end in ends if width_of(text[:end]) <= columns * 3 // 5)
    room = columns - width_of(text[:start])
    ((*head,), body) = _parts(line, [(0, start), (start, len(text))])
    units = re.findall(_UNIT, line_text(body))
    first, *others = _parts(body, _breaks(line_text(body), filter(None, units), room))
    indent = StyledText(" " * (columns - room))
    return [(*head, *first), *((indent, *other) for other in others)]


def widest_word(line: Line, columns: int) -> int:
    """Return the width of the widest part of a line that `wrap` need not break."""
    units = _units(line_text(line), ENDLESS)
    widths = (width_of(unit.rstrip(" \u3000")) for unit in units)
    return max((width for width in widths if width <= columns), default=0)


def wrap_evenly(line: Line, columns: int) -> list[Line]:
    """Break a line into as few lines as `wrap`, of about equal width.

    Words that `wrap` leaves whole stay so, such as a path.
    """
    wrapped = wrap(line, columns)
    if len(wrapped) == 1:
        return wrapped
    narrow, wide = max(columns // 2, widest_word(line, columns) - 1), columns
    while wide - narrow > 1:
        middle = (narrow + wide) // 2
        attempt = wrap(line, middle)
        if len(attempt) > len(wrapped):
            narrow = middle
        else:
            wrapped, wide = attempt, middle
    return wrapped


def _breaks(text: str, units: Iterable[str], columns: int) -> Iterator[tuple[int, int]]:
    """Yield start and end of each line in the text, which has these units."""
    start, end, used = 0, 0, 0
    for unit in units:
        seen = width_of(unit.rstrip(" \u3000"))
        if used and used + seen > columns:
            yield start, _without_blanks(text, start, end)
            start, used = end, 0
        end += len(unit)
        used += width_of(unit)
    if end > start:
        yield start, _without_blanks(text, start, end)


def _without_blanks(text: str, start: int, end: int) -> int:
    return start + len(text[start:end].rstrip(" \u3000"))


def _units(text: str, columns: int) -> Iterator[str]:
    """Split into unbreakable units; cut words that are too long."""
    pattern = re.compile(_WORD if text.isascii() else _UNIT)
    for found in pattern.finditer(text):
        unit = found[0]
        if not unit:
            continue
        if width_of(unit.rstrip(" \u3000")) <= columns:
            yield unit
        else:
            yield from _chopped(unit, columns)


def _chopped(text: str, columns: int) -> Iterable[str]:
    if text.isascii():
        return (text[i : i + columns] for i in range(0, len(text), columns))
    from rich.cells import chop_cells

    return chop_cells(text, max(columns, 2))


def _parts(line: Line, breaks: Iterable[tuple[int, int]]) -> Iterator[Line]:
    """Yield the parts of a line between offsets of its text."""
    starts = [0, *accumulate(len(text) for text, _style in line)]
    for start, end in breaks:
        first = bisect_right(starts, start) - 1
        spans: list[StyledText] = []
        for i in range(first, len(line)):
            (text, style), at = line[i], starts[i]
            if at >= end:
                break
            piece = text[max(0, start - at) : end - at]
            if piece:
                spans.append(StyledText(piece, style))
        yield tuple(spans)
