"""Texts about an exchange with a running Anki."""

from collections.abc import Sequence

from cards.translate import _
from flash.messages.phrases import count_cards, count_notes


def push_remarks(deleted: int, outdated: int, ahead: int) -> list[str]:
    """Say what a push left as it is in Anki.

    Args:
        deleted: Notes that were deleted there.
        outdated: Notes of note types that were changed there.
        ahead: Cards with newer answers here.
    """
    texts = [
        (deleted, _("{notes} deleted in Anki: not sent (--deleted sends them again)")),
        (
            outdated,
            _(
                "{notes} not sent: the note type was changed in Anki"
                " (flash pull takes that)"
            ),
        ),
    ]
    lines = [text.format(notes=count_notes(n)) for n, text in texts if n]
    text = _(
        "{cards} with newer answers here: Anki keeps its own progress"
        " (flash phone sends answers)"
    )
    return lines + [text.format(cards=count_cards(ahead))] * bool(ahead)


def kept_in_pull_line(count: int) -> str:
    """Count the notes that were edited in Anki, after a pull."""
    text = _(
        "{notes} edited in Anki: the text here was kept"
        " (flash import --update-text takes Anki's)"
    )
    return text.format(notes=count_notes(count))


def absent_line(decks: Sequence[str]) -> str:
    """Name decks that a running Anki lacks."""
    text = _("not in Anki: {decks} (flash push sends them)")
    return text.format(decks=", ".join(decks))
