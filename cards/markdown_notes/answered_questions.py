"""The rule that takes questions and their answers from a note."""

from collections.abc import Iterator

from cards.markdown_notes.blocks import BlockKind
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import bare, is_question, is_talk
from cards.note import Basic

_LONGEST_ANSWER = 400


def answered_questions(notes: Outline) -> Iterator[Proposal]:
    """Ask the headings that are questions."""
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
        if 0 < len(answer) <= _LONGEST_ANSWER and not is_talk(answer):
            asked = bare(block.text)
            asked += "？" if asked.endswith("とは") else ""
            yield Proposal("question", Basic(asked, answer), tuple(body))
