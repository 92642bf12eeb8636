"""A note makes its cards: one question each, with a name that outlives edits.

The name of a card (its *part*) says what of the note it asks: a side, a hidden
text, an item, a table's row and subject.  It is never a position alone, so that
a row that moves or a cloze that is renumbered stays the same card.
"""

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from cards.note import (
    Basic,
    Choice,
    Cloze,
    Compare,
    Content,
    ListNote,
    MultiQuestion,
    Note,
    Option,
)
from cards.text.cloze import (
    Hidden,
    Parts,
    hidden_text,
    numbers,
    parse_cloze,
    plain,
    show,
)

SEPARATOR = "\x1f"
"""Stands between the names that make up the part of a table cell."""
REVERSED = "<"
"""Ends the part of a cell that is asked from its value."""


class Question(Struct, frozen=True):
    """What one card asks and answers, as Markdown."""

    part: str
    """Name of the card inside its note."""
    question: str
    answer: str
    context: str = ""
    """Shown under the answer: the whole sentence or table, the answer in bold."""
    options: tuple[Option, ...] = ()
    """Of a choice, in the order of the author."""


def questions(content: Content, language: str = "") -> tuple[Question, ...]:
    """Make the questions of a note, in the order of its author.

    Args:
        content: A checked content.
        language: The note's language; words that flash adds follow it.

    Returns:
        One or more questions, each part once.
    """
    match content:
        case Basic():
            return tuple(_basic(content))
        case Cloze():
            return tuple(_cloze(content))
        case ListNote():
            return tuple(_listing(content))
        case Choice():
            return (_choice(content),)
        case Compare():
            return tuple(_compare(content, language))
        case MultiQuestion():
            named = zip(parts_of(content), content.questions, strict=True)
            return tuple(Question(part, one.front, one.back) for part, one in named)


def parts_of(content: Content) -> tuple[str, ...]:
    """Name the cards of a note without rendering them; see `questions`."""
    match content:
        case Basic():
            return ("front", "back") if content.reverse else ("front",)
        case Choice():
            return ("choice",)
        case ListNote():
            return content.items
        case Cloze():
            return tuple(cloze_parts(content).values())
        case Compare():
            return tuple(_cell_parts(content))
        case MultiQuestion():
            fronts = (" ".join(one.front.split()) for one in content.questions)
            return _distinct(fronts)


def question_text(content: Content) -> str:
    """Give the text that stands for the whole note: what it asks."""
    match content:
        case Basic():
            return content.front
        case Cloze():
            return plain(parse_cloze(content.cloze))
        case ListNote():
            return content.list
        case Choice():
            return content.choice
        case Compare():
            return " / ".join(content.compare) + ": " + ", ".join(content.by)
        case MultiQuestion():
            return " / ".join(one.front for one in content.questions)


def answer_text(content: Content) -> str:
    """Give the text by which a reworded note is known again: what it answers."""
    match content:
        case Basic():
            return content.back
        case Cloze():
            return SEPARATOR.join(cloze_parts(content).values())
        case ListNote():
            return SEPARATOR.join(content.items)
        case Choice():
            return content.answer
        case Compare():
            return SEPARATOR.join(cell for row in content.by.values() for cell in row)
        case MultiQuestion():
            return SEPARATOR.join(one.back for one in content.questions)


def option_of(option: str | Option) -> Option:
    """Give an option in its long form."""
    return Option(option) if isinstance(option, str) else option


def is_empty_cell(cell: str) -> bool:
    """Tell whether a table cell asks nothing: empty, blank or `~`."""
    return cell.strip() in ("", "~")


def cell_part(row: str, subject: str, *, is_reversed: bool = False) -> str:
    """Name the card of a table cell."""
    names = (row, subject, REVERSED) if is_reversed else (row, subject)
    return SEPARATOR.join(names)


