"""The marks of clozes on their way from HTML to Markdown.

Anki looks for `{{c1::`, `::` and `}}` in the HTML of a field, so an entity or a tag in
between makes them text.  Markdown knows no such difference: the marks travel as
noncharacters until `export.anki.cloze_escapes` writes them.
"""

import re

OPEN, NUMBERED, HINT, CLOSE = "\ufdd4", "\ufdd5", "\ufdd6", "\ufdd7"
MARK = f"{OPEN}[0-9,]+{NUMBERED}|[{HINT}{CLOSE}]"
"""A regular expression for one mark."""

_SYNTAX = re.compile(r"\{\{c([0-9,]+)::|\}\}|::")
_NO_MARKS = str.maketrans("", "", OPEN + NUMBERED + HINT + CLOSE)
_WRITTEN = str.maketrans({OPEN: "{{c", NUMBERED: "::", HINT: "::", CLOSE: "}}"})


def with_marks(field: str) -> str:
    """Replace the syntax of clozes in the HTML of a field by marks."""
    opened: list[bool] = []
    """For each open cloze whether its hint has begun."""

    def mark(found: re.Match[str]) -> str:
        text = found[0]
        if found[1]:
            opened.append(False)
            return f"{OPEN}{found[1]}{NUMBERED}"
        if not opened:
            return text
        if text == "}}":
            opened.pop()
            return CLOSE
        if opened[-1]:
            return text
        opened[-1] = True
        return HINT

    return _SYNTAX.sub(mark, field.translate(_NO_MARKS))


def unmarked(text: str) -> str:
    """Write the marks in a text as Anki does; nothing else changes."""
    return text.translate(_WRITTEN)
