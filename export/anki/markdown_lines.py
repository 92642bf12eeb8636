"""Write a line of styled text as Markdown that flash reads as the same text.

Every character that Markdown could take for markup is escaped; emphasis is written
only where the parser of flash recognizes it: bold text that ends with punctuation next
to a letter would show its asterisks.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from cards.text.markdown import STARTS_BLOCK, escaped, parser
from export.anki.cloze_marks import CLOSE, MARK, OPEN, unmarked

BOLD, ITALIC, CODE = 1, 2, 4
"""Styles; they add up."""
_MARKS = ((BOLD, "**"), (ITALIC, "*"))

_BLANKS = re.compile("[ \t\n\r\f\v\xa0\x00-\x1f\x7f]+")
_BACKTICKS = re.compile("`+")
_MARK = re.compile(MARK)
_LONGEST_END = 60
"""Characters in which the last one before some marks is looked for."""
_START = re.compile(f"(?:{MARK}| )*+")
"""What may stand before the first character of a line."""
_STARTS_BLOCK = re.compile(STARTS_BLOCK).match
_STARTS_ITEM = re.compile(r"[0-9]{1,9}([.)])(?:\s|$)").match


class Piece(Struct, frozen=True):
    """A part of a line."""

    text: str
    style: int = 0
    kind: str = "text"
    """text; raw for finished Markdown; mark for a part of a cloze; break."""

    @property
    def is_opening(self) -> bool:
        """Return True for the start of a cloze."""
        return self.kind == "mark" and self.text.startswith(OPEN)


BREAK = Piece("\n", kind="break")
_BLANK = Piece(" ")


def raw(text: str, style: int = 0) -> Piece:
    """Return finished Markdown."""
    return Piece(text, style & ~CODE, "raw")


def written_paragraphs(pieces: Sequence[Piece]) -> list[str]:
    """Write pieces as paragraphs, which empty lines separate."""
    paragraphs: list[list[str]] = [[]]
    for line in _split(pieces):
        text = written_line(line)
        if text.strip():
            paragraphs[-1].append(text)
        elif paragraphs[-1]:
            paragraphs.append([])
    return ["\\\n".join(lines) for lines in paragraphs if lines]


def _split(pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Split at line breaks; a break just inside a cloze goes out of it.

    What waits for its place is moved once, so that the time is linear.
    """
    lines: list[list[Piece]] = [[]]
    breaks = 0
    """Breaks after the last line; a cloze that ends there ends before them."""
    waiting: list[Piece] = []
    """Blanks and openings after these breaks."""
    for piece in pieces:
        if piece.kind == "break":
            breaks += 1
            continue
        if piece.is_opening or _is_blank(piece):
            waiting.append(piece)
            continue
        ends_before = piece.kind == "mark" and breaks > 0
        if ends_before and not any(one.is_opening for one in waiting):
            lines[-1].append(piece)
            breaks = breaks if piece.text == CLOSE else 0
        else:
            lines += [[] for _ in range(breaks)]
            lines[-1] += [*waiting, piece]
            breaks = 0
        waiting = []
    lines += [[] for _ in range(breaks)]
    lines[-1] += waiting
    return lines


def _is_blank(piece: Piece) -> bool:
    return piece.kind == "text" and not piece.text.strip()


def written_line(pieces: Sequence[Piece]) -> str:
    """Write pieces as one line, escaped where it would start a block."""
    line = written_inline(pieces)
    found = _START.match(line)
    start = found.end() if found else 0
    shown = _MARK.sub("", line[start:])
    if _STARTS_BLOCK(shown):
        return f"{line[:start]}\\{line[start:]}"
    item = _STARTS_ITEM(shown)
    if item:
        at = line.index(item[1], start)
        return f"{line[:at]}\\{line[at:]}"
    return line


def written_inline(pieces: Sequence[Piece]) -> str:
    """Write pieces as inline Markdown without line breaks."""
    merged = _merged(pieces)
    before, after = _ends(merged, -1), _ends(reversed(merged), 0)[::-1]
    written: list[str] = []
    index = 0
    while index < len(merged):
        end = _run_end(merged, index, BOLD) or _run_end(merged, index, ITALIC)
        end = end or index + 1
        text = _written_run(merged[index:end], _MARKS, before[index], after[end - 1])
        if index and merged[index - 1].is_opening:
            text = _after_opening(text)
        written.append(text)
        index = end
    return _joined(written).strip(" ")


def _merged(pieces: Sequence[Piece]) -> list[Piece]:
    """Collapse blanks and join neighbours of the same style."""
    merged: list[Piece] = []
    texts: list[list[str]] = []
    """What each of them is made of."""
    blank = True
    for piece in pieces:
        text = piece.text
        if piece.kind == "text":
            text = _BLANKS.sub(" ", text)
            text = text[1:] if blank and text.startswith(" ") else text
            if not text:
                continue
            blank = text.endswith(" ")
            last = merged[-1] if merged else None
            if last and last.kind == "text" and _continues(last.style, piece.style):
                texts[-1].append(text)
                continue
        elif piece.kind == "break":
            if blank:
                continue
            blank, text = True, " "
        else:
            # The gap that a cloze leaves is no blank, whatever the cloze ends with.
            blank = blank and piece.kind == "mark" and piece.text != CLOSE
        merged.append(_BLANK if piece.kind == "break" else piece)
        texts.append([text])
    joined = zip(merged, map("".join, texts), strict=True)
    return _without_touching_italics(
        [Piece(text, piece.style, piece.kind) for piece, text in joined]
    )


