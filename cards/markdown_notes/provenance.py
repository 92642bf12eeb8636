"""Provenance: which cards say that they were made from which blocks.

A source names a note, lines and the hashes of blocks.  The hash decides, so a block is
found wherever it moved; the lines choose among blocks of equal text.
"""

import os.path
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from cards.markdown_notes.blocks import Block, NoteBlocks
from cards.note import Note, Source


class Drift(Struct, frozen=True):
    """A block that is no longer in its note as a card's source has it."""

    card: Note
    source: Source
    place: int
    """Position of its hash in the source, from 0."""
    now: Block | None
    """What stands at its lines now; None if nothing does."""


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

    def missing(self, source: Source) -> list[int]:
        """Return the positions of the hashes that no block has any more."""
        hashes = source.hash.split() if source.hash else []
        return [i for i, hashed in enumerate(hashes) if hashed not in self._by_hash]

    def at(self, first: int, last: int) -> list[Block]:
        """Return the blocks at some lines that count."""
        inside = (b for b in self._blocks if b.first <= last and b.last >= first)
        return [block for block in inside if block.counts]

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


def drifts(note: NoteBlocks, cards: Sequence[Note]) -> Iterator[Drift]:
    """Find the blocks that changed or vanished since cards were made from them.

    Args:
        note: The note as it is now.
        cards: Cards, of which some have sources in it.
    """
    finder = BlockFinder(note)
    here = os.path.realpath(note.file)
    for index, source in passages(note, cards):
        folder = Path(cards[index].file).parent
        if os.path.realpath(folder / str(source.note)) != here:
            continue
        known = set(finder.found(source))
        taken = {note.blocks[i].first for i in known}
        free = [b for b in finder.at(*lines_of(source)) if b.first not in taken]
        for place in finder.missing(source):
            now = free.pop(0) if free else None
            yield Drift(cards[index], source, place, now)
