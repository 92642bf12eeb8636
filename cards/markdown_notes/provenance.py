"""Provenance: which cards say that they were made from which blocks.

A source names a note, lines and the hashes of blocks.  The hashes decide, so a block is
found where it moved to; what stands around it chooses among blocks of equal text.
"""

import os.path
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from operator import itemgetter
from pathlib import Path

from msgspec import UNSET, Struct
from msgspec.structs import replace

from cards.markdown_notes.alignment import Alignment, Gap
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
    """What stands in its place now; empty if nothing does."""


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
    """Finds the blocks of one note that sources name."""

    def __init__(self, note: NoteBlocks, sources: CardSources) -> None:
        """Align the sources of each deck file with the note."""
        self._blocks = note.blocks
        named: dict[str, list[Source]] = defaultdict(list)
        for index, source in sources.passages(note):
            named[sources.cards[index].file].append(source)
        self._aligned = {
            file: Alignment(some, note.blocks) for file, some in named.items()
        }

    def found(self, card: Note, source: Source) -> list[int]:
        """Return the blocks that a source of a card names and that are still there."""
        if not source.hash:
            first, last = source.line_numbers
            return [
                index
                for index, block in enumerate(self._blocks)
                if block.counts and block.first <= last and block.last >= first
            ]
        places = self._aligned[card.file].places(source)
        return [index for index in places if index is not None]

    def is_whole(self, card: Note, source: Source) -> bool:
        """Return True if all blocks that a source of a card names are still there."""
        found = self.found(card, source)
        return bool(found) and not self.gaps(card, source)

    def gaps(self, card: Note, source: Source) -> dict[int, Gap]:
        """Return the positions of the hashes that are gone, and where they stood."""
        if not source.hash:
            return {}
        aligned = self._aligned[card.file]
        places = aligned.places(source)
        return {i: aligned.gap(source, i) for i, x in enumerate(places) if x is None}


def changes(
    note: NoteBlocks, sources: CardSources, words: Callable[[Note, int], str]
) -> Iterator[ChangedSource]:
    """Find the cards of which blocks changed or vanished since they were made.

    Args:
        note: The note as it is now.
        sources: The cards, of which some have sources in it.
        words: Returns what a block of a card said, by its position in the source.
    """
    finder = BlockFinder(note, sources)
    cards = sources.cards
    named = [
        (cards[index], source)
        for index, source in sources.passages(note)
        if Path(cards[index].file).parent.joinpath(str(source.note)).exists()
    ]
    known = {index for one in named for index in finder.found(*one)}
    new = [i for i, b in enumerate(note.blocks) if b.counts and i not in known]
    for card, source in named:
        present = set(finder.found(card, source))
        blocks = []
        for position, gap in finder.gaps(card, source).items():
            was = words(card, position)
            inside = new[bisect_left(new, gap.first) : bisect_left(new, gap.end)]
            now = _successor(was, note.blocks, inside, gap)
            present |= set() if now is None else {now}
            text = "" if now is None else _on_one_line(note.blocks[now])
            blocks.append(ChangedBlock(was, text))
        if blocks:
            found = [note.blocks[index] for index in sorted(present)]
            yield ChangedSource(card, source, tuple(blocks), _source_at(source, found))


def _source_at(source: Source, blocks: Sequence[Block]) -> Source:
    """Return a source with the lines and the hashes of blocks of its note."""
    if not blocks:
        return replace(source, lines=UNSET, hash=UNSET)
    lines = line_range(blocks[0].first, max(block.last for block in blocks))
    return replace(source, lines=lines, hash=" ".join(one.hash for one in blocks))


def _successor(
    was: str, blocks: Sequence[Block], new: Sequence[int], gap: Gap
) -> int | None:
    """Return the block that replaces one that is gone.

    Args:
        was: The words of that one; may be empty.
        blocks: All blocks.
        new: The blocks (index) that stand where it stood, and that no card names.
        gap: Where it stood.
    """
    if len(new) == 1 and gap.is_single:
        return new[0]
    if not was:
        on_line = (i for i in new if blocks[i].first <= gap.line <= blocks[i].last)
        return next(on_line, None)
    at = bisect_left(new, gap.line, key=lambda index: blocks[index].first)
    near = new[max(0, at - _MOST_ALIKE // 2) :][:_MOST_ALIKE]
    by_text = {_on_one_line(blocks[index]): index for index in reversed(near)}
    alike = get_close_matches(was, by_text, 1, _ALIKE)
    return by_text[alike[0]] if alike else None


def _on_one_line(block: Block) -> str:
    return " ".join(block.text.split())
