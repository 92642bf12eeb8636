"""Separators of a card on one line: `question::answer` and `question:::answer`."""

import re

from cards.markdown_notes.gaps import has_anki_clozes
from cards.markdown_notes.note_lines import Passage

_ANY_LINK = re.compile(r"\[\[[^\[\]\n]*\]\]|\[[^\[\]\n]*\]\([^()\s]*\)")
_ADDRESS_OR_NAME = re.compile(
    r"https?://\S+"
    r"|(?<![\w:À-\u1fff])[A-Za-z]\w*(?:::[A-Za-z]\w*){2,}(?![\w:À-\u1fff])"
    r"|(?<![\w:])(?:[\da-f]{4}(?::[\da-f]{1,4})+|fe80|f[cd]00|ff0[\da-f])::"
    r"(?:[\da-f]{1,4}(?::[\da-f]{1,4})*(?!\w)|/\d)",
    re.ASCII | re.IGNORECASE,
)
"""An address, also of IPv6, or a name such as `AWS::S3::Bucket`.

Names are ASCII: `Dogme central::ADN::protéine` has none.
"""
_IN_BRACKETS = re.compile(
    r"\((?:[^():：]|[:：](?![:：]))*[:：]{2}[^()]*\)"
    r"|\[(?:[^\[\]:：]|[:：](?![:：]))*[:：]{2}[^\[\]]*\]"
)
"""A separator in brackets, as in a field of Dataview: `(author:: Jane)`."""
_FIELD = re.compile(
    r"\s*(?:id:: [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|collapsed:: (?:true|false)"
    r"|card-(?:last-(?:interval|reviewed|score)|repeats|ease-factor|next-schedule)::.*)\s*"
).fullmatch
"""Matches a property that Logseq writes."""
_ITEM = re.compile(r"\s*[•・]")
"""Begins an item in plain text; in Markdown it is text."""
_SIGN = r"(?<![:：\\])[:：]{2,3}(?![:：])"
_SEPARATOR = re.compile(_SIGN)
_BEHIND = re.compile(
    rf"(?:(?:[?？]|とは|か)[\s*_\"'”’)）」』]*"
    rf"|^\s*(?!(\S+)::\1\s)[!-~]+\s+(?={_SIGN}\s))(?P<sign>{_SIGN})"
)
"""A separator behind a question, or with blanks behind a name alone.

In Haskell, `id::id :: a -> a` is the name with its signature.
"""
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9\\])((?<!\*)\*{1,3}|(?<!_)_{1,3}|(?<!~)~~|(?<!=)==)(?!\s)"
    r"(.{1,500}?)(?<![\s\\])\1(?![A-Za-z0-9])"
)
"""A mark of emphasis, the text, and the mark; the length bounds the work."""
_INSIDE = re.compile(r"(?<![^\x00-\x7f])::(?=[!-9;-~])")
"""Colons that may be in a name or an address, as those of `std::vector` or `::1`."""


def sides_of(line: Passage) -> tuple[str, str, str] | None:
    """Split a line at its separator: `::` or `:::` outside of code, names and brackets.

    It is the first one; or one behind a question or a name, if all before may be in
    names.  If it is in emphasis, as in `**a::b**`, both sides are emphasized.

    Returns:
        The question, the separator and the answer; None if the line is no card.
    """
    text = line.masked
    if not _SEPARATOR.search(text) or _FIELD(text) or has_anki_clozes(line):
        return None
    text = _ADDRESS_OR_NAME.sub(_crossed_out, without_links(text))
    text = _IN_BRACKETS.sub(_crossed_out, text)
    found = _SEPARATOR.search(text)
    if found is None:
        return None
    start, end = found.span()
    behind = _BEHIND.search(text)
    if behind and all(
        _INSIDE.match(text, one.start())
        for one in _SEPARATOR.finditer(text, start, behind.start("sign"))
    ):
        start, end = behind.span("sign")
    item = _ITEM.match(text)
    front, back = line.shown[item.end() if item else 0 : start], line.shown[end:]
    for mark in _marks_around(text, start, end):
        front, back = _closed(front, mark), _opened(back, mark)
    return (front, text[start:end], back) if front.strip() and back.strip() else None


def _marks_around(text: str, start: int, end: int) -> list[str]:
    """Return the marks of emphasis around a part of a line, the inner ones first."""
    marks, at = list[str](), 0
    while (found := _EMPHASIS.search(text, at)) and found.start() < start:
        is_around = found.end() > end
        if is_around:
            marks.insert(0, found[1])
        at = found.start(2) if is_around else found.end()
    return marks


def _closed(front: str, mark: str) -> str:
    kept = front.rstrip()
    return kept.removesuffix(mark) if kept.endswith(mark) else kept + mark


def _opened(back: str, mark: str) -> str:
    kept = back.lstrip()
    return kept.removeprefix(mark) if kept.startswith(mark) else mark + kept


def without_links(text: str) -> str:
    """Return a text of the same length without its links."""
    return _ANY_LINK.sub(_crossed_out, text)


def _crossed_out(found: re.Match[str]) -> str:
    return "x" * len(found[0])
