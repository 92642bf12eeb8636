"""Names of days and months; the locale of Python's own names is not set."""

from datetime import date

from cards.translate import N_, _

_DAYS = (
    N_("Mon"),
    N_("Tue"),
    N_("Wed"),
    N_("Thu"),
    N_("Fri"),
    N_("Sat"),
    N_("Sun"),
)
_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)


def day_name(weekday: int) -> str:
    """Return the short name of a weekday; Monday is 0."""
    return _(_DAYS[weekday])


def month_name(day: date) -> str:
    """Return the short name of a day's month."""
    return _(_MONTHS[day.month - 1])


def dated(day: date, *, with_year: bool = True) -> str:
    """Format a date with its weekday: `Mon 2026-11-30`."""
    shown = f"{day:%Y-%m-%d}" if with_year else f"{day:%m-%d}"
    return _("{weekday} {date}").format(weekday=day_name(day.weekday()), date=shown)
