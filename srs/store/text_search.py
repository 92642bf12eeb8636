"""Find a text in notes, as it is written and as it is shown."""

import re

import msgspec

from cards.note import Content
from cards.questions import texts_of
from cards.text.folding import fold
from cards.text.terminal import plain_text

_content = msgspec.json.Decoder(Content)
_CLOZE = re.compile(r"\{\{c\d+::|\}\}|::")
_MARKUP = r"*_`\\\s"
"""What emphasis, code and line ends consist of, as a set for a pattern."""
_BETWEEN = rf"(?:[{_MARKUP}]|(?<=\\)n)*+"
"""What may stand in the JSON of a note between two characters that are shown."""


class Needle:
    """A text to be found, in any width and case."""

    def __init__(self, text: str) -> None:
        """Prepare the search for a text."""
        self.folded = fold(text)
        self.in_json = msgspec.json.encode(self.folded).decode()[1:-1]
        letters = re.sub(f"[{_MARKUP}]", "", self.folded)
        pattern = _BETWEEN.join(map(re.escape, letters)) if letters[1:] else "(?!)"
        self.spread = re.compile(pattern).search
        """Finds its letters with marks between them, in a text or JSON."""

    def may_be_in(self, raw: str) -> bool:
        """Return False if no text in a JSON, folded by `folded_json`, can match."""
        return self.in_json in raw or self.spread(raw) is not None

    def is_in(self, text: str) -> bool:
        """Return True if a Markdown text contains the needle, or shows it."""
        raw = fold(text)
        if self.folded in raw:
            return True
        return bool(self.spread(raw)) and self.folded in fold(plain_text(text))


def folded_json(fields: str) -> str:
    """Fold the JSON of a note's content, and remove the markers of gaps."""
    raw = fold(fields)
    return _without_cloze_marks(raw) if "{{c" in raw else raw


def note_texts(fields: str) -> list[str]:
    """Return the texts of a note, without the markers of gaps.

    Args:
        fields: The JSON of its content.
    """
    return [
        _without_cloze_marks(text) if path == ("cloze",) else text
        for path, text in texts_of(_content.decode(fields))
    ]


def _without_cloze_marks(text: str) -> str:
    """Remove the markers of gaps; their answers and hints stay."""
    return _CLOZE.sub("", text)
