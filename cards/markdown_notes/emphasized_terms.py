"""The rule that hides emphasized terms."""

import re
from collections.abc import Iterator

from cards.markdown_notes.answered_questions import begins_with_label
from cards.markdown_notes.blocks import Block, BlockKind
from cards.markdown_notes.labels import is_grammar, is_label
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wiki import MARKED
from cards.markdown_notes.wording import is_talk
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
        if not block.counts or block.kind is BlockKind.TABLE:
            continue
        if block.text.startswith("[^") or index in notes.introductions:
            continue  # a footnote, or half a sentence
        if begins_with_label(block.text):
            continue
        shown = _shown(block)
        terms = [
            found
            for found in _EMPHASIS.finditer(masked(shown))
            if _is_term(shown, found)
        ]
        hidden = sum(len(found[0]) for found in terms)
        around = len(shown) - hidden
        if not 1 <= len(terms) <= _MOST_CLOZES or around < 10 or around * 2 < hidden:
            continue
        if any(mark in shown for mark in ("{{", "::")) or is_talk(shown):
            continue
        parts, end = list[str](), 0
        for number, found in enumerate(terms, 1):
            words = shown[slice(*found.span(found.lastindex or 1))]
            parts += [shown[end : found.start()], hide(number, words)]
            end = found.end()
        text = "".join([*parts, shown[end:]])
        yield Proposal("cloze", Cloze(text), (index,))


def _shown(block: Block) -> str:
    """Return the text of a block, below its title if that names something."""
    if not block.title or is_label(block.title):
        return block.body
    return f"{block.title}\n\n{block.body}".strip()


def _is_term(text: str, found: re.Match[str]) -> bool:
    """Return True unless the words are those of grammar, or a label and its colon."""
    words = text[slice(*found.span(found.lastindex or 1))]
    has_colon = words.endswith((":", "：")) or text[found.end() :].startswith(
        (":", "：")
    )
    return not is_grammar(words) and not (has_colon and is_label(words))
