"""The listing and the segments of a log of devices."""

import tracemalloc
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.carriers.folder import FolderCarrier
from srs.sync import segments
from srs.sync.log import Listing, Segment, list_log, missing
from srs.sync.segments import (
    BrokenSegment,
    SegmentHeader,
    batches,
    fits,
    read_entries,
    write_segment,
)


def test_overlapping_segments_hide_no_gap_and_make_none() -> None:
    def gaps(*spans: tuple[int, int]) -> list[str]:
        segments = tuple(Segment("d", *span, 9) for span in spans)
        listing = Listing(segments, frozenset(), ())
        return [fault.name for fault in missing(listing, [])]

    assert gaps((1, 10), (3, 5), (11, 12)) == []
    assert gaps((1, 10), (3, 5), (12, 12)) == ["d/11-11"]


def test_hidden_files_of_a_device_folder_are_not_named(tmp_path: Path) -> None:
    folder = tmp_path / ("0" * 16)
    folder.mkdir()
    for name in (".syncthing.1-9.tmp", "photo.jpg"):
        (folder / name).write_bytes(b"x")

    listing = list_log(FolderCarrier(tmp_path))

    assert listing.foreign == (f"{folder.name}/photo.jpg",)


@given(st.lists(st.integers(0, 120), max_size=40))
def test_all_that_fits_is_written_and_can_be_read(sizes: list[int]) -> None:
    encoded = [msgspec.msgpack.encode("x" * size) for size in sizes]
    with (
        patch.object(segments, "MAX_RAW", 64),
        patch.object(segments, "LARGEST", 100),
    ):
        fitting = [one for one in encoded if fits(one)]
        files = [
            write_segment(SegmentHeader("0" * 16, "0" * 16, 1, len(batch)), batch)
            for batch in batches(fitting)
        ]
        read = [one for file in files for one in read_entries(file)]

    assert read == fitting
    assert [one for one in encoded if len(one) < 95] == [
        one for one in fitting if len(one) < 95
    ]


@pytest.mark.parametrize("count", [1, 15, 16, 65_535, 65_536, 1 << 18])
def test_only_as_many_entries_are_read_as_the_header_says(count: int) -> None:
    def segment(last: int, entries: int) -> bytes:
        header = SegmentHeader("0" * 16, "0" * 16, 1, last)
        return write_segment(header, [b"\x01"] * entries)

    assert len(read_entries(segment(count, count))) == count
    for last, entries in ((count, count + 1), (count + 1, count), (0, 0), (-1, 1)):
        with pytest.raises(BrokenSegment):
            read_entries(segment(last, entries))


def test_segment_of_millions_of_entries_takes_no_memory() -> None:
    count = 2_000_000
    header = SegmentHeader("0" * 16, "0" * 16, 1, count)
    data = write_segment(header, [b"\x01"] * count)
    tracemalloc.start()
    try:
        with pytest.raises(BrokenSegment):
            read_entries(data)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_segments_have_a_bounded_number_of_entries() -> None:
    with patch.object(segments, "_MOST", 3):
        assert [len(one) for one in batches([b"\x01"] * 7)] == [3, 3, 1]
