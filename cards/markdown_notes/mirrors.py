"""The rule that compares: items that say the like about several subjects."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from cards.markdown_notes.blocks import BlockKind, split_definition
from cards.markdown_notes.outline import Outline, Proposal
from cards.markdown_notes.wording import bare, is_name, row_name
from cards.note import Compare

_ALIKE = 0.6


def mirrors(notes: Outline) -> Iterator[Proposal]:
    """Compare items, or headings, that say the like about several subjects."""
    for one in notes.lists:
        subjects = [index for index in one.items if not notes.is_leaf(index)]
        groups = [(index, notes.children[index]) for index in subjects]
        yield from _mirror(notes, groups, with_subjects=True)
    headings = [
        (one.top, one.items)
        for one in notes.lists
        if one.top is not None and notes.blocks[one.top].kind is BlockKind.HEADING
    ]
    for start, (top, _) in enumerate(headings):
        path = notes.blocks[top].headings
        run = [
            one
            for one in headings[start : start + 3]
            if notes.blocks[one[0]].headings == path
        ]
        for length in (3, 2):
            if len(run) >= length:
                yield from _mirror(notes, run[:length], with_subjects=False)


def _mirror(
    notes: Outline, groups: list[tuple[int, list[int]]], *, with_subjects: bool
) -> Iterator[Proposal]:
    if not 2 <= len(groups) <= 5:
        return
    subjects = tuple(bare(notes.blocks[index].text) for index, _ in groups)
    if not all(map(is_name, subjects)) or len(set(subjects)) < len(subjects):
        return
    rows = _aligned(notes, [items for _, items in groups])
    if len(rows) < (1 if len(groups) > 2 and with_subjects else 2):
        return
    by, used = {}, list[int]()
    for name, cells in rows:
        by[name] = tuple(cell for _, cell in cells)
        used += [index for index, _ in cells]
    heads = [index for index, _ in groups] if with_subjects else []
    if any(len(set(cells)) > 1 for cells in by.values()):
        notes.compared.update(used)
        content = Compare(subjects, dict(by))
        yield Proposal("mirror", content, tuple(sorted({*heads, *used})))


_Cells = list[tuple[int, str]]


def _aligned(notes: Outline, groups: list[list[int]]) -> list[tuple[str, _Cells]]:
    """Find items that correspond in all groups: with one key, or with like texts."""
    rows: list[tuple[str, _Cells]] = []
    used: set[int] = set()
    leaves = [[i for i in group if notes.is_leaf(i)] for group in groups]
    for first in leaves[0]:
        pair = split_definition(notes.blocks[first].text)
        cells: _Cells = [(first, pair[1] if pair else bare(notes.blocks[first].text))]
        for group in leaves[1:]:
            other = _partner(notes, first, [i for i in group if i not in used])
            if other is None:
                break
            found = split_definition(notes.blocks[other].text) if pair else None
            cells.append((other, found[1] if found else bare(notes.blocks[other].text)))
        name = pair[0] if pair else row_name([cell for _, cell in cells])
        if len(cells) == len(groups) and name and name not in dict(rows):
            rows.append((name, cells))
            used.update(index for index, _ in cells)
    rest = [[i for i in group if i not in used] for group in leaves]
    if rows and all(len(group) == 1 for group in rest):
        name = "説明" if notes.japanese else "description"
        cells = [(group[0], bare(notes.blocks[group[0]].text)) for group in rest]
        rows.insert(0, (name, cells))
    return rows


def _partner(notes: Outline, first: int, others: list[int]) -> int | None:
    text = notes.blocks[first].text
    pair = split_definition(text)
    for other in others:
        found = split_definition(notes.blocks[other].text)
        if pair and found and pair[0] == found[0]:
            return other
        if pair or found:
            continue
        matcher = SequenceMatcher(None, text, notes.blocks[other].text, autojunk=False)
        if matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE:
            return other
    return None
