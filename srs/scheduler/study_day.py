"""Study days: the local date after subtracting the rollover hour.

An answer at one o'clock at night belongs to the day before.  Days are counted from
1970-01-01; a moment is UTC milliseconds.  Each review stores its offset from UTC, so
that it keeps its study day when the user travels.
"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache

from msgspec import Struct

DAY_S = 86_400
DAY_MS = DAY_S * 1000
END_MS = 253_402_128_000_000
"""9999-12-30 in UTC; `datetime` ends a day later."""
_EPOCH = date(1970, 1, 1)


class UnknownZone(ValueError):
    """No time zone has this name."""


def study_day(at_ms: int, offset_min: int, rollover: int) -> int:
    """Return the study day of a moment.

    Args:
        at_ms: UTC milliseconds.
        offset_min: Minutes east of UTC at that moment and place.
        rollover: Hour at which the day begins, 0 to 23.

    Returns:
        Days since 1970-01-01.  The second of the rollover itself belongs to the
        day before, as in Anki's review log.
    """
    local = at_ms // 1000 - 1 + offset_min * 60 - rollover * 3600
    return local // DAY_S


def day_start_ms(day: int, offset_min: int, rollover: int) -> int:
    """Return the first millisecond of a study day, UTC; see `study_day`."""
    return (day * DAY_S + 1 - offset_min * 60 + rollover * 3600) * 1000


def day_date(day: int) -> date:
    """Return the calendar date of a study day."""
    return _EPOCH + timedelta(days=day)


def date_day(date_text: str) -> int:
    """Return the study day of a calendar date.

    Raises:
        ValueError: The text is not a date written as YYYY-MM-DD.
    """
    found = date.fromisoformat(date_text)
    if found.isoformat() != date_text:  # it takes other forms, too
        raise ValueError(date_text)
    return (found - _EPOCH).days


def is_in_spans(day: int, spans: Iterable[tuple[int, int]]) -> bool:
    """Return True if a study day is in a span, such as a vacation; both ends count."""
    return any(first <= day <= last for first, last in spans)


class Calendar(Struct, frozen=True):
    """Study days in the user's time zone, with the user's rollover hour."""

    offset_of: Callable[[int], int]
    """Minutes east of UTC at a moment (UTC milliseconds)."""
    rollover: int = 4

    def day(self, at_ms: int) -> int:
        """Return the study day of a moment."""
        return study_day(at_ms, self.offset_of(at_ms), self.rollover)

    def start_ms(self, day: int) -> int:
        """Return the moment at which a study day begins, also with daylight saving."""
        guess = day_start_ms(day, 0, self.rollover)
        offset = self.offset_of(guess)
        start = day_start_ms(day, offset, self.rollover)
        if self.day(start - 1) < day <= self.day(start):
            return start
        return self._search_start(day, guess)

    def _search_start(self, day: int, guess: int) -> int:
        """Find the start if daylight saving changed at the rollover."""
        early, late = guess - 2 * DAY_S * 1000, guess + 2 * DAY_S * 1000
        while late - early > 1:
            middle = (early + late) // 2
            if self.day(middle) < day:
                early = middle
            else:
                late = middle
        return late

    def iso(self, at_ms: int) -> str:
        """Render a moment as ISO 8601 with the local offset."""
        zone = timezone(timedelta(minutes=self.offset_of(at_ms)))
        moment = datetime.fromtimestamp(at_ms / 1000, zone)
        return moment.isoformat(timespec="seconds")


def system_offset(at_ms: int) -> int:
    """Return the offset of the system's time zone, minutes east of UTC.

    Raises:
        ValueError: The moment is outside the calendar.
    """
    try:
        return time.localtime(at_ms // 1000).tm_gmtoff // 60
    except (OSError, OverflowError) as error:
        raise ValueError(f"{at_ms} ms is outside the calendar") from error


def zone_offset(name: str) -> Callable[[int], int]:
    """Return the offset function of a time zone.

    Args:
        name: An IANA name such as Asia/Tokyo; empty for the system's zone.

    Returns:
        A function from UTC milliseconds to minutes east of UTC.  It raises `ValueError`
        for a moment outside the calendar.

    Raises:
        UnknownZone: There is no zone of this name.
    """
    if not name:
        return system_offset
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415 - slow

    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UnknownZone(name) from None

    @lru_cache(maxsize=4096)
    def of_quarter(quarter: int) -> int:
        try:
            moment = datetime.fromtimestamp(quarter * 900, UTC)
        except (OSError, OverflowError) as error:
            raise ValueError(f"{quarter * 900} s is outside the calendar") from error
        offset = moment.astimezone(zone).utcoffset() or timedelta()
        return int(offset.total_seconds()) // 60

    return lambda at_ms: of_quarter(at_ms // 900_000)
