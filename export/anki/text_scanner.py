"""Find pairs of delimiters in linear time.

A pattern such as `<!--.*?-->` looks for the end of every beginning: a field with
10,000 beginnings and no end would take minutes.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from msgspec import Struct


@cache
def _openings(openings: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(openings, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)


class Found(Struct, frozen=True):
    """A piece of a text: a pair of delimiters with its content, or plain text."""

    opening: str
    """Empty for plain text."""
    inner: str
    closing: str


class PairScanner:
    """Splits a text at pairs of delimiters; the first that opens wins."""

    def __init__(self, text: str, pairs: Mapping[str, str]) -> None:
        """Keep the text and the closing of each opening, which may be of any case."""
        self._text, self._pairs = text, pairs
        self._openings = _openings(tuple(pairs))
        self._lower = text.lower() if len(text.lower()) == len(text) else text
        self._absent: set[str] = set()

    def pairs(self) -> Iterator[Found]:
        """Yield pairs and the text between them; an opening without an end is text."""
        start = 0
        position = 0
        while opened := self._openings.search(self._text, position):
            closing = self._pairs[opened[0].lower()]
            end = self._find(closing, opened.end())
            if end < 0:
                position = opened.start() + 1
                continue
            if opened.start() > start:
                yield Found("", self._text[start : opened.start()], "")
            yield Found(opened[0], self._text[opened.end() : end], closing)
            start = position = end + len(closing)
        if start < len(self._text):
            yield Found("", self._text[start:], "")

    def _find(self, closing: str, start: int) -> int:
        if closing in self._absent:
            return -1
        end = self._lower.find(closing, start)
        if end < 0:
            self._absent.add(closing)
        return end
