"""A note as its rules see it: its language, and its items in lists."""

from msgspec import Struct

from cards.markdown_notes.blocks import BlockKind, NoteBlocks
from cards.markdown_notes.wording import is_japanese, topic
from cards.note import Content


class Proposal(Struct, frozen=True):
    """A card for blocks of a note."""

    rule: str
    content: Content
    blocks: tuple[int, ...]
    """Indexes of the blocks it asks, in the order of the note."""


class Outline:
    """A note, its language, and what the items below each heading are."""

    def __init__(self, note: NoteBlocks) -> None:
        """Group the blocks."""
        self.note = note
        self.blocks = note.blocks
        text = "".join(block.text for block in note.blocks[:300])
        self.japanese = is_japanese(text)
        self.lists: list[tuple[int | None, list[int]]] = []
        """Each list: the heading or item it stands below, and its items."""
        self.children: dict[int, list[int]] = {}
        self.compared: set[int] = set()
        """Items that are cells of a comparison."""
        self._group()

    def _group(self) -> None:
        top: list[int] = []
        heading: int | None = None
        for index, block in enumerate(self.blocks):
            if block.kind is BlockKind.ITEM and block.ignored is None:
                if block.parents:
                    self.children.setdefault(block.parents[-1], []).append(index)
                else:
                    top.append(index)
            elif block.kind is BlockKind.HEADING or not block.parents:
                self._close(heading, top)
                top = []
                if block.kind is BlockKind.HEADING:
                    heading = index
                elif block.kind is not BlockKind.PARAGRAPH:
                    heading = None
        self._close(heading, top)
        self.lists += sorted(self.children.items())

    def _close(self, heading: int | None, items: list[int]) -> None:
        if items:
            self.lists.append((heading, items))

    def above(self, index: int) -> str:
        """Name what a block belongs to."""
        block = self.blocks[index]
        return topic(block, [self.blocks[parent].text for parent in block.parents])

    def is_leaf(self, index: int) -> bool:
        """Return True for an item without items below it."""
        return index not in self.children
