"""The cards that a study day still holds; `srs.study.queue_builder` gathers them."""

from collections import deque

from msgspec import Struct


class CardFilter(Struct, frozen=True):
    """Which cards a review is about."""

    deck: str = ""
    """This deck and those under it; empty for all."""
    tag: str = ""
    new: int | None = None
    """New cards today in place of what the decks allow."""


class Counts(Struct, frozen=True):
    """What is left of a day."""

    new: int
    learning: int
    due: int

    @property
    def total(self) -> int:
        """Add them up."""
        return self.new + self.learning + self.due


class Queue(Struct):
    """The cards that a day still holds."""

    learning: list[tuple[int, int]]
    """A heap of (due, UTC milliseconds; card)."""
    due: deque[int]
    new: deque[int]
    day: int
    early: frozenset[int] = frozenset()
    """Those of `due` that come before they are due."""
    overdue: int = 0
    """While catching up, all reviews that are due; else 0."""
    new_first: bool = False
    taken_due: int = 0
    """Reviews since the last new card."""

    def counts(self) -> Counts:
        """Count what is left."""
        return Counts(len(self.new), len(self.learning), len(self.due))

    def next_main(self) -> int | None:
        """Take the next review or new card, the new ones spread evenly."""
        # One new card after every `due / new` reviews, counted by what is left.
        is_turn = len(self.new) * (self.taken_due + 1) > len(self.due)
        if self.new and (is_turn or self.new_first):
            self.taken_due = 0
            return self.new.popleft()
        self.taken_due += 1
        return self.due.popleft() if self.due else None
