"""Texts about removing notes."""

from pathlib import Path

from cards.text.width import clean
from cards.translate import _, ngettext
from flash.messages.phrases import count_cards, count_notes, count_reviews
from srs.store.removal import RemovalSize


def deletion_question(name: str, size: RemovalSize) -> str:
    """Ask whether notes may be deleted with their history."""
    return _deletion(
        _(
            "Delete '{name}' for good: {notes}, {cards}, {reviews}? "
            "A backup is made first."
        ),
        name,
        size,
    )


def lost_texts_lines(size: RemovalSize) -> list[str]:
    """Say what mock exams lose by a deletion; nothing if none asks the cards."""
    text = ngettext(
        "{n} mock exam keeps its score, without the text of these questions.",
        "{n} mock exams keep their scores, without the text of these questions.",
        size.mock_exams,
    )
    return [text.format(n=size.mock_exams)] if size.mock_exams else []


def retired_line(name: str, size: RemovalSize) -> str:
    """Say that cards are hidden, and how they come back."""
    text = _(
        "Removed '{name}': {cards}. Their history is kept; flash undo, or adding the "
        "deck file again, brings them back."
    )
    if not size.in_files:
        text = _(
            "Removed '{name}': {cards}. Their history is kept; flash undo brings them"
            " back."
        )
    return text.format(name=clean(name), cards=count_cards(size.in_use))


def would_remove_line(name: str, size: RemovalSize, *, for_good: bool) -> str:
    """Say what a removal would do."""
    if not for_good:
        text = _("Would remove '{name}': {cards}.")
        return text.format(name=clean(name), cards=count_cards(size.in_use))
    text = _("Would delete '{name}' for good: {notes}, {cards}, {reviews}.")
    return _deletion(text, name, size)


def _deletion(text: str, name: str, size: RemovalSize) -> str:
    return text.format(
        name=clean(name),
        notes=count_notes(size.notes),
        cards=count_cards(size.cards),
        reviews=count_reviews(size.reviews),
    )


def deleted_line(name: str, size: RemovalSize, backup: Path) -> str:
    """Say that cards are gone, and which backup has them."""
    text = _(
        "Deleted '{name}': {cards} and {reviews}. Backup of the store before: {file}"
    )
    return text.format(
        name=clean(name),
        cards=count_cards(size.cards),
        reviews=count_reviews(size.reviews),
        file=backup,
    )
