"""Look up the translation of a message.

Every text for the user goes through `_` or `ngettext`, with named placeholders that
are filled afterwards: `_("Exam in {days} days.").format(days=days)`.  There is no
catalogue yet, so gettext is not loaded: it takes a third of the time of `flash due`.
"""


def _(message: str) -> str:
    """Translate a message."""
    return message


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message in the form that fits a count."""
    return singular if count == 1 else plural


def N_(message: str) -> str:  # noqa: N802 - the usual name in gettext
    """Mark a constant as a message; `_` translates it where it is shown."""
    return message
