"""Add cards to the text of a deck file; everything that is there stays as it is."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from cards.deckfile.writer import header_yaml
from cards.errors import FlashError
from cards.translate import _

_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_INDENT = 2
_COMMENTS = re.compile(r"(?:[ \t]*(?:#[^\r\n]*)?(?:\r\n?|\n|\Z))*\Z")


def empty_deck(deck: str, language: str = "") -> str:
    """Return the text of a deck file to which cards are still to be added."""
    return header_yaml(deck, language) + "cards:\n"


def append_cards(text: str, cards: Iterable[str]) -> str:
    """Add cards after the last one of a deck file.

    Args:
        text: A deck file without mistakes, or from `empty_deck`.
        cards: Each in YAML, perhaps below a comment.

    Returns:
        The text with the cards indented and spaced as those before them.

    Raises:
        FlashError: The file has its cards in brackets.
    """
    top: Any = yaml.compose(text, Loader=_Loader)
    present = next(value for key, value in top.value if key.value == "cards")
    if getattr(present, "flow_style", False):
        message = _("the cards of this file are in brackets")
        raise FlashError(message, _("begin each one with '- ' on a line of its own"))
    items = present.value or []
    indent = present.start_mark.column if items else _INDENT
    lines = text.splitlines()
    is_spaced = len(items) > 1 and _has_gap(lines[: items[-1].start_mark.line])
    at = _end_of(text, present)
    before, rest = text[:at], text[at:]
    added = "\n" if is_spaced and before.splitlines()[-1].strip() else ""
    for index, card in enumerate(cards):
        gap = "\n" if index and is_spaced else ""
        added += gap + re.sub("(?m)^(?=.)", " " * indent, card)
    line_end = re.search(r"\r\n|\n", text)
    if before and not before.endswith(("\n", "\r")):
        added = "\n" + added
    return before + added.replace("\n", line_end[0] if line_end else "\n") + rest


def _has_gap(lines: list[str]) -> bool:
    """Return True if a blank line stands at the end, or before a comment there."""
    last = next(line for line in reversed(lines) if not line.lstrip().startswith("#"))
    return not last.strip()


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
