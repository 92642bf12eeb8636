"""Match the cards of an edited note with its cards before the edit.

A card is its question, not its position: a list item that moves, a renamed table
row and a renumbered cloze keep their history.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence

from cards.identity.keys import normalized
from cards.note import Compare, Content
from cards.questions import (
    SEPARATOR,
    cloze_parts,
    is_collection,
    parts_of,
    question_text,
    table_of,
    text_around_gaps,
)
from cards.table_rows import cells_of

THRESHOLD = 0.6
"""Similarity from which two texts are versions of one text."""
_MOST_PAIRS = 10_000
_LEAST_PAIRS = 20
"""How many texts are compared in all, and each with how many: a comparison takes a
tenth of a millisecond."""


def similarity(text: str, other: str) -> float:
    """Return the similarity of two texts: 1 if equal, 0 if below `THRESHOLD`.

    Source:
        Ratcliff-Obershelp ratio, as computed by difflib.
    """
    if text == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, text[:2000], other[:2000], autojunk=False)
    if matcher.real_quick_ratio() < THRESHOLD or matcher.quick_ratio() < THRESHOLD:
        return 0.0
    return matcher.ratio()


def content_similarity(old: Content, new: Content) -> float:
    """Return the similarity of the contents of two notes, 0 to 1."""
    if is_collection(old):
        old_parts, new_parts = set(parts_of(old)), set(parts_of(new))
        smaller = max(1, min(len(old_parts), len(new_parts)))
        shared = len(old_parts & new_parts) / smaller
        if shared >= THRESHOLD:
            return shared
    asked = similarity(normalized(question_text(old)), normalized(question_text(new)))
    before, after = text_around_gaps(old), text_around_gaps(new)
    if before and after:
        return max(asked, similarity(normalized(before), normalized(after)))
    return asked


def near_pairs(count: int, others: int) -> Iterator[tuple[int, int]]:
    """Yield the places in two sequences to compare: all, or of hundreds the nearest."""
    width = min(others, max(_MOST_PAIRS // max(1, count), _LEAST_PAIRS))
    for here in range(count):
        middle = here * others // count
        first = min(max(0, middle - width // 2), others - width)
        yield from ((here, there) for there in range(first, first + width))


def followed_parts(
    old: Content, new: Content, *, translated: bool = False
) -> dict[str, str]:
    """Match the parts of a note before and after an edit.

    Args:
        old: The content before.
        new: The content after, of the same kind.
        translated: The language changed, so parts are matched by position.

    Returns:
        Maps each new part that continues an old part to that part.
    """
    before, after = parts_of(old), parts_of(new)
    by_position = translated and len(before) == len(after)
    old_table, new_table = table_of(old), table_of(new)
    if old_table is not None and new_table is not None:
        return _cells(old_table, new_table, by_position=by_position)
    old_clozes, new_clozes = cloze_parts(old), cloze_parts(new)
    if old_clozes and new_clozes:
        if by_position:
            return {
                part: old_clozes[number]
                for number, part in new_clozes.items()
                if number in old_clozes
            }
        return _clozes(old_clozes, new_clozes)
    if by_position:
        return dict(zip(after, before, strict=True))
    return _names(before, after)


def _clozes(before: Mapping[int, str], after: Mapping[int, str]) -> dict[str, str]:
    found = {part: part for part in after.values() if part in before.values()}
    _add_similar(found, tuple(before.values()), tuple(after.values()))
    left = {n: part for n, part in before.items() if part not in found.values()}
    for number, part in after.items():
        if part not in found and number in left:
            found[part] = left.pop(number)
    return found


def _names(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Match names: equal, then similar, then at the same position."""
    found = {name: name for name in after if name in before}
    _add_similar(found, before, after)
    _add_same_position(found, before, after)
    return found


def _add_same_position(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Match the rest by position if nothing was added or removed."""
    if len(before) != len(after):
        return
    taken = set(found.values())
    for name, other in zip(after, before, strict=True):
        if name not in found and other not in taken:
            found[name] = other


def _add_similar(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Match the rest by similarity, then by distance; of hundreds the nearest."""
    taken = set(found.values())
    pairs = [
        (-similarity(before[there], after[here]), abs(here - there), here, there)
        for here, there in near_pairs(len(after), len(before))
        if after[here] not in found and before[there] not in taken
    ]
    for negative, _, here, there in sorted(pairs):
        name, other = after[here], before[there]
        if -negative >= THRESHOLD and name not in found and other not in taken:
            found[name] = other
            taken.add(other)


def _cells(old: Compare, new: Compare, *, by_position: bool) -> dict[str, str]:
    rows = _headings(cells_of(old), cells_of(new), by_position=by_position)
    subjects = _headings(_columns(old), _columns(new), by_position=by_position)
    before = set(parts_of(old))
    found: dict[str, str] = {}
    for part in parts_of(new):
        row, subject, *reverse = part.split(SEPARATOR)
        if row in rows and subject in subjects:
            origin = SEPARATOR.join((rows[row], subjects[subject], *reverse))
            if origin in before:
                found[part] = origin
    return found


_Headed = Mapping[str, tuple[str, ...]]
"""The rows or columns of a table: heading -> cells."""


def _columns(table: Compare) -> _Headed:
    cells = zip(*cells_of(table).values(), strict=True)
    return dict(zip(table.compare, cells, strict=True))


def _headings(old: _Headed, new: _Headed, *, by_position: bool) -> dict[str, str]:
    """Match rows or subjects: equal, of equal cells, similar, at the same position."""
    before, after = tuple(old), tuple(new)
    if by_position and len(before) == len(after):
        return dict(zip(after, before, strict=True))
    found = {name: name for name in after if name in old}
    _add_equal_cells(found, old, new)
    _add_similar(found, before, after)
    _add_same_position(found, before, after)
    return found


def _add_equal_cells(found: dict[str, str], old: _Headed, new: _Headed) -> None:
    taken = set(found.values())
    for name, cells in new.items():
        if name in found:
            continue
        same = [o for o, c in old.items() if o not in taken and c == cells]
        rivals = [n for n, c in new.items() if n not in found and c == cells]
        if len(same) == len(rivals) == 1:
            found[name] = same[0]
            taken.add(same[0])
