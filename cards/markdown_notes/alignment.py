"""Where the blocks that sources name are in a note now.

The sources of a deck file tell what the note was like: which texts it had, on which
lines.  They are aligned with its blocks in order, as a diff aligns two files, because a
text that is repeated says nothing alone: a block is found where its neighbours are.
Sources may be of different days, and text may be moved; so those of which nothing was
found are aligned again, with the blocks that are left.
"""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from operator import attrgetter

from msgspec import Struct

from cards.markdown_notes.blocks import Block, BlockKind
from cards.markdown_notes.chains import SLIGHT_JUMP, BlockPair, Chains, SeenBlock
from cards.note import Source

_JUMP = 1.05
"""What it costs that blocks are no longer as many lines apart as they were.  A block
counts 1, so one block with repeated text can't pull its neighbours along.  Between
blocks that are certain, a jump costs less than a block counts."""
_MOST_SIGHTS = 8
"""Sources that see one block on lines that they don't know."""
_MOST_COPIES = 40
"""Blocks of equal text, the nearest ones, that are compared."""
_line = attrgetter("line")


class Gap(Struct, frozen=True):
    """Where a block that is gone has stood: between two that are still there."""

    first: int
    """Index of the first block that stands there now."""
    end: int
    """Index behind the last one."""
    line: float
    """The line on which the block would be now."""
    is_single: bool
    """Nothing else is gone from there, and lines are not fewer."""


