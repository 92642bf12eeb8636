"""Coverage: which blocks of a note a card asks."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from cards.markdown_notes.blocks import Block, NoteBlocks
from cards.markdown_notes.provenance import BlockFinder, CardSources
from cards.markdown_notes.similarity import SimilarCards
from cards.note import Note

_MOST_SIMILAR = 3
"""Cards that are named for a block without provenance."""


class AskedBlock(Struct, frozen=True):
    """A block that counts, and the cards that ask it."""

    index: int
    """Its index in the note."""
    block: Block
    cards: tuple[int, ...] = ()
    """Indexes of the cards."""
    by_source: bool = False
    """The cards name it as their source; else their text is similar."""

    @property
    def is_covered(self) -> bool:
        """True if a card asks it and nobody ignores it."""
        return bool(self.cards) and self.block.ignored is None


class Coverage(Struct, frozen=True):
    """The blocks of a note that count."""

    note: NoteBlocks
    blocks: tuple[AskedBlock, ...]

    @property
    def covered(self) -> int:
        """Number of blocks that a card asks, without ignored ones."""
        return sum(one.is_covered for one in self.blocks)

    @property
    def ignored(self) -> int:
        """Number of blocks that their author ignores."""
        return sum(one.block.ignored is not None for one in self.blocks)

    @property
    def uncovered(self) -> tuple[AskedBlock, ...]:
        """The blocks that a card should ask and none does."""
        return tuple(
            one for one in self.blocks if not one.cards and one.block.ignored is None
        )


class NotesCoverage(Struct, frozen=True):
    """The coverage of some notes."""

    notes: tuple[Coverage, ...]
    cards: tuple[Note, ...]
    """The cards that `Coverage` refers to, as notes of decks."""
    unused: tuple[str, ...] = ()
    """Entries of the list of ignored blocks that fit no block."""

    @property
    def blocks(self) -> int:
        """Number of blocks that count."""
        return sum(len(one.blocks) for one in self.notes)

    @property
    def covered(self) -> int:
        """Number of blocks that a card asks, without ignored ones."""
        return sum(one.covered for one in self.notes)

    @property
    def ignored(self) -> int:
        """Number of ignored blocks."""
        return sum(one.ignored for one in self.notes)

    @property
    def percent(self) -> float:
        """Covered blocks, in percent of those that are not ignored."""
        wanted = self.blocks - self.ignored
        return 100 * self.covered / wanted if wanted else 100.0


class CardIndex:
    """Cards, indexed once to find those that ask the blocks of many notes."""

    def __init__(self, cards: Sequence[Note], notes: Sequence[NoteBlocks]) -> None:
        """Index the cards of all decks, as notes of decks, for some notes."""
        self.cards = cards
        self.sources = CardSources(cards)
        self.similar = SimilarCards(cards, notes)


def coverage_of(note: NoteBlocks, index: CardIndex) -> Coverage:
    """Find the cards that ask each block: by provenance, else by similar text."""
    finder = BlockFinder(note, index.sources)
    by_source: dict[int, dict[int, None]] = {}
    for at, card in _written(note, index):
        by_source.setdefault(at, {})[card] = None
    for card, source in index.sources.passages(note):
        for at in finder.found(index.cards[card], source):
            by_source.setdefault(at, {})[card] = None
    counted = [at for at, block in enumerate(note.blocks) if block.counts]
    rest = [at for at in counted if at not in by_source]
    similar = index.similar.find(note, rest)
    blocks = [
        AskedBlock(at, note.blocks[at], tuple(by_source[at]), by_source=True)
        if at in by_source
        else AskedBlock(
            at,
            note.blocks[at],
            tuple(one.card for one in similar.get(at, [])[:_MOST_SIMILAR]),
        )
        for at in counted
    ]
    return Coverage(note, tuple(blocks))


def _written(note: NoteBlocks, index: CardIndex) -> Iterator[tuple[int, int]]:
    """Yield the blocks in which the note itself writes a card, and the card."""
    ends = dict(note.cards)
    starts = [block.first for block in note.blocks]
    for card in index.sources.written_in(note):
        line = index.cards[card].line
        at = bisect_right(starts, ends.get(line, line)) - 1
        while at >= 0 and note.blocks[at].last >= line:
            if note.blocks[at].counts:
                yield at, card
            at -= 1


class IgnoreList(Struct, frozen=True):
    """The lines of a file that names blocks to ignore, and their reasons."""

    entries: tuple[tuple[str, str], ...]
    """Text or hash of a block or a heading, and the reason."""


_ENTRY = re.compile(r"(?P<text>.*?)(?:\s+#\s*(?P<reason>.*))?")


def parse_ignore_list(text: str) -> IgnoreList:
    """Read a file with a block on each line, ` # ` and a reason.

    A line is the text of a block, or its hash, or a heading, which stands for its
    section.  A text may be cut with `…`.  Lines that begin with `#` are comments.
    """
    entries = []
    for line in text.splitlines():
        found = _ENTRY.fullmatch(line.strip())
        if found and found["text"] and not line.lstrip().startswith("#"):
            entries.append((_comparable(found["text"]), found["reason"] or ""))
    return IgnoreList(tuple(entries))


def ignoring(note: NoteBlocks, listed: IgnoreList) -> tuple[NoteBlocks, set[str]]:
    """Ignore the blocks of a list.

    Returns:
        The note, and the entries that fit one of its blocks.
    """
    used: set[str] = set()
    whole = dict(listed.entries)
    cut = [one for one in listed.entries if one[0].endswith("…")]
    blocks = []
    for block in note.blocks:
        texts = [_comparable(text) for text in (block.text, *block.headings)]
        keys = [key for key in (*texts, block.hash) if key in whole]
        keys += [
            entry for entry, _ in cut if any(t.startswith(entry[:-1]) for t in texts)
        ]
        used.update(keys)
        if keys and block.ignored is None:
            block = msgspec.structs.replace(block, ignored=whole[keys[0]])  # noqa: PLW2901
        blocks.append(block)
    return msgspec.structs.replace(note, blocks=tuple(blocks)), used


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).replace("...", "…").split())
