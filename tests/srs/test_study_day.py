"""Study days: rollover, daylight saving, travel."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from srs.scheduler.study_day import (
    Calendar,
    UnknownZone,
    date_day,
    day_date,
    day_start_ms,
    study_day,
    system_offset,
    zone_offset,
)

ZONES = (
    "UTC",
    "Asia/Tokyo",
    "Asia/Kathmandu",
    "America/New_York",
    "America/Havana",
    "America/Santiago",
    "Europe/London",
    "Africa/Casablanca",
    "Australia/Lord_Howe",
    "Pacific/Apia",
)

zones = st.sampled_from(ZONES)
hours = st.integers(0, 23)
FIRST = (date(2000, 1, 1) - date(1970, 1, 1)).days
days = st.integers(FIRST, FIRST + 13_000)
moments = st.integers(946_684_800_000, 2_082_758_400_000)


def moment(text: str, zone: str = "UTC") -> int:
    """Return the UTC milliseconds of a local time; a final `*` means fold=1."""
    local = datetime.fromisoformat(text.rstrip("*"))
    local = local.replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith("*")))
    return round(local.timestamp() * 1000)


def day_of(year: int, month: int, day_of_month: int) -> int:
    return (date(year, month, day_of_month) - date(1970, 1, 1)).days


@pytest.mark.parametrize(
    ("text", "zone", "rollover", "expected"),
    [
        ("2026-11-23 12:00", "UTC", 4, date(2026, 11, 23)),
        ("2026-11-24 03:59", "UTC", 4, date(2026, 11, 23)),
        ("2026-11-24 04:00:00.999", "UTC", 4, date(2026, 11, 23)),
        ("2026-11-24 04:00:01", "UTC", 4, date(2026, 11, 24)),
        ("2026-11-24 00:00:01", "UTC", 0, date(2026, 11, 24)),
        ("2026-11-24 22:30", "UTC", 23, date(2026, 11, 23)),
        ("2026-11-24 03:00", "Asia/Tokyo", 4, date(2026, 11, 23)),
        ("2026-11-24 05:00", "Asia/Tokyo", 4, date(2026, 11, 24)),
        ("2026-11-01 01:30", "America/New_York", 4, date(2026, 10, 31)),
        ("2026-11-01 01:30*", "America/New_York", 4, date(2026, 10, 31)),
        ("2026-11-01 05:00", "America/New_York", 4, date(2026, 11, 1)),
        ("2026-03-08 03:30", "America/New_York", 4, date(2026, 3, 7)),
    ],
    ids=[
        "noon",
        "a night owl",
        "the second of the rollover is still yesterday",
        "the second after it is today",
        "a day that begins at midnight",
        "a day that begins late in the evening",
        "night in Tokyo",
        "morning in Tokyo",
        "the repeated hour, first",
        "the repeated hour, second",
        "the morning after it",
        "after the skipped hour",
    ],
)
def test_a_study_day_begins_at_the_rollover(
    text: str, zone: str, rollover: int, expected: date
) -> None:
    calendar = Calendar(zone_offset(zone), rollover)

    assert day_date(calendar.day(moment(text, zone))) == expected


@given(zone=zones, rollover=hours, day=days)
@example(zone="America/New_York", rollover=2, day=day_of(2026, 3, 8))
@example(zone="America/New_York", rollover=2, day=day_of(2026, 11, 1))
@example(zone="America/New_York", rollover=4, day=day_of(2026, 3, 8))
@example(zone="America/Havana", rollover=0, day=day_of(2026, 3, 8))
@example(zone="America/Santiago", rollover=0, day=day_of(2026, 9, 6))
@example(zone="Australia/Lord_Howe", rollover=2, day=day_of(2026, 10, 4))
@example(zone="Pacific/Apia", rollover=4, day=day_of(2011, 12, 30))
@example(zone="Pacific/Apia", rollover=4, day=day_of(2011, 12, 31))
def test_a_day_starts_with_its_first_millisecond(
    zone: str, rollover: int, day: int
) -> None:
    calendar = Calendar(zone_offset(zone), rollover)

    start = calendar.start_ms(day)

    # The day that Samoa skipped in 2011 begins and ends at the same moment.
    assert calendar.day(start - 1) < day <= calendar.day(start)


# If a clock is set back to exactly the rollover hour, that second belongs to the day
# before; no zone does so from 4 o'clock on.
@given(zone=zones, rollover=st.integers(4, 22), one=moments, later=st.integers(0))
@example("America/New_York", 4, moment("2026-11-01 01:59", "America/New_York"), 61_000)
@example("Africa/Casablanca", 4, moment("2026-02-15 02:59:59.5", "UTC"), 999)
def test_study_days_never_go_backwards(
    zone: str, rollover: int, one: int, later: int
) -> None:
    calendar = Calendar(zone_offset(zone), rollover)
    other = one + later % (400 * 86_400_000)

    assert calendar.day(one) <= calendar.day(other)


@given(zone=zones, rollover=hours, at=moments)
def test_a_moment_lies_inside_its_study_day(zone: str, rollover: int, at: int) -> None:
    calendar = Calendar(zone_offset(zone), rollover)
    day = calendar.day(at)

    assert calendar.start_ms(day) <= at < calendar.start_ms(day + 1)


@given(day=st.integers(-20_000, 40_000), offset=st.integers(-720, 840), rollover=hours)
def test_without_daylight_saving_a_day_has_86400_seconds(
    day: int, offset: int, rollover: int
) -> None:
    start = day_start_ms(day, offset, rollover)

    found = [study_day(start + at, offset, rollover) for at in (-1, 0, 86_399_999)]

    assert found == [day - 1, day, day]


@given(zone=zones, at=moments)
def test_the_offset_is_that_of_the_zone(zone: str, at: int) -> None:
    there = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(zone))
    expected = there.utcoffset()

    assert expected is not None
    assert zone_offset(zone)(at) == expected.total_seconds() / 60


@pytest.fixture
def _in_tokyo(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.usefixtures("_in_tokyo")
def test_without_a_name_the_system_zone_is_used() -> None:
    at = moment("2026-11-23 12:00")

    assert (zone_offset("")(at), system_offset(at)) == (540, 540)


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "../etc/passwd", "/etc/localtime", "a\0b", "Europe"]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(UnknownZone):
        zone_offset(name)


@pytest.mark.parametrize(
    "text",
    ["20270110", "2027-W02-7", "2027W027", "2027-1-10", " 2027-01-10", "2027-02-30"],
)
def test_a_date_has_one_form(text: str) -> None:
    assert day_date(date_day("2027-01-10")).isoformat() == "2027-01-10"
    with pytest.raises(ValueError, match=r"day|Invalid|\d"):
        date_day(text)


def test_a_moment_is_rendered_with_the_local_offset() -> None:
    calendar = Calendar(zone_offset("America/New_York"))

    found = [
        calendar.iso(moment(text)) for text in ("2026-07-01 12:00", "2026-12-01 12:00")
    ]

    assert found == ["2026-07-01T08:00:00-04:00", "2026-12-01T07:00:00-05:00"]
