"""What a sync did, and what could not be merged."""

from enum import StrEnum

from msgspec import Struct

from srs.store.sync_state import Device
from srs.sync.log import Fault


class SyncQuestion(StrEnum):
    """What the user has to agree to first."""

    ANSWERS = "answers"
    """A store with answers joins a log for the first time."""
    EMPTIED = "emptied"
    """The log is empty, and was not."""


class Sent(Struct):
    """What was sent."""

    entries: int = 0
    has_options: bool = False
    """Whether notes, options or settings were among them."""
    too_large: list[str] = []
    """Names of what was left out, since no device would read it."""


class Received(Struct):
    """What was merged."""

    entries: int = 0
    reviews: int = 0
    notes: int = 0
    devices: int = 0
    """Devices that the entries came from."""
    broken: list[str] = []
    """Segments whose entries can't be read; they are read again next time."""


class MediaCounts(Struct, frozen=True):
    """The media files that were sent and received."""

    sent: int
    received: int
    too_large: tuple[str, ...]
    """Files that are not sent."""


class Synced(Struct, frozen=True):
    """The result of a sync."""

    address: str
    sent: Sent
    received: Received
    media: MediaCounts
    devices: tuple[Device, ...]
    """All that wrote into the log, this one among them."""
    own: str
    """Id of this device."""
    parked: dict[str, int]
    """Entries that can't be merged yet, by reason."""
    faults: tuple[Fault, ...]
    foreign: tuple[str, ...]
    """Files that are no part of the log."""
    ahead: tuple[Device, ...]
    """Devices whose clock is more than a day ahead."""
    is_encrypted: bool
    left_behind: tuple[str, ...] = ()
    """Decks that have options or the exam, and no cards since another device renamed
    or removed them."""

    @property
    def is_faulty(self) -> bool:
        """Whether a segment could not be merged."""
        return any(one.reason != "missing" for one in self.faults)
