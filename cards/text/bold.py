"""Bold text in Markdown, where its marks don't show."""

import re

from cards.text.cloze import Parts, plain, render_cloze
from cards.text.markdown import is_simple
from cards.text.verbatim import replaced, verbatim_spans

_MARK = "\ufdd0"
"""A Unicode noncharacter, which no text may contain."""
_HIDDEN = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)


def in_bold(text: str) -> str:
    """Mark a text between blanks as bold, unless it has marks or lines of its own."""
    text = text.strip()
    if not text or "**" in text or "\n" in text:
        return text
    return _shown_alike(f"a **{text}**", f"a {text}")[2:]


def cloze_in_bold(parsed: Parts, number: int) -> str:
    """Show the whole text, the hidden text of one number in bold except in code."""
    marked = render_cloze(parsed, number, lambda hidden: _marked(plain(hidden.parts)))
    # What is hidden side by side is bold as a whole.
    marked = marked.replace(_MARK * 2, "")
    spans = verbatim_spans(marked, comments=False)
    # In code and math, asterisks would be visible.
    text = replaced(marked, spans, lambda _, inside: inside.replace(_MARK, ""))
    return _shown_alike(text.replace(_MARK, "**"), plain(parsed))


def _shown_alike(bold: str, text: str) -> str:
    """Return `bold` if it shows the same as `text`, which has no marks for bold."""
    if is_simple(bold) or _without_bold(bold) == _without_bold(text):
        return bold
    return text


def _marked(hidden: str) -> str:
    found = _HIDDEN.fullmatch(hidden)
    if found is None or not found[2] or "**" in hidden or "\n" in hidden:
        return hidden
    return found[1] + _MARK + found[2] + _MARK + found[3]


def _without_bold(text: str) -> str:
    from cards.text.html import to_html  # noqa: PLC0415 - not for the first question

    return re.sub("</?strong>", "", to_html(text))
