"""The rule that asks for the meaning of terms."""

from collections.abc import Iterator

from cards.markdown_notes.answered_questions import begins_with_label
from cards.markdown_notes.blocks import BlockKind, split_definition
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


def definitions(notes: Outline) -> Iterator[Proposal]:
    """Ask for the meaning of a term: `term: meaning`, or a term with one item below."""
    for index, block in enumerate(notes.blocks):
        pair = block.cells[0] if block.kind is BlockKind.DEFINITION else None
        if block.kind is BlockKind.ITEM and notes.is_leaf(index):
            pair = split_definition(block.text)
        if index in notes.introductions or begins_with_label(block.text):
            continue
        if pair and is_numbered(pair[0]):
            continue
        if pair and is_name(pair[0]) and len(pair[1]) <= _LONGEST_MEANING:
            front = about(pair[0], notes.above(index))
            content = Basic(front, pair[1], reverse=len(pair[1]) <= _LONGEST_REVERSED)
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


def _terms(notes: Outline, items: list[int]) -> Iterator[Proposal]:
    """Make a card for each item with exactly one item below it."""
    single = [i for i in items if len(notes.children.get(i, ())) == 1]
    meanings = [notes.blocks[notes.children[i][0]].text for i in single]
    for index, meaning in zip(single, meanings, strict=True):
        child = notes.children[index][0]
        term = notes.blocks[index].text
        if (
            not is_name(term)
            or begins_with_label(term)
            or not notes.is_leaf(child)
            or split_definition(meaning)
        ):
            continue
        of = notes.above(index)
        is_kind = len(single) > 1 and meanings.count(meaning) == 1
        if is_kind:
            content = Basic(about(term, of), meaning, reverse=True)
        else:
            content = Basic(what_is(term, of, japanese=notes.japanese), meaning)
        yield Proposal("definition", content, (index, child))
