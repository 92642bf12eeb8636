"""Naming the card that a missed one was taken for: typing, a short list, Enter.

Every character is text to search for, digits too, since facts are full of them;
the arrows choose.
"""

from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from srs.study.prompt import LastLapse
from srs.study.session import Session

if TYPE_CHECKING:
    from srs.store.card_search import Candidate

_BACK = ("backspace", "ctrl+h")
_WIDE_BLANK = "\u3000"
KEYS = ("up", "down", "enter", "escape", "ctrl+u", *_BACK)
"""Keys by their names; any other is the character that it types."""


class Typed(Struct, frozen=True):
    """What the page shows of a search."""

    missed: str
    """The question that was missed, Markdown."""
    text: str = ""
    found: "tuple[Candidate, ...]" = ()
    chosen: int = 0
    """Index into the found ones."""


class ConfusionSearch:
    """A search for the card that was meant."""

    def __init__(self, session: Session, missed: LastLapse) -> None:
        """Begin with the cards that were mixed up with it before."""
        self._session = session
        self.typed = Typed(missed.prompt.question.question)
        self._write("")

    def press(self, key: str) -> "Candidate | None":
        """Type, choose or erase.

        Args:
            key: A character, or one of `KEYS` but Escape.

        Returns:
            The card that was chosen.
        """
        typed = self.typed
        match key:
            case "enter":
                return typed.found[typed.chosen] if typed.found else None
            case "up" | "down":
                step = 1 if key == "down" else -1
                count = max(1, len(typed.found))
                self.typed = replace(typed, chosen=(typed.chosen + step) % count)
            case "ctrl+u":
                self._write("")
            case _ if key in _BACK:
                self._write(typed.text[:-1])
            case _ if key.isprintable() or key == _WIDE_BLANK:
                self._write(typed.text + key)
        return None

    def _write(self, text: str) -> None:
        found = self._session.confusion_candidates(text)
        self.typed = replace(self.typed, text=text, found=found, chosen=0)
