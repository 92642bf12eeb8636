"""The listing of a log of devices."""

from pathlib import Path

from export.carriers.folder import FolderCarrier
from srs.sync.log import Listing, Segment, list_log, missing


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
