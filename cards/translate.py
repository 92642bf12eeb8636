"""Look up the translation of a message.

Every text for the user goes through `_` or `ngettext`, with named placeholders that
are filled afterwards: `_("Exam in {days} days.").format(days=days)`.  The user
interface chooses the catalogue; without one the text is English, and gettext is not
loaded: it takes a third of the time of `flash due`.
"""

TYPE_CHECKING = False  # as in typing, which `flash due` does without
if TYPE_CHECKING:
    from gettext import NullTranslations

_used: "NullTranslations | None" = None


def use_catalogue(catalogue: "NullTranslations | None") -> None:
    """Translate messages from now on; None leaves them in English."""
    global _used  # noqa: PLW0603 - the language of the process, as in gettext
    _used = catalogue


def is_translated() -> bool:
    """Return True if messages are in another language than English."""
    return _used is not None


def _(message: str) -> str:
    """Translate a message."""
    # The translation of an empty text is the head of the catalogue.
    return _used.gettext(message) if _used and message else message


def ngettext(singular: str, plural: str, count: int) -> str:
    """Translate a message in the form that fits a count."""
    if _used is None:
        return singular if count == 1 else plural
    return _used.ngettext(singular, plural, count)


def N_(message: str) -> str:  # noqa: N802 - the usual name in gettext
    """Mark a constant as a message; `_` translates it where it is shown."""
    return message
