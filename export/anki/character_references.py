"""Read the character references of HTML, such as `&lt;` and `&#60;`."""

import html
import re

_ENDLESS = re.compile("&#[0-9]{100,};?")
"""A number that Python may refuse to convert; there is no such character."""


def unescaped(text: str) -> str:
    """Replace references by their characters, impossible ones by U+FFFD."""
    return html.unescape(_ENDLESS.sub("\ufffd", text))
