"""Separators of a card on one line: `question::answer` and `question:::answer`."""

import re

from cards.markdown_notes.gaps import has_anki_clozes
from cards.markdown_notes.note_lines import Passage

_ANY_LINK = re.compile(r"\[\[[^\[\]\n]*\]\]|\[[^\[\]\n]*\]\([^()\s]*\)")
_ADDRESS_OR_NAME = re.compile(
    r"https?://\S+|(?<![\w:])[A-Za-z]\w*(?:::[A-Za-z]\w*){2,}(?![\w:])", re.ASCII
)
"""An address, or a name such as `AWS::S3::Bucket`."""
_FIELD = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\])\s*").fullmatch
"""A field of Dataview in brackets: `(author:: Jane)`."""
_SEPARATOR = re.compile(r"(?<![:：\\])(?::{2,3}|：{2,3})(?![:：])")


def sides_of(line: Passage) -> tuple[str, str, str] | None:
    """Split a line at its first `::` or `:::` that is not in code, math or a name.

    Returns:
        The question, the separator and the answer; None if the line is no card.
    """
    text = line.masked
    if not _SEPARATOR.search(text) or _FIELD(text) or has_anki_clozes(line):
        return None
    for pattern in (_ANY_LINK, _ADDRESS_OR_NAME):
        text = pattern.sub(lambda found: "x" * len(found[0]), text)
    found = _SEPARATOR.search(text)
    if found is None:
        return None
    front, back = line.shown[: found.start()], line.shown[found.end() :]
    return (front, found[0], back) if front.strip() and back.strip() else None
