"""The rule that reads tables.

A table with two columns is a glossary, asked in both directions, or gives a property
of its subjects; a table with more columns compares them.
"""

from collections import Counter
from collections.abc import Iterator

from cards.markdown_notes.blocks import BlockKind
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import about, bare, is_name
from cards.note import Basic, Compare, Row

_MOST_SUBJECTS = 12
_LONGEST_REVERSED = 200
_LONGEST_VALUE = 60
"""Characters of a cell in a question such as `Which has Price = …?`."""
_TERMS = frozenset(
    "term terms word words abbreviation acronym command commands option options flag"
    " shortcut symbol expression 用語 単語 言葉 語 略語 略称 コマンド オプション"
    " 記号".split()
)
_MEANINGS = frozenset(
    "meaning definition description explanation translation effect 意味 定義 説明 解説"
    " 訳 和訳 内容 正式名称 働き 効果".split()
) | {"stands for", "what it does", "what it is", "full name"}
"""Headers of glossaries."""


def tables(notes: Outline) -> Iterator[Proposal]:
    """Compare the subjects of tables; ask glossaries in both directions."""
    for index, block in enumerate(notes.blocks):
        if block.kind is not BlockKind.TABLE or len(block.cells) < 2:
            continue
        head, *rows = block.cells
        if len(head) < 2 or any(len(row) != len(head) for row in rows):
            continue
        subjects = _subjects(head[0], rows)
        columns = tuple(zip(*(row[1:] for row in rows), strict=True))
        if not head[0]:
            yield from _compared(index, head[1:], {row[0]: row[1:] for row in rows})
        elif len(head) == 2 and (
            _is_glossary(head, subjects) or len(rows) > _MOST_SUBJECTS
        ):
            yield from _pairs(notes, index, subjects, columns[0])
        else:
            by = dict(zip(head[1:], columns, strict=True))
            is_short = all(len(cell) <= _LONGEST_VALUE for cell in columns[0])
            is_reversed = len(head) == 2 and is_short
            yield from _compared(index, subjects, by, is_reversed=is_reversed)


def _subjects(header: str, rows: list[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the first column; with its header if a subject is no word: `Port 22`."""
    subjects = tuple(row[0] for row in rows)
    are_words = all(any(map(str.isalpha, subject)) for subject in subjects if subject)
    if are_words or not header:
        return subjects
    return tuple(f"{header} {subject}" if subject else "" for subject in subjects)


def _is_glossary(head: tuple[str, ...], terms: tuple[str, ...]) -> bool:
    term, meaning = (bare(header).casefold() for header in head)
    return (term in _TERMS or meaning in _MEANINGS) and all(map(is_name, terms))


def _pairs(
    notes: Outline, index: int, terms: tuple[str, ...], meanings: tuple[str, ...]
) -> Iterator[Proposal]:
    """Make a card for each row."""
    of = notes.above(index)
    counts = Counter(terms), Counter(meanings)
    for term, meaning in zip(terms, meanings, strict=True):
        if term.strip() and meaning.strip() and counts[0][term] == 1:
            is_short = len(meaning) <= _LONGEST_REVERSED
            is_reversed = is_short and counts[1][meaning] == 1
            content = Basic(about(term, of), meaning, reverse=is_reversed)
            yield Proposal("table", content, (index,))


def _compared(
    index: int,
    subjects: tuple[str, ...],
    by: dict[str, tuple[str, ...]],
    *,
    is_reversed: bool = False,
) -> Iterator[Proposal]:
    """Compare the subjects."""
    names = [*subjects, *by]
    is_sound = (
        2 <= len(subjects) <= _MOST_SUBJECTS
        and len(set(subjects)) == len(subjects)
        and all(name.strip() for name in names)
        and any(cell.strip() for cells in by.values() for cell in cells)
    )
    if is_sound:
        given = {name: Row(cells, reverse="true") for name, cells in by.items()}
        content = Compare(subjects, dict(given if is_reversed else by))
        yield Proposal("table", content, (index,))
