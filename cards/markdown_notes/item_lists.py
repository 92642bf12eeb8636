"""The rule that asks the items of lists."""

from collections import Counter
from collections.abc import Iterator

from cards.markdown_notes.answered_questions import begins_with_label
from cards.markdown_notes.blocks import Block, BlockKind, split_definition
from cards.markdown_notes.labels import is_label, is_property
from cards.markdown_notes.outline import ItemList, Outline, Proposal
from cards.markdown_notes.wording import (
    GENERIC,
    about,
    announces,
    bare,
    introduction,
    is_name,
    is_question,
    is_talk,
    list_name,
    names_kinds,
    unnumbered,
)
from cards.note import ListNote

_MOST_ITEMS = 8
_LONGEST_ITEM = 90


def item_lists(notes: Outline) -> Iterator[Proposal]:
    """Ask the items of a list, each with the others shown."""
    named_by_top = Counter(one.top for one in notes.lists if one.introduced_by is None)
    for one in notes.lists:
        is_shared = one.introduced_by is None and named_by_top[one.top] > 1
        if is_shared and one.items[0] != (one.top or 0) + 1:
            continue  # the heading or the item names only the list right below it
        if not 2 <= len(one.items) <= _MOST_ITEMS:
            continue
        if any(begins_with_label(notes.blocks[i].text) for i in one.items):
            continue
        items = _without_headings(notes, one)
        texts = [_item_name(notes.blocks[index].text) for index in items]
        if len(items) < 2 or len(set(texts)) < len(texts):
            continue
        if notes.compared.issuperset(items):
            continue
        name = _name(notes, one, texts)
        if not name or any(len(text) > _LONGEST_ITEM for text in texts):
            continue
        numbered = all(notes.blocks[index].numbered for index in items)
        content = ListNote(name, tuple(texts), ordered=numbered)
        topic = one.top if one.introduced_by is None else one.introduced_by
        if topic is None or notes.blocks[topic].kind is BlockKind.HEADING:
            yield Proposal("list", content, tuple(items))
        else:
            yield Proposal("list", content, (topic, *items), topic)


def _item_name(text: str) -> str:
    """Return the term of a definition, else the whole text."""
    pair = split_definition(text)
    is_term = pair is not None and is_name(pair[0]) and not is_label(pair[0])
    return bare(pair[0] if pair and is_term else text).rstrip(":：")


def _without_headings(notes: Outline, one: ItemList) -> list[int]:
    """Return the items of a list that say something themselves.

    A property, or a name above several items, is a heading among other items.  Names
    are kept unless more items have nothing below them, if the items are steps, or if
    what stands above promises things of one kind.
    """
    items = [index for index in one.items if not _is_property(notes, index)]
    heads = {index for index in items if _is_heading(notes, index)}
    is_complete = (
        one.introduced_by is not None
        or (one.top is not None and names_kinds(notes.blocks[one.top].text))
        or all(notes.blocks[index].numbered for index in items)
    )
    if is_complete or len(heads) >= sum(map(notes.is_leaf, items)):
        return items
    return [index for index in items if index not in heads]


def _is_property(notes: Outline, index: int) -> bool:
    text = notes.blocks[index].text
    pair = split_definition(text)
    if pair is None and notes.is_leaf(index):
        return False
    name = pair[0] if pair else text
    return is_property(name) or is_label(name)


def _is_heading(notes: Outline, index: int) -> bool:
    text = notes.blocks[index].text
    has_items = len(notes.children.get(index, ())) > 1
    return has_items and is_name(text) and split_definition(text) is None


def _name(notes: Outline, one: ItemList, texts: list[str]) -> str:
    """Say what a list contains; empty if the note doesn't say it well."""
    if one.introduced_by is not None:
        return _introduced_name(notes, one.introduced_by)
    if one.top is None or not _is_listed(notes.blocks[one.top]):
        return ""
    head = notes.blocks[one.top]
    if head.kind is not BlockKind.HEADING and _is_answer(head):
        return ""
    if head.kind is BlockKind.HEADING:
        name = unnumbered(head.text)
        of = notes.above(one.top) if is_label(name) else ""
        if is_label(name) and not of:
            return ""
    else:
        pair = split_definition(head.text)
        name, of = pair[0] if pair else head.text, notes.above(one.top)
    return list_name(name.rstrip(":："), of, texts, japanese=notes.japanese)


def _introduced_name(notes: Outline, index: int) -> str:
    block = notes.blocks[index]
    name = introduction(block.text, is_near=True)
    is_other = begins_with_label(block.text) or _is_answer(block) or is_talk(name)
    if is_other or len(name) > _LONGEST_ITEM:
        return ""
    of = notes.above(index)
    return about(name, of) if of or not is_label(name) else ""


def _is_answer(block: Block) -> bool:
    """Return True for a block below a question, with which the whole list belongs."""
    return bool(block.headings) and is_question(block.headings[-1])


def _is_listed(head: Block) -> bool:
    """Return True if a heading or an item names or announces the items below it."""
    if unnumbered(head.text).casefold() in GENERIC:
        return False
    if head.kind is BlockKind.HEADING and not is_name(unnumbered(head.text)):
        return announces(head.text) and len(head.text) <= _LONGEST_ITEM
    return not is_talk(head.text)
