"""Similarity of blocks and cards: the share of a block's text that a card has too.

Texts are compared by character 3-grams, which need no words and so also work for
Japanese.  Rare 3-grams weigh more.  A short text says little alone: what it stands
under must be in the card as well.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct

from cards.markdown_notes.blocks import NoteBlocks
from cards.note import Note
from cards.questions import texts_of

LEAST = 0.35
"""Share of a block's weight that a card must have."""
LEAST_IN_CONTEXT = 0.6
"""The same for a short block, with the share of what stands above it added."""
SHORT = 30
"""Characters below which a block is short."""

_MOST_KEPT = 10_000
_BREAK = "\x1f"
"""Parts the texts of a card."""
_NO_WORD = re.compile(f"[^\\w{_BREAK}]+|_+")


class Similar(Struct, frozen=True):
    """A card that seems to ask a block."""

    card: int
    share: float
    """Of the block's weight; for a short block, of what stands above it as well."""


def folded(text: str) -> str:
    """Reduce a text to its letters and digits, regardless of width and case."""
    return _NO_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())


def three_grams(text: str) -> set[str]:
    """Return the character 3-grams of a text; the text itself if it is shorter."""
    text = folded(text)
    return {text[i : i + 3] for i in range(len(text) - 2)} or {text} - {""}


class SimilarCards:
    """The cards by the 3-grams of some notes."""

    def __init__(self, cards: Sequence[Note], notes: Iterable[NoteBlocks]) -> None:
        """Index the cards, as notes of decks, for these notes only."""
        texts = (block.text for note in notes for block in note.blocks)
        self._wanted = set[str]().union(*map(three_grams, texts))
        self._cards: dict[str, list[int]] = defaultdict(list)
        self._total = len(cards) + 1
        # Few cards are compared, but some of them with many blocks.
        self._grams = lru_cache(_MOST_KEPT)(
            lambda card: _grams_of(cards[card]) & self._wanted
        )
        for index, card in enumerate(cards):
            for gram in _grams_of(card) & self._wanted:
                self._cards[gram].append(index)

    def find(self, note: NoteBlocks, blocks: Iterable[int]) -> dict[int, list[Similar]]:
        """Find the cards whose text contains much of a block's text.

        Args:
            note: The note.
            blocks: Indexes of the blocks to compare.

        Returns:
            The cards of each block that has some, the most similar first.
        """
        found: dict[int, list[Similar]] = {}
        for index in blocks:
            near = self._near(note, index)
            if near:
                found[index] = sorted(near, key=lambda one: (-one.share, one.card))
        return found

    def _near(self, note: NoteBlocks, index: int) -> list[Similar]:
        text = note.blocks[index].text
        grams = three_grams(text)
        above = _above(note, index) - grams
        is_short = len(folded(text)) < SHORT
        weight = {gram: self._weight(gram) for gram in (*grams, *above)}
        near = []
        for card in self._candidates(grams, weight):
            own = self._grams(card)
            share = _share(grams, own, weight)
            if share < LEAST:
                continue
            if is_short:
                share += _share(above, own, weight)
            if not is_short or share >= LEAST_IN_CONTEXT:
                near.append(Similar(card, share))
        return near

    def _weight(self, gram: str) -> float:
        count = len(self._cards.get(gram, ()))
        return math.log(self._total / (count + 0.5))

    def _candidates(self, grams: set[str], weight: Mapping[str, float]) -> list[int]:
        """Return every card that can reach `LEAST`.

        The rare 3-grams, which few cards have, are counted first; what a card lacks of
        them it can't make up for with the rest.
        """
        rest = _sum(grams, weight)
        enough = LEAST * rest
        reached: dict[int, float] = defaultdict(float)
        for gram in sorted(grams, key=lambda gram: (-weight[gram], gram)):
            if rest < enough / 2:
                break
            rest -= weight[gram]
            for card in self._cards.get(gram, ()):
                reached[card] += weight[gram]
        return [card for card, sum_ in reached.items() if sum_ + rest >= enough - 1e-9]


def _sum(grams: set[str], weight: Mapping[str, float]) -> float:
    return sum(map(weight.__getitem__, grams))


def _share(grams: set[str], own: set[str], weight: Mapping[str, float]) -> float:
    """Return the share of 3-grams that a card has, by weight, 0 to 1."""
    whole = _sum(grams, weight)
    return _sum(grams & own, weight) / whole if whole else 0.0


def _above(note: NoteBlocks, index: int) -> set[str]:
    """Return the 3-grams of the items and the heading above a block."""
    block = note.blocks[index]
    texts = [note.blocks[parent].text for parent in block.parents]
    texts += block.headings[-1:]
    return set().union(*map(three_grams, texts))


def _grams_of(card: Note) -> set[str]:
    texts = [text for _, text in texts_of(card.content)]
    texts += [card.extra, card.changed.was if card.changed else ""]
    return three_grams(_BREAK.join(texts))
