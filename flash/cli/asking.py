"""Questions before a command changes much; without a terminal the answer is no."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from unicodedata import normalize

import typer

from cards.errors import FlashError
from cards.text.width import clean
from cards.translate import _
from flash.messages.listing import change_question
from flash.terminal import echo_err, fitted

MANY = 50
"""A change of more cards than this is asked about."""


_MEANINGS = {
    "": False,
    **dict.fromkeys(("y", "yes", "はい"), True),
    **dict.fromkeys(("n", "no", "いいえ"), False),
}
"""Answers in the form that `_read_answer` gives them; they are read in any language."""


def has_terminal() -> bool:
    """Return True if somebody can type."""
    return sys.stdin.isatty()


def is_confirmed(question: str) -> bool:
    """Ask on the terminal until the answer is understood; return False without one.

    Raises:
        typer.Abort: The user pressed Ctrl-C, or the input ended.
    """
    if not has_terminal():
        return False
    while (answer := _read_answer(question)) not in _MEANINGS:
        echo_err(_("please answer y (yes) or n (no)"))
    return _MEANINGS[answer]


def _read_answer(question: str) -> str:
    """Ask once; an input method may leave the answer full-width."""
    with suppress(OSError):
        sys.stderr.write(fitted(clean(question) + " [y/N]:", sys.stderr))
        sys.stderr.flush()
    try:
        # With a prompt of its own, readline does not clear the question with Backspace.
        answer = input(" ")
    except UnicodeDecodeError:
        return "?"
    except (KeyboardInterrupt, EOFError):
        raise typer.Abort from None
    return normalize("NFKC", answer).strip().casefold()


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
