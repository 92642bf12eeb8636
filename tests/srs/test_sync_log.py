"""The listing of a log of devices."""

from srs.sync.log import Listing, Segment, missing


def test_overlapping_segments_hide_no_gap_and_make_none() -> None:
    def gaps(*spans: tuple[int, int]) -> list[str]:
        segments = tuple(Segment("d", *span, 9) for span in spans)
        listing = Listing(segments, frozenset(), ())
        return [fault.name for fault in missing(listing, [])]

    assert gaps((1, 10), (3, 5), (11, 12)) == []
    assert gaps((1, 10), (3, 5), (12, 12)) == ["d/11-11"]
