"""The file format of the device log.

A segment holds some entries of one device.  It is a line that names the format, the
hash of all that follows, a line of JSON, and the entries as a MessagePack array,
compressed with zstd.  A segment is written once and never changed.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator

import msgspec
from msgspec import Struct

from srs.models.log_entries import DeviceId, Entry, MediaEntry, Name
from srs.store.sync_state import Segment

FORMAT = 1
ENDING = ".flashlog"
MAX_RAW = 4 << 20
"""Bytes of entries in a segment, unless a single entry is larger."""
LARGEST = 64 << 20
"""More bytes of entries are never read, nor written."""
_MOST = 1 << 18
"""More entries of a segment are never read, nor written."""
_ARRAY = 5
"""Bytes before the entries, at most."""
LARGEST_FILE = 65 << 20
_MAGIC = b"flash log\n"
_NAME = re.compile(r"(\d{1,13})-(\d{1,13})\.flashlog", re.ASCII)
_DEVICE = re.compile(r"[0-9a-f]{16}")
_DIGEST = 32
_MEDIA_TAG = msgspec.msgpack.encode(MediaEntry("", 0, "", ()))[1:3]
"""Follows the length of an entry, a byte."""

_one: msgspec.msgpack.Decoder[Entry] = msgspec.msgpack.Decoder(Entry)
_many = msgspec.msgpack.Decoder(list[msgspec.Raw])
_encoder = msgspec.msgpack.Encoder()


class SegmentHeader(Struct, frozen=True):
    """What a segment says about itself."""

    log: DeviceId
    """Id of the log: one person's stores."""
    device: DeviceId
    first: int
    last: int
    name: Name = ""
    """What the user calls the device."""
    start: int = 1
    """What the device wrote before this number it wrote again from here on."""
    format: int = FORMAT


class BrokenSegment(Exception):
    """A segment is incomplete or damaged."""


class NewerSegment(Exception):
    """A segment was written by a newer flash."""


def is_device(name: str) -> bool:
    """Return True for the name of the folder of a device."""
    return _DEVICE.fullmatch(name) is not None


def segment_of(device: str, name: str, size: int) -> Segment | None:
    """Read the name of a segment; None if it is another file."""
    found = _NAME.fullmatch(name)
    if found is None or not 0 < int(found[1]) <= int(found[2]):
        return None
    return Segment(device, int(found[1]), int(found[2]), size)


def file_name(segment: Segment | SegmentHeader) -> str:
    """Return the name of a segment in the log."""
    return f"{segment.device}/{segment.first}-{segment.last}{ENDING}"


def fits(encoded: bytes) -> bool:
    """Return False for an entry that no device would read, whose size is in bytes."""
    return len(encoded) + _ARRAY <= LARGEST


def batches(encoded: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Group encoded entries, each of which fits, into those of a segment."""
    batch: list[bytes] = []
    size = 0
    for one in encoded:
        if batch and (size + len(one) > MAX_RAW or len(batch) == _MOST):
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one)
    if batch:
        yield batch


def write_segment(header: SegmentHeader, encoded: Iterable[bytes]) -> bytes:
    """Return the file of a segment."""
    import zstandard

    raw = _encoder.encode([msgspec.Raw(one) for one in encoded])
    packed = zstandard.ZstdCompressor(level=3).compress(raw)
    rest = msgspec.json.encode(header) + b"\n" + packed
    return _MAGIC + hashlib.sha256(rest).digest() + rest


def read_header(data: bytes) -> SegmentHeader:
    """Read and check what a segment says about itself.

    Raises:
        BrokenSegment: It is incomplete or damaged.
        NewerSegment: Its format is newer.
    """
    digest = data[len(_MAGIC) : len(_MAGIC) + _DIGEST]
    rest = data[len(_MAGIC) + _DIGEST :]
    if not data.startswith(_MAGIC) or hashlib.sha256(rest).digest() != digest:
        raise BrokenSegment
    try:
        line = rest.partition(b"\n")[0]
        if msgspec.json.decode(line, type=_Format).format > FORMAT:
            raise NewerSegment
        return msgspec.json.decode(line, type=SegmentHeader)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BrokenSegment from None


class _Format(Struct):
    format: int


def read_entries(data: bytes) -> list[bytes]:
    """Return the encoded entries of a segment.

    Raises:
        BrokenSegment: They can't be read.
    """
    import zstandard

    line, _, packed = data[len(_MAGIC) + _DIGEST :].partition(b"\n")
    try:
        header = msgspec.json.decode(line, type=SegmentHeader)
        size = zstandard.frame_content_size(packed)
        if not 0 <= size <= LARGEST:
            raise BrokenSegment
        raw = zstandard.ZstdDecompressor().decompress(packed, max_output_size=size)
        # First: millions of entries fit into a few bytes, but not into memory.
        count = header.last - header.first + 1
        if not 0 < count <= _MOST or not raw.startswith(_array_start(count)):
            raise BrokenSegment
        return [bytes(one) for one in _many.decode(raw)]
    except (zstandard.ZstdError, msgspec.MsgspecError, MemoryError, RecursionError):
        raise BrokenSegment from None


def _array_start(count: int) -> bytes:
    """Return how an array of so many entries begins in MessagePack."""
    if count < 16:
        return bytes([0x90 | count])
    if count < 1 << 16:
        return b"\xdc" + count.to_bytes(2, "big")
    return b"\xdd" + count.to_bytes(4, "big")


def decode(encoded: bytes) -> Entry | None:
    """Decode an entry; None if it is invalid, or of a newer flash."""
    try:
        return _one.decode(encoded)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None


def media_entries(encoded: Iterable[bytes]) -> Iterator[MediaEntry]:
    """Decode the entries about media files, and only these."""
    for one in encoded:
        if one[1:3] == _MEDIA_TAG:
            entry = decode(one)
            if isinstance(entry, MediaEntry):
                yield entry


def encode(entry: Entry) -> bytes:
    """Encode an entry."""
    return _encoder.encode(entry)
