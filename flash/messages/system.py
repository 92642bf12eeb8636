"""Texts about errors of the operating system."""

import errno

from cards.errors import FlashError, reason_of
from cards.translate import _

_MOST_QUOTED = 100
_FULL = (errno.ENOSPC, errno.EDQUOT)
_WRITE_ERRORS = (*_FULL, errno.EIO, errno.EFBIG, errno.EBADF, errno.EROFS)


def os_error(error: OSError) -> FlashError | None:
    """Describe an error of a file, a disk or the output; None for any other."""
    reason = reason_of(error)
    hint = _("free some disk space") if error.errno in _FULL else ""
    if error.filename:
        # A file name or folder that the system refuses.
        return FlashError(reason, hint, str(error.filename))
    if error.errno in _WRITE_ERRORS:
        return FlashError(_("can't write: {reason}").format(reason=reason), hint)
    return None


def not_in_locale(text: str) -> FlashError:
    """Make the error for a file name that the locale's encoding can't write."""
    message = _("the locale can't write the file name '{text}'")
    return FlashError(
        message.format(text=text[:_MOST_QUOTED]), _("set LC_ALL=C.UTF-8 and try again")
    )


def not_utf8(text: str) -> FlashError:
    """Make the error for a text from the system that is not UTF-8."""
    message = _("not UTF-8: '{text}'").format(text=text[:_MOST_QUOTED])
    return FlashError(message, _("names must be UTF-8 here"))
