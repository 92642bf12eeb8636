"""Write ids of cards into a note, as block references behind them.

A reference of Obsidian stays the last one, since links lead to that one.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from cards.markdown_notes.inline_cards import InlineCard
from cards.markdown_notes.note_lines import NoteLines
from cards.markdown_notes.plugin_settings import plugin_settings

_END = re.compile(r"(?:(?:^|\s+)\^[A-Za-z0-9-]+)*\s*(?:<!--.*?-->\s*)*\Z")
"""References and comments at the end of a line."""
_ALONE = re.compile(r"\s*(?:`{3,}|~{3,}|\$\$|\|)|.*\|\s*\Z")
"""Lines that a reference would break: the end of code, of math, a row alone."""


def without_line_ends(text: str) -> str:
    """Return the text of a note with line feeds only."""
    return "\n".join(line.removesuffix("\r") for line in text.split("\n"))


def with_references(
    text: str, path: Path, cards: Iterable[tuple[InlineCard, str]]
) -> str:
    """Write an id behind each of some cards.

    Args:
        text: The note.
        path: Its path.
        cards: Cards of the note in their order, and their ids.
    """
    lines = text.split("\n")
    note = NoteLines(without_line_ends(text), plugin_settings(path))
    for card, name in reversed(list(cards)):
        # Comments of other programs stay at the end.
        below = range(card.last - 1, card.line - 1, -1)
        at = next(filter(note.shows_text, below), card.line - 1)
        _write(lines, at, f"^{name}", is_row=note.is_in_table(at))
    return "\n".join(lines)


def _write(lines: list[str], at: int, reference: str, *, is_row: bool) -> None:
    """Write a reference at the end of a line of a card, before others and comments."""
    line = lines[at].removesuffix("\r")
    end = lines[at][len(line) :]
    if is_row or _ALONE.match(line):
        lines.insert(at + 1, reference + end)
    else:
        found = _END.search(line)
        cut = found.start() if found else len(line)
        text, rest = line[:cut], line[cut:].strip()
        lines[at] = " ".join(filter(None, (text, reference, rest))) + end
