"""A typed answer: compared leniently, shown by character; it only suggests a rating."""

import re
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from unicodedata import east_asian_width

from msgspec import Struct

from cards.questions import Question
from cards.text.folding import fold
from cards.text.terminal import plain_text
from srs.models.cards import Rating

_FINAL = ".,;:!?。、，．！？：；…"
_CHARACTER = re.compile(
    r".(?:[\u0300-\u036f\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f]|[\u200b-\u200d\u2060].)*",
    re.DOTALL,
)
"""A character with its accents or voicing marks, also those of half-width kana, and
with what is joined to it: alone, a joiner shows nothing."""
_CLOSE = 0.8
"""From this similarity on an answer counts as nearly right."""

Spans = tuple[tuple[str, bool], ...]
"""Pieces of a text; True for those that the other text has, too."""


class TypedAnswer(Struct, frozen=True):
    """What was typed, next to the answer that it is closest to."""

    typed: Spans
    expected: Spans
    rating: Rating
    """A suggestion: Good if it is right, Hard if nearly, else Again."""


def check_typed(question: Question, text: str) -> TypedAnswer:
    """Compare a typed answer with the answers of a question.

    Case, width of characters, the kind of dash, blanks beside Japanese characters,
    more blanks than one, final punctuation, and hiragana for katakana make no
    difference.

    Args:
        question: The question; its answers are Markdown.
        text: What was typed.
    """
    right = (question.answer, *question.accept)
    answers = [_plain(answer) for answer in right]
    # What is shown as x² may be typed as its source.
    answers += [answer.replace("$", "") for answer in right if "$" in answer]
    typed = " ".join(text.split())
    given = _folded(typed)
    matchers = [SequenceMatcher(None, given, _folded(one), False) for one in answers]
    best = max(range(len(answers)), key=lambda index: matchers[index].ratio())
    expected, ratio = answers[best], matchers[best].ratio()
    if given == _folded(expected):
        return TypedAnswer(((typed, True),), ((expected, True),), Rating.GOOD)
    # By the characters as they are shown, whose case is folded one by one.
    units = _CHARACTER.findall(typed), _CHARACTER.findall(expected)
    keys = [[_hiragana(fold(unit)) for unit in one] for one in units]
    blocks = SequenceMatcher(None, keys[0], keys[1], False).get_matching_blocks()
    return TypedAnswer(
        _spans(units[0], [(block.a, block.size) for block in blocks]),
        _spans(units[1], [(block.b, block.size) for block in blocks]),
        Rating.HARD if ratio >= _CLOSE else Rating.AGAIN,
    )


def _plain(markdown: str) -> str:
    return " ".join(plain_text(markdown).split())


def _folded(text: str) -> str:
    folded = ""
    for word in fold(text).split():
        is_joined = not folded or _is_wide(folded[-1]) or _is_wide(word[0])
        folded += word if is_joined else f" {word}"
    # An answer may be nothing but marks.
    return _hiragana(folded.rstrip(_FINAL + " ") or folded)


def _is_wide(character: str) -> bool:
    return east_asian_width(character) in "WF"


def _hiragana(text: str) -> str:
    if not any("ァ" <= character <= "ヶ" for character in text):
        return text
    import jaconv

    hiragana: str = jaconv.kata2hira(text)
    return hiragana


def _spans(units: Sequence[str], blocks: Iterable[tuple[int, int]]) -> Spans:
    spans: list[tuple[str, bool]] = []
    at = 0
    for start, size in blocks:
        end = start + size
        spans += [("".join(units[at:start]), False), ("".join(units[start:end]), True)]
        at = end
    return tuple((piece, is_common) for piece, is_common in spans if piece)
