"""The question of a cloze: the text with gaps."""

import re

from cards.text.cloze import Hidden, Parts, render_cloze
from cards.text.verbatim import replaced, verbatim_spans

_END = "\ufdd1"
"""A Unicode noncharacter, which no text may contain."""
_LIKE_LINK = re.compile(rf"\]{_END}(?=\(|:\s*\S+[ \t]*(?:$|[\"'(]))", re.MULTILINE)


def cloze_with_gaps(parsed: Parts, number: int) -> str:
    """Show the text with gaps, `[…]` or `[hint]`, for the hidden text of one number."""
    text = render_cloze(parsed, number, _gap)
    if _LIKE_LINK.search(text):
        # Before `(` the gap would be a link, before `: word` it would be a definition.
        spans = verbatim_spans(text, comments=False)
        text = replaced(text, spans, lambda _, inside: inside.replace(_END, ""))
        text = _LIKE_LINK.sub(r"\\]", text)
    return text.replace(_END, "")


def _gap(hidden: Hidden) -> str:
    return f"[{hidden.hint or '…'}]{_END}"
