"""The days of `set-due`."""

import re

from cards.errors import FlashError
from cards.text.folding import fold
from cards.translate import _
from srs.scheduler.study_day import date_day

_LONGEST_DAYS = 36_500
_DAY = re.compile("[0-9]{4}-?[0-9]{2}-?[0-9]{2}")


def unread_date(text: str, hint: str) -> FlashError:
    """Make the error for a text that is no day of the calendar, or not written as one.

    Args:
        text: As the user typed it.
        hint: How to write it.
    """
    plain = fold(text)
    dashed = f"{plain[:4]}-{plain[4:6]}-{plain[6:]}"
    if _is_day(dashed):
        hint = _("write {day}").format(day=dashed)
    elif _DAY.fullmatch(plain):
        message = _("no such day: '{day}'").format(day=text)
        return FlashError(message, _("check the calendar"))
    return FlashError(_("can't read '{text}'").format(text=text), hint)


def _is_day(text: str) -> bool:
    try:
        date_day(text)
    except ValueError:
        return False
    return True


def due_days(text: str, today: int) -> tuple[int, int]:
    """Return the first and last study day of `3`, `3-7` or `2027-01-10`, of any width.

    Raises:
        FlashError: It is none of them, in the past or more than a century ahead, or the
            first day is after the last.
    """
    hint = _("write 3, 3-7 or 2027-01-10")
    folded = fold(text)
    found = re.fullmatch("([0-9]{1,5})(?:[-~]([0-9]{1,5}))?", folded)
    if found:
        first, last = int(found[1]), int(found[2] or found[1])
    else:
        try:
            first = last = date_day(folded) - today
        except ValueError:
            raise unread_date(text, hint) from None
    if last < first:
        message = _("{text} ends before it begins").format(text=text)
        hint = _("write {first}-{last}").format(first=last, last=first)
        raise FlashError(message, hint)
    if not 0 <= first <= last <= _LONGEST_DAYS:
        message = _("{text} is not from today to a century ahead").format(text=text)
        raise FlashError(message, hint)
    return today + first, today + last
