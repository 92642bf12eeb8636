"""A proposal as a card of a deck file, its parts, and what was decided about them.

Decisions are remembered by comments in the deck file: `# dropped: KEY` for what is not
wanted, `# split: KEY` above a card that is a part of a proposal.  So the other parts
are proposed again, though cards cover their blocks.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import read_text
from cards.deckfile.writer import card_yaml
from cards.markdown_notes.blocks import Block, line_range
from cards.markdown_notes.splitting import split
from cards.note import ListNote, Note, Source

_DROPPED = "# dropped: "
"""Begins a comment of a deck file about a proposal that is not wanted."""
_SPLIT = "# split: "
"""Begins a comment of a deck file above a part of a proposal."""


class DraftedCard(Struct, frozen=True):
    """A proposal as a card of the deck file."""

    rule: str
    card: Note
    blocks: tuple[Block, ...]
    """What it was made from."""
    key: str
    """Its rule and the hashes of its blocks, and its number if it is a part: `1/2`."""
    is_part: bool = False

    @property
    def passage(self) -> str:
        """Where it was made from: `notes.md:12-14`."""
        return self.card.sources[0].passage if self.card.sources else ""

    @property
    def lines(self) -> tuple[str, ...]:
        """The text of each block, on one line."""
        return tuple(" ".join(block.text.split()) for block in self.blocks)

    @property
    def heading(self) -> str:
        """The headings above the first block."""
        return self.blocks[0].heading_path

    @property
    def body(self) -> str:
        """The card as YAML."""
        return card_yaml(self.card)

    @property
    def yaml(self) -> str:
        """The card as YAML, below a comment with the words of the note."""
        words = "".join(f"#   {line}\n" for line in self.lines)
        part = f"{_SPLIT}{self.key}\n" if self.is_part else ""
        return f"# {self.rule} · {self.passage}\n{words}{part}{self.body}"


def source_at(note: str, blocks: tuple[Block, ...]) -> Source:
    """Return the source of a card about some blocks of a note."""
    return Source(
        note=note,
        lines=line_range(blocks[0].first, blocks[-1].last),
        hash=" ".join(block.hash for block in blocks),
    )


def split_card(card: DraftedCard, language: str) -> list[DraftedCard]:
    """Split a proposal into several; empty if it can't be split.

    Args:
        card: The proposal.
        language: Its language, in which the questions of cells are asked.
    """
    contents = split(card.card.content, language)
    parts = []
    for number, content in enumerate(contents, 1):
        part = replace(
            card,
            card=replace(card.card, content=content),
            key=f"{card.key} {number}/{len(contents)}",
            is_part=True,
        )
        parts.append(part)
    return _narrowed(card, parts)


def _narrowed(card: DraftedCard, parts: list[DraftedCard]) -> list[DraftedCard]:
    """Give each part of a list the blocks of its items, and what they are below."""
    whole, blocks = card.card.content, card.blocks
    above = len(blocks) - len(whole.items) if isinstance(whole, ListNote) else -1
    sources = card.card.sources
    is_same = [source.hash for source in sources] == [" ".join(b.hash for b in blocks)]
    if above not in (0, 1) or not is_same:
        return parts
    found, start = [], above
    for part in parts:
        content = part.card.content
        end = start + len(content.items) if isinstance(content, ListNote) else start
        own = blocks[:above] + blocks[start:end]
        source = source_at(str(sources[0].note), own)
        note = replace(part.card, sources=(source,))
        found.append(replace(part, card=note, blocks=own))
        start = end
    return found


class Decisions:
    """What the comments of a deck file say about proposals."""

    def __init__(self, target: Path) -> None:
        """Read them; a file that is not there has none."""
        lines = read_text(target).splitlines() if target.is_file() else []
        self._decided = {
            line.removeprefix(mark)
            for line in map(str.strip, lines)
            for mark in (_DROPPED, _SPLIT)
            if line.startswith(mark)
        }
        self._split: set[str] = set()
        """Proposals of which a part was decided."""
        for key in self._decided:
            whole, _, number = key.rpartition(" ")
            while "/" in number:
                self._split.add(whole)
                whole, _, number = whole.rpartition(" ")

    def undecided(self, card: DraftedCard, language: str) -> Iterator[DraftedCard]:
        """Yield a proposal, or the parts of it that were not decided yet."""
        if card.key in self._decided:
            return
        parts = split_card(card, language) if card.key in self._split else []
        for part in parts:
            yield from self.undecided(part, language)
        if not parts:
            yield card


def dropped_line(card: DraftedCard) -> str:
    """Return the comment that keeps a proposal from being made again."""
    return f"{_DROPPED}{card.key}\n"


def holds_only_drops(target: Path) -> bool:
    """Return True for a file of comments about drops, which is no deck yet."""
    if not target.is_file():
        return False
    lines = list(filter(None, map(str.strip, read_text(target).splitlines())))
    return bool(lines) and all(line.startswith(_DROPPED) for line in lines)
