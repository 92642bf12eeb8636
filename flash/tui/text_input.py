"""A line in which text is typed, with a cursor; all lines of the screens are like it.

It knows the keys of a shell's line: arrows, Home and End, Ctrl-A and Ctrl-E, Ctrl-W,
Ctrl-U.  A line break that is pasted becomes a blank.
"""

import re
from collections.abc import Sequence
from unicodedata import category

from msgspec import Struct

from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    characters,
    clean,
    clipped,
    line_width,
    width_of,
)

_CURSOR = "▏"
_JOINERS = "\u200c\u200d"
"""Persian and Indic words are spelled with them, and joined emoji."""
EDIT_KEYS = (
    *("left", "right", "home", "end", "ctrl+a", "ctrl+e"),
    *("backspace", "ctrl+h", "delete", "ctrl+w", "ctrl+u"),
)
"""Keys by name that move the cursor or erase; any other is the text that it types."""


class TextInput(Struct, frozen=True):
    """A typed line; the cursor is between the two texts."""

    before: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """Return the whole line."""
        return self.before + self.after

    def press(self, key: str) -> "TextInput":
        """Return the line after a key.

        Args:
            key: A character, or one of `EDIT_KEYS`.
        """
        before, after = self.before, self.after
        match key:
            case "left":
                kept = _without_last(before)
                return TextInput(kept, before[len(kept) :] + after)
            case "right":
                kept = _without_first(after)
                return TextInput(before + after[: len(after) - len(kept)], kept)
            case "home" | "ctrl+a":
                return TextInput("", before + after)
            case "end" | "ctrl+e":
                return TextInput(before + after)
        return TextInput(*_edited(before, after, key))


def pasted(text: str) -> str:
    """Return the characters that a pasted text types in a line."""
    return " ".join(text.splitlines()).replace("\t", " ")


def is_text(key: str) -> bool:
    """Return True if a key types itself: a character, a blank of any kind, a joiner."""
    is_kept = key.isprintable() or key in _JOINERS
    return len(key) == 1 and (is_kept or category(key) == "Zs")


def input_line(typed: TextInput, columns: int) -> Line:
    """Return the line in which a text is typed, as far as it fits around the cursor."""
    # As one text: a joiner beside the cursor is not at the end of it.
    text = clean(typed.before + _CURSOR + typed.after)
    before, _cursor, after = text.partition(_CURSOR)
    room = max(0, columns - 3)
    start = _tail(before, room - min(width_of(after), room // 3))
    rest = room - width_of(start)
    shown = clipped(after, rest) if after and rest else ""
    return tuple(
        span
        for span in (
            StyledText("› ", TextStyle.ACCENT),
            StyledText(start),
            StyledText(_CURSOR),
            StyledText(shown),
        )
        if span.text
    )


def cursor_place(lines: Sequence[Line]) -> tuple[int, int]:
    """Return column and row of the cursor of an `input_line`; (0, 0) without one."""
    for row, line in enumerate(lines):
        for i, span in enumerate(line):
            if span.text == _CURSOR:
                return line_width(line[:i]), row
    return 0, 0


def _edited(before: str, after: str, key: str) -> tuple[str, str]:
    match key:
        case "backspace" | "ctrl+h":
            return _without_last(before), after
        case "delete":
            return before, _without_first(after)
        case "ctrl+w":
            return re.sub(r"\S*\s*$", "", before), after
        case "ctrl+u":
            return "", after
    return (before + key if is_text(key) else before), after


def _without_last(text: str) -> str:
    return "".join(characters(text)[:-1])


def _without_first(text: str) -> str:
    return "".join(characters(text)[1:])


def _tail(text: str, columns: int) -> str:
    """Return the end of the text that fits."""
    while text and width_of(text) > columns:
        text = text[1:]
    return text
