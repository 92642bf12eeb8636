"""The pages of an SQLite file, read without SQLite, so that damage stops nothing.

Only what rows are made of is read: leaves of tables and their overflow.  Each page
and each row is checked by itself; one that makes no sense is counted and left out.

Source:
    https://www.sqlite.org/fileformat2.html
"""

import struct
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

SIZE = 4096
"""Bytes of a page; flash never makes another size."""

_LEAF, _INTERIOR = 0x0D, 0x05
_INDEX_LEAF, _INDEX_INTERIOR = 0x0A, 0x02
_LARGEST_ROW = 1 << 26

PageRow = tuple[int, tuple[Any, ...]]
"""Its rowid and its values; a column that is the rowid is None."""


class BadRow(Exception):
    """The bytes make no row."""


class Pages:
    """A file of pages, some of which may be damaged."""

    def __init__(self, data: bytes) -> None:
        """Take the bytes of a file; what is no whole page at its end is left out."""
        self._data = data
        self.count = len(data) // SIZE
        self.bad_rows = 0
        """Rows that made no sense so far."""

    def page(self, number: int) -> bytes:
        """Give a page, the first is 1; empty where there is none."""
        if not 1 <= number <= self.count:
            return b""
        return self._data[(number - 1) * SIZE : number * SIZE]

    def leaves(self) -> Iterator[int]:
        """Number all pages that look like a leaf of a table."""
        for number in range(1, self.count + 1):
            if self.page(number)[_start(number)] == _LEAF:
                yield number

    def tree(self, root: int) -> tuple[list[int], list[int]]:
        """Walk a table from its root.

        Returns:
            The pages of its leaves, and pages that should be part of it but make
            no sense.
        """
        leaves: list[int] = []
        lost: list[int] = []
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            number = waiting.pop()
            page = self.page(number)
            kind = page[_start(number)] if page and number not in seen else 0
            seen.add(number)
            if kind == _LEAF:
                leaves.append(number)
            elif kind == _INTERIOR:
                waiting += self._children(number, page)
            else:
                lost.append(number)
        return leaves, lost

    def _children(self, number: int, page: bytes) -> Iterator[int]:
        start = _start(number)
        yield struct.unpack_from(">I", page, start + 8)[0]
        for offset in _cells(page, start, 12):
            if offset + 4 <= SIZE:
                yield struct.unpack_from(">I", page, offset)[0]

    def free(self) -> set[int]:
        """Number the pages that hold nothing any more; none where that is unsure."""
        if not self.count:
            return set()
        trunk, expected = struct.unpack_from(">II", self._data, 32)
        found: set[int] = set()
        while trunk and trunk not in found and self.page(trunk):
            found.add(trunk)
            following, count = struct.unpack_from(">II", self.page(trunk))
            count = min(count, SIZE // 4 - 2)
            found.update(struct.unpack_from(f">{count}I", self.page(trunk), 8))
            trunk = following
        return found if len(found) == expected else set()

    def rows(self, number: int) -> Iterator[PageRow]:
        """Read the rows of a leaf; those that make no sense are counted."""
        page = self.page(number)
        for offset in _cells(page, _start(number), 8):
            try:
                yield self._row(page, offset)
            except (BadRow, IndexError, struct.error, UnicodeDecodeError):
                self.bad_rows += 1

    def entries(self) -> Iterator[tuple[Any, ...]]:
        """Read what stands in pages that look like an index, as far as it is short."""
        for number in range(2, self.count + 1):
            page = self.page(number)
            if page[0] not in (_INDEX_LEAF, _INDEX_INTERIOR):
                continue
            child = 4 if page[0] == _INDEX_INTERIOR else 0
            for offset in _cells(page, 0, 8 + child):
                with suppress(BadRow, IndexError, UnicodeDecodeError):
                    size, start = _varint(page, offset + child)
                    yield _values(page[start : start + size])

    def _row(self, page: bytes, offset: int) -> PageRow:
        size, offset = _varint(page, offset)
        rowid, offset = _varint(page, offset)
        if not 0 < size <= min(_LARGEST_ROW, len(self._data)):
            raise BadRow
        payload = self._payload(page, offset, size)
        return _signed(rowid), _values(payload)

    def _payload(self, page: bytes, offset: int, size: int) -> bytes:
        """Join what of a row stands in the page with its overflow."""
        if size <= SIZE - 35:
            own = size
        else:
            least = (SIZE - 12) * 32 // 255 - 23
            own = least + (size - least) % (SIZE - 4)
            own = own if own <= SIZE - 35 else least
        payload = page[offset : offset + own]
        if own < size:
            following = struct.unpack_from(">I", page, offset + own)[0]
            parts = [payload]
            missing = size - own
            while missing > 0:
                page = self.page(following)
                if not page:
                    raise BadRow
                following = struct.unpack_from(">I", page)[0]
                parts.append(page[4 : 4 + missing])
                missing -= SIZE - 4
            payload = b"".join(parts)
        if len(payload) != size:
            raise BadRow
        return payload


def _start(number: int) -> int:
    return 100 if number == 1 else 0


def _cells(page: bytes, start: int, head: int) -> list[int]:
    """Give the offsets of the cells of a page."""
    count = struct.unpack_from(">H", page, start + 3)[0]
    count = min(count, (SIZE - start - head) // 2)
    return list(struct.unpack_from(f">{count}H", page, start + head))


def _varint(data: bytes, offset: int) -> tuple[int, int]:
    value = 0
    for _ in range(8):
        byte = data[offset]
        offset += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, offset
    return value << 8 | data[offset], offset + 1


def _signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


_LENGTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)


def _values(payload: bytes) -> tuple[Any, ...]:
    """Decode a record.

    Raises:
        BadRow: It makes no sense.
    """
    end, offset = _varint(payload, 0)
    if not offset <= end <= len(payload):
        raise BadRow
    values: list[Any] = []
    at = end
    while offset < end:
        kind, offset = _varint(payload, offset)
        if kind in (10, 11):
            raise BadRow
        length = _LENGTHS[kind] if kind < 10 else (kind - 12) // 2
        data = payload[at : at + length]
        if len(data) < length:
            raise BadRow
        if kind < 10:
            values.append(_number(kind, data))
        else:
            values.append(data.decode() if kind % 2 else data)
        at += length
    if at != len(payload) or offset != end:
        raise BadRow
    return tuple(values)


def _number(kind: int, data: bytes) -> int | float | None:
    if kind == 0:
        return None
    if kind >= 8:
        return kind - 8
    if kind == 7:
        return float(struct.unpack(">d", data)[0])
    return int.from_bytes(data, "big", signed=True)
