"""Match the cards of an edited note with its cards before the edit.

A card is its question, not its position: a list item that moves, a renamed table
row and a renumbered cloze keep their history.
"""

import difflib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from cards.identity.keys import normalized
from cards.note import Cloze, Compare, Content, ListNote, with_texts
from cards.questions import (
    SEPARATOR,
    cloze_parts,
    is_collection,
    parts_of,
    question_text,
    sub_questions,
    text_around_gaps,
    text_beside_gap,
    texts_of,
)
from cards.table_rows import cells_of
from cards.text.media import media_paths, with_media_paths

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
    """Return the similarity of the contents of two notes of a kind, 0 to 1.

    One question that goes on makes them versions of one note.  An item doesn't: it
    may be in any list.
    """
    asked = similarity(normalized(question_text(old)), normalized(question_text(new)))
    if is_collection(old):
        smaller = min(len(parts_of(old)), len(parts_of(new)))
        alike = len(_alike_parts(old, new))
        shared = alike / max(1, smaller)
        is_enough = alike and not isinstance(old, ListNote)
        return max(asked, shared, THRESHOLD if is_enough else 0.0)
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
    if len(before) == len(after) == 1:
        return {after[0]: before[0]}
    translated = translated or _has_other_media(old, new)
    if isinstance(old, Cloze) and isinstance(new, Cloze):
        return _clozes(old, new, translated=translated)
    by_position = translated and len(before) == len(after)
    return _alike_parts(old, new, by_position=by_position)


def _has_other_media(old: Content, new: Content) -> bool:
    """Return True if all media files have other names, and nothing else changed."""
    before, after = _numbered_media(old), _numbered_media(new)
    if not before or not before.keys().isdisjoint(after):
        return False
    contents = ((old, before), (new, after))
    old, new = (
        with_texts(content, partial(with_media_paths, renamed=numbers))
        for content, numbers in contents
    )
    return old == new


def _numbered_media(content: Content) -> dict[str, str]:
    """Return a number for each file that a content shows."""
    paths = (path for _, text in texts_of(content) for path, _ in media_paths(text))
    return {path: str(number) for number, path in enumerate(dict.fromkeys(paths))}


def _alike_parts(
    old: Content, new: Content, *, by_position: bool = False
) -> dict[str, str]:
    """Match parts whose text or answer is like before."""
    if isinstance(old, Compare) and isinstance(new, Compare):
        return _cells(old, new, by_position=by_position)
    return _headings(_answered(old), _answered(new), by_position=by_position)


def _clozes(old: Cloze, new: Cloze, *, translated: bool) -> dict[str, str]:
    """Match hidden texts: equal, then similar, then in the same place of the text."""
    before, after = cloze_parts(old), cloze_parts(new)
    if translated:
        return {part: before[n] for n, part in after.items() if n in before}
    was, now = tuple(before.values()), tuple(after.values())
    found = {part: part for part in now if part in was}
    _add_similar(found, was, now)
    beside = [text_beside_gap(old, number) for number in before]
    beside_now = [text_beside_gap(new, number) for number in after]

    def in_place(there: int, here: int) -> float:
        return _similarity_beside(beside[there], beside_now[here])

    _add_best(found, was, now, in_place)
    return found


def _similarity_beside(old: tuple[str, str], new: tuple[str, str]) -> float:
    """Return the similarity of the texts before and after a gap, by their lengths."""
    sides = tuple(zip(old, new, strict=True))
    length = len("".join(old + new))
    alike = sum(similarity(*both) * len("".join(both)) for both in sides)
    return alike / length if length else 1.0


def _answered(content: Content) -> "_Headed":
    """Return the answer of each part whose name is not its answer."""
    questions = sub_questions(content)
    return {
        part: (questions[part].back,) if questions else () for part in parts_of(content)
    }


def _add_extended(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Match a name with more or fewer words in its place, if none came or went."""
    if len(before) != len(after):
        return
    taken = set(found.values())
    for name, other in zip(after, before, strict=True):
        if name not in found and other not in taken and _is_extended(name, other):
            found[name] = other


def _is_extended(one: str, other: str) -> bool:
    """Return True if the words of one text are in the other: `S3`, `Amazon S3`."""
    short, long = sorted((one.casefold(), other.casefold()), key=len)
    letter = "[a-z0-9]"
    words = rf"(?<!{letter}){re.escape(short)}(?!{letter})"
    return len(short) > 1 and re.search(words, long) is not None


def _add_similar(
    found: dict[str, str], before: Sequence[str], after: Sequence[str]
) -> None:
    """Match the rest by the similarity of the names."""
    _add_best(
        found, before, after, lambda there, here: similarity(before[there], after[here])
    )


def _add_best(
    found: dict[str, str],
    before: Sequence[str],
    after: Sequence[str],
    similarity_of: Callable[[int, int], float],
) -> None:
    """Match the rest by similarity, then by distance; of hundreds the nearest."""
    taken = set(found.values())
    pairs = [
        (-similarity_of(there, here), abs(here - there), here, there)
        for here, there in near_pairs(len(after), len(before))
        if after[here] not in found and before[there] not in taken
    ]
    for negative, _, here, there in sorted(pairs):
        name, other = after[here], before[there]
        if -negative >= THRESHOLD and name not in found and other not in taken:
            found[name] = other
            taken.add(other)


def _cells(old: Compare, new: Compare, *, by_position: bool = False) -> dict[str, str]:
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
"""The rows or columns of a table: heading -> cells; or parts -> answers."""


def _columns(table: Compare) -> _Headed:
    cells = zip(*cells_of(table).values(), strict=True)
    return dict(zip(table.compare, cells, strict=True))


def _headings(
    old: _Headed, new: _Headed, *, by_position: bool = False
) -> dict[str, str]:
    """Match names: equal, of equal cells, similar, with more words in their place."""
    before, after = tuple(old), tuple(new)
    if by_position and len(before) == len(after):
        return dict(zip(after, before, strict=True))
    found = {name: name for name in after if name in old}
    _add_equal_cells(found, old, new)
    _add_similar(found, before, after)
    _add_extended(found, before, after)
    return found


def _add_equal_cells(found: dict[str, str], old: _Headed, new: _Headed) -> None:
    taken = set(found.values())
    for name, cells in new.items():
        if name in found or not cells:
            continue
        same = [o for o, c in old.items() if o not in taken and c == cells]
        rivals = [n for n, c in new.items() if n not in found and c == cells]
        if len(same) == len(rivals) == 1:
            found[name] = same[0]
            taken.add(same[0])
