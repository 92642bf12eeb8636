"""Entries of the device log: what devices tell each other.

An entry names a note by its guid and a card by guid and uid, never by a number of one
store.  `stamp` and `device` say when and where it was written; of two entries about
the same thing the one with the later stamp counts.  Limits keep an entry that someone
else wrote into the log from doing harm.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

from srs.models.mock_exam import MockAnswer, MockQuestion

Stamp = Annotated[int, Meta(ge=0, lt=1 << 62)]
Number = Annotated[int, Meta(ge=-(1 << 53), le=1 << 53)]
Moment = Annotated[int, Meta(ge=1, lt=1 << 46)]
"""UTC milliseconds."""
Flag = Annotated[int, Meta(ge=0, le=1)]
Name = Annotated[str, Meta(max_length=100_000)]
LARGEST_MEDIA = 64 << 20
"""Larger files are not sent, bytes."""
DeviceId = Annotated[str, Meta(pattern="^[0-9a-f]{16}$")]
OptionalDevice = Annotated[str, Meta(pattern="^([0-9a-f]{16})?$")]


class ReviewEntry(Struct, frozen=True, array_like=True, tag="r"):
    """A review; the same on two devices if card and moment are the same."""

    guid: Name
    uid: Name
    at: Moment
    rating: Annotated[int, Meta(ge=0, le=4)]
    duration_ms: Annotated[int, Meta(ge=0, le=1 << 31)]
    state_before: Annotated[int, Meta(ge=0, le=3)]
    kind: Annotated[int, Meta(ge=0, le=5)]
    offset_min: Annotated[int, Meta(ge=-1440, le=1440)]
    state: Annotated[int, Meta(ge=0, le=3)]
    step: Number
    interval: Number
    last_interval: Number
    difficulty: Annotated[float, Meta(ge=0, le=100)]
    ease: Number
    origin: Annotated[str, Meta(max_length=40)]
    device: DeviceId
    stamp: Stamp
    undone: Flag = 0
    undone_stamp: Stamp = 0
    undone_device: OptionalDevice = ""


class CardItem(Struct, frozen=True, array_like=True):
    """A card of a note."""

    uid: Name
    part: Name
    ordinal: Annotated[int, Meta(ge=0, le=1 << 20)]
    deck: Name
    retired: Flag
    id: Number = 0
    """The card's number on the device that wrote the entry; used where free."""
    position: Number = 0
    """Position among the new cards there."""


class OriginalNote(Struct, frozen=True, array_like=True):
    """The fields of a note from Anki."""

    notetype: Number
    fields: str
    shown: str
    content: str


class NoteEntry(Struct, frozen=True, array_like=True, tag="n"):
    """A note with all its cards; the texts are those of the columns of `notes`."""

    guid: Name
    stamp: Stamp
    device: DeviceId
    id: Name
    text_key: Name
    kind: Name
    deck: Name
    language: Name
    fields: str
    extra: str
    tags: str
    sources: str
    changed: str
    checked: Name
    recheck: Name
    retired: Flag
    created: Number
    modified: Number
    cards: tuple[CardItem, ...]
    raw: OriginalNote | None = None
    anki_id: Number = 0
    file_device: OptionalDevice = ""
    """The device that has the deck file."""
    base: Stamp = 0
    """The stamp of the state that was edited; 0 if that is not known."""


class OrphanEntry(Struct, frozen=True, array_like=True, tag="k"):
    """A card that the latest text of its note doesn't know."""

    guid: Name
    stamp: Stamp
    device: DeviceId
    card: CardItem


class MediaFile(Struct, frozen=True, array_like=True):
    """A file that a note shows; in the log as `media/` and its hash."""

    path: Name
    """As the note names it; never a path on another device."""
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    """SHA-256 of the content."""
    size: Annotated[int, Meta(ge=0, le=LARGEST_MEDIA)]


class MediaEntry(Struct, frozen=True, array_like=True, tag="f"):
    """The files that a note shows, or the templates of a note type."""

    guid: Name
    """Or `srs.models.media.notetype_key`."""
    stamp: Stamp
    device: DeviceId
    files: Annotated[tuple[MediaFile, ...], Meta(max_length=10_000)]


class NotetypeEntry(Struct, frozen=True, array_like=True, tag="t"):
    """A note type of Anki."""

    id: Number
    model: str


class MarkEntry(Struct, frozen=True, array_like=True, tag="m"):
    """A mark of a card: suspended, buried or flag."""

    guid: Name
    uid: Name
    mark: Annotated[str, Meta(pattern="^(suspended|buried|flag)$")]
    value: Annotated[int, Meta(ge=0, le=1 << 24)]
    stamp: Stamp
    device: DeviceId


class OptionEntry(Struct, frozen=True, array_like=True, tag="o"):
    """An option of a deck; None if it was removed."""

    deck: Name
    name: Name
    value: Any
    stamp: Stamp
    device: DeviceId


class SettingEntry(Struct, frozen=True, array_like=True, tag="s"):
    """A setting; empty if it was removed."""

    name: Name
    value: str
    stamp: Stamp
    device: DeviceId


class ConfusionEntry(Struct, frozen=True, array_like=True, tag="c"):
    """The card that was confused with that of a review; empty if none was."""

    guid: Name
    uid: Name
    at: Moment
    other_guid: Name
    other_uid: Name
    stamp: Stamp
    device: DeviceId


class ErasedEntry(Struct, frozen=True, array_like=True, tag="e"):
    """A note was deleted with its history; what is older is gone."""

    guid: Name
    stamp: Stamp
    device: DeviceId


class MockEntry(Struct, frozen=True, array_like=True, tag="x"):
    """A mock exam that was handed in."""

    uid: Name
    stamp: Stamp
    device: DeviceId
    begun: Moment
    deck: Name
    name: Name
    questions: tuple[MockQuestion, ...]
    answers: tuple[MockAnswer, ...]
    limit_ms: Moment
    seed: Number
    counts: Flag
    predicted: Annotated[float, Meta(ge=0, le=1)]
    spent_ms: Annotated[int, Meta(ge=0, lt=1 << 46)]
    finished_ms: Moment
    undone: Flag = 0


Entry = (
    ReviewEntry
    | MediaEntry
    | NoteEntry
    | OrphanEntry
    | NotetypeEntry
    | MarkEntry
    | OptionEntry
    | SettingEntry
    | ConfusionEntry
    | ErasedEntry
    | MockEntry
)
