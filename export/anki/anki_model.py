"""A collection of Anki as values, independent of its file format."""

from pathlib import Path

from msgspec import Struct

LATEST_S = 32_503_680_000
"""The year 3000 in epoch seconds; a later moment is invalid."""


class Template(Struct, frozen=True):
    """The template of one card of a note type."""

    name: str
    question: str
    answer: str


class NoteType(Struct, frozen=True):
    """Fields and templates of notes."""

    id: int
    name: str
    is_cloze: bool
    fields: tuple[str, ...]
    templates: tuple[Template, ...]
    model: str = ""
    """JSON as in schema 11, to export the note type unchanged."""


class AnkiNote(Struct, frozen=True):
    """A row of `notes`."""

    id: int
    guid: str
    notetype: int
    modified_s: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]
    data: str = ""
    """What flash wrote beside the fields, see `export.anki.exact_notes`."""


class AnkiCard(Struct, frozen=True):
    """A row of `cards`; a card in a filtered deck is in its home deck."""

    id: int
    note: int
    deck: int
    ordinal: int
    modified_s: int
    type: int
    """0 new, 1 learning, 2 review, 3 relearning."""
    queue: int
    due: int
    """A position, epoch seconds or a day, depending on `type` and `queue`."""
    interval: int
    ease: int
    """Per mille."""
    left: int
    flag: int
    reps: int = 0
    lapses: int = 0


class AnkiPreset(Struct, frozen=True):
    """The options of a preset that flash has, too."""

    desired_retention: float | None = None
    parameters: tuple[float, ...] = ()
    unknown_parameters: dict[str, tuple[float, ...]] = {}
    """FSRS parameters whose number no known version has, by their name in Anki."""
    new_per_day: int | None = None
    reviews_per_day: int | None = None
    learning_steps: tuple[float, ...] | None = None
    """Minutes."""
    relearning_steps: tuple[float, ...] | None = None
    """Minutes."""
    maximum_interval: int | None = None
    leech_threshold: int | None = None
    leech_suspend: bool | None = None
    bury_siblings: bool | None = None
    easy_days: tuple[float, ...] = ()
    """Share of the usual load for Monday to Sunday; empty if unknown."""
    kept: dict[str, bool | int | float | str] = {}
    """Its name and the options that flash doesn't have."""


class Collection(Struct):
    """The parts of a collection that flash imports."""

    created_s: int
    """Creation time, epoch seconds; due days count from its local date."""
    minutes_west: int | None
    """Minutes west of UTC at that moment; None if unknown."""
    rollover: int
    has_rollover: bool
    """False if the file doesn't say: only whole collections do."""
    notetypes: dict[int, NoteType]
    decks: dict[int, str]
    """Names, with `::`; without filtered decks."""
    presets: dict[int, AnkiPreset]
    """By deck."""
    notes: list[AnkiNote]
    cards: list[AnkiCard]
    log: Path
    """A copy of the review log, see `export.anki.revlog_copy`."""
    review_counts: dict[int, int]
    """Number of reviews by card, cards that were deleted included."""
    filtered: tuple[str, ...] = ()
    """Names of filtered decks."""
    described: frozenset[int] = frozenset()
    """Decks that have a description."""
