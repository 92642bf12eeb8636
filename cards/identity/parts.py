"""Which question of an edited note is which of the old one.

History hangs on the question, not on its place: a list item that moves, a
renamed table row, a renumbered cloze stay the same card.
"""

import difflib
from collections.abc import Mapping, Sequence

from cards.note import Cloze, Compare, Content, ListNote, MultiQuestion
from cards.questions import SEPARATOR, cloze_parts, parts_of

THRESHOLD = 0.6
"""From this share of common text on, two texts are versions of one."""


def similarity(one: str, other: str) -> float:
    """Tell how much two texts share, 0 (nothing) to 1 (equal).

    Source:
        Ratcliff and Obershelp's ratio as difflib computes it.
    """
    if one == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, one[:2000], other[:2000], autojunk=False)
    if matcher.real_quick_ratio() < THRESHOLD or matcher.quick_ratio() < THRESHOLD:
        return 0.0
    return matcher.ratio()


def followed_parts(
    old: Content, new: Content, *, translated: bool = False
) -> dict[str, str]:
    """Follow the questions of a note through an edit.

    Args:
        old: The content as it was.
        new: The content of the same kind as it is.
        translated: Whether the text changed its language: then what stands at
            the same place is the same.

    Returns:
        For each new part that continues an old one, that old part's name.
    """
    before, after = parts_of(old), parts_of(new)
    if translated and len(before) == len(after):
        match (old, new):
            case (Compare(), Compare()):
                return _cells(old, new, by_place=True)
            case (Cloze(), Cloze()):
                return _clozes_by_number(old, new)
            case _:
                return dict(zip(after, before, strict=True))
    match (old, new):
        case (Compare(), Compare()):
            return _cells(old, new, by_place=False)
        case (Cloze(), Cloze()):
            return _clozes(old, new)
        case (ListNote(), ListNote()) | (MultiQuestion(), MultiQuestion()):
            return _names(before, after)
        case _:
            return {part: part for part in after if part in before}


def _clozes_by_number(old: Cloze, new: Cloze) -> dict[str, str]:
    before = cloze_parts(old)
    return {
        part: before[number]
        for number, part in cloze_parts(new).items()
        if number in before
    }


def _clozes(old: Cloze, new: Cloze) -> dict[str, str]:
    before, after = cloze_parts(old), cloze_parts(new)
    found = {part: part for part in after.values() if part in before.values()}
    _add_alike(found, tuple(before.values()), tuple(after.values()))
    left = {n: part for n, part in before.items() if part not in found.values()}
    for number, part in after.items():
        if part not in found and number in left:
            found[part] = left.pop(number)
    return found


def _names(before: Sequence[str], after: Sequence[str]) -> dict[str, str]:
    """Pair the names of items: equal, alike, same place."""
    found = {name: name for name in after if name in before}
    _add_alike(found, before, after)
    _add_same_place(found, before, after)
    return found


def _add_same_place(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Pair what is left over, where nothing was added or removed."""
    if len(before) != len(after):
        return
    taken = set(found.values())
    for name, other in zip(after, before, strict=True):
        if name not in found and other not in taken:
            found[name] = other


def _add_alike(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Pair what found no equal, the most alike first, then the nearest."""
    taken = set(found.values())
    pairs = [
        (-similarity(other, name), abs(here - there), here, there)
        for here, name in enumerate(after)
        if name not in found
        for there, other in enumerate(before)
        if other not in taken
    ]
    for unlike, _, here, there in sorted(pairs):
        name, other = after[here], before[there]
        if -unlike >= THRESHOLD and name not in found and other not in taken:
            found[name] = other
            taken.add(other)


def _cells(old: Compare, new: Compare, *, by_place: bool) -> dict[str, str]:
    rows = _headings(old.by, new.by, by_place=by_place)
    subjects = _headings(_columns(old), _columns(new), by_place=by_place)
    before = set(parts_of(old))
    found: dict[str, str] = {}
    for part in parts_of(new):
        row, subject, *reverse = part.split(SEPARATOR)
        if row in rows and subject in subjects:
            origin = SEPARATOR.join((rows[row], subjects[subject], *reverse))
            if origin in before:
                found[part] = origin
    return found


_Lines = Mapping[str, tuple[str, ...]]
"""The rows or the columns of a table, each with its cells."""


def _columns(table: Compare) -> _Lines:
    cells = zip(*table.by.values(), strict=True)
    return dict(zip(table.compare, cells, strict=True))


def _headings(old: _Lines, new: _Lines, *, by_place: bool) -> dict[str, str]:
    """Pair rows or subjects: equal, of equal cells, alike, same place."""
    before, after = tuple(old), tuple(new)
    if by_place and len(before) == len(after):
        return dict(zip(after, before, strict=True))
    found = {name: name for name in after if name in old}
    _add_equal_cells(found, old, new)
    _add_alike(found, before, after)
    _add_same_place(found, before, after)
    return found


def _add_equal_cells(found: dict[str, str], old: _Lines, new: _Lines) -> None:
    taken = set(found.values())
    for name, cells in new.items():
        if name in found:
            continue
        same = [o for o, c in old.items() if o not in taken and c == cells]
        rivals = [n for n, c in new.items() if n not in found and c == cells]
        if len(same) == len(rivals) == 1:
            found[name] = same[0]
            taken.add(same[0])
