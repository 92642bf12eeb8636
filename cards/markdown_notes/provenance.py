"""Provenance: which cards say that they were made from which blocks.

A source names a note, lines and the hashes of blocks.  The hash decides, so a block is
found wherever it moved; the lines choose among blocks of equal text.
"""

import os.path
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from pathlib import Path

from msgspec import Struct

from cards.markdown_notes.blocks import Block, NoteBlocks
from cards.note import Note, Source

_ALIKE = 0.5


class ChangedBlock(Struct, frozen=True):
    """A block that its note no longer has."""

    was: str
    """Its words, from the comment of the draft; empty if there is none."""
    now: str
    """What stands at its lines now; empty if nothing does."""


class ChangedSource(Struct, frozen=True):
    """A card and the blocks of its source that have changed."""

    card: Note
    source: Source
    blocks: tuple[ChangedBlock, ...]


def passages(note: NoteBlocks, cards: Sequence[Note]) -> Iterator[tuple[int, Source]]:
    """Yield the cards (index) with sources in a note.

    A source whose note is not where it says, as in a deck of somebody else, may be in
    any note: its hashes decide.
    """
    here = os.path.realpath(note.file)
    targets: dict[tuple[str, str], str] = {}
    for index, card in enumerate(cards):
        for source in card.sources:
            if not source.note:
                continue
            key = (os.path.dirname(card.file), source.note)  # noqa: PTH120 - a text
            if key not in targets:
                targets[key] = os.path.realpath(Path(*key))
            is_missing = source.hash and not Path(targets[key]).exists()
            if targets[key] == here or is_missing:
                yield index, source


def own_cards(note: NoteBlocks, cards: Sequence[Note]) -> Iterator[tuple[int, int]]:
    """Yield the cards (index) that are written in a note, with their lines."""
    here = os.path.realpath(note.file)
    files = {card.file for card in cards if card.file}
    same = {file for file in files if os.path.realpath(file) == here}
    for index, card in enumerate(cards):
        if card.file in same:
            yield index, card.line


class BlockFinder:
    """Finds the blocks of one note."""

    def __init__(self, note: NoteBlocks) -> None:
        """Index the blocks by hash."""
        self._blocks = note.blocks
        self._by_hash: dict[str, list[int]] = defaultdict(list)
        for index, block in enumerate(note.blocks):
            if block.counts:
                self._by_hash[block.hash].append(index)

    def found(self, source: Source) -> list[int]:
        """Return the blocks that a source names and that are still there."""
        first, last = lines_of(source)
        if not source.hash:
            return [
                index
                for index, block in enumerate(self._blocks)
                if block.counts and block.first <= last and block.last >= first
            ]
        return [
            index
            for hashed in source.hash.split()
            for index in self._nearest(self._by_hash.get(hashed, []), first, last)
        ]

    def at(self, line: int) -> list[int]:
        """Return the blocks on a line."""
        return [
            index
            for index, block in enumerate(self._blocks)
            if block.counts and block.first <= line <= block.last
        ]

    def missing(self, source: Source) -> list[int]:
        """Return the positions of the hashes that no block has any more."""
        hashes = source.hash.split() if source.hash else []
        return [i for i, hashed in enumerate(hashes) if hashed not in self._by_hash]

    def _nearest(self, same: list[int], first: int, last: int) -> list[int]:
        """Choose among blocks of equal text those in the lines, else the nearest."""
        if len(same) < 2:
            return same
        inside = [i for i in same if first <= self._blocks[i].first <= last]
        distance = lambda i: abs(self._blocks[i].first - first)  # noqa: E731
        return inside or [min(same, key=distance)]


def lines_of(source: Source) -> tuple[int, int]:
    """Return first and last line of a source; all lines if it names none."""
    if not source.lines:
        return 1, 10**9
    first, _, last = source.lines.partition("-")
    return int(first), int(last or first)


def changes(
    note: NoteBlocks, cards: Sequence[Note], words: Callable[[Note, int], str]
) -> Iterator[ChangedSource]:
    """Find the cards of which blocks changed or vanished since they were made.

    Args:
        note: The note as it is now.
        cards: Cards, of which some have sources in it.
        words: Returns what a block of a card said, by its position in the source.
    """
    finder = BlockFinder(note)
    named = [
        (cards[index], source)
        for index, source in passages(note, cards)
        if Path(cards[index].file).parent.joinpath(str(source.note)).exists()
    ]
    known = {index for _, source in named for index in finder.found(source)}
    new = [b for i, b in enumerate(note.blocks) if b.counts and i not in known]
    for card, source in named:
        blocks = []
        for place in finder.missing(source):
            was = words(card, place)
            now = _successor(was, new, *lines_of(source))
            blocks.append(ChangedBlock(was, now))
        if blocks:
            yield ChangedSource(card, source, tuple(blocks))


def _successor(was: str, new: list[Block], first: int, last: int) -> str:
    """Return the text that replaces a block: the most similar, else at its lines."""
    if was:
        texts = [" ".join(block.text.split()) for block in new]
        return "".join(get_close_matches(was, texts, 1, _ALIKE))
    inside = (b for b in new if b.first <= last and b.last >= first)
    return next((" ".join(block.text.split()) for block in inside), "")
