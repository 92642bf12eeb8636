"""Merge two edits of one text, word by word.

A cloze counts as one word, so that a gap that one side made and a word that the other
one added after it are apart.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

_TOKEN = re.compile(r"\{\{c[0-9,]+::[^{}]*\}\}|\w+|.", re.DOTALL)
_MOST_TOKENS = 3000
"""A comparison of more takes too long."""

_Edit = tuple[int, int, tuple[str, ...]]
"""Tokens of the base from a place on up to another one, and what replaces them."""


def merged_text(base: str, ours: str, theirs: str) -> str | None:
    """Return a text with the edits of both sides.

    Args:
        base: What both sides had.
        ours: The text of one side.
        theirs: The text of the other side.

    Returns:
        None if both changed the same words, or added some at the same place.
    """
    before, mine, other = (_TOKEN.findall(text) for text in (base, ours, theirs))
    if max(map(len, (before, mine, other))) > _MOST_TOKENS:
        return None
    edits = sorted({*_edits(before, mine), *_edits(before, other)})
    made: list[str] = []
    place = 0
    for index, (start, end, tokens) in enumerate(edits):
        if start < place or (index and edits[index - 1][:2] == (start, end)):
            return None
        made += [*before[place:start], *tokens]
        place = end
    return "".join((*made, *before[place:]))


def _edits(before: list[str], after: list[str]) -> Iterator[_Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield start, end, tuple(after[first:last])
