"""Two streams for a plain review or exam: lines out, words in."""

from collections.abc import Callable
from io import TextIOWrapper
from typing import TextIO
from unicodedata import normalize

from cards.numbers import whole_number
from cards.text.terminal import plain_text
from cards.text.width import clean
from cards.translate import _
from flash.messages.cards import one_line
from flash.messages.phrases import sentence
from flash.messages.review import CONFUSION_PROMPT, NO_MATCH
from flash.messages.review_keys import DEFAULT_KEYS, ReviewKeys
from flash.terminal import fitted
from srs.store.card_search import Candidate


class PlainStream:
    """Writes lines at once, so that a program at the other end can answer."""

    def __init__(
        self, stdin: TextIO, stdout: TextIO, keys: ReviewKeys = DEFAULT_KEYS
    ) -> None:
        """Go on with a terminal without Unicode or input in another encoding."""
        self._stdin, self._stdout, self.keys = stdin, stdout, keys
        self.is_ending = False
        """The user typed `q`, or the input has ended."""
        self.line = ""
        """The last line as it was typed."""
        for stream in (stdin, stdout):
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")

    def print(self, text: str = "") -> None:
        """Write text, cleaned."""
        for line in fitted(clean(text), self._stdout).split("\n"):
            self._stdout.write(line + "\n")
            self._stdout.flush()

    def read(self, *, is_text: bool = False) -> str:
        """Read a line in lower case, beginning with a default key; `q` at the end.

        Args:
            is_text: Any text is expected: ` q` after a blank does not end the review.
        """
        line = self.line = self._stdin.readline()
        word = normalize("NFKC", line).strip().lower() if line else "q"
        if word == "q" and not (is_text and line[:1].isspace()):
            self.is_ending = True
        key, blank, text = word.partition(" ")
        return self.keys.meaning(key) + blank + text


def is_confusion(word: str) -> bool:
    """Return True if a read line asks for the search of a confused card."""
    return word == "x" or word.startswith("x ")


def search_confused(
    stream: PlainStream, word: str, find: Callable[[str], tuple[Candidate, ...]]
) -> Candidate | None:
    """Search until a card is selected: `x TEXT`, `x NUMBER`, or an empty line.

    Args:
        stream: Where to ask.
        word: The line that began it.
        find: Finds cards by a part of their text.
    """
    usage = _("{mix_up} TEXT searches, {mix_up} NUMBER selects, Enter cancels")
    usage = stream.keys.fill(usage)
    found: tuple[Candidate, ...] = ()
    while is_confusion(word):
        text = word[1:].strip()
        chosen = _numbered(found, text)
        if chosen is not None:
            return chosen
        found = find(text)
        stream.print(_(CONFUSION_PROMPT))
        for number, candidate in enumerate(found, 1):
            question = one_line(plain_text(candidate.question))
            answer = one_line(plain_text(candidate.answer))
            stream.print(f"{number}: {question} = {answer}")
        if not found and text:
            stream.print(_(NO_MATCH))
        stream.print(f"({usage})")
        word = stream.read()
        while word not in ("", "q") and not is_confusion(word):
            stream.print(sentence(usage))
            word = stream.read()
    return None


def _numbered(found: tuple[Candidate, ...], text: str) -> Candidate | None:
    """Return the candidate with a number; other numbers are text to search for."""
    number = whole_number(text, len(found))
    return found[number - 1] if number else None
