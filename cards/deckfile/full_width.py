"""Full-width characters of Japanese input where YAML needs a sign or spaces.

So are other spaces, such as the no-break space of a web page.  YAML takes them for text
and complains about something else, often in another line.  They are looked for only in
cards that have problems: in a text they are no mistake.
"""

import re
from bisect import bisect
from collections.abc import Collection, Sequence

from msgspec.structs import fields

from cards.deckfile.fields import CARD_KEYS, HEADER_KEYS
from cards.errors import Place, Problem
from cards.note import Change, Option, Row, Source, SubQuestion
from cards.translate import _

_KEYS = HEADER_KEYS.union(
    *CARD_KEYS.values(),
    *(
        {field.encode_name for field in fields(struct)}
        for struct in (Source, Change, Row, Option, SubQuestion)
    ),
)
_WIDE = "\u3000"
_BLANK = f"\u00a0\u1680\u2000-\u200a\u202f\u205f{_WIDE}"
"""Spaces that YAML takes for text, as they stand in the brackets of a pattern."""
_BLANKS = re.compile(f"[{_BLANK}]")
_HEAD = re.compile(r"(\s*)((?:-\s+)*)")
_DASHES = "－ー−‐–—―"
"""What an input method makes of the key `-`; the first two are full-width."""
_ITEM = re.compile(rf"(\s*(?:-\s+)*)([{_DASHES}])[ {_BLANK}]*(?=\S)")
_LISTS = "accept|cards|cells|compare|items|list|options|source|tags"
_BEGINS_LIST = re.compile(rf"\s*(?:-\s+)*(?:{_LISTS}):\s*(?:#.*)?")
_KEY = re.compile(f"([a-z]+)(?:： *| *:[{_BLANK}])[ {_BLANK}]*")
_ANY_KEY = re.compile("([a-z]+) *[:：]")
_ALIGNED = re.compile(rf"(\s*){_ANY_KEY.pattern}")
_BEGINS_TEXT = re.compile(r"(?:[a-z]+: +)?[|>][-+0-9]*\s*(?:#.*)?")

_Mistake = tuple[int, str, str]
"""Column, message, hint."""


def corrected(
    text: str, file: str, suspects: Collection[int], starts: Sequence[int]
) -> tuple[str, list[Problem]]:
    """Correct full-width characters in the cards that have problems.

    Args:
        text: A deck file.
        file: The path to show.
        suspects: Lines, from 1, of what is wrong with it.
        starts: The lines, from 1, at which its cards begin.

    Returns:
        The text as it was meant, and a problem for each mistake.
    """
    cards = {bisect(starts, line) for line in suspects}
    # What is wrong with the first line of a card can come from the card before it.
    cards |= {bisect(starts, line - 1) for line in suspects}
    found: list[Problem] = []
    lines = text.split("\n")
    text_indent: int | None = None
    above = ""
    for number, line in enumerate(lines, 1):
        indent = _indent(line)
        if not line.strip() or (text_indent is not None and indent > text_indent):
            continue
        if bisect(starts, number) in cards:
            below = "".join(lines[number : number + 1])
            lines[number - 1], mistakes = _corrected_line(line, above, below)
            for column, message, hint in mistakes:
                found.append(Problem(Place(file, number, column), message, hint))
        head = _HEAD.match(lines[number - 1])
        begins_text = head and _BEGINS_TEXT.fullmatch(lines[number - 1], head.end())
        text_indent = head.end() if head and begins_text else None
        above = lines[number - 1]
    return "\n".join(lines), found


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _columns(indent: str) -> int:
    """Return the width of an indentation as an editor shows it."""
    return len(indent.replace(_WIDE, "  "))


def _gap(item: re.Match[str], below: str) -> str:
    """Return the blanks after a dash that align a key with the one below."""
    key = _ALIGNED.match(below)
    if not (key and key[2] in _KEYS):
        return " "
    return " " * max(1, _columns(key[1]) - _columns(item[1]) - 1)


def _is_item(item: re.Match[str], above: str) -> bool:
    """Return True if a dash begins an item: of keys, or of a list."""
    key = _ANY_KEY.match(item.string, item.end())
    if key and key[1] in _KEYS:
        return True
    # A text of several lines may have dashes, too.
    indent = _columns(item[1])
    is_next = bool(re.match(r"\s*- ", above)) and indent == _indent(above)
    return is_next or (bool(_BEGINS_LIST.fullmatch(above)) and indent >= _indent(above))


def _corrected_line(line: str, above: str, below: str) -> tuple[str, list[_Mistake]]:
    """Return a line as it was meant, and its mistakes.

    Args:
        line: Not in a text of several lines.
        above: The line before it, corrected.
        below: The line after it, as it was typed.
    """
    found: list[_Mistake] = []
    typed = len(line)
    item = _ITEM.match(line)
    if item and _is_item(item, above):
        message = _("'{sign}' is full-width")
        if item[2] not in _DASHES[:2]:
            message = _("'{sign}' is not the hyphen of ASCII")
        hint = _("write '- ' in ASCII")
        found.append((item.start(2) + 1, message.format(sign=item[2]), hint))
        line = f"{item[1]}-{_gap(item, below)}{line[item.end() :]}"
    shift = typed - len(line)
    head = _HEAD.match(line)
    indent, dashes = head.groups() if head else ("", "")
    start = len(indent) + len(dashes)
    rest = line[start:]
    blank = _BLANKS.search(line, 0, start)
    if blank:
        message = _("a full-width space (U+3000)")
        if blank[0] != _WIDE:
            message = _("a space that is not an ordinary one (U+{code:04X})")
            message = message.format(code=ord(blank[0]))
        found.append((blank.start() + 1, message, _("type ordinary spaces")))
        # As wide as an editor shows it, which is what the other lines are aligned to.
        indent = _BLANKS.sub(" ", indent.replace(_WIDE, "  "))
        dashes = re.sub(rf"-\s*[{_BLANK}]\s*", "- ", dashes)
    key = _KEY.match(rest)
    if key and key[1] in _KEYS:
        message = _("no ': ' after '{key}'").format(key=key[1])
        hint = _("write '{key}: ' with a colon and a space").format(key=key[1])
        found.append((start + 1 + shift, message, hint))
        rest = f"{key[1]}: {rest[key.end() :]}"
    return indent + dashes + rest, found
