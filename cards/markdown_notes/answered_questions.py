"""The rule that takes questions and their answers from a note.

A question is a heading, the title of a callout, a text behind `Q:` or a text in bold.
Its answer stands behind it, behind `A:`, or is all that stands below it.
"""

from collections import Counter
from collections.abc import Iterator

from cards.markdown_notes.blocks import BlockKind
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.question_labels import (
    bold_beginning,
    is_option,
    pairs,
    read_label,
)
from cards.markdown_notes.wording import bare, is_question, is_talk
from cards.note import Basic

_LONGEST_QUESTION = 200
_LONGEST_ANSWER = 400


def answered_questions(notes: Outline) -> Iterator[Proposal]:
    """Ask what the note itself asks."""
    for index, block in enumerate(notes.blocks):
        if block.kind is BlockKind.HEADING and is_question(block.text):
            yield from _below(notes, index, block.text)
        elif block.title and is_question(block.title):
            yield from _proposal(block.title, block.body, (index,))
        elif block.counts and block.kind is not BlockKind.TABLE:
            yield from _labelled(notes, index) or _bold(notes, index)


def begins_with_label(text: str) -> bool:
    """Return True for a text that begins with `Q:`, `A:` or a question in bold."""
    return bool(pairs(text)) or _begins_with_question(text)


def _begins_with_question(text: str) -> bool:
    found, bold = pairs(text), bold_beginning(text)
    return bool(found and found[0][0]) or (bold is not None and is_question(bold[0]))


def _labelled(notes: Outline, index: int) -> list[Proposal]:
    """Pair the questions of a block that begins with `Q:` with their answers."""
    found = pairs(notes.blocks[index].text)
    if not found or not found[0][0]:
        return []
    *earlier, (question, answer) = found
    made = [one for q, a in earlier for one in _proposal(q, a or "", (index,))]
    used = [index]
    if answer is None:
        following = notes.blocks[index + 1] if index + 1 < len(notes.blocks) else None
        label = read_label(following.text) if following and following.counts else None
        if label is None and notes.blocks[index].kind is BlockKind.ITEM:
            return [*made, *_below(notes, index, question)]
        if label is None or label[0] or _has_options(notes, index + 1):
            return made
        answer = pairs(notes.blocks[index + 1].text)[0][1] or ""
        used.append(index + 1)
    if not answer or answer.endswith((":", "：")):
        below = _items_below(notes, used[-1])
        used += below
        answer = f"{answer}\n\n{_as_list(notes, below)}".strip()
    return [*made, *_proposal(question, answer, tuple(used))]


def _has_options(notes: Outline, index: int) -> bool:
    texts = [block.text for block in notes.blocks[index : index + 2]]
    return not pairs(texts[0]) or any(map(is_option, texts[1:]))


def _bold(notes: Outline, index: int) -> list[Proposal]:
    """Pair a question in bold with what stands behind or below it."""
    block = notes.blocks[index]
    found = bold_beginning(block.text)
    if found is None or not is_question(found[0]):
        return []
    question, answer = found
    if answer:
        return _proposal(question, answer, (index,))
    return _below(notes, index, question)


def _below(notes: Outline, index: int, question: str) -> list[Proposal]:
    """Pair a question with all that stands below it: one text or one list."""
    top = notes.blocks[index]
    body: list[int] = []
    for i in range(index + 1, len(notes.blocks)):
        block = notes.blocks[i]
        if top.kind is BlockKind.ITEM and index not in block.parents:
            break
        if block.kind is BlockKind.HEADING or _begins_with_question(block.text):
            break
        body.append(i)
    own = () if top.kind is BlockKind.HEADING else (index,)
    answer = _answer(notes, body)
    return _proposal(question, answer, (*own, *body)) if answer else []


def _answer(notes: Outline, body: list[int]) -> str:
    """Return blocks as one answer; empty if they are more than one thing."""
    blocks = [notes.blocks[index] for index in body]
    items = [i for i in body if notes.blocks[i].kind is BlockKind.ITEM]
    if body and len(items) == len(body):
        return _as_list(notes, items)
    is_introduced = bool(body) and body[0] in notes.introductions
    if is_introduced and len(items) == len(body) - 1:
        return f"{blocks[0].text}\n\n{_as_list(notes, items)}"
    if len(body) != 1 or not blocks[0].counts:
        return ""
    label = read_label(blocks[0].text)
    return label[1] if label else f"{blocks[0].title}\n\n{blocks[0].body}".strip()


def _items_below(notes: Outline, index: int) -> list[int]:
    """Return the items of the list below a paragraph, or in an item."""
    is_item = notes.blocks[index].kind is BlockKind.ITEM
    found: list[int] = []
    for i in range(index + 1, len(notes.blocks)):
        block = notes.blocks[i]
        is_inside = not is_item or index in block.parents
        if block.kind is not BlockKind.ITEM or not is_inside or pairs(block.text):
            break
        found.append(i)
    return found


def _as_list(notes: Outline, items: list[int]) -> str:
    """Write items as a list of Markdown, with their numbers."""
    lines: list[str] = []
    counts: Counter[tuple[int, ...]] = Counter()
    widths: dict[int, int] = {}
    for index in items:
        block = notes.blocks[index]
        indent = widths.get(block.parents[-1], 0) if block.parents else 0
        counts[block.parents] += 1
        mark = f"{counts[block.parents]}. " if block.numbered else "- "
        widths[index] = indent + len(mark)
        text = block.text.replace("\n", "\n" + " " * widths[index])
        lines.append(" " * indent + mark + text)
    return "\n".join(lines)


def _proposal(question: str, answer: str, blocks: tuple[int, ...]) -> list[Proposal]:
    asked = bare(question)
    label = read_label(asked)
    asked = label[1] if label else asked
    asked += "？" if asked.endswith("とは") else ""
    is_short = len(asked) <= _LONGEST_QUESTION and len(answer) <= _LONGEST_ANSWER
    if not asked or not answer or not is_short or is_talk(answer):
        return []
    return [Proposal("question", Basic(asked, answer), blocks)]
