"""Which question of an edited note is which of the old one.

History hangs on the question, not on its place: a list item that moves, a
renamed table row, a renumbered cloze stay the same card.
"""

import difflib
from collections.abc import Sequence

from cards.note import Cloze, Compare, Content, Listing
from cards.questions import SEPARATOR, cloze_parts, parts_of

ALIKE = 0.6
"""From this share of common text on, two texts are versions of one."""


def likeness(one: str, other: str) -> float:
    """Tell how much two texts share, 0 (nothing) to 1 (equal).

    Source:
        Ratcliff and Obershelp's ratio as difflib computes it.
    """
    if one == other:
        return 1.0
    matcher = difflib.SequenceMatcher(None, one[:2000], other[:2000], autojunk=False)
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
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
        case (Listing(), Listing()):
            return _names(before, after, by_place=False)
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
    left = {n: part for n, part in before.items() if part not in found}
    for number, part in after.items():
        if part not in found and number in left:
            found[part] = left.pop(number)
    return found


def _names(
    before: Sequence[str], after: Sequence[str], *, by_place: bool
) -> dict[str, str]:
    """Pair the names of items, rows or subjects: equal, alike, same place."""
    if by_place and len(before) == len(after):
        return dict(zip(after, before, strict=True))
    found = {name: name for name in after if name in before}
    left = [name for name in before if name not in found]
    for name in after:
        if name in found or not left:
            continue
        best = max(left, key=lambda other: likeness(other, name))
        if likeness(best, name) >= ALIKE:
            found[name] = best
            left.remove(best)
    if len(before) == len(after):
        for name, other in zip(after, before, strict=True):
            if name not in found and other in left:
                found[name] = other
                left.remove(other)
    return found


def _cells(old: Compare, new: Compare, *, by_place: bool) -> dict[str, str]:
    rows = _names(tuple(old.by), tuple(new.by), by_place=by_place)
    if not by_place:
        _add_rows_of_equal_cells(old, new, rows)
    subjects = _names(old.compare, new.compare, by_place=by_place)
    before = set(parts_of(old))
    found: dict[str, str] = {}
    for part in parts_of(new):
        row, subject, *reverse = part.split(SEPARATOR)
        if row in rows and subject in subjects:
            origin = SEPARATOR.join((rows[row], subjects[subject], *reverse))
            if origin in before:
                found[part] = origin
    return found


def _add_rows_of_equal_cells(old: Compare, new: Compare, rows: dict[str, str]) -> None:
    taken = set(rows.values())
    for row, cells in new.by.items():
        if row in rows:
            continue
        same = [r for r, c in old.by.items() if r not in taken and c == cells]
        if len(same) == 1:
            rows[row] = same[0]
            taken.add(same[0])
