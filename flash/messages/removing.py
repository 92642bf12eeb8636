"""Texts about removing decks."""

from pathlib import Path

from cards.text.width import clean
from flash.messages.phrases import count_cards, count_notes, count_reviews
from flash.messages.translate import _
from srs.store.removal import DeckSize


def deletion_question(deck: str, size: DeckSize) -> str:
    """Ask whether a deck may be deleted with its history."""
    text = _(
        "Delete '{deck}' for good: {notes}, {cards}, {reviews}? A backup is made first."
    )
    return text.format(
        deck=clean(deck),
        notes=count_notes(size.notes),
        cards=count_cards(size.cards),
        reviews=count_reviews(size.reviews),
    )


def retired_line(deck: str, size: DeckSize) -> str:
    """Say that a deck is hidden, and how it comes back."""
    text = _(
        "Removed '{deck}': {cards}. Their history is kept; flash undo, or adding the "
        "deck file again, brings them back."
    )
    return text.format(deck=clean(deck), cards=count_cards(size.in_use))


def would_remove_line(deck: str, size: DeckSize, *, for_good: bool) -> str:
    """Say what a removal would do."""
    if not for_good:
        text = _("Would remove '{deck}': {cards}.")
        return text.format(deck=clean(deck), cards=count_cards(size.in_use))
    text = _("Would delete '{deck}' for good: {notes}, {cards}, {reviews}.")
    return text.format(
        deck=clean(deck),
        notes=count_notes(size.notes),
        cards=count_cards(size.cards),
        reviews=count_reviews(size.reviews),
    )


def deleted_line(deck: str, size: DeckSize, backup: Path) -> str:
    """Say that a deck is gone, and which backup has it."""
    text = _(
        "Deleted '{deck}': {cards} and {reviews}. Backup of the store before: {file}"
    )
    return text.format(
        deck=clean(deck),
        cards=count_cards(size.cards),
        reviews=count_reviews(size.reviews),
        file=backup,
    )
