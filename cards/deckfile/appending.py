"""Add cards to the text of a deck file; everything that is there stays as it is."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from cards.deckfile.writer import card_yaml, header_yaml
from cards.errors import FlashError
from cards.note import Note

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INDENT = 2
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n|\Z))*\Z")


def empty_deck(deck: str, language: str = "") -> str:
    """Return the text of a deck file to which cards are still to be added."""
    return header_yaml(deck, language) + "cards:\n"


def append_cards(text: str, notes: Iterable[Note]) -> str:
    """Add cards after the last one of a deck file.

    Args:
        text: A deck file without mistakes, or from `empty_deck`.
        notes: Their deck is that of the file.

    Returns:
        The text with the cards indented and spaced as those before them.

    Raises:
        FlashError: The file has its cards in brackets.
    """
    top: Any = yaml.compose(text, Loader=_Loader)
    cards = next(value for key, value in top.value if key.value == "cards")
    if getattr(cards, "flow_style", False):
        message = "the cards of this file are in brackets"
        raise FlashError(message, "begin each one with '- ' on a line of its own")
    items = cards.value or []
    indent = cards.start_mark.column if items else _INDENT
    lines = text.splitlines()
    is_spaced = len(items) > 1 and not lines[items[-1].start_mark.line - 1].strip()
    at = _end_of(text, cards)
    before, rest = text[:at], text[at:]
    added = "\n" if is_spaced and before.splitlines()[-1].strip() else ""
    for index, note in enumerate(notes):
        gap = "\n" if index and is_spaced else ""
        added += gap + re.sub("(?m)^(?=.)", " " * indent, card_yaml(note))
    line_end = re.search(r"\r\n|\n", text)
    if before and not before.endswith(("\n", "\r")):
        added = "\n" + added
    return before + added.replace("\n", line_end[0] if line_end else "\n") + rest


def _end_of(text: str, cards: Any) -> int:
    """Return where a card can be added: at the end, unless a key follows the cards."""
    leaf = cards
    while isinstance(leaf, yaml.CollectionNode) and not leaf.flow_style and leaf.value:
        last = leaf.value[-1]
        leaf = last[1] if isinstance(last, tuple) else last
    at = leaf.end_mark.index
    if leaf.end_mark.column or not at:
        # The line may end with a comment.
        at = next(re.finditer(r"\r\n?|\n|\Z", text[at:])).end() + at
    return len(text) if _COMMENTS.match(text, at) else at
