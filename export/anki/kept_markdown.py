"""Keep what an edit leaves as it is in the way in which it was written.

Anki has the HTML of a text.  Markdown made from it says the same in other signs, and
lacks what Anki doesn't show, such as the language of code.
"""

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from cards.text.html import to_html
from export.anki.html_to_markdown import to_markdown

_TOKEN = re.compile(r"[A-Za-z0-9]+|.", re.DOTALL)
_MOST_TOKENS = 3000
"""A comparison of more takes too long."""


def with_writing_of(source: str, before: str, after: str) -> str:
    """Return an edited text in which the rest is written as in the source.

    Args:
        source: Markdown as the user wrote it.
        before: Markdown that was made from the HTML of the source.
        after: Markdown that was made from the edited HTML.

    Returns:
        A text that says the same as `after`; that one itself if the parts can't be
        told apart.
    """
    texts = (source, before, after)
    tokens = [_TOKEN.findall(text) for text in texts]
    if before == source or max(map(len, tokens)) > _MOST_TOKENS:
        return after
    made = "".join(_merged(*tokens))
    return made if _meaning(made) == _meaning(after) else after


def _meaning(text: str) -> str:
    return to_markdown(to_html(text))


def _merged(source: list[str], before: list[str], after: list[str]) -> Iterator[str]:
    """Yield the tokens after the edit, those that stayed as they are in the source."""
    written = dict(_written(source, before))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, first, last in matcher.get_opcodes():
        if tag != "equal":
            yield from after[first:last]
            continue
        place = start
        while place < end:
            size, tokens = written.get(place, (1, before[place : place + 1]))
            if place + size > end:
                yield from before[place:end]
                break
            yield from tokens
            place += size


def _written(
    source: list[str], before: list[str]
) -> Iterator[tuple[int, tuple[int, list[str]]]]:
    """Yield the places in `before` with their lengths, and the tokens in the source.

    What only the source has goes with the token before it, at the start with the first.
    """
    found: list[tuple[int, int, list[str]]] = []
    first_tokens: list[str] = []
    matcher = SequenceMatcher(None, before, source, autojunk=False)
    for _, start, end, first, stop in matcher.get_opcodes():
        tokens = source[first:stop]
        if start == end:
            (found[-1][2] if found else first_tokens).extend(tokens)
        elif len(tokens) == end - start:
            found += [(start + at, 1, [one]) for at, one in enumerate(tokens)]
        else:
            found.append((start, end - start, tokens))
    if found:
        found[0][2][:0] = first_tokens
    for place, size, tokens in found:
        yield place, (size, tokens)
