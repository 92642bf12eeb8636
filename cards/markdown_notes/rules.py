"""The rules that propose cards for the blocks of a note.

`RULES` is the table: a name and its function.  They are tried from the top; a
block that a rule has used is left alone by those below it, except that the items of a
list may be terms as well.  One rule may make several cards of the same blocks.  A poor
proposal costs more than none, so a rule passes over what it can't word well.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct, structs

from cards.deckfile.discovery import is_markdown
from cards.markdown_notes.answered_questions import answered_questions
from cards.markdown_notes.blocks import Block, NoteBlocks
from cards.markdown_notes.definitions import definitions
from cards.markdown_notes.emphasized_terms import emphasized_terms
from cards.markdown_notes.item_lists import item_lists
from cards.markdown_notes.mirrors import mirrors
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.tables import tables
from cards.text.markdown import plain_as_markdown


class Rule(Struct, frozen=True):
    """A way to make cards from blocks."""

    name: str
    make: Callable[[Outline], Iterator[Proposal]]
    shares: bool = False
    """It may use blocks that another rule has used."""
    uses_tasks: bool = False
    """A task may be a part of its cards."""


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
        own: set[tuple[int, ...]] = set()
        for proposal in rule.make(notes):
            blocks = [note.blocks[index] for index in proposal.blocks]
            if any(block.ignored is not None for block in blocks):
                continue
            if any(block.is_task for block in blocks) and not rule.uses_tasks:
                continue
            is_free = not used & set(proposal.blocks) or proposal.blocks in own
            if rule.shares or is_free:
                found.append(proposal)
                own.add(proposal.blocks)
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


RULES: tuple[Rule, ...] = (
    Rule("table", tables),
    Rule("question", answered_questions, uses_tasks=True),
    Rule("mirror", mirrors),
    Rule("definition", definitions),
    Rule("cloze", emphasized_terms),
    Rule("list", item_lists, shares=True),
)
"""All rules in the order in which they are tried."""
