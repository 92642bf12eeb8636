"""The rules that propose cards for the blocks of a note.

`RULES` is the table: a name and its function.  They are tried from the top; a
block that a rule has used is left alone by those below it, except that the items of a
list may be terms as well.  A poor proposal costs more than none, so a rule passes over
what it can't word well.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct, structs

from cards.deckfile.discovery import is_markdown
from cards.markdown_notes.blocks import Block, BlockKind, NoteBlocks, split_definition
from cards.markdown_notes.mirrors import mirrors
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wiki import MARKED
from cards.markdown_notes.wording import (
    GENERIC,
    about,
    bare,
    is_name,
    is_numbered,
    is_question,
    is_talk,
    list_name,
    unnumbered,
    what_is,
)
from cards.note import Basic, Cloze, Compare, ListNote
from cards.text.cloze_writing import hide
from cards.text.markdown import plain_as_markdown
from cards.text.verbatim import masked

_MOST_ITEMS = 8
_MOST_SUBJECTS = 12
_MOST_CLOZES = 4
_LONGEST_ANSWER = 200
_LONGEST_ITEM = 90


class Rule(Struct, frozen=True):
    """A way to make cards from blocks."""

    name: str
    make: Callable[[Outline], Iterator[Proposal]]
    shares: bool = False
    """It may use blocks that another rule has used."""


def propose(
    note: NoteBlocks, *, without: frozenset[str] = frozenset()
) -> list[Proposal]:
    """Propose cards for a note.

    Args:
        note: The note.
        without: Names of rules that are switched off.

    Returns:
        The proposals in the order of the note.
    """
    notes = Outline(in_markdown(note))
    used: set[int] = set()
    found: list[Proposal] = []
    for rule in RULES:
        if rule.name in without:
            continue
        for proposal in rule.make(notes):
            if any(note.blocks[index].ignored is not None for index in proposal.blocks):
                continue
            if rule.shares or not used & set(proposal.blocks):
                found.append(proposal)
                used.update(proposal.blocks)
    return sorted(found, key=lambda one: one.blocks)


def in_markdown(note: NoteBlocks) -> NoteBlocks:
    """Return a note with its texts as Markdown: in plain text nothing is markup."""
    if is_markdown(Path(note.file)):
        return note
    return structs.replace(note, blocks=tuple(map(_escaped_block, note.blocks)))


def _escaped_block(block: Block) -> Block:
    cells = (tuple(map(plain_as_markdown, row)) for row in block.cells)
    headings = tuple(map(plain_as_markdown, block.headings))
    text = plain_as_markdown(block.text)
    return structs.replace(block, text=text, cells=tuple(cells), headings=headings)


def _tables(notes: Outline) -> Iterator[Proposal]:
    for index, block in enumerate(notes.blocks):
        if block.kind is not BlockKind.TABLE or len(block.cells) < 2:
            continue
        head, *rows = block.cells
        if len(head) < 2 or any(len(row) != len(head) for row in rows):
            continue
        if head[0] and len(rows) <= _MOST_SUBJECTS:
            subjects = tuple(row[0] for row in rows)
            columns = zip(*(row[1:] for row in rows), strict=True)
            by = dict(zip(head[1:], columns, strict=True))
        elif not head[0]:
            subjects = head[1:]
            by = {row[0]: row[1:] for row in rows}
        else:
            yield from _long_table(notes, index, rows)
            continue
        if _is_sound_table(subjects, by):
            yield Proposal("table", Compare(subjects, dict(by)), (index,))


def _long_table(
    notes: Outline, index: int, rows: list[tuple[str, ...]]
) -> Iterator[Proposal]:
    """Make a card per row of a long table with two columns, such as a cheat sheet."""
    of = notes.above(index)
    for row in rows:
        if len(row) == 2 and all(map(str.strip, row)):
            content = Basic(about(row[0], of), row[1], reverse=True)
            yield Proposal("table", content, (index,))


def _is_sound_table(subjects: tuple[str, ...], by: dict[str, tuple[str, ...]]) -> bool:
    names = [*subjects, *by]
    return (
        2 <= len(subjects) <= _MOST_SUBJECTS
        and len(set(subjects)) == len(subjects)
        and all(name.strip() for name in names)
        and any(cell.strip() for cells in by.values() for cell in cells)
    )


def _questions(notes: Outline) -> Iterator[Proposal]:
    blocks = notes.blocks
    for index, block in enumerate(blocks):
        if block.kind is not BlockKind.HEADING or not is_question(block.text):
            continue
        body: list[int] = []
        for i in range(index + 1, len(blocks)):
            if blocks[i].kind is BlockKind.HEADING:
                break
            body.append(i)
        answer = "\n\n".join(blocks[i].text for i in body[:1])
        if body and all(blocks[i].kind is BlockKind.ITEM for i in body):
            lines = (f"{'  ' * len(blocks[i].parents)}- {blocks[i].text}" for i in body)
            answer = "\n".join(lines)
        elif len(body) != 1 or not blocks[body[0]].counts:
            continue
        if 0 < len(answer) <= 2 * _LONGEST_ANSWER and not is_talk(answer):
            asked = bare(block.text)
            asked += "？" if asked.endswith("とは") else ""
            yield Proposal("question", Basic(asked, answer), tuple(body))


def _definitions(notes: Outline) -> Iterator[Proposal]:
    """Ask for the meaning of a term: `term: meaning`, or a term with one item below."""
    for index, block in enumerate(notes.blocks):
        pair = block.cells[0] if block.kind is BlockKind.DEFINITION else None
        if block.kind is BlockKind.ITEM and notes.is_leaf(index):
            pair = split_definition(block.text)
        if pair and is_numbered(pair[0]):
            continue
        if pair and is_name(pair[0]) and len(pair[1]) <= 2 * _LONGEST_ANSWER:
            front = about(pair[0], notes.above(index))
            content = Basic(front, pair[1], reverse=len(pair[1]) <= _LONGEST_ANSWER)
            yield Proposal("definition", content, (index,))
    for _, items in notes.lists:
        yield from _terms(notes, items)
    for top, items in notes.lists:
        is_heading = top is not None and notes.blocks[top].kind is BlockKind.HEADING
        if is_heading and len(items) == 1 and notes.is_leaf(items[0]):
            heading = unnumbered(notes.blocks[top or 0].text)
            if is_name(heading):
                front = what_is(heading, "", japanese=notes.japanese)
                content = Basic(front, notes.blocks[items[0]].text)
                yield Proposal("definition", content, (items[0],))


def _terms(notes: Outline, items: list[int]) -> Iterator[Proposal]:
    """Make a card for each item with exactly one item below it."""
    single = [i for i in items if len(notes.children.get(i, ())) == 1]
    meanings = [notes.blocks[notes.children[i][0]].text for i in single]
    for index, meaning in zip(single, meanings, strict=True):
        child = notes.children[index][0]
        term = notes.blocks[index].text
        if not is_name(term) or not notes.is_leaf(child) or split_definition(meaning):
            continue
        of = notes.above(index)
        is_kind = len(single) > 1 and meanings.count(meaning) == 1
        if is_kind:
            content = Basic(about(term, of), meaning, reverse=True)
        else:
            content = Basic(what_is(term, of, japanese=notes.japanese), meaning)
        yield Proposal("definition", content, (index, child))


_EMPHASIS = re.compile(
    r"(?<![\\*])\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*(?!\*)|" + MARKED.pattern
)


def _clozes(notes: Outline) -> Iterator[Proposal]:
    """Hide emphasized terms."""
    for index, block in enumerate(notes.blocks):
        if block.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE):
            continue
        if block.text.startswith("[^"):
            continue  # a footnote
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


def _lists(notes: Outline) -> Iterator[Proposal]:
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


RULES: tuple[Rule, ...] = (
    Rule("table", _tables),
    Rule("question", _questions),
    Rule("mirror", mirrors),
    Rule("definition", _definitions),
    Rule("cloze", _clozes),
    Rule("list", _lists, shares=True),
)
"""All rules in the order in which they are tried."""
