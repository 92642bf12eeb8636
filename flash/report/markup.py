"""Elements of HTML and SVG, escaped where they are made.

What an element holds is markup that came from here; text goes through `text`, and
attributes are escaped, so nothing that a card says can become a tag.
"""

from html import escape
from unicodedata import category

_EMPTY = frozenset(("meta", "br"))
_REFUSED = frozenset(("Cc", "Cs"))


def text(value: str) -> str:
    """Make text, with controls that no page may hold taken out."""
    return escape("".join(c for c in value if category(c) not in _REFUSED or c == "\n"))


def tag(name: str, /, *inside: str, **attributes: str | float | None) -> str:
    """Make an element.

    Args:
        name: Of the element.
        inside: Markup.
        attributes: Their values; None leaves one out.  An underscore in a name is
            a hyphen, and one at its end is dropped (`class_`).  Numbers are
            written with at most two decimals.
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_value(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if name in _EMPTY:
        return f"<{name}{written}>"
    return f"<{name}{written}>{''.join(inside)}</{name}>"


def _value(value: str | float | None) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)
