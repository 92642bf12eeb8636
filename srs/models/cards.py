"""Values: states, ratings, card states, reviews, stored notes.

Plain values that the store writes, the scheduler computes and the export
reads; none of them knows a database.  Moments are whole UTC milliseconds since
1970, study days are numbers of days since 1970-01-01.
"""

from collections.abc import Mapping
from enum import IntEnum

from msgspec import Struct

from cards.note import Note

MAX_DURATION_MS = 60_000
"""Longer answers count as this long, as in Anki: the user was away."""


class State(IntEnum):
    """The state of a card; the numbers are Anki's card types."""

    NEW = 0
    LEARNING = 1
    REVIEW = 2
    RELEARNING = 3


class Rating(IntEnum):
    """How well a card was known; the numbers are those of Anki and FSRS."""

    AGAIN = 1
    HARD = 2
    GOOD = 3
    EASY = 4


class ReviewKind(IntEnum):
    """The kind of a review; the numbers are those of Anki's review log."""

    LEARN = 0
    REVIEW = 1
    RELEARN = 2
    EARLY = 3
    MANUAL = 4
    """A due day set by hand, or with difficulty 0 a card reset to new."""
    RESCHEDULE = 5
    """Another interval for the same memory, counted from the last answer."""


class SchedulingState(Struct, frozen=True, array_like=True):
    """Memory and schedule of a card: a cache of its reviews."""

    state: State = State.NEW
    step: int = 0
    """Index into the learning or relearning steps; 0 in review."""
    stability: float | None = None
    """Days until recall falls to 90 %; None before the first answer."""
    difficulty: float | None = None
    """1 (easy) to 10 (hard)."""
    interval: int = 0
    """Days when positive, seconds when negative, 0 for a new card."""
    due_ms: int | None = None
    """When a learning card is due; None in other states."""
    due_day: int | None = None
    """Study day on which a review card is due; None in other states."""
    last_ms: int | None = None
    """Moment of the last review."""
    last_day: int | None = None
    """Study day of the last review, in the local time zone of the review."""
    reps: int = 0
    lapses: int = 0


class Review(Struct, frozen=True):
    """One row of the review log, as another program may see it."""

    id: int
    """UTC epoch milliseconds, unique over all cards."""
    card: int
    rating: int
    """1 to 4; 0 for a manual change."""
    interval: int
    """The interval it led to: days when positive, seconds when negative."""
    last_interval: int
    """The interval before it, in the same units."""
    difficulty: float
    """Difficulty after it, 1 to 10; 0 if unknown."""
    ease: int
    """Anki's ease per mille if SM-2 scheduled it; else 0."""
    duration_ms: int
    kind: int
    """A ReviewKind."""


class StoredCard(Struct, frozen=True):
    """One question of a stored note, with its state."""

    id: int
    """Anki's card id: time-like, unique, never changes."""
    guid: str
    ordinal: int
    """Anki's template or cloze number from 0; never used again in a note."""
    part: str
    """The question within the note, as `cards.questions` names it."""
    position: int
    """Position among the new cards."""
    progress: SchedulingState = SchedulingState()
    suspended: bool = False
    leech: bool = False
    retired: bool = False
    buried: int = 0
    """Buried until the end of this study day; 0 if it is not."""
    flag: int = 0
    """Anki's coloured flag, 1 to 7; 0 for none."""
    marked_ms: int = 0
    """When it was last suspended, unsuspended or flagged; 0 for never."""
    deck: str = ""
    """Its deck, usually that of its note; empty if not in the store."""


def pair_cards(
    theirs: Mapping[int, int], ours: Mapping[int, int], *, by_id: bool
) -> dict[int, int]:
    """Pair the cards of a note in Anki with those of the same note here.

    Args:
        theirs: Ordinals by card id in Anki.
        ours: Ordinals by card id here.
        by_id: The note came from Anki, whose card ids it has.  They stay when card
            types are moved or removed, which gives cards other ordinals.  A note of
            another device may have the ids of its own cards the other way round.

    Returns:
        The id here for ids there.
    """
    same = theirs.keys() & ours.keys() if by_id else set()
    free = {ordinal: card for card, ordinal in ours.items() if card not in same}
    return {
        card: card if card in same else free[ordinal]
        for card, ordinal in theirs.items()
        if card in same or ordinal in free
    }


class StoredNote(Struct, frozen=True):
    """A note of the store, with its permanent ids."""

    guid: str
    anki_id: int
    """Anki's note id: time-like, unique, never changes."""
    note: Note
    modified_ms: int
    """When its text last changed."""
    cards: tuple[StoredCard, ...]
    retired: bool = False
    created_ms: int = 0
    """When it was added to the store."""
