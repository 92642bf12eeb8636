"""A line in which text is typed, with a cursor; all lines of the screens are like it.

It knows the keys of a shell's line: arrows, Home and End, Ctrl-A and Ctrl-E, Ctrl-W,
Ctrl-U.  A line break that is pasted becomes a blank.
"""

import re

from msgspec import Struct

from cards.text.width import Line, StyledText, TextStyle, clean, clipped, width_of

_WIDE_BLANK = "\u3000"
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
        left, right = _last(before), _second(after)
        match key:
            case "left":
                return TextInput(before[:left], before[left:] + after)
            case "right":
                return TextInput(before + after[:right], after[right:])
            case "home" | "ctrl+a":
                return TextInput("", before + after)
            case "end" | "ctrl+e":
                return TextInput(before + after)
        return TextInput(*_edited(before, after, key))


def pasted(text: str) -> str:
    """Return the characters that a pasted text types in a line."""
    return " ".join(text.splitlines()).replace("\t", " ")


def input_line(typed: TextInput, columns: int) -> Line:
    """Return the line in which a text is typed, as far as it fits around the cursor."""
    before, after = clean(typed.before), clean(typed.after)
    room = max(0, columns - 3)
    start = _tail(before, room - min(width_of(after), room // 3))
    rest = room - width_of(start)
    shown = clipped(after, rest) if after and rest else ""
    return tuple(
        span
        for span in (
            StyledText("› ", TextStyle.ACCENT),
            StyledText(start),
            StyledText("▏"),
            StyledText(shown),
        )
        if span.text
    )


def _edited(before: str, after: str, key: str) -> tuple[str, str]:
    match key:
        case "backspace" | "ctrl+h":
            return before[: _last(before)], after
        case "delete":
            return before, after[_second(after) :]
        case "ctrl+w":
            return re.sub(r"\S*\s*$", "", before), after
        case "ctrl+u":
            return "", after
    is_character = len(key) == 1 and (key.isprintable() or key == _WIDE_BLANK)
    return (before + key if is_character else before), after


def _last(text: str) -> int:
    """Return where the last character begins; its marks belong to it."""
    start = len(text) - 1
    while start > 0 and not width_of(text[start]):
        start -= 1
    return max(0, start)


def _second(text: str) -> int:
    """Return where the second character begins."""
    start = 1
    while start < len(text) and not width_of(text[start]):
        start += 1
    return start


def _tail(text: str, columns: int) -> str:
    """Return the end of the text that fits."""
    while text and width_of(text) > columns:
        text = text[1:]
    return text
