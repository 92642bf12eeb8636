"""Follow notes with several questions by one that was not edited."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping

from cards.note import Compare, Content
from cards.questions import sub_questions
from cards.table_rows import cells_of, is_empty_cell

_Fact = tuple[str, ...]
"""A question and its answer; a row, a subject and their cell."""


def sharing_notes(
    new: Mapping[int, Content], old: Mapping[str, Content]
) -> Iterator[tuple[int, str]]:
    """Yield the index and guid of notes that share facts, the most first.

    Args:
        new: Contents of edited notes, by index.
        old: Contents before the edit, by guid.
    """
    owners: dict[_Fact, list[str]] = defaultdict(list)
    for guid, content in old.items():
        for fact in _facts(content):
            owners[fact].append(guid)
    shared: Counter[tuple[int, str]] = Counter()
    for index, content in new.items():
        for fact in _facts(content) if owners else ():
            shared.update((index, guid) for guid in owners.get(fact, ()))
    yield from (pair for pair, _count in shared.most_common())


def _facts(content: Content) -> Iterator[_Fact]:
    """Yield the facts of a table or of several questions; none of other kinds."""
    if isinstance(content, Compare):
        for row, cells in cells_of(content).items():
            for subject, cell in zip(content.compare, cells, strict=True):
                if not is_empty_cell(cell):
                    yield row, subject, cell
    for part, question in sub_questions(content).items():
        yield part, question.back
