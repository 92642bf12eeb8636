"""Similarity of blocks and cards: the share of a block's text that a card has too.

Texts are compared by character 3-grams, which need no words and so also work for
Japanese.  Rare 3-grams weigh more.  A short text says little alone: what it stands
under must be in the card as well.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

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


def similar_cards(
    note: NoteBlocks, blocks: Iterable[int], cards: Sequence[Note]
) -> dict[int, list[Similar]]:
    """Find the cards whose text contains much of a block's text.

    Args:
        note: The note.
        blocks: Indexes of the blocks to compare.
        cards: The cards, as notes of a deck.

    Returns:
        The cards of each block that has some, the most similar first.
    """
    own = {index: three_grams(note.blocks[index].text) for index in blocks}
    above = {index: _above(note, index) - grams for index, grams in own.items()}
    index = _Index(cards, set().union(*own.values(), *above.values()))
    found: dict[int, list[Similar]] = {}
    for block, grams in own.items():
        is_short = len(folded(note.blocks[block].text)) < SHORT
        whole, whole_above = index.weight(grams), index.weight(above[block])
        near = []
        for card in index.candidates(grams):
            share = index.share(grams, whole, card)
            if share < LEAST:
                continue
            if is_short:
                share += index.share(above[block], whole_above, card)
            if not is_short or share >= LEAST_IN_CONTEXT:
                near.append(Similar(card, share))
        if near:
            found[block] = sorted(near, key=lambda one: (-one.share, one.card))
    return found


def _above(note: NoteBlocks, index: int) -> set[str]:
    """Return the 3-grams of the items and the heading above a block."""
    block = note.blocks[index]
    texts = [note.blocks[parent].text for parent in block.parents]
    texts += block.headings[-1:]
    return set().union(*map(three_grams, texts))


class _Index:
    """The cards by the 3-grams that matter."""

    def __init__(self, cards: Sequence[Note], wanted: set[str]) -> None:
        self._grams = [_grams_of(card) & wanted for card in cards]
        self._cards: dict[str, list[int]] = defaultdict(list)
        for card, grams in enumerate(self._grams):
            for gram in grams:
                self._cards[gram].append(card)
        total = len(cards) + 1
        self._weight = {
            gram: math.log(total / (len(self._cards.get(gram, ())) + 0.5))
            for gram in wanted
        }

    def candidates(self, grams: set[str]) -> list[int]:
        """Return every card that can reach `LEAST`.

        The rare 3-grams, which few cards have, are counted first; what a card lacks of
        them it can't make up for with the rest.
        """
        weight = self._weight
        rest = self.weight(grams)
        enough = LEAST * rest
        reached: dict[int, float] = defaultdict(float)
        for gram in sorted(grams, key=lambda gram: (-weight[gram], gram)):
            if rest < enough / 2:
                break
            rest -= weight[gram]
            for card in self._cards.get(gram, ()):
                reached[card] += weight[gram]
        return [card for card, sum_ in reached.items() if sum_ + rest >= enough - 1e-9]

    def weight(self, grams: set[str]) -> float:
        """Return the weight of 3-grams."""
        return sum(map(self._weight.__getitem__, grams))

    def share(self, grams: set[str], whole: float, card: int) -> float:
        """Return the share of 3-grams of weight `whole` that a card has, 0 to 1."""
        return self.weight(grams & self._grams[card]) / whole if whole else 0.0


def _grams_of(card: Note) -> set[str]:
    texts = [text for _, text in texts_of(card.content)]
    texts += [card.extra, card.changed.was if card.changed else ""]
    return three_grams(_BREAK.join(texts))
