"""Write a text as a cloze from which it can be read again.

The first `}}` ends a cloze and the first `::` begins its hint, also in math and code.
Blanks part them in math, where they have no meaning; elsewhere a backslash does.
Code would show the backslash: code with such characters becomes text.
"""

import re

from cards.text.markdown import code_text, escaped
from cards.text.verbatim import VerbatimKind, verbatim_spans

_TWIN = re.compile(r"(?<=:):|(?<=\})\}|(?<=\{)\{")
_LIKE_CLOZE = re.compile(r"::|\}\}|\{\{c")
_CODE = re.compile(r"(`+)(.+)\1", re.DOTALL)
_ESCAPED_END = re.compile(r"((?:\\\\)*)\\?([:}])\Z")


def hide(number: int, text: str, hint: str = "") -> str:
    """Write Markdown as a cloze.

    Args:
        number: The number of its card.
        text: The hidden text.
        hint: The text that stands for it, may be empty.

    Returns:
        A cloze that shows the same text and the same hint when it is parsed.
    """
    shown = f"{{{{c{number}::{_readable(text, ends_in_colon=not hint)}"
    return f"{shown}::{_readable(hint)}}}}}" if hint else shown + "}}"


def escaped_colons(text: str) -> str:
    """Escape each colon that follows another, so that a cloze keeps them."""
    return re.sub(r"(?<=:):", r"\\:", text)


def _readable(text: str, *, ends_in_colon: bool = True) -> str:
    parts, plain, end = list[str](), "", 0
    for span in verbatim_spans(text):
        plain += text[end : span.start]
        inside = text[span.start : span.end]
        code = _CODE.fullmatch(inside) if span.kind is VerbatimKind.CODE else None
        if code and _LIKE_CLOZE.search(inside):
            plain += escaped(code_text(code[2]))
        else:
            is_math = span.kind is VerbatimKind.MATH
            shown = _TWIN.sub(r" \g<0>", inside) if is_math else inside
            parts += [apart(plain), shown]
            plain = ""
        end = span.end
    whole = "".join([*parts, apart(plain + text[end:])])
    is_closing = whole.endswith("}") or (whole.endswith(":") and not ends_in_colon)
    return _ESCAPED_END.sub(_entity, whole) if is_closing else whole


def apart(text: str) -> str:
    """Escape outside of math and code what would begin or end a cloze or its hint."""
    return _TWIN.sub(r"\\\g<0>", text)


def _entity(found: re.Match[str]) -> str:
    """Write the last character, which a backslash would not part from a mark."""
    return f"{found[1]}&#{ord(found[2])};"
