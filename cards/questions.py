"""The cards of each kind of note: what each one asks, and its name.

The name of a card inside its note (its *part*) is what it asks: a side, a hidden
text, an item, the row and subject of a table.  It is not a position, so that a row
that moves or a cloze that is renumbered stays the same card.
"""

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
    Row,
    SubQuestion,
)
from cards.table_rows import (
    ask_cell,
    ask_subject,
    cells_of,
    is_empty_cell,
    is_reversed,
    row_of,
    table_markdown,
)
from cards.text.bold import cloze_in_bold
from cards.text.cloze import (
    hidden_text,
    numbers,
    parse_cloze,
    plain,
)
from cards.text.cloze_gaps import cloze_with_gaps
from cards.text.media import media_paths

SEPARATOR = "\x1f"
"""Separates the names in the part of a table cell."""
REVERSED = "<"
"""Ends the part of a cell that is asked from value to subject."""


TextPath = tuple[str | int, ...]
"""Keys and indexes (from 0) that lead to a text of a card."""

_NAME = 60
"""Characters of a question that names its note."""
_SENTENCE = 20
"""Characters from which the text around the gaps identifies a cloze."""


class Question(Struct, frozen=True):
    """The question and answer of one card, as Markdown."""

    part: str
    """Name of the card inside its note."""
    question: str
    answer: str
    context: str = ""
    """Shown under the answer: the whole sentence or table, the answer in bold."""
    options: tuple[Option, ...] = ()
    """Options of a choice, in the order of the author."""
    typed: bool = False
    """The answer is to be typed."""
    accept: tuple[str, ...] = ()
    """Other answers that are right when typed."""


def questions(content: Content, language: str = "") -> tuple[Question, ...]:
    """Return the questions of a note, in the order of its author.

    Args:
        content: A validated content.
        language: The note's language, in which words are added.

    Returns:
        One or more questions with distinct parts.
    """
    match content:
        case Basic():
            return tuple(_basic(content))
        case Cloze():
            return tuple(_cloze(content))
        case ListNote():
            return tuple(_list(content))
        case Choice():
            return (_choice(content),)
        case Compare():
            return tuple(_compare(content, language))
        case MultiQuestion():
            named = sub_questions(content).items()
            return tuple(_sided(part, sub) for part, sub in named)


def parts_of(content: Content) -> tuple[str, ...]:
    """Return the parts of a note without rendering its questions."""
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
            fronts = (" ".join(sub.front.split()) for sub in content.questions)
            return _distinct(fronts)


def question_text(content: Content) -> str:
    """Return the text that identifies the whole note: what it asks."""
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
            return " / ".join(sub.front for sub in content.questions)


def place_of(note: Note) -> str:
    """Return where a note is written, `file:line`; its question if no file has it."""
    if note.line:
        return f"{note.file}:{note.line}"
    asked = " ".join(question_text(note.content).split())
    return asked if len(asked) <= _NAME else asked[: _NAME - 1] + "…"


def answer_text(content: Content) -> str:
    """Return the text that identifies a reworded note: what it answers."""
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
            return SEPARATOR.join(
                c for cells in cells_of(content).values() for c in cells
            )
        case MultiQuestion():
            return SEPARATOR.join(sub.back for sub in content.questions)


def texts_of(content: Content) -> Iterator[tuple[TextPath, str]]:
    """Yield every Markdown text of a note with its path in the YAML."""
    match content:
        case Basic():
            yield ("front",), content.front
            yield ("back",), content.back
        case Cloze():
            yield ("cloze",), content.cloze
        case ListNote():
            yield ("list",), content.list
            yield from ((("items", i), item) for i, item in enumerate(content.items))
        case Choice():
            yield ("choice",), content.choice
            for index, option in enumerate(content.options):
                yield ("options", index), option_of(option).text
        case Compare():
            yield from _table_texts(content)
        case MultiQuestion():
            for index, sub in enumerate(content.questions):
                yield ("questions", index, "front"), sub.front
                yield ("questions", index, "back"), sub.back


def media_of(note: Note) -> list[str]:
    """Return the paths of the media files that a note shows."""
    texts = [note.extra, *(text for _, text in texts_of(note.content))]
    return [path for text in texts for path, _ in media_paths(text)]


def _table_texts(content: Compare) -> Iterator[tuple[TextPath, str]]:
    for index, subject in enumerate(content.compare):
        yield ("compare", index), subject
    for name, given in content.by.items():
        yield ("by", name), name
        row = row_of(given)
        path: TextPath = ("by", name)
        if isinstance(given, Row):
            yield (*path, "ask"), row.ask
            yield (*path, "reverse"), row.reverse
            path = (*path, "cells")
        yield from (((*path, index), cell) for index, cell in enumerate(row.cells))


def alternatives(content: Content, part: str) -> tuple[str, ...]:
    """Return the other cells of a row that could be the answer to a table's question.

    Asked from value to subject, they are the other subjects.  Empty for other kinds.
    """
    if not isinstance(content, Compare):
        return ()
    name, subject, *reverse = part.split(SEPARATOR)
    cells = row_of(content.by[name]).cells
    answer = subject if reverse else cells[content.compare.index(subject)]
    found = content.compare if reverse else cells
    others = (text for text in found if text != answer and not is_empty_cell(text))
    return tuple(dict.fromkeys(others))


