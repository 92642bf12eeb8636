"""Bold text in Markdown."""

import re

from cards.text.cloze import Parts, plain, render_cloze
from cards.text.verbatim import replaced, verbatim_spans


def in_bold(text: str, mark: str = "**") -> str:
    """Mark a text as bold, unless it has marks or lines of its own."""
    text = text.strip()
    return text if not text or "**" in text or "\n" in text else f"{mark}{text}{mark}"


def cloze_in_bold(parsed: Parts, number: int) -> str:
    """Show the whole text, the hidden text of one number in bold except in code."""
    marked = render_cloze(
        parsed, number, lambda hidden: in_bold(plain(hidden.parts), _MARK)
    )
    spans = verbatim_spans(marked, comments=False)
    # In code and math, asterisks would be visible.
    text = replaced(marked, spans, lambda _, inside: inside.replace(_MARK, ""))
    text = re.sub(f"{_MARK}([^{_MARK}]*){_MARK}", _bold_if_shown, text)
    return text.replace(_MARK, "**")


_MARK = "\ufdd0"
"""A Unicode noncharacter, which no text may contain."""


def _bold_if_shown(found: re.Match[str]) -> str:
    """Bold, but where punctuation touches a letter: asterisks would show there."""
    inner, start, end = found[1], found.start(), found.end()
    before, after = found.string[max(0, start - 1) : start], found.string[end : end + 1]
    if (_is_letter(before) and _is_punctuation(inner[:1])) or (
        _is_letter(after) and _is_punctuation(inner[-1:])
    ):
        return inner
    return f"**{inner}**"


def _is_letter(character: str) -> bool:
    """Whether a character is a letter or digit of a script with spaces."""
    return character.isalnum() and character < "\u2e80"


def _is_punctuation(character: str) -> bool:
    return re.match(r"[^\w\s]", character) is not None
