"""The rule that hides emphasized terms."""

import re
from collections.abc import Iterator

from cards.markdown_notes.answered_questions import begins_with_label
from cards.markdown_notes.blocks import BlockKind
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wiki import MARKED
from cards.markdown_notes.wording import is_question, is_talk
from cards.note import Cloze
from cards.text.cloze_writing import hide
from cards.text.verbatim import masked

_MOST_CLOZES = 4
_EMPHASIS = re.compile(
    r"(?<![\\*])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?!\*)|" + MARKED.pattern
)


def emphasized_terms(notes: Outline) -> Iterator[Proposal]:
    """Hide emphasized terms."""
    for index, block in enumerate(notes.blocks):
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE):
            continue
        if block.text.startswith("[^") or index in notes.introductions:
            continue  # a footnote, or half a sentence
        if begins_with_label(block.text) or is_question(block.title):
            continue
        terms = list(_EMPHASIS.finditer(masked(block.text)))
        hidden = sum(len(found[0]) for found in terms)
        around = len(block.text) - hidden
        if not 1 <= len(terms) <= _MOST_CLOZES or around < 10 or around * 2 < hidden:
            continue
        if any(mark in block.text for mark in ("{{", "::")) or is_talk(block.text):
            continue
        parts, end = list[str](), 0
        for number, found in enumerate(terms, 1):
            words = block.text[slice(*found.span(found.lastindex or 1))]
            parts += [block.text[end : found.start()], hide(number, words)]
            end = found.end()
        text = "".join([*parts, block.text[end:]])
        yield Proposal("cloze", Cloze(text), (index,))
