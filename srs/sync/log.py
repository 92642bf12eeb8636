"""A device log behind a carrier: which segments there are, and which are missing."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from srs.models.carrier import Carrier
from srs.store.sync_state import Device, Segment
from srs.sync.segments import (
    LARGEST_FILE,
    BrokenSegment,
    NewerSegment,
    SegmentHeader,
    file_name,
    is_device,
    read_header,
    segment_of,
)

KNOWN_NAMES = frozenset({".git", ".gitignore", ".gitattributes"})
MEDIA = "media"
_BESIDE = (".st", "README", ".DS_Store", ".dropbox", "desktop.ini", ".nextcloud")


class Listing(Struct, frozen=True):
    """The names in a log."""

    segments: tuple[Segment, ...]
    media: frozenset[str]
    """The hashes of the media files."""
    foreign: tuple[str, ...]
    """Other names, such as the conflict copies of a file service."""


class Fault(Struct, frozen=True):
    """A segment that could not be merged."""

    name: str
    reason: str
    """broken, newer, missing, or other for one of another log."""


def list_log(carrier: Carrier) -> Listing:
    """List a log; a folder that doesn't exist is an error of the carrier."""
    segments: list[Segment] = []
    foreign: list[str] = []
    media: frozenset[str] = frozenset()
    for name, _size in carrier.list(""):
        folder = name.removesuffix("/")
        if is_device(folder) and name.endswith("/"):
            for file, size in carrier.list(folder):
                found = segment_of(folder, file, size)
                if found is not None:
                    segments.append(found)
                elif not file.startswith("."):
                    foreign.append(f"{folder}/{file}")
        elif name == f"{MEDIA}/":
            media = frozenset(file for file, _size in carrier.list(MEDIA))
        elif folder not in KNOWN_NAMES and not folder.startswith(_BESIDE):
            foreign.append(name)
    segments.sort(key=lambda one: (one.device, one.first, one.last))
    return Listing(tuple(segments), media, tuple(sorted(foreign)))


class Arrived(Struct, frozen=True):
    """A segment that was read and is intact."""

    segment: Segment
    header: SegmentHeader
    data: bytes


def read_segments(
    carrier: Carrier, segments: Iterable[Segment]
) -> tuple[list[Arrived], list[Fault]]:
    """Read segments; those that can't be used are faults.

    Raises:
        FlashError: The carrier fails.
    """
    found: list[Arrived] = []
    faults: list[Fault] = []
    for segment in segments:
        name = file_name(segment)
        if not 0 < segment.size <= LARGEST_FILE:
            faults.append(Fault(name, "broken"))
            continue
        data = carrier.get(name, LARGEST_FILE)
        try:
            header = read_header(data)
        except BrokenSegment:
            faults.append(Fault(name, "broken"))
            continue
        except NewerSegment:
            faults.append(Fault(name, "newer"))
            continue
        if Segment(header.device, header.first, header.last, segment.size) == segment:
            found.append(Arrived(segment, header, data))
        else:
            faults.append(Fault(name, "broken"))  # renamed by someone
    return found, faults


def missing(listing: Listing, devices: Collection[Device]) -> list[Fault]:
    """Find the numbers that no segment holds: not arrived yet, or lost."""
    found: list[Fault] = []
    start = {one.id: one.start for one in devices}
    by_device: dict[str, list[Segment]] = {}
    for one in listing.segments:
        by_device.setdefault(one.device, []).append(one)
    for device, segments in by_device.items():
        expected = start.get(device, 1)
        for one in segments:
            if one.first > expected:
                name = f"{device}/{expected}-{one.first - 1}"
                found.append(Fault(name, "missing"))
            expected = max(expected, one.last + 1)
    return found