def is_collection(content: Content) -> bool:
    """Return True for kinds that are identified by their parts."""
    return isinstance(content, Compare | ListNote | MultiQuestion)


def is_two_sided(content: Content) -> bool:
    """Return True if the note has a front and a back, as in Anki's basic type."""
    return isinstance(content, Basic | Choice)


def choice_options(content: Content) -> tuple[Option, ...]:
    """Return the options of a choice; empty for other kinds."""
    if not isinstance(content, Choice):
        return ()
    return tuple(option_of(option) for option in content.options)


def text_around_gaps(content: Content) -> str:
    """Return the text around the outermost clozes; empty for other kinds."""
    if not isinstance(content, Cloze):
        return ""
    parts = parse_cloze(content.cloze)
    around = "".join(part for part in parts if isinstance(part, str))
    return around if len(around) >= _SENTENCE else plain(parts)


def text_beside_gap(content: Cloze, number: int) -> tuple[str, str]:
    """Return the text before and after the outermost cloze with a number."""
    text = "".join(
        part
        if isinstance(part, str)
        else SEPARATOR
        if number in numbers((part,))
        else "…"
        for part in parse_cloze(content.cloze)
    )
    before, _, after = text.partition(SEPARATOR)
    return before, after


def sub_questions(content: Content) -> dict[str, SubQuestion]:
    """Return the questions of a note by part; empty for other kinds."""
    if not isinstance(content, MultiQuestion):
        return {}
    return dict(zip(parts_of(content), content.questions, strict=True))


def anki_ordinals(content: Content) -> dict[int, str]:
    """Map the ordinals that Anki gives the cards of a note to their parts."""
    clozes = cloze_parts(content)
    if clozes:
        return {number - 1: part for number, part in clozes.items()}
    return dict(enumerate(parts_of(content)))


def option_of(option: str | Option) -> Option:
    """Return an option in its long form."""
    return Option(option) if isinstance(option, str) else option


def cell_part(row: str, subject: str, *, is_reversed: bool = False) -> str:
    """Return the part of a table cell."""
    names = (row, subject, REVERSED) if is_reversed else (row, subject)
    return SEPARATOR.join(names)


def cloze_parts(content: Content) -> dict[int, str]:
    """Map each cloze number to its part, the hidden text; empty for other kinds.

    If two numbers hide the same text, later ones get a count.
    """
    if not isinstance(content, Cloze):
        return {}
    parsed = parse_cloze(content.cloze)
    found = numbers(parsed)
    texts = (" ".join(hidden_text(parsed, number).split()) for number in found)
    return dict(zip(found, _distinct(texts), strict=True))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    """Number duplicates so names are unique."""
    found: dict[str, None] = {}
    for text in texts:
        part = text
        count = 1
        while part in found:
            count += 1
            part = f"{text}{SEPARATOR}{count}"
        found[part] = None
    return tuple(found)


def _sided(part: str, sides: Basic | SubQuestion) -> Question:
    typed, accept = bool(sides.typed), sides.accept or ()
    return Question(part, sides.front, sides.back, typed=typed, accept=accept)


def _basic(content: Basic) -> Iterator[Question]:
    yield _sided("front", content)
    if content.reverse:
        yield Question("back", content.back, content.front)


def _cloze(content: Cloze) -> Iterator[Question]:
    parsed = parse_cloze(content.cloze)
    for number, part in cloze_parts(content).items():
        yield Question(
            part,
            cloze_with_gaps(parsed, number),
            hidden_text(parsed, number),
            context=cloze_in_bold(parsed, number),
        )


def _list(content: ListNote) -> Iterator[Question]:
    for asked, item in enumerate(content.items):
        lines = [
            f"{index + 1}. " + ("[…]" if index == asked else other)
            if content.ordered
            else "- " + ("[…]" if index == asked else other)
            for index, other in enumerate(content.items)
        ]
        yield Question(item, content.list + "\n\n" + "\n".join(lines), item)


def _choice(content: Choice) -> Question:
    return Question(
        "choice", content.choice, content.answer, options=choice_options(content)
    )


def _compare(content: Compare, language: str) -> Iterator[Question]:
    for part in _cell_parts(content):
        name, subject, *reverse = part.split(SEPARATOR)
        row = row_of(content.by[name])
        cell = row.cells[content.compare.index(subject)]
        table = table_markdown(content, name, subject)
        if reverse:
            among = " · ".join(content.compare)
            asked = ask_subject(row, name, cell, language)
            yield Question(part, f"{asked}\n\n{among}", subject, context=table)
        else:
            asked = ask_cell(row, name, subject, language)
            yield Question(part, asked, cell, context=table)


def _cell_parts(content: Compare) -> Iterator[str]:
    for name, given in content.by.items():
        row = row_of(given)
        for subject, cell in zip(content.compare, row.cells, strict=True):
            if is_empty_cell(cell):
                continue
            yield cell_part(name, subject)
            if is_reversed(row) and row.cells.count(cell) == 1:
                yield cell_part(name, subject, is_reversed=True)


def question_of(note: Note, part: str) -> Question:
    """Return the question of one card.

    Raises:
        KeyError: The note has no such part.
    """
    for question in questions(note.content, note.language):
        if question.part == part:
            return question
    raise KeyError(part)
