"""Full-width characters of Japanese input where YAML needs a colon or spaces.

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
_KEY = re.compile(f"([a-z]+)(?:： *| *:[{_BLANK}])[ {_BLANK}]*")
_BEGINS_TEXT = re.compile(r"(?:[a-z]+: +)?[|>][-+0-9]*\s*(?:#.*)?")


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
    for number, line in enumerate(lines, 1):
        indent = len(line) - len(line.lstrip(" "))
        if not line.strip() or (text_indent is not None and indent > text_indent):
            continue
        if bisect(starts, number) in cards:
            lines[number - 1], mistakes = _corrected_line(line)
            for column, message, hint in mistakes:
                found.append(Problem(Place(file, number, column), message, hint))
        head = _HEAD.match(lines[number - 1])
        begins_text = head and _BEGINS_TEXT.fullmatch(lines[number - 1], head.end())
        text_indent = head.end() if head and begins_text else None
    return "\n".join(lines), found


def _corrected_line(line: str) -> tuple[str, list[tuple[int, str, str]]]:
    """Return a line as it was meant; column, message and hint of its mistakes."""
    found: list[tuple[int, str, str]] = []
    head = _HEAD.match(line)
    indent, dashes = head.groups() if head else ("", "")
    start = len(indent) + len(dashes)
    rest = line[start:]
    blank = _BLANKS.search(line, 0, start)
    if blank:
        message = _("a full-width space (U+3000)")
        if blank[0] != _WIDE:
            message = _("a space (U+{code:04X}) that is no ordinary one")
            message = message.format(code=ord(blank[0]))
        found.append((blank.start() + 1, message, _("type ordinary spaces")))
        # As wide as an editor shows it, which is what the other lines are aligned to.
        indent = _BLANKS.sub(" ", indent.replace(_WIDE, "  "))
        dashes = re.sub(rf"-\s*[{_BLANK}]\s*", "- ", dashes)
    key = _KEY.match(rest)
    if key and key[1] in _KEYS:
        message = _("no ': ' after '{key}'").format(key=key[1])
        hint = _("write '{key}: ' with a colon and a space").format(key=key[1])
        found.append((start + 1, message, hint))
        rest = f"{key[1]}: {rest[key.end() :]}"
    return indent + dashes + rest, found