def _continues(style: int, next_style: int) -> bool:
    """Return True for one style, and for code: its backticks would run together."""
    return style == next_style or bool(style & next_style & CODE)


def _without_touching_italics(pieces: list[Piece]) -> list[Piece]:
    """Drop italics next to bold text: the asterisks would run together."""
    for index, piece in enumerate(pieces):
        if piece.style & (BOLD | ITALIC) != ITALIC:
            continue
        around = pieces[max(index - 1, 0) : index] + pieces[index + 1 : index + 2]
        if any(one.style & BOLD for one in around):
            pieces[index] = replace(piece, style=piece.style & ~ITALIC)
    return pieces


def _run_end(pieces: Sequence[Piece], start: int, style: int) -> int:
    """Return the end of the pieces of a style from a start on; 0 if there are none."""
    end = start
    while end < len(pieces) and pieces[end].style & style:
        end += 1
    return end if end > start else 0


def _ends(pieces: Iterable[Piece], index: int) -> list[str]:
    """Return for each piece the end of the one before it, marks of clozes aside.

    Args:
        pieces: Of a line, forwards or backwards.
        index: -1 for the last character, 0 for the first.
    """
    ends: list[str] = []
    end = ""
    for piece in pieces:
        ends.append(end)
        if piece.kind != "mark":
            end = piece.text[index]
    return ends


def _written_run(
    pieces: Sequence[Piece], marks: Sequence[tuple[int, str]], before: str, after: str
) -> str:
    """Write pieces between two characters, with the given marks of emphasis."""
    if not marks:
        texts = map(_unmarked, pieces)
        return next(texts) if len(pieces) == 1 else _joined(texts)
    (style, mark), *inner_marks = marks
    written: list[str] = []
    start = 0
    while start < len(pieces):
        end = _run_end(pieces, start, style)
        run = pieces[start : end or start + 1]
        last = before if start == 0 else "x"
        following = after if start + len(run) == len(pieces) else "x"
        inner = _written_run(run, inner_marks, "*", "*") if end else ""
        emphasized = _emphasized(inner, mark, last, following) if end else inner
        if emphasized == inner:
            emphasized = _written_run(run, inner_marks, last, following)
        written.append(emphasized)
        start += len(run)
    return written[0] if len(written) == 1 else _joined(written)


def _unmarked(piece: Piece) -> str:
    if piece.kind != "text":
        return piece.text
    return _code(piece.text) if piece.style & CODE else escaped(piece.text)


def _code(text: str) -> str:
    stripped = text.strip(" ")
    if not stripped:
        return text
    longest = max(map(len, _BACKTICKS.findall(stripped)), default=0)
    fence = "`" * (longest + 1)
    inner = f" {stripped} " if longest else stripped
    return _around(text, f"{fence}{inner}{fence}")


def _around(text: str, written: str) -> str:
    """Keep the blanks at the ends of a text outside its markup."""
    return " " * (text[:1] == " ") + written + " " * (text[-1:] == " ")


def _emphasized(text: str, mark: str, before: str, after: str) -> str:
    stripped = text.strip(" ")
    if not stripped:
        return text
    before = " " if text[0] == " " else before
    after = " " if text[-1] == " " else after
    first, last = unmarked(stripped[0])[0], unmarked(stripped[-1])[0]
    if not _is_recognized(mark, before, first, last, after):
        return text
    return _around(text, f"{mark}{stripped}{mark}")


def _is_recognized(mark: str, before: str, first: str, last: str, after: str) -> bool:
    if first.isalnum() and last.isalnum():
        return True
    return _is_parsed(mark, before, first, last, after)


@lru_cache(maxsize=4096)
def _is_parsed(mark: str, before: str, first: str, last: str, after: str) -> bool:
    """Ask the parser whether marks between these characters are emphasis."""
    before, after = (" " if one in "*_\\`[]<$!" else one for one in (before, after))
    first, last = ("." if one in "*_\\`[]<$!()" else one for one in (first, last))
    tokens = parser().parseInline(f"a{before}{mark}{first}a{last}{mark}{after}a")
    wanted = "strong_open" if mark == "**" else "em_open"
    return any(child.type == wanted for child in tokens[0].children or ())


def _after_opening(text: str) -> str:
    """Escape a text that would start a block as the answer of a cloze."""
    if _STARTS_BLOCK(text):
        return "\\" + text
    item = _STARTS_ITEM(text)
    return f"{text[: item.start(1)]}\\{text[item.start(1) :]}" if item else text


def _joined(texts: Iterable[str]) -> str:
    """Join pieces; keep characters apart that would get a meaning together.

    Only the end of what is written is looked at, so that the time is linear.
    """
    parts: list[str] = []
    end = ""
    for text in filter(None, texts):
        if text[0] == "[" and end.endswith("!"):
            parts[-1] = parts[-1][:-1] + "\\!"
            end = end[:-1] + "\\!"
        part = f" {text}" if _is_kept_apart(end[-_LONGEST_END:], text) else text
        parts.append(part)
        end = (end + part[-_LONGEST_END:])[-_LONGEST_END:]
    return "".join(parts)


def _is_kept_apart(end: str, text: str) -> bool:
    """Return True if a dollar would begin or end math only because of a digit."""
    starts_math, is_number = text.lstrip("*").startswith("$"), text[:1].isdigit()
    if not starts_math and not is_number:
        return False
    end = _MARK.sub("", end).rstrip("*")
    if starts_math:
        return end[-1:].isdigit() or end.endswith("\\")
    return end.endswith("$") and not end.endswith("\\$")
