"""As much of protobuf's wire format as Anki's newer packages need.

Source: https://protobuf.dev/programming-guides/encoding/
"""

import struct
from typing import Any

Message = dict[int, list[Any]]
"""Field numbers with their values in order: whole numbers, or bytes."""


class MalformedMessage(ValueError):
    """The bytes are no message."""


def parse(data: bytes) -> Message:
    """Take a message apart.

    Args:
        data: The bytes of a message.

    Returns:
        Varints as `int`; what has a length, and fixed numbers, as `bytes`.

    Raises:
        MalformedMessage: The bytes are no message.
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
                raise MalformedMessage("cut off")
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
    raise MalformedMessage("a number without an end")


def number(message: Message, field: int, default: int = 0) -> int:
    """Give a whole number; the last one where it stands several times."""
    value = message.get(field, [default])[-1]
    return value if isinstance(value, int) else default


def text(message: Message, field: int) -> str:
    """Give a text, empty where there is none."""
    return blob(message, field).decode("utf-8", errors="replace")


def blob(message: Message, field: int) -> bytes:
    """Give bytes, none where there are none."""
    value = message.get(field, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def real(message: Message, field: int) -> float | None:
    """Give a number of four bytes, None where there is none."""
    value = blob(message, field)
    return float(struct.unpack("<f", value)[0]) if len(value) == 4 else None


def reals(message: Message, field: int) -> tuple[float, ...]:
    """Give a packed list of numbers of four bytes each."""
    packed = b"".join(v for v in message.get(field, []) if isinstance(v, bytes))
    count = len(packed) // 4
    return struct.unpack(f"<{count}f", packed[: count * 4])
