"""The language of the interface: `$FLASH_LANG`, else that of the locale.

Loads little: `flash due` answers a shell prompt.
"""

import os

from cards.translate import use_catalogue

_TRANSLATED = ("ja",)
KNOWN = ("en", *_TRANSLATED)
"""Languages of the interface."""


def user_language() -> str:
    """Return the language of the user, such as `ja`; empty if unknown."""
    for name in ("FLASH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            # Such as ja, ja_JP.UTF-8, ja@emoji or, as in a browser, ja-JP.
            for sign in "_.@-":
                value = value.partition(sign)[0]
            return value.lower()
    return ""


def interface_language() -> str:
    """Return the language of the messages."""
    language = user_language()
    return language if language in _TRANSLATED else "en"


def unknown_language() -> str:
    """Return `$FLASH_LANG` if it names a language that flash doesn't have."""
    chosen = os.environ.get("FLASH_LANG", "")
    return "" if not chosen or user_language() in (*KNOWN, "c", "posix") else chosen


def choose_language() -> None:
    """Show messages in the user's language, else in English."""
    language = interface_language()
    if language == "en":
        use_catalogue(None)
        return
    from gettext import translation  # not for English

    folder = os.path.join(os.path.dirname(__file__), "locale")
    use_catalogue(translation("flash", folder, [language], fallback=True))
