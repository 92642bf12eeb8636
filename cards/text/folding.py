"""Texts made equal in what makes no difference to a reader who compares them."""

from unicodedata import is_normalized, normalize

_MARKS = (
    *((dash, "-") for dash in "\u2010\u2011\u2012\u2013\u2212"),
    ("\u301c", "~"),
)
"""Dashes and the wave dash.  A keyboard types one for another, and Unicode does not
join them: the minus sign and the hyphen, the wave dash and the full-width tilde."""


def fold(text: str) -> str:
    """Fold width, case and variants of dashes, so that they make no difference."""
    if text.isascii():
        return text.lower()
    if not is_normalized("NFKC", text):
        text = normalize("NFKC", text)
    for mark, plain in _MARKS:
        if mark in text:
            text = text.replace(mark, plain)
    return text.casefold()
