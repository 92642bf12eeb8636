"""The part of protobuf's wire format that Anki's newer packages need.

Source: https://protobuf.dev/programming-guides/encoding/
"""

import struct
from typing import Any

Message = dict[int, list[Any]]
"""Values by field number, in order: integers or bytes."""


class MalformedMessage(ValueError):
    """The bytes are not a message."""


def parse(data: bytes) -> Message:
    """Parse a message.

    Args:
        data: The bytes of a message.

    Returns:
        Varints as `int`; length-delimited and fixed-size values as `bytes`.

    Raises:
        MalformedMessage: The bytes are not a message.
    """
    found: Message = {}
    at, end = 0, len(data)
    while at < end:
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        value: int | bytes
        if kind == 0:
            value, at = _varint(data, at)
        else:
            if kind == 2:
                length, at = _varint(data, at)
            elif kind in (1, 5):
                length = 8 if kind == 1 else 4
            else:
                raise MalformedMessage(f"wire type {kind}")
            value = data[at : at + length]
            if len(value) < length:
                raise MalformedMessage("truncated")
            at += length
        found.setdefault(number, []).append(value)
    return found


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise MalformedMessage("unterminated number")


def number(message: Message, field: int, default: int = 0) -> int:
    """Return an integer; the last one if the field is repeated."""
    value = message.get(field, [default])[-1]
    return value if isinstance(value, int) else default


def text(message: Message, field: int) -> str:
    """Return a text, empty if there is none."""
    return blob(message, field).decode("utf-8", errors="replace")


def blob(message: Message, field: int) -> bytes:
    """Return bytes, empty if there are none."""
    value = message.get(field, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def real(message: Message, field: int) -> float | None:
    """Return a 4-byte float, None if there is none."""
    value = blob(message, field)
    return float(struct.unpack("<f", value)[0]) if len(value) == 4 else None


def reals(message: Message, field: int) -> tuple[float, ...]:
    """Return a packed list of 4-byte floats."""
    packed = b"".join(v for v in message.get(field, []) if isinstance(v, bytes))
    count = len(packed) // 4
    return struct.unpack(f"<{count}f", packed[: count * 4])
