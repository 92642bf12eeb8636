"""The result of converting a note of Anki."""

from msgspec import Struct

from cards.note import Cloze, Content, Source
from cards.questions import cloze_parts, texts_of
from cards.text.cloze import ClozeError
from srs.models.incoming import LossReason

EMPTY_SIDE = "(empty)"
"""Stands for a question or an answer without text: deck files need one."""


INCOMPLETE_TAG = "empty-side"
"""Tag of notes without a question or an answer."""


def has_empty_side(content: Content) -> bool:
    """Return True if a question or an answer stands for one without text."""
    return any(text == EMPTY_SIDE for _, text in texts_of(content))


class Unsupported(Exception):
    """A note that flash can't ask, with the reason."""

    def __init__(self, reason: LossReason, detail: str = "") -> None:
        """Store the reason and a parser's message."""
        self.reason, self.detail = reason, detail
        super().__init__(f"{reason} {detail}".strip())


class Converted(Struct, frozen=True):
    """A converted note."""

    content: Content
    parts: dict[int, str]
    """Part by ordinal."""
    shown: dict[str, int]
    """Index of the field for each text of the content."""
    extra: str = ""
    sources: tuple[Source, ...] = ()
    checked: str = ""
    id: str = ""
    incomplete: frozenset[int] = frozenset()
    """Ordinals of cards without a question or an answer."""
    broken: dict[int, str] = {}
    """Why the template of a card can't be rendered, by ordinal."""


def cloze_content(text: str) -> Cloze:
    """Return a cloze.

    Raises:
        Unsupported: A cloze would make no card.
    """
    content = Cloze(text)
    try:
        cloze_parts(content)
    except ClozeError as error:
        raise Unsupported(LossReason.CLOZE, error.message) from None
    return content
