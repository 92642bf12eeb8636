"""Questions before a command changes much; without a terminal the answer is no."""

import sys
from collections.abc import Sequence

import typer

from cards.errors import FlashError
from cards.translate import _
from flash.messages.listing import change_question

MANY = 50
"""A change of more cards than this is asked about."""


def is_confirmed(question: str) -> bool:
    """Ask on the terminal; return False without one."""
    return sys.stdin.isatty() and typer.confirm(question, err=True)


def confirm_many(cards: Sequence[int], *, yes: bool) -> None:
    """Ask before many cards are changed.

    Args:
        cards: Those that the command would change.
        yes: The user agreed beforehand.

    Raises:
        FlashError: The user did not agree.
    """
    if len(cards) > MANY and not (yes or is_confirmed(change_question(len(cards)))):
        text = _("{count} cards would change; nothing was changed")
        message = text.format(count=len(cards))
        raise FlashError(message, _("add --yes to change them"))
