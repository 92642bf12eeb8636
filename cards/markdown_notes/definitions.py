"""The rule that asks for the meaning of terms."""

import re
from collections.abc import Iterator

from cards.markdown_notes.answered_questions import begins_with_label
from cards.markdown_notes.blocks import BlockKind, split_definition
from cards.markdown_notes.labels import is_label, is_property
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import (
    about,
    is_name,
    is_numbered,
    unnumbered,
    what_is,
)
from cards.note import Basic

_LONGEST_MEANING = 400
_LONGEST_REVERSED = 200


_POINTER = re.compile(
    r"!\[\[[^\[\]]+\]\]|!\[[^\]]*\]\([^()]*\)|<?https?://\S+|\[[^\]]*\]\(https?:[^()]*\)"
)
"""Nothing but a picture or an address."""


def definitions(notes: Outline) -> Iterator[Proposal]:
    """Ask for the meaning of a term: `term: meaning`, or a term with one item below."""
    for index, block in enumerate(notes.blocks):
        pair = block.cells[0] if block.kind is BlockKind.DEFINITION else None
        if block.kind is BlockKind.ITEM and notes.is_leaf(index):
            pair = split_definition(block.text)
        if index in notes.introductions or begins_with_label(block.text):
            continue
        content = _definition(notes, index, *pair) if pair else None
        if content:
            yield Proposal("definition", content, (index,))
    for one in notes.lists:
        yield from _terms(notes, one.items)
        if one.top is None or one.introduced_by is not None or len(one.items) > 1:
            continue
        head, item = notes.blocks[one.top], one.items[0]
        if head.kind is BlockKind.HEADING and notes.is_leaf(item):
            heading = unnumbered(head.text)
            if is_name(heading) and not split_definition(notes.blocks[item].text):
                front = what_is(heading, "", japanese=notes.japanese)
                content = Basic(front, notes.blocks[item].text)
                yield Proposal("definition", content, (item,))


def _definition(notes: Outline, index: int, term: str, *meanings: str) -> Basic | None:
    """Ask for the meanings; None if the term is none or they are too long."""
    if is_label(term) or is_numbered(term) or not is_name(term):
        return None
    of = notes.above(index)
    meaning = meanings[0]
    if len(meanings) > 1:
        meaning = "\n".join(f"- {one}" for one in meanings)
    if len(meaning) > _LONGEST_MEANING or (is_property(term) and not of):
        return None
    front = about(term, of)
    if is_property(term):
        return Basic(f"{front}は？" if notes.japanese else front, meaning)
    is_one = len(meanings) == 1 and not _POINTER.fullmatch(meaning)
    return Basic(front, meaning, reverse=is_one and len(meaning) <= _LONGEST_REVERSED)


def _terms(notes: Outline, items: list[int]) -> Iterator[Proposal]:
    """Make a card for each item with exactly one item below it."""
    single = [i for i in items if len(notes.children.get(i, ())) == 1]
    meanings = [notes.blocks[notes.children[i][0]].text for i in single]
    for index, meaning in zip(single, meanings, strict=True):
        child = notes.children[index][0]
        term = notes.blocks[index].text
        if not is_name(term) or is_label(term) or begins_with_label(term):
            continue
        if not notes.is_leaf(child) or split_definition(meaning):
            continue
        of = notes.above(index)
        is_kind = len(single) > 1 and meanings.count(meaning) == 1
        is_kind = is_kind and not is_property(term) and not _POINTER.fullmatch(meaning)
        if is_kind:
            content = Basic(about(term, of), meaning, reverse=True)
        else:
            content = Basic(what_is(term, of, japanese=notes.japanese), meaning)
        yield Proposal("definition", content, (index, child))
