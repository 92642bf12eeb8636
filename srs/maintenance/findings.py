"""Something that is wrong in a store, as a value."""

from msgspec import Struct


def counted(count: int, noun: str) -> str:
    """Write a count with its noun: `1 card`, `2 cards`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


class Finding(Struct, frozen=True):
    """Something that is wrong."""

    what: str
    """index, settings, text, orphans, log, memory, order, decks, clock, media or
    damage."""
    sentence: str
    count: int
    mend: str
    """What was done or would be; where that is nothing, what the person can do."""
    mended: bool
    """Whether `flash doctor --fix` does it."""
