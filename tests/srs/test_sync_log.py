"""The listing and the segments of a log of devices."""

from pathlib import Path
from unittest.mock import patch

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from export.carriers.folder import FolderCarrier
from srs.sync import segments
from srs.sync.log import Listing, Segment, list_log, missing
from srs.sync.segments import (
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