def cloze_parts(content: Cloze) -> dict[int, str]:
    """Map each number of a cloze to the part it asks for, its hidden text.

    Where two numbers hide the same text, the later ones are counted.
    """
    parsed = parse_cloze(content.cloze)
    found = numbers(parsed)
    texts = (" ".join(hidden_text(parsed, number).split()) for number in found)
    return dict(zip(found, _distinct(texts), strict=True))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Count what stands there again, so that every name is one of its own."""
    found: dict[str, None] = {}
    for text in texts:
        part = text
        count = 1
        while part in found:
            count += 1
            part = f"{text}{SEPARATOR}{count}"
        found[part] = None
    return tuple(found)


def _basic(content: Basic) -> Iterator[Question]:
    yield Question("front", content.front, content.back)
    if content.reverse:
        yield Question("back", content.back, content.front)


def _cloze(content: Cloze) -> Iterator[Question]:
    parsed = parse_cloze(content.cloze)
    for number, part in cloze_parts(content).items():
        yield Question(
            part,
            show(parsed, number, _gap),
            hidden_text(parsed, number),
            context=_shown_in_bold(parsed, number),
        )


def _gap(hidden: Hidden) -> str:
    return f"[{hidden.hint}]" if hidden.hint else "[…]"


def _shown_in_bold(parsed: Parts, number: int) -> str:
    """Show all, what one number hides in bold, but for code and math."""
    marked = show(parsed, number, lambda hidden: _bold(plain(hidden.parts), _MARK))
    text = _VERBATIM.sub(lambda found: found[0].replace(_MARK, ""), marked)
    return text.replace(_MARK, "**")


_MARK = "\ufdd0"
"""A character that no text may hold (Unicode's noncharacters)."""
_VERBATIM = re.compile(
    r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|(?<!\\)\$\$.+?\$\$"
    r"|(?<![\\$])\$(?!\s)[^$\n]+?(?<![\s\\])\$",
    re.DOTALL,
)
"""Code and math, where asterisks would be shown as they are."""


def _bold(text: str, mark: str = "**") -> str:
    text = text.strip()
    return text if not text or "**" in text or "\n" in text else f"{mark}{text}{mark}"


def _listing(content: ListNote) -> Iterator[Question]:
    for asked, item in enumerate(content.items):
        lines = [
            f"{index + 1}. " + ("[…]" if index == asked else other)
            if content.ordered
            else "- " + ("[…]" if index == asked else other)
            for index, other in enumerate(content.items)
        ]
        yield Question(item, content.list + "\n\n" + "\n".join(lines), item)


def _choice(content: Choice) -> Question:
    options = tuple(option_of(option) for option in content.options)
    return Question("choice", content.choice, content.answer, options=options)


def _compare(content: Compare, language: str) -> Iterator[Question]:
    for part in _cell_parts(content):
        row, subject, *rest = part.split(SEPARATOR)
        cell = content.by[row][content.compare.index(subject)]
        table = _table(content, row, subject)
        if rest:
            among = " · ".join(content.compare)
            asked = f"{_which(language)} {row}: {cell}\n\n{among}"
            yield Question(part, asked, subject, context=table)
        else:
            asked = _ask_cell(subject, row, language)
            yield Question(part, asked, cell, context=table)


def _ask_cell(subject: str, row: str, language: str) -> str:
    if language.startswith("ja"):
        return f"{subject}\uff1a{row}\uff1f"
    return f"{subject}: {row}?"


def _which(language: str) -> str:
    return "どれ\uff1f" if language.startswith("ja") else "Which one?"


def _cell_parts(content: Compare) -> Iterator[str]:
    for row, cells in content.by.items():
        for subject, cell in zip(content.compare, cells, strict=True):
            if is_empty_cell(cell):
                continue
            yield cell_part(row, subject)
            if cells.count(cell) == 1:
                yield cell_part(row, subject, is_reversed=True)


def _table(content: Compare, asked_row: str, asked_subject: str) -> str:
    lines = [
        _table_row(["", *content.compare]),
        _table_row(["---"] * (len(content.compare) + 1)),
    ]
    for row, cells in content.by.items():
        marked = [
            _bold(cell) if (row, subject) == (asked_row, asked_subject) else cell
            for subject, cell in zip(content.compare, cells, strict=True)
        ]
        lines.append(
            _table_row([row, *("" if is_empty_cell(c) else c for c in marked)])
        )
    return "\n".join(lines)


def _table_row(cells: list[str]) -> str:
    escaped = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return "| " + " | ".join(escaped) + " |"


def question_of(note: Note, part: str) -> Question:
    """Find the question of one card.

    Raises:
        KeyError: The note has no such part.
    """
    for question in questions(note.content, note.language):
        if question.part == part:
            return question
    raise KeyError(part)
