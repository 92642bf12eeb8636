"""Write the clozes of a Markdown text, and escape what only looks like one."""

import re

from cards.text.cloze_writing import apart
from cards.text.markdown import code_text, escaped
from cards.text.verbatim import VerbatimKind, verbatim_spans
from export.anki.cloze_marks import CLOSE, HINT, MARK, OPEN, unmarked

_MARKS = re.compile(f"({MARK})")
_CODE = re.compile(r"(?P<start>[^`]*)(?P<ticks>`+)(?P<inside>.+?)(?P=ticks)", re.DOTALL)
_LIKE_CLOZE = re.compile(r"\{\{(c[0-9,]+:):")
_TWINS = re.compile(r"(?<=:)(?=:)|(?<=\})(?=\})")
_LAST = {HINT: ":", CLOSE: "}"}
"""Characters that a mark would take with it, by the mark after them."""


def with_syntax(markdown: str) -> str:
    """Write clozes in Markdown that has marks; escape text that looks like them.

    Code can't be escaped: it loses its backticks then, or gets blanks if a cloze is
    inside of it.
    """
    if OPEN not in markdown:
        return markdown
    writer, end = _Writer(), 0
    for span in verbatim_spans(markdown, comments=False):
        writer.add(markdown[end : span.start])
        writer.add(markdown[span.start : span.end], span.kind)
        end = span.end
    writer.add(markdown[end:])
    return "".join(writer.written)


class _Writer:
    def __init__(self) -> None:
        self.written: list[str] = []
        self._depth = 0

    def add(self, text: str, kind: VerbatimKind | None = None) -> None:
        """Add text, or a span of code or math with its marks of clozes."""
        parts = _MARKS.split(text)
        if len(parts) == 1 and kind not in (None, VerbatimKind.MATH):
            self.written.append(_code(text, is_hidden=self._depth > 0))
            return
        for i, part in enumerate(parts):
            if i % 2:
                self._depth += {OPEN: 1, CLOSE: -1}.get(part[0], 0)
                self.written.append(unmarked(part))
            elif not self._depth:
                self.written.append(_shown(part))
            else:
                mark, after = (*parts[i + 1 : i + 3], "", "")[:2]
                hidden = _hidden(part, mark) if kind is None else _spaced(part, mark)
                # A blank before its last dollar would make it no math.
                is_last = kind is VerbatimKind.MATH and after.startswith("$")
                if is_last and hidden != part and hidden.endswith(" "):
                    hidden = hidden[:-1] + "\\,"
                self.written.append(hidden)


def _shown(text: str) -> str:
    return _LIKE_CLOZE.sub(r"\\{\\{\1\\:", text)


def _hidden(text: str, following: str) -> str:
    """Escape hidden text, by the mark after it."""
    last = _LAST.get(following, "")
    # No backslash parts a character from the mark after it.
    kept = text.rstrip(last) if last else text
    return apart(kept) + f"&#{ord(last or ' ')};" * (len(text) - len(kept))


def _spaced(text: str, following: str) -> str:
    """Part the characters of hidden code or math by blanks."""
    text, last = _TWINS.sub(" ", text), _LAST.get(following, "")
    return f"{text} " if last and text.endswith(last) else text


def _code(code: str, *, is_hidden: bool) -> str:
    """Write code; as text if a mark would be found in it."""
    looks = ("::", "}}") if is_hidden else ("{{c",)
    found = _CODE.fullmatch(code)
    if found is None or not any(one in code for one in looks):
        return code
    text = escaped(code_text(found["inside"])).strip("\n").replace("\n", "\\\n")
    shown = _hidden(text, "") if is_hidden else _shown(text)
    return found["start"] + shown
