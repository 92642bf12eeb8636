"""The text of a Markdown note without what stands in it beside the text.

Comments, block references, marks of callouts and footnotes, and tags are for programs:
they belong into no card, and a change of them is none of the text.  Code and math stay
as they are, and so do all line numbers.
"""

import re
from collections.abc import Iterator

from cards.markdown_notes.commonmark import FRONT_MATTER
from cards.markdown_notes.wiki import is_reference
from cards.text.verbatim import (
    COMMENT,
    VerbatimKind,
    VerbatimSpan,
    masked,
    verbatim_spans,
)

_HINTS = ("%%", "<!--", "^", "[!", "#")
"""A text without any of them is its own."""
_TAG = r"#(?=[\w/-]*[^\W\d_])[\w/-]+"
_IS_TAG = re.compile(_TAG).fullmatch
_ONLY_TAGS = re.compile(
    rf"[\s>]*(?:tags?[ \t]*:[ \t]*)?{_TAG}(?:[\s,]+{_TAG})*\s*", re.IGNORECASE
)
_CALLOUT = re.compile(r"([\s>]*>)[ \t]*\[![\w|-]+\][+-]?(?=\s|\Z)")
_FOOTNOTE = re.compile(r"\[\^[^\[\]\s]+\](?!:)")
_BEGINS_BLOCK = re.compile(r"\s*(?:\Z|[-*+>|#]|\d{1,9}[.)]\s|`{3}|~{3}|<!--|\^)")


def own_text(text: str, *, has_tags: bool) -> str:
    """Remove comments, references, marks and tags from a note.

    Lines with nothing but tags become empty, too.

    Args:
        text: The note; a line feed ends a line.
        has_tags: Words behind a `#` at the end of a line are tags, as in Obsidian.
    """
    if not any(hint in text for hint in _HINTS):
        return text
    matter = FRONT_MATTER.match(text)
    head = matter[0] if matter else ""
    return head + "\n".join(_lines(text[len(head) :], has_tags=has_tags))


def has_callout_title(line: str) -> bool:
    """Return True for a line that begins a callout and names it."""
    found = _CALLOUT.match(line)
    return found is not None and bool(line[found.end() :].strip())


def _lines(text: str, *, has_tags: bool) -> Iterator[str]:
    spans = [span for span in verbatim_spans(text) if not _is_block(span, text)]
    lines, twins = text.split("\n"), masked(text, spans).split("\n")
    following = [*twins[1:], ""]
    for line, twin, below in zip(lines, twins, following, strict=True):
        if COMMENT in twin:
            kept = [i for i, char in enumerate(twin) if char != COMMENT]
            line = "".join(line[i] for i in kept)  # noqa: PLW2901
            twin = twin.replace(COMMENT, "")  # noqa: PLW2901
        yield _own(line, twin, below, has_tags=has_tags)


def _is_block(span: VerbatimSpan, text: str) -> bool:
    """Return True for a comment of HTML alone on its lines, which is no text anyway."""
    if span.kind is not VerbatimKind.COMMENT or not text.startswith("<!--", span.start):
        return False
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    around = text[start : span.start] + text[span.end : end if end >= 0 else len(text)]
    return not around.strip()


def _own(line: str, twin: str, below: str, *, has_tags: bool) -> str:
    """Return a line without marks, given what is text in it and in the next one."""
    if "#" in twin and _ONLY_TAGS.fullmatch(twin):
        return ""
    is_last = bool(_BEGINS_BLOCK.match(below.replace(COMMENT, "")))
    end = _end(twin, has_tags=has_tags, has_reference=is_last)
    line, twin = line[:end], twin[:end]
    callout = _CALLOUT.match(twin)
    parts, at = [callout[1] if callout else ""], callout.end() if callout else 0
    for found in _FOOTNOTE.finditer(twin, at):
        parts.append(line[at : found.start()])
        at = found.end()
    return "".join([*parts, line[at:]])


def _end(twin: str, *, has_tags: bool, has_reference: bool) -> int:
    """Return where a line ends without the tags and references at its end."""
    end = len(twin)
    while end:
        stop = end
        while stop and twin[stop - 1].isspace():
            stop -= 1
        start = max(twin.rfind(" ", 0, stop), twin.rfind("\t", 0, stop)) + 1
        is_tag = has_tags and _IS_TAG(twin, start, stop)
        if not is_tag and not (has_reference and is_reference(twin, start, stop)):
            break
        end = start
    return end