class Alignment:
    """The sources of one deck file in one note."""

    def __init__(self, sources: Iterable[Source], blocks: Sequence[Block]) -> None:
        """Find the blocks of all sources that have hashes."""
        self._blocks = blocks
        self._sections = _sections(blocks)
        self._free: dict[SeenBlock, list[int]] = {}
        """The blocks that nothing claims with the texts of those that are sought."""
        self._hashes = [block.hash for block in blocks]
        self._all: dict[str, list[int]] = defaultdict(list)
        for index, block in enumerate(blocks):
            if block.counts:
                self._all[self._hashes[index]].append(index)
        self._seen = _sightings(sources)
        bonds = {bond for seen in self._seen.values() for bond in pairwise(seen)}
        self._chains = Chains(blocks, bonds)
        self._before: dict[SeenBlock, set[str]] = defaultdict(set)
        """The hashes that sources name right before a block."""
        for before, one in bonds:
            self._before[one].add(before.hash)
        self._own: dict[SeenBlock, list[set[str]]] = defaultdict(list)
        """The hashes of each source that names a block."""
        self._named: dict[str, list[set[str]]] = defaultdict(list)
        """The same by the hash of the block."""
        self._first: dict[str, float] = {}
        """The first line that a text was on."""
        for seen in self._seen.values():
            hashes = {one.hash for one in seen}
            for one in seen:
                self._own[one].append(hashes)
                self._named[one.hash].append(hashes)
                line = self._first.get(one.hash, one.line)
                self._first[one.hash] = min(line, one.line)
        self._place: dict[SeenBlock, int] = {}
        self._claimed: set[int] = set()
        self._in_order: list[BlockPair] = []
        """Those of the first alignment, in the order of the note."""
        self._later: set[Source] = set()
        """Sources that were found in a later one."""
        self._align_all()
        gone = {one for seen in self._seen.values() for one in seen}
        self._gone = sorted(gone - self._place.keys())

    def places(self, source: Source) -> tuple[int | None, ...]:
        """Return the block (index) of each hash of a source; None if it is gone."""
        return tuple(map(self._place.get, self._seen[source]))

    def gap(self, source: Source, position: int) -> Gap:
        """Return where a block that is gone has stood.

        Args:
            source: Its source.
            position: The position of its hash.
        """
        seen = self._seen[source]
        one, gone, pairs = seen[position], self._gone, self._in_order
        if source in self._later:
            places = zip(seen, self.places(source), strict=True)
            pairs = sorted((x, index) for x, index in places if index is not None)
            gone = sorted(x for x in seen if x not in self._place)
        before, after = _neighbours(pairs, one)
        first = before[1] + 1 if before else 0
        end = after[1] if after else len(self._blocks)
        shift = self._chains.shift(before) if before else 0.0
        low = bisect_right(gone, before[0].line, key=_line) if before else 0
        high = bisect_left(gone, after[0].line, key=_line) if after else len(gone)
        others = gone[low:high] if high - low < _MOST_SIGHTS else []
        is_single = {other.hash for other in others} == {one.hash}
        if before and after:
            is_single = is_single and self._chains.shift(after) >= shift
        return Gap(first, end, one.line + shift, is_single)

    def _align_all(self) -> None:
        left = [source for source, seen in self._seen.items() if seen]
        self._in_order = self._aligned(left)
        left = self._accept(left, self._in_order)
        self._later = set(left)
        left = self._accept(left, self._moved(self._aligned(left)))
        for source in left:
            pairs = self._moved(self._aligned([source])) or self._at_its_lines(source)
            self._later -= set(self._accept([source], pairs))

    def _accept(self, sources: list[Source], pairs: list[BlockPair]) -> list[Source]:
        """Note the blocks of sources that are found; return the sources without one."""
        self._note(pairs)
        left = []
        for source in sources:
            if any(one in self._place for one in self._seen[source]):
                self._complete(source)
            else:
                left.append(source)
        return left

    def _note(self, pairs: list[BlockPair]) -> None:
        self._place.update(pairs)
        self._claimed.update(index for _, index in pairs)

    def _aligned(self, sources: list[Source]) -> list[BlockPair]:
        """Align the blocks of sources, by line, with those that nothing claims yet."""
        seen = sorted({one for source in sources for one in self._seen[source]})
        self._free = {
            one: [x for x in self._fitting(one) if x not in self._claimed]
            for one in seen
        }
        find = self._between(None, None)
        certain = self._chains.best(seen, find, jump=_JUMP)
        found: list[BlockPair] = []
        for before, after in pairwise([None, *certain, None]):
            low = bisect_right(seen, before[0].line, key=_line) if before else 0
            high = bisect_left(seen, after[0].line, key=_line) if after else len(seen)
            found += self._chains.best(
                seen[low:high],
                self._between(before, after),
                jump=SLIGHT_JUMP,
                shift=self._chains.shift(before) if before else 0.0,
            )
            found += [after] if after else []
        return found

    def _near(self, text: str, line: float) -> list[int]:
        """Return the blocks with the hash of a text; the nearest if there are many."""
        same = self._all[text]
        at = bisect_left(same, line, key=lambda index: self._blocks[index].first)
        return same[max(0, at - _MOST_COPIES // 2) :][:_MOST_COPIES]

    def _fitting(self, one: SeenBlock) -> list[int]:
        """Return the blocks with the text of one that may be it.

        If some are in an item that the same source names, it is one of them.  It is not
        in an item that another source names with this text, or that was below it, nor
        away from what the source names before it.
        """
        same, own = self._near(one.hash, one.line), self._own[one]
        items = {index: self._item(index) for index in same}
        below = [i for i in same if any(items[i] in hashes for hashes in own)]
        before = [i for text in self._before[one] for i in self._near(text, one.line)]
        return below or [
            i
            for i in same
            if self._first.get(items[i], one.line) <= one.line
            and not any(one.hash in hashes for hashes in self._named[items[i]])
            and (not before or any(self._may_follow(x, i) for x in before))
        ]

    def _item(self, index: int) -> str:
        """Return the hash of the item that a block is in; empty without one."""
        parents = self._blocks[index].parents
        return self._hashes[parents[-1]] if parents else ""

    def _between(
        self, before: BlockPair | None, after: BlockPair | None
    ) -> Callable[[SeenBlock], list[int]]:
        """Return what finds the blocks of a text between two others.

        What stood on the next line has to be under the same heading and item still.
        """
        first = before[1] + 1 if before else 0
        end = after[1] if after else len(self._blocks)

        def find(one: SeenBlock) -> list[int]:
            same = self._free[one]
            inside = same[bisect_left(same, first) : bisect_left(same, end)]
            if before and one.is_exact and one.line == before[0].line + 1:
                return [x for x in inside if self._follows(before[1], x)]
            if after and one.is_exact and one.line == after[0].line - 1:
                section = self._sections[after[1]]
                return [x for x in inside if self._sections[x] == section]
            return inside

        return find

    def _follows(self, index: int, other: int) -> bool:
        """Return True if a block may be next to another one, under the same heading."""
        is_near = self._sections[index] == self._sections[other]
        return is_near and self._may_follow(index, other)

    def _may_follow(self, index: int, other: int) -> bool:
        """Return True if a block is in another one, or beside it or what it is in."""
        parents = self._blocks[other].parents
        above = (*self._blocks[index].parents, index)
        return index in parents or parents == above[: len(parents)]

    def _complete(self, source: Source) -> None:
        """Find what is left of a source near the blocks of it that are found."""
        seen = self._seen[source]
        places = self.places(source)
        for position, one in enumerate(seen):
            if one in self._place:
                continue
            before = next((x for x in places[position::-1] if x is not None), None)
            after = next((x for x in places[position:] if x is not None), None)
            may_share = source in self._later or not one.is_exact
            for index in self._near(one.hash, one.line):
                is_free = may_share or index not in self._claimed
                if is_free and self._is_near(index, before, after):
                    self._note([(one, index)])
                    break

    def _is_near(self, index: int, before: int | None, after: int | None) -> bool:
        """Return True if a block is between two others, or beside one of them."""
        if before is not None and after is not None and before < index < after:
            return True
        others = (other for other in (before, after) if other is not None)
        return any(self._is_beside(index, other) for other in others)

    def _is_beside(self, index: int, other: int) -> bool:
        """Return True if a block is in another one, has it, or is beside it."""
        parents, above = self._blocks[index].parents, self._blocks[other].parents
        is_near = parents in (above, (*above, other)) or index in above
        return is_near and self._sections[index] == self._sections[other]

    def _moved(self, pairs: list[BlockPair]) -> list[BlockPair]:
        """Leave out single blocks that were changed, and have a copy elsewhere.

        If a block was taken away, the lines around it are nearer to each other.
        """
        shifts = Counter(map(self._chains.shift, pairs))
        lines = {one.line for one, _ in self._in_order}
        found = []
        for pair in pairs:
            before, after = _neighbours(self._in_order, pair[0])
            stays = (
                before
                and after
                and self._chains.shift(before) == self._chains.shift(after)
            )
            is_other_day = pair[0].line in lines or shifts[self._chains.shift(pair)] > 1
            if not stays or is_other_day:
                found.append(pair)
        return found

    def _at_its_lines(self, source: Source) -> list[BlockPair]:
        """Return the blocks of a source if all are on the lines that it says."""
        seen = self._seen[source]
        pairs = [
            (one, index)
            for one in seen
            for index in self._all[one.hash]
            if self._blocks[index].first == one.line
        ]
        return pairs if len(pairs) == len(seen) else []


def _sections(blocks: Sequence[Block]) -> list[int]:
    """Return the index of the heading above each block; -1 without one."""
    found, heading = [], -1
    for index, block in enumerate(blocks):
        heading = index if block.kind is BlockKind.HEADING else heading
        found.append(heading)
    return found


def _neighbours(
    pairs: Sequence[BlockPair], one: SeenBlock
) -> tuple[BlockPair | None, BlockPair | None]:
    """Return the pairs before and after a block, by its former line."""
    low = bisect_left(pairs, one.line, key=lambda pair: pair[0].line)
    high = bisect_right(pairs, one.line, key=lambda pair: pair[0].line)
    before = pairs[low - 1] if low else None
    return before, pairs[high] if high < len(pairs) else None


def _sightings(sources: Iterable[Source]) -> dict[Source, tuple[SeenBlock, ...]]:
    """Return the blocks of each source with their lines.

    A source has the line of its first block, and of all if each has one line.  Of the
    others, another source may have it; else they are spread evenly.
    """
    found = {source: tuple(_spread(source)) for source in sources}
    exact: dict[str, list[float]] = defaultdict(list)
    for one in sorted({one for seen in found.values() for one in seen}):
        if one.is_exact:
            exact[one.hash].append(one.line)
    for source, seen in found.items():
        known: list[SeenBlock] = []
        for one in seen:
            if not one.is_exact:
                low = known[-1].line
                lines = exact[one.hash]
                at = bisect_right(lines, low)
                if at < len(lines) and lines[at] <= source.line_numbers[1]:
                    one = SeenBlock(lines[at], one.hash, is_exact=True)  # noqa: PLW2901
                else:
                    one = SeenBlock(max(one.line, low + 0.1), one.hash, is_exact=False)  # noqa: PLW2901
            known.append(one)
        found[source] = tuple(known)
    return found


def _spread(source: Source) -> list[SeenBlock]:
    hashes = source.hash.split() if source.hash else []
    first, last = source.line_numbers
    last = max(first, last) if source.lines else first + len(hashes) - 1
    step = (last - first) / max(1, len(hashes) - 1)
    return [
        SeenBlock(first + i * step, one, is_exact=step == 1 or i == 0)
        for i, one in enumerate(hashes)
    ]
