"""Names of decks and tags, as they are typed and as they are kept.

A name is kept composed (Unicode NFC): file names of macOS come decomposed and look the
same.  The full-width `：：` that Japanese input types nests as `::` does.
"""

import re
from unicodedata import normalize

_COLONS = re.compile("[:：]{3,}|：:|:：")
"""More or other colons than `::` and `：：`."""
COMMA = re.compile("[,、，]")
"""A tag with it was probably meant to be several."""


def tidy_name(name: str) -> str:
    """Return the name of a deck or a tag as it is kept."""
    return name if name.isascii() else normalize("NFC", name).replace("：：", "::")


def nested_name(name: str) -> str:
    """Return the name of a deck with `::` for other runs of colons."""
    return _COLONS.sub("::", name)


def tidy_deck_name(name: str) -> str:
    """Return the name of a deck as it is kept, without needless white space."""
    return "::".join(" ".join(part.split()) for part in tidy_name(name).split("::"))


def renamed_deck(deck: str, old: str, new: str) -> str:
    """Return the name of a deck after it or a parent was renamed; else its own."""
    return new + deck[len(old) :] if f"{deck}::".startswith(f"{old}::") else deck


def imported_deck_name(name: str) -> str:
    """Return the name of a deck that another program wrote, without empty parts.

    Returns:
        The name as it is kept; empty if nothing is left of it.
    """
    return "::".join(part for part in tidy_deck_name(name).split("::") if part)


def tidy_tags(tags: tuple[str, ...]) -> tuple[str, ...]:
    """Return tags as they are kept, none twice."""
    return tuple(dict.fromkeys(map(tidy_name, tags)))


def split_tags(text: str) -> tuple[str, ...]:
    """Return the tags that a text names, parted by white space of any width."""
    return tidy_tags(tuple(text.split()))
