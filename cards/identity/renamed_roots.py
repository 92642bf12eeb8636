"""Follow notes whose file and root deck were renamed at once.

The root deck of notes in a vault or repository is its folder, so both change when the
folder is renamed, and when it has another name on a second device.  Then no text key
matches, and the same question in two decks may be two facts.  So notes are followed
only together: if most of them have the same question and answer under one other root.
"""

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TypeVar

from cards.identity.keys import answer_key, normalized, root_of
from cards.note import Note
from cards.questions import question_text

_Name = TypeVar("_Name", int, str)
_Found = TypeVar("_Found")
_Pairs = list[tuple[int, str]]
"""Indexes of notes, and guids."""


def lost_notes(
    stored: Mapping[str, Note], gone: Container[str], taken: Container[str]
) -> dict[str, Note]:
    """Return notes of deleted files, and of root decks without any file.

    Args:
        stored: The notes in use, by guid.
        gone: Deleted files.
        taken: Guids of notes that have a match.
    """
    in_files = {root_of(note.deck) for note in stored.values() if has_file(note)}
    return {
        guid: note
        for guid, note in stored.items()
        if guid not in taken
        and (
            note.file in gone if has_file(note) else root_of(note.deck) not in in_files
        )
    }


def has_file(note: Note) -> bool:
    """Return False for notes of other devices, and of packages, which no file has."""
    return bool(note.file and note.line)


def renamed_notes(
    incoming: Sequence[Note], new: Sequence[int], lost: Mapping[str, Note]
) -> Iterator[tuple[int, str]]:
    """Match new notes with notes that lost their file, whatever their root decks.

    Args:
        incoming: The notes of the files.
        new: The indexes of those without a match.
        lost: From `lost_notes`.

    Yields:
        The index of a note and the guid that it continues, each at most once.
    """
    groups: dict[tuple[str, str], dict[str, Note]] = defaultdict(dict)
    for guid, note in lost.items():
        file = note.file if has_file(note) else ""
        groups[root_of(note.deck), file][guid] = note
    # Half of the notes have to be found again.
    may_fit = [old for old in groups.values() if len(old) <= 2 * len(new)]
    if not may_fit:
        return
    roots = _Roots(incoming, new)
    claims: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for old in may_fit:
        for equal, pairs in roots.fitting(old):
            for index, guid in pairs:
                claims[index].append((equal, guid))
    for index, guids in claims.items():
        for _equal, guid in _best(guids):
            yield index, guid


class _Roots:
    """The root decks of incoming notes."""

    def __init__(self, incoming: Sequence[Note], new: Sequence[int]) -> None:
        self._incoming = incoming
        self._sizes = Counter(root_of(note.deck) for note in incoming)
        roots: dict[str, list[tuple[int, Note]]] = defaultdict(list)
        for index in new:
            roots[root_of(incoming[index].deck)].append((index, incoming[index]))
        self._asked = {root: _by_question(notes) for root, notes in roots.items()}

    def fitting(self, old: Mapping[str, Note]) -> list[tuple[int, _Pairs]]:
        """Return the pairs under the one root that most of some old notes have now."""
        is_of_file = any(map(has_file, old.values()))
        by_question = _by_question(old.items())
        found: list[tuple[int, _Pairs]] = []
        for root, asked in self._asked.items():
            pairs = [(asked[q], guid) for q, guid in by_question.items() if q in asked]
            equal = sum(self._has_answer_of(i, old[guid]) for i, guid in pairs)
            # Without a file, nothing else tells that the deck was renamed.
            least = len(old) if is_of_file else max(len(old), self._sizes[root])
            if 2 * equal >= least:
                found.append((equal, pairs))
        return _best(found)

    def _has_answer_of(self, index: int, note: Note) -> bool:
        return answer_key(self._incoming[index]) == answer_key(note)


def _by_question(
    notes: Iterable[tuple[_Name, Note]],
) -> dict[tuple[str, str], _Name]:
    """Return the notes by kind and question, without those that ask the same."""
    found: dict[tuple[str, str], list[_Name]] = defaultdict(list)
    for name, note in notes:
        found[note.kind, normalized(question_text(note.content))].append(name)
    return {key: names[0] for key, names in found.items() if len(names) == 1}


def _best(found: Sequence[tuple[int, _Found]]) -> list[tuple[int, _Found]]:
    """Return the one with the largest number; none if two are equal."""
    ranked = sorted(found, key=itemgetter(0), reverse=True)
    is_clear = len(ranked) < 2 or ranked[0][0] > ranked[1][0]
    return ranked[:1] if is_clear else []
