"""The rule that asks the items of lists."""

import re
from collections.abc import Iterator

from cards.markdown_notes.blocks import Block, BlockKind, split_definition
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import (
    GENERIC,
    bare,
    is_name,
    is_talk,
    list_name,
    unnumbered,
)
from cards.note import ListNote

_MOST_ITEMS = 8
_LONGEST_ITEM = 90


def item_lists(notes: Outline) -> Iterator[Proposal]:
    """Ask the items of a list, each with the others shown."""
    for top, items in notes.lists:
        if top is None or not 2 <= len(items) <= _MOST_ITEMS:
            continue
        head = notes.blocks[top]
        texts = [_item_name(notes.blocks[index].text) for index in items]
        if len(set(texts)) < len(texts) or notes.compared.issuperset(items):
            continue
        if not _is_listed(head, texts):
            continue
        if head.kind is BlockKind.HEADING:
            name, of = unnumbered(head.text), ""
        else:
            pair = split_definition(head.text)
            name, of = pair[0] if pair else head.text, notes.above(top)
        asked = list_name(name, of, texts, japanese=notes.japanese)
        numbered = all(notes.blocks[index].numbered for index in items)
        content = ListNote(asked, tuple(texts), ordered=numbered)
        used = items if head.kind is BlockKind.HEADING else [top, *items]
        yield Proposal("list", content, tuple(used))


def _item_name(text: str) -> str:
    """Return the term of a definition, else the whole text."""
    pair = split_definition(text)
    return bare(pair[0] if pair and is_name(pair[0]) else text)


_ANNOUNCES = re.compile(r"以下|次の|つあ|following|:$|：$")


def _is_listed(head: Block, texts: list[str]) -> bool:
    """Return True if the items are short, and the head names or announces them."""
    if any(len(text) > _LONGEST_ITEM for text in texts):
        return False
    if unnumbered(head.text).casefold() in GENERIC:
        return False
    if head.kind is BlockKind.HEADING and not is_name(unnumbered(head.text)):
        return bool(_ANNOUNCES.search(head.text)) and len(head.text) <= _LONGEST_ITEM
    return not is_talk(head.text)
