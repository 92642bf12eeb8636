"""Provenance: which cards say that they were made from which blocks.

A source names a note, lines and the hashes of blocks.  The hash decides, so a block is
found wherever it moved; the lines choose among blocks of equal text.
"""

import os.path
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from operator import itemgetter
from pathlib import Path

from msgspec import UNSET, Struct
from msgspec.structs import replace

from cards.markdown_notes.blocks import Block, NoteBlocks, line_range
from cards.note import Note, Source

_ALIKE = 0.5
_MOST_ALIKE = 60
"""Blocks, the nearest ones, that are compared: a comparison takes some 0.1 ms."""


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
    present: Source
    """The source as it is now; without lines and hash if all its blocks are gone."""

    @property
    def passage(self) -> str:
        """The place in the note as it is now; the old one if all blocks are gone."""
        return (self.present if self.present.lines else self.source).passage


class CardSources:
    """Cards by the notes that they name as their source or are written in."""

    def __init__(self, cards: Sequence[Note]) -> None:
        """Index the cards once for all notes."""
        self.cards = cards
        self._written: dict[str, list[int]] = defaultdict(list)
        self._named: dict[str, list[tuple[int, Source]]] = defaultdict(list)
        self._missing: dict[str, list[tuple[int, Source]]] = defaultdict(list)
        """Sources of which the note is not where it says, by hash."""
        real = cache(os.path.realpath)
        exists = cache(os.path.exists)
        for index, card in enumerate(cards):
            if card.file:
                self._written[real(card.file)].append(index)
            for source in card.sources:
                if not source.note:
                    continue
                folder = os.path.dirname(card.file)  # noqa: PTH120 - a text
                target = real(os.path.join(folder, source.note))  # noqa: PTH118
                self._named[target].append((index, source))
                if source.hash and not exists(target):
                    for hashed in source.hash.split():
                        self._missing[hashed].append((index, source))

    def written_in(self, note: NoteBlocks) -> list[int]:
        """Return the cards (index) that are written in a note."""
        return self._written.get(os.path.realpath(note.file), [])

    def passages(self, note: NoteBlocks) -> list[tuple[int, Source]]:
        """Return the cards (index) with sources in a note.

        A source whose note is not where it says, as in a deck of somebody else, may be
        in any note: its hashes decide.
        """
        found = dict.fromkeys(self._named.get(os.path.realpath(note.file), ()))
        for block in note.blocks:
            if block.counts and block.hash in self._missing:
                found.update(dict.fromkeys(self._missing[block.hash]))
        return sorted(found, key=itemgetter(0))


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
        first, last = source.line_numbers
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

    def _nearest(self, same: list[int], first: int, last: int) -> list[int]:
        """Choose among blocks of equal text those in the lines, else the nearest."""
        if len(same) < 2:
            return same
        inside = [i for i in same if first <= self._blocks[i].first <= last]
        distance = lambda i: abs(self._blocks[i].first - first)  # noqa: E731
        return inside or [min(same, key=distance)]


def changes(
    note: NoteBlocks, sources: CardSources, words: Callable[[Note, int], str]
) -> Iterator[ChangedSource]:
    """Find the cards of which blocks changed or vanished since they were made.

    Args:
        note: The note as it is now.
        sources: The cards, of which some have sources in it.
        words: Returns what a block of a card said, by its position in the source.
    """
    finder = BlockFinder(note)
    cards = sources.cards
    named = [
        (cards[index], source)
        for index, source in sources.passages(note)
        if Path(cards[index].file).parent.joinpath(str(source.note)).exists()
    ]
    known = {index for _, source in named for index in finder.found(source)}
    new = [b for i, b in enumerate(note.blocks) if b.counts and i not in known]
    for card, source in named:
        present = [note.blocks[index] for index in finder.found(source)]
        blocks = []
        for place in finder.missing(source):
            was = words(card, place)
            now = _successor(was, new, *source.line_numbers)
            present += [now] if now else []
            blocks.append(ChangedBlock(was, _on_one_line(now) if now else ""))
        if blocks:
            yield ChangedSource(
                card, source, tuple(blocks), _source_at(source, present)
            )


def _source_at(source: Source, blocks: Iterable[Block]) -> Source:
    """Return a source with the lines and the hashes of blocks of its note."""
    found = sorted(set(blocks), key=lambda block: block.first)
    if not found:
        return replace(source, lines=UNSET, hash=UNSET)
    lines = line_range(found[0].first, max(block.last for block in found))
    return replace(source, lines=lines, hash=" ".join(one.hash for one in found))


def _successor(was: str, new: list[Block], first: int, last: int) -> Block | None:
    """Return the block that replaces one: the most similar, else at its lines."""
    if was:
        at = bisect_left(new, first, key=lambda block: block.first)
        near = new[max(0, at - _MOST_ALIKE // 2) :][:_MOST_ALIKE]
        by_text = {_on_one_line(block): block for block in reversed(near)}
        alike = get_close_matches(was, by_text, 1, _ALIKE)
        return by_text[alike[0]] if alike else None
    inside = (b for b in new if b.first <= last and b.last >= first)
    return next(inside, None)


def _on_one_line(block: Block) -> str:
    return " ".join(block.text.split())
