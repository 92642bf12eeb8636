"""A note as its rules see it: its language, and its items in lists."""

from msgspec import Struct

from cards.markdown_notes.blocks import Block, BlockKind, NoteBlocks
from cards.markdown_notes.wording import introduction, is_japanese, topic
from cards.note import Content


class Proposal(Struct, frozen=True):
    """A card for blocks of a note."""

    rule: str
    content: Content
    blocks: tuple[int, ...]
    """Indexes of the blocks it asks, in the order of the note."""
    topic: int | None = None
    """The one of them that only says what the others are."""


class ItemList(Struct, frozen=True):
    """Items that stand side by side."""

    top: int | None
    """The heading or item they stand below."""
    items: list[int]
    introduced_by: int | None = None
    """The block right above them, if it says what they are."""


class Outline:
    """A note, its language, and what the items below each heading are."""

    def __init__(self, note: NoteBlocks) -> None:
        """Group the blocks."""
        self.note = note
        self.blocks = note.blocks
        text = "".join(block.text for block in note.blocks[:300])
        self.japanese = is_japanese(text)
        self.lists: list[ItemList] = []
        self.children: dict[int, list[int]] = {}
        self.compared: set[int] = set()
        """Items that are cells of a comparison."""
        self._group()
        introducing = (one.introduced_by for one in self.lists)
        self.introductions = frozenset(i for i in introducing if i is not None)
        """Blocks that say what the items below them are."""

    def _group(self) -> None:
        heading: int | None = None
        above: dict[tuple[int, ...], int] = {}
        """By the items that contain it: the last block that is no item."""
        running: dict[tuple[int, ...], ItemList] = {}
        for index, block in enumerate(self.blocks):
            place = block.parents
            if block.kind is BlockKind.ITEM:
                if block.ignored is not None:
                    continue
                if place not in running:
                    top = place[-1] if place else heading
                    introduction = self._introduction(above.get(place), block)
                    running[place] = ItemList(top, [], introduction)
                    self.lists.append(running[place])
                running[place].items.append(index)
                if place:
                    self.children.setdefault(place[-1], []).append(index)
                continue
            running.pop(place, None)
            above[place] = index
            if block.kind is BlockKind.HEADING:
                heading = index
            elif not place and block.kind is not BlockKind.PARAGRAPH:
                heading = None

    def _introduction(self, index: int | None, item: Block) -> int | None:
        """Return the block above a list if it says what the list contains."""
        if index is None:
            return None
        block = self.blocks[index]
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.DEFINITION):
            return None
        is_near = block.last + 1 == item.first
        return index if introduction(block.text, is_near=is_near) else None

    def above(self, index: int) -> str:
        """Name what a block belongs to."""
        block = self.blocks[index]
        return topic(block, [self.blocks[parent].text for parent in block.parents])

    def is_leaf(self, index: int) -> bool:
        """Return True for an item without items below it."""
        return index not in self.children
