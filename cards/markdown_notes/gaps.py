"""Hidden words in the text of a note, written as clozes.

`[words]` is hidden in a card `C:` of hashcards.  The Spaced Repetition plugin of
Obsidian hides `==words==`, with a hint and a number as `==words==^[hint][^1]` or as
`==1;;words;;hint==`; words with one number are hidden together.

Source: `docs/en/flashcards/` of
https://github.com/st3v3nmw/obsidian-spaced-repetition
"""

import re
from collections.abc import Iterator

from msgspec import Struct

from cards.markdown_notes.note_lines import Passage
from cards.markdown_notes.wiki import MARKED
from cards.numbers import whole_number
from cards.text.cloze import CLOZE_MARK, MISTYPED_MARK
from cards.text.cloze_writing import hide

BRACKETS = re.compile(
    r"(?<![\\!\[\]])\[(?!\^|\s*\])((?:[^\[\]\\]|\\.)+)\](?![\[(])", re.DOTALL
)
"""`[words]`, but no link, picture, footnote or box of a task."""
HIGHLIGHTS = re.compile(
    MARKED.pattern + r"(?:\^\[(?P<hint>[^\[\]\n]+)\])?(?:\[\^(?P<number>\d+|[ahs]+)\])?"
)
"""`==words==` with a hint and a number."""
_MISTYPED = re.compile(MISTYPED_MARK)
_PARTS = re.compile(r"(?:(\d+|[ahs]+);;)?(.+?)(?:;;(.+))?", re.DOTALL)


class StepsError(ValueError):
    """A text hides words in several steps; carries the steps."""


class _Gap(Struct, frozen=True):
    start: int
    end: int
    words: str
    hint: str
    number: int | None
    """None if it has none."""


def has_anki_clozes(passage: Passage) -> bool:
    """Return True if a text has clozes in Anki's syntax."""
    return bool(CLOZE_MARK.search(passage.masked))


def mistyped_clozes(passage: Passage) -> Iterator[tuple[int, str]]:
    """Yield the lines, from 0, and marks of clozes that Anki does not know.

    Their colons would otherwise part a question and an answer.
    """
    for found in _MISTYPED.finditer(passage.masked):
        yield passage.masked.count("\n", 0, found.start()), found[0]


def with_clozes(passage: Passage, pattern: re.Pattern[str]) -> str | None:
    """Write the hidden words of a text as clozes; code and math stay as they are.

    Args:
        passage: The text.
        pattern: `BRACKETS` or `HIGHLIGHTS`.

    Returns:
        The text; as it is if it has clozes of Anki, None if it hides nothing.

    Raises:
        StepsError: A word is shown, hidden and asked in steps: `==words==[^ash]`.
    """
    if has_anki_clozes(passage):
        return passage.shown
    gaps = [_gap(passage.shown, found) for found in pattern.finditer(passage.masked)]
    taken = [gap.number for gap in gaps if gap.number is not None]
    free = max(taken, default=0)
    parts, end = list[str](), 0
    for gap in gaps:
        free += gap.number is None
        cloze = hide(free if gap.number is None else gap.number, gap.words, gap.hint)
        parts += [passage.shown[end : gap.start], cloze]
        end = gap.end
    return "".join([*parts, passage.shown[end:]]) if gaps else None


def _gap(shown: str, found: re.Match[str]) -> _Gap:
    words = shown[slice(*found.span(1))]
    hint = number = ""
    if "hint" in found.re.groupindex:
        hint = shown[slice(*found.span("hint"))] if found["hint"] else ""
        number = found["number"] or ""
        parts = _PARTS.fullmatch(found[1]) if ";;" in found[1] else None
        if parts:
            at = found.start(1)
            words, inner = (
                shown[at + parts.start(i) : at + parts.end(i)] if parts[i] else ""
                for i in (2, 3)
            )
            hint, number = inner or hint, parts[1] or number
    if number and not number.isdecimal():
        raise StepsError(number)
    # One that is too large is refused with the others, as a number of a cloze.
    chosen = whole_number(number[:9]) if number else None
    return _Gap(found.start(), found.end(), words, hint, chosen)
