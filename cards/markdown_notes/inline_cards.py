"""Cards written in the text of a note, in the ways of other programs.

`Q:`, `A:` and `C:` as hashcards and repeat read them; `question::answer`, `?` and
`==hidden==` as the Spaced Repetition plugin of Obsidian reads them.  A card is a value
with its lines, so that a mistake has its place and an id can be written behind it.
"""

import re
import unicodedata
from collections.abc import Iterator

from msgspec import Struct

from cards.errors import Place, Problem
from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.wiki import (
    COMMENT_OR_CODE,
    MARKED,
    outside_code,
    shown_links,
)
from cards.translate import _

_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*(\S*)")
_ENDS_CARD = re.compile(r"(?:---+|\*\*\*+|___+)\s*$|#{1,6}\s")
_LABEL = re.compile(r"([QACＱＡＣ])(?::(?=\s|$)|：)")
_BULLET = re.compile(r"^\s*(?:[-*+]|\d{1,9}[.)])\s+(?:\[[ xX]\]\s+)?")
_QUOTE = re.compile(r"^\s*(?:>\s?)+(?:\[![\w-]+\][+-]?\s*)?")
_TABLE = re.compile(r"\s*\|")
_INDENTED = re.compile(r"(?: {4}|\t)")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_OPENS_COMMENT = re.compile(r"\s*(?:(?P<html><!--)(?!.*-->)|%%)")
_SCHEDULE = re.compile(r"<!--SR:(.*?)-->")
_REFERENCE = re.compile(r"(?:^|(?<=\s))\^([A-Za-z0-9-]+)\s*$")
_DECK_TAG = re.compile(r"(?:^|(?<=\s))#flashcards(?:/\S*)?")
_ANY_LINK = re.compile(r"\[\[[^\[\]\n]*\]\]|\[[^\[\]\n]*\]\([^()\s]*\)")
_ADDRESS_OR_NAME = re.compile(
    r"https?://\S+|(?<![\w:])[A-Za-z]\w*(?:::[A-Za-z]\w*){2,}(?![\w:])", re.ASCII
)
"""An address, or a name such as `AWS::S3::Bucket`."""
_FIELD = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*").fullmatch
"""A field of Dataview in brackets: `(author:: Jane)`."""
_VERBATIM = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)|\$\$.+?\$\$|\$[^$\n]+\$", re.DOTALL)
_BRACKETS = re.compile(r"(?<![\\!\[\]])\[(?!\^|\s*\])((?:[^\[\]\\]|\\.)+)\](?![\[(])")

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|<%")
"""What a program fills in when it makes a note of a template."""
_NOTE_WITH_CARDS = re.compile(
    r"\A---[ \t]*\n(?:(?!---).*\n)*?"
    r"(?:flash[ \t]*:[ \t]*true\b|deck[ \t]*:|tags[ \t]*:(?:.*\n[ \t]*-)*.*flashcards)"
    r"|^[ \t]*(?:`{3,}|~{3,})[ \t]*flash[ \t]*$"
    r"|(?:^|(?<=\s))#flashcards(?:/|\s|$)",
    re.MULTILINE,
)

ID_PREFIX = "flash-"
"""Begins the block references that are ids of cards."""


class InlineCard(Struct, frozen=True):
    """A card in the text of a note."""

    values: dict[str, str]
    """Keys and texts as in a deck file."""
    line: int
    """Line on which it begins, from 1."""
    column: int
    last: int
    """Its last line with text."""
    schedule: str = ""
    """What the plugin of Obsidian wrote behind it: `!2026-11-05,172,310`."""


class FencedCards(Struct, frozen=True):
    """A fenced block `flash`: a deck, or cards, in YAML."""

    text: str
    line: int
    """Line of the fence."""


def has_cards(text: str) -> bool:
    """Return True if a note in Markdown says that it has cards."""
    return bool(_NOTE_WITH_CARDS.search(text.lstrip("\ufeff").replace("\r\n", "\n")))


def has_open_matter(text: str) -> bool:
    """Return True if front matter says that there are cards and never ends."""
    begins = text.startswith("---") and _NOTE_WITH_CARDS.match(text)
    return bool(begins) and FRONT_MATTER.match(text) is None


def is_enabled(text: str) -> bool:
    """Return True if cards in the text are read, not only fenced ones."""
    return has_cards(re.sub(r"(?m)^[ \t]*(```+|~~~+)[ \t]*flash\b", "", text))


def holds_cards(text: str) -> bool:
    """Return True if a note has a card, or a mistake in one, and is no template."""
    if not has_cards(text):
        return False
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    matter = FRONT_MATTER.match(text)
    if matter and _PLACEHOLDER.search(matter[0]):
        return False
    start = matter[0].count("\n") if matter else 0
    enabled, problems = is_enabled(text), list[Problem]()
    for card in scan(text.split("\n"), start, problems, ""):
        if enabled or isinstance(card, FencedCards):
            return True
    return enabled and bool(problems)


