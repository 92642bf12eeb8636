"""Naming the card that a missed one was taken for, line by line.

`x` and a text searches, `x` and a number chooses from what was found, an empty
line leaves it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cards.text.terminal import plain_text
from flash.messages.review import MIXED_UP, NOT_MIXED_UP, one_line
from srs.study.session import Session

if TYPE_CHECKING:
    from srs.store.card_search import Candidate

HOW = "x and a text searches, x and a number chooses, Enter leaves it"


def is_confusion(word: str) -> bool:
    """Tell whether a line asks for the card that was mixed up."""
    return word == "x" or word.startswith("x ")


def name_confusion(
    session: Session, word: str, say: Callable[[str], None], hear: Callable[[], str]
) -> None:
    """Let the person find and name the card.

    Args:
        session: Its last answer was missed.
        word: `x`, or `x` and a text.
        say: Writes a line.
        hear: Reads a line; `q` at the end of the input.

    Raises:
        StoreError: The store can't be written; the missed answer stays.
    """
    found: tuple[Candidate, ...] = ()
    while is_confusion(word):
        text = word[1:].strip()
        chosen = _numbered(found, text)
        if chosen is not None:
            say(MIXED_UP if session.confused_with(chosen.card) else NOT_MIXED_UP)
            return
        found = session.confusion_candidates(text)
        say("Which card did you take it for?")
        for number, one in enumerate(found, 1):
            question, answer = (plain_text(t) for t in (one.question, one.answer))
            say(f"{number}: {one_line(question)} = {one_line(answer)}")
        if not found and text:
            say("no card has that")
        say(f"({HOW})")
        word = hear()
        while word not in ("", "q") and not is_confusion(word):
            say(f"{HOW}.")
            word = hear()


def _numbered(found: "tuple[Candidate, ...]", text: str) -> "Candidate | None":
    """Give the one that a number names; other numbers are text to search for."""
    number = int(text) if text.isdecimal() and len(text) < 3 else 0
    return found[number - 1] if 0 < number <= len(found) else None
