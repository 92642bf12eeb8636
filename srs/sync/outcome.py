"""What a sync did, and what could not be merged."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from srs.models.incoming import LostEdit
from srs.scheduler.study_day import DAY_MS
from srs.store.sync_state import NEVER, Device
from srs.sync.log import Fault

_MINUTE_MS = 60_000


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
    before: int = NEVER
    """The stamp up to which all had been sent before; `NEVER` the first time."""
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
    joined: int = 0
    """Notes that got what an earlier edit of another device had, see
    `srs.sync.joining`; they are not sent yet."""
    lost: list[LostEdit] = []
    """Edits that lost against later ones of devices that didn't know them."""
    later: list[tuple[int, str]] = []
    """Stamps of changes that are later than all before and a day, and their devices."""


class MediaCounts(Struct, frozen=True):
    """The media files that were sent and received."""

    sent: int
    received: int
    too_large: tuple[str, ...]
    """Files that are not sent."""


class ClockDifference(Struct, frozen=True):
    """A device whose changes have later stamps than the clock here allows."""

    device: str
    """Its name, or its id."""
    days: int


def differing_clocks(
    later: Iterable[tuple[int, str]], known: int, now_ms: int
) -> dict[str, int]:
    """Find the devices whose clocks are more than a day later than the one here.

    The clock of a stamp follows the stamps of other devices, so only a device that
    brings a later moment than all before has taken it from its own clock.

    Args:
        later: The stamps that came from other devices, with the ids of these.
        known: The latest stamp that was known before.
        now_ms: The clock here, UTC milliseconds.

    Returns:
        The differences in days by device.
    """
    found: dict[str, int] = {}
    for stamp, device in sorted(later):
        difference = (stamp >> 16) - now_ms
        # A device that has sent was on for a moment longer.
        if (stamp - known) >> 16 > _MINUTE_MS and difference > DAY_MS:
            found[device] = round(difference / DAY_MS)
        known = max(known, stamp)
    return found


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
    clocks: tuple[ClockDifference, ...]
    """Devices whose clock differs from the one here."""
    is_encrypted: bool
    left_behind: tuple[str, ...] = ()
    """Decks that have options or the exam, and no cards since another device renamed
    or removed them."""

    @property
    def is_faulty(self) -> bool:
        """Whether a segment could not be merged."""
        return any(one.reason != "missing" for one in self.faults)
