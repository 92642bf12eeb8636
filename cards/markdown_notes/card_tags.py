"""What in a Markdown note says that it has cards: a tag, front matter or a fence.

The tag is `#flashcards`, and others that the plugin of Obsidian is set to; what follows
a `/` in it names a deck.  `flash: false` in the front matter switches all of them off.
"""

import re
from functools import lru_cache

from cards.markdown_notes.commonmark import FRONT_MATTER

_OFF = re.compile(
    r"\A\ufeff?---[ \t]*\r?\n(?:(?!---).*\n)*?"
    r"flash[ \t]*:[ \t]*([\"']?)(?:false|no|off)\1[ \t]*(?:#.*)?\r?$",
    re.MULTILINE | re.IGNORECASE,
)


def has_cards(text: str, tags: tuple[str, ...]) -> bool:
    """Return True if a note in Markdown says that it has cards.

    Args:
        text: The note.
        tags: Tags of notes with cards, without `#`.
    """
    plain = text.lstrip("\ufeff").replace("\r\n", "\n")
    return bool(_note_with_cards(tags).search(plain)) and not is_switched_off(plain)


def is_switched_off(text: str) -> bool:
    """Return True if front matter says that no cards are read from the note."""
    return bool(_OFF.match(text))


def has_open_matter(text: str, tags: tuple[str, ...]) -> bool:
    """Return True if front matter says that there are cards and never ends."""
    begins = text.startswith("---") and _note_with_cards(tags).match(text)
    return bool(begins) and FRONT_MATTER.match(text) is None


def is_enabled(text: str, tags: tuple[str, ...]) -> bool:
    """Return True if cards in the text are read, not only fenced ones."""
    return has_cards(re.sub(r"(?m)^[ \t]*(```+|~~~+)[ \t]*flash\b", "", text), tags)


@lru_cache(maxsize=16)
def tag_in_text(tags: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern of these tags; its group is the deck that one names."""
    return re.compile(rf"(?:^|(?<=\s))#{_any_of(tags)}(?:/(\S*)|(?![\w/-]))")


@lru_cache(maxsize=16)
def _note_with_cards(tags: tuple[str, ...]) -> re.Pattern[str]:
    name = _any_of(tags)
    return re.compile(
        r"\A---[ \t]*\n(?:(?!---).*\n)*?"
        r"(?:flash[ \t]*:[ \t]*true\b|deck[ \t]*:"
        rf"|[\"']?tags[\"']?[ \t]*:(?:.*\n(?=[\s\]-]))*.*(?<!\w){name}(?!\w))"
        r"|^[ \t]*(?:`{3,}|~{3,})[ \t]*flash[ \t]*$"
        rf"|(?:^|(?<=\s))#{name}(?:/|\s|$)",
        re.MULTILINE,
    )


def _any_of(tags: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, sorted(tags, key=len, reverse=True)))})"