def scan(
    lines: list[str], start: int, problems: list[Problem], file: str
) -> Iterator[InlineCard | FencedCards]:
    """Yield the cards of a note in their order.

    Args:
        lines: The lines of the note.
        start: Lines of its front matter, which are left out.
        problems: Mistakes are added to it.
        file: The path to show in problems.
    """
    at, code = start, _indented_code(lines, start)
    while at < len(lines):
        fence = _FENCE.match(lines[at])
        if fence:
            end = _end_of_fence(lines, at, fence[1])
            if fence[2] == "flash":
                yield FencedCards("\n".join(lines[at + 1 : end]), at + 1)
            at = end + 1
            continue
        if _OPENS_COMMENT.match(lines[at]):
            at = _end_of_comment(lines, at) + 1
            continue
        if _label_of(lines[at]):
            end = _end_of_labelled(lines, at)
            yield from _labelled(lines, at, end, problems, file)
        elif at in code or _TABLE.match(lines[at]):
            end = at + 1
        elif lines[at].strip() and not _ENDS_CARD.match(lines[at]):
            end = _end_of_paragraph(lines, at)
            yield from _paragraph(lines, at, end, problems, file)
        else:
            end = at + 1
        at = end


def _end_of_fence(lines: list[str], at: int, mark: str) -> int:
    closing = re.compile(rf"\s*{mark[0]}{{{len(mark)},}}\s*$")
    inside = range(at + 1, len(lines))
    return next((i for i in inside if closing.match(lines[i])), len(lines))


def _end_of_comment(lines: list[str], at: int) -> int:
    """Return the last line of a comment of HTML or Obsidian that begins a line."""
    opening = _OPENS_COMMENT.match(lines[at])
    if opening and not opening["html"]:
        inside = lines[at].replace("%%", "", 1)
        if "%%" in inside:
            return at
    closing = "-->" if opening and opening["html"] else "%%"
    below = range(at + 1, len(lines))
    return next((i for i in below if closing in lines[i]), at)


def _indented_code(lines: list[str], start: int) -> set[int]:
    """Return the lines with four spaces that no item is above."""
    found: set[int] = set()
    in_item, may_begin = False, True
    for i in range(start, len(lines)):
        if not lines[i].strip():
            may_begin = True
        elif not _INDENTED.match(lines[i]):
            is_text = not may_begin and not _ENDS_CARD.match(lines[i])
            in_item = bool(_BULLET.match(lines[i])) or (in_item and is_text)
            may_begin = False
        elif may_begin and not in_item:
            found.add(i)
    return found


def _label_of(line: str) -> str:
    """Return Q, A or C if a line begins with it and a colon, of any width."""
    found = _LABEL.match(line)
    return unicodedata.normalize("NFKC", found[1]) if found else ""


def _end_of_labelled(lines: list[str], at: int) -> int:
    """Return where a `Q:` or `C:` ends: at a rule, a heading or the next card."""
    i = at + 1
    while i < len(lines):
        fence = _FENCE.match(lines[i])
        if fence:
            if fence[2] == "flash":
                return i
            i = _end_of_fence(lines, i, fence[1])
        elif _ENDS_CARD.match(lines[i]) or _label_of(lines[i]) in ("Q", "C"):
            return i
        i += 1
    return min(i, len(lines))


def _end_of_paragraph(lines: list[str], at: int) -> int:
    """Return the next blank line; code belongs to the answer below `?`."""
    i, has_mark = at, False
    while i < len(lines) and lines[i].strip():
        has_mark = has_mark or lines[i].strip() in ("?", "??")
        fence = _FENCE.match(lines[i])
        if fence and not has_mark:
            return i
        if fence:
            i = min(_end_of_fence(lines, i, fence[1]), len(lines) - 1)
        elif i > at and (_label_of(lines[i]) or _ENDS_CARD.match(lines[i])):
            return i
        i += 1
    return i


def _labelled(
    lines: list[str], at: int, end: int, problems: list[Problem], file: str
) -> Iterator[InlineCard]:
    label = _label_of(lines[at])
    if label == "C":
        text = "\n".join([lines[at][2:], *lines[at + 1 : end]])
        if not _BRACKETS.search(text):
            hint = _("put the hidden words in [brackets]")
            problems.append(Problem(Place(file, at + 1), _("no part is hidden"), hint))
            return
        yield _card({"cloze": _with_clozes(text, _BRACKETS)}, lines, at, end)
        return
    if label == "A":
        hint = _("write 'Q:' and the question above it")
        message = _("an answer without question")
        problems.append(Problem(Place(file, at + 1), message, hint))
        return
    first = _answer_of(lines, at + 1, end)
    if first is None:
        hint = _("write 'A:' and the answer below it")
        problems.append(
            Problem(Place(file, at + 1), _("a question without answer"), hint)
        )
        return
    front = "\n".join([lines[at][2:], *lines[at + 1 : first]])
    back = "\n".join([lines[first][2:], *lines[first + 1 : end]])
    yield _card({"front": front, "back": back}, lines, at, end)


