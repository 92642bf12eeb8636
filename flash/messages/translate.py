"""Look up the translation of a message.

Every text for the user goes through `_` or `ngettext`, with named placeholders that
are filled afterwards: `_("Exam in {days} days.").format(days=days)`.
"""

from gettext import NullTranslations

_catalog = NullTranslations()


def _(message: str) -> str:
    """Translate a message."""
    return _catalog.gettext(message)


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message in the form that fits a count."""
    return _catalog.ngettext(singular, plural, count)
