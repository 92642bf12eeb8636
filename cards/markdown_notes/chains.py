"""Chains of pairs: which blocks of a note are which of those that sources have seen.

A chain is in one order in both.  The best one has the most pairs, and the distance
between the lines of a pair changes least often.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from msgspec import Struct

from cards.markdown_notes.blocks import Block

SLIGHT_JUMP = 0.4
"""What a change of distance costs if the lines are estimated."""
_BOND = 0.05
"""What it counts that neighbours in a source stay neighbours."""
_TIE = 1e-6
"""What a line of distance costs, to choose among equals."""


class SeenBlock(Struct, frozen=True, order=True):
    """A block as a source has seen it."""

    line: float
    hash: str
    is_exact: bool
    """The line is known; else it is estimated."""


BlockPair = tuple[SeenBlock, int]
"""A block as it was, and the index of the block that it is now."""


class _Link(Struct, frozen=True):
    pair: BlockPair
    score: float
    """Of the chain that ends here."""
    before: int | None
    """Number of the link before it."""


class Chains:
    """Finds chains of some sources in a note."""

    def __init__(
        self, blocks: Sequence[Block], bonds: Container[tuple[SeenBlock, SeenBlock]]
    ) -> None:
        """Prepare for a note.

        Args:
            blocks: Its blocks.
            bonds: Blocks that a source names one after the other.
        """
        self._blocks = blocks
        self._bonds = bonds

    def shift(self, pair: BlockPair) -> float:
        """Return how many lines a block has moved."""
        return self._blocks[pair[1]].first - pair[0].line

    def best(
        self,
        seen: Iterable[SeenBlock],
        find: Callable[[SeenBlock], Sequence[int]],
        *,
        jump: float,
        shift: float = 0.0,
    ) -> list[BlockPair]:
        """Return the best chain.

        Args:
            seen: The blocks as they were, by line.
            find: Returns the blocks (index) that have the text of one, in order.
            jump: What a change of distance costs; a pair counts 1.
            shift: How many lines the blocks before have moved.
        """
        links: list[_Link] = []
        ends = _BestEnds()
        by_shift: dict[float, int] = {}
        for _, group in groupby(seen, key=attrgetter("line")):
            known = len(links)
            for one in group:
                for index in find(one):
                    pair = one, index
                    moved = self.shift(pair)
                    price = jump if one.is_exact else min(jump, SLIGHT_JUMP)
                    score, before = 0.0 if moved == shift else -price, None
                    for number, cost in (
                        (by_shift.get(moved), 0.0),
                        (ends.before(index), price),
                    ):
                        if number is None:
                            continue
                        other = links[number].pair[0]
                        gain = links[number].score + _BOND * (
                            (other, one) in self._bonds
                        )
                        gain -= cost if other.is_exact else min(cost, SLIGHT_JUMP)
                        if gain > score:
                            score, before = gain, number
                    score += 1 - _TIE * min(abs(moved - shift), 1000)
                    links.append(_Link(pair, score, before))
            for number in range(known, len(links)):
                link = links[number]
                by_shift[self.shift(link.pair)] = number
                ends.add(link.pair[1], number, link.score)
        found: list[BlockPair] = []
        number = ends.last()
        while number is not None:
            found.append(links[number].pair)
            number = links[number].before
        return found[::-1]


class _BestEnds:
    """The blocks at which chains end, if no chain that ends before is as good."""

    def __init__(self) -> None:
        self._ends: list[int] = []
        self._scores: list[float] = []
        self._numbers: list[int] = []

    def last(self) -> int | None:
        """Return the link at the end of the best chain."""
        return self._numbers[-1] if self._numbers else None

    def before(self, index: int) -> int | None:
        """Return the last link of the best chain that ends before a block."""
        at = bisect_left(self._ends, index)
        return self._numbers[at - 1] if at else None

    def add(self, index: int, number: int, score: float) -> None:
        """Note that a chain ends at a block."""
        at = bisect_right(self._ends, index)
        if at and self._scores[at - 1] >= score:
            return
        start = bisect_left(self._ends, index)
        end = bisect_right(self._scores, score, lo=start)
        self._ends[start:end] = [index]
        self._scores[start:end] = [score]
        self._numbers[start:end] = [number]