def _answer_of(lines: list[str], at: int, end: int) -> int | None:
    """Return the line with the answer, outside of code."""
    while at < end:
        fence = _FENCE.match(lines[at])
        if fence:
            at = _end_of_fence(lines, at, fence[1])
        elif _label_of(lines[at]) == "A":
            return at
        at += 1
    return None


def _paragraph(
    lines: list[str], at: int, end: int, problems: list[Problem], file: str
) -> Iterator[InlineCard]:
    marks = [i for i in range(at, end) if lines[i].strip() in ("?", "??")]
    if marks:
        mark = marks[0]
        if mark in (at, end - 1):
            message = _("nothing above the '{mark}'")
            if mark > at:
                message = _("nothing below the '{mark}'")
            message = message.format(mark=lines[mark].strip())
            hint = _("write the question above it and the answer below")
            problems.append(Problem(Place(file, mark + 1), message, hint))
            return
        values = {
            "front": "\n".join(lines[at:mark]),
            "back": "\n".join(lines[mark + 1 : end]),
        }
        if lines[mark].strip() == "??":
            values["reverse"] = "true"
        yield _card(values, lines, at, end)
        return
    for first, last in _units(lines, at, end):
        yield from _unit(lines, first, last)


def _units(lines: list[str], at: int, end: int) -> Iterator[tuple[int, int]]:
    """Split a paragraph at its items."""
    starts = [i for i in range(at, end) if i == at or _BULLET.match(lines[i])]
    yield from zip(starts, [*starts[1:], end], strict=True)


def _unit(lines: list[str], first: int, last: int) -> Iterator[InlineCard]:
    """Read a paragraph or an item: lines with `::`, marked words between them."""
    at = start = first
    while at < last:
        sides = _sides(_BULLET.sub("", _QUOTE.sub("", lines[at]), count=1))
        if sides is None:
            at += 1
            continue
        yield from _marked_words(lines, start, at)
        front, mark, back = sides
        values = {"front": front, "back": back}
        if mark == ":::":
            values["reverse"] = "true"
        end = at + 1
        while end < last and not _COMMENT.sub("", lines[end]).strip():
            end += 1
        yield _card(values, lines, at, end)
        at = start = end
    yield from _marked_words(lines, start, last)


def _marked_words(lines: list[str], first: int, last: int) -> Iterator[InlineCard]:
    shown = [_QUOTE.sub("", line) for line in lines[first:last]]
    text = _BULLET.sub("", "\n".join(shown), count=1)
    if MARKED.search(_VERBATIM.sub("", text)):
        yield _card({"cloze": _with_clozes(text, MARKED)}, lines, first, last)


def _sides(line: str) -> tuple[str, str, str] | None:
    """Split a line at its first `::` or `:::` that is not in code, math or a name."""
    if "::" not in line or _FIELD(line):
        return None
    masked = line
    for pattern in (_COMMENT, _VERBATIM, _ANY_LINK, _ADDRESS_OR_NAME):
        masked = pattern.sub(lambda found: "x" * len(found[0]), masked)
    found = re.search(r"(?<!:):{2,3}(?!:)", masked)
    if found is None or not masked[: found.start()].strip():
        return None
    back = line[found.end() :]
    return (line[: found.start()], found[0], back) if back.strip() else None


def _with_clozes(text: str, pattern: re.Pattern[str]) -> str:
    """Number the hidden words of a text; code and math stay as they are."""
    kept = [found.span() for found in _VERBATIM.finditer(text)]
    count = 0

    def hide(found: re.Match[str]) -> str:
        nonlocal count
        if any(start <= found.start() < end for start, end in kept):
            return found[0]
        count += 1
        hidden = re.sub(r":(?=:)", r"\\:", found[1])
        return f"{{{{c{count}::{hidden}}}}}"

    return pattern.sub(hide, text)


def _card(values: dict[str, str], lines: list[str], at: int, end: int) -> InlineCard:
    while end > at + 1 and not lines[end - 1].strip():
        end -= 1
    made = {}
    for key, text in values.items():
        shown, reference = _text_and_reference(text)
        made[key] = shown
        if reference.startswith(ID_PREFIX):
            made["id"] = reference
    schedule = _SCHEDULE.search("\n".join(lines[at:end]))
    column = len(lines[at]) - len(lines[at].lstrip()) + 1
    return InlineCard(made, at + 1, column, end, schedule[1] if schedule else "")


def _text_and_reference(text: str) -> tuple[str, str]:
    """Return a text as a card has it, and the block reference behind it."""
    lines = COMMENT_OR_CODE.sub(_without_comment, text).strip().split("\n")
    found = _REFERENCE.search(lines[-1])
    if found:
        lines[-1] = lines[-1][: found.start()]
    shown = outside_code("\n".join(lines), lambda part: _DECK_TAG.sub("", part))
    return shown_links(shown.strip()), found[1] if found else ""


def _without_comment(found: re.Match[str]) -> str:
    return "" if found["comment"] else found[0]
