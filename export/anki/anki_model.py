"""A collection of Anki as values, whatever generation of file it came from."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

LATEST_S = 32_503_680_000
"""The year 3000: a later moment, epoch seconds, is none."""


class Template(Struct, frozen=True):
    """How a note type shows one of its cards."""

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
    """JSON as in schema 11, to hand the type back to Anki."""


class AnkiNote(Struct, frozen=True):
    """A row of `notes`."""

    id: int
    guid: str
    notetype: int
    modified_s: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]


class AnkiCard(Struct, frozen=True):
    """A row of `cards`, at home: what a filtered deck borrowed is given back."""

    id: int
    note: int
    deck: int
    ordinal: int
    modified_s: int
    type: int
    """0 new, 1 learning, 2 review, 3 relearning."""
    queue: int
    due: int
    """A position, epoch seconds or a day, as `type` and `queue` say."""
    interval: int
    ease: int
    """Per mille."""
    left: int
    flag: int


class AnkiPreset(Struct, frozen=True):
    """How the cards of a deck are scheduled, as far as flash knows it too."""

    desired_retention: float | None = None
    parameters: tuple[float, ...] = ()
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
    """Shares of the usual load for Monday to Sunday; empty where not said."""


class Collection(Struct):
    """All of a collection that flash takes over."""

    created_s: int
    """From whose study day on days are counted, epoch seconds."""
    minutes_west: int | None
    """Of UTC at that moment; None where the file doesn't say."""
    rollover: int
    notetypes: dict[int, NoteType]
    decks: dict[int, str]
    """Names, `::` between the parts; filtered decks are left out."""
    presets: dict[int, AnkiPreset]
    """By deck."""
    notes: list[AnkiNote]
    cards: list[AnkiCard]
    losses: list[str]
    """What could not be read, in words."""
    log: Path
    """The review log, in a database of ours; see `srs.models.incoming.LOG_TABLES`."""
    reviews: Callable[[], dict[int, int]]
    """Tells how many of them each card has, by its id, once the log is copied."""
