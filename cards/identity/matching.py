"""Match the notes of deck files with the notes of the store.

Each incoming note is looked up by id, by the text of its question, by a part that is
as before, by its answer, and by its neighbours if the text is similar.  If two fit
equally, the user has to set an id: a wrong match would give a fact another fact's
history.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from itertools import groupby

from msgspec import Struct
from msgspec.structs import replace

from cards.errors import DeckError, Problem
from cards.identity.keys import (
    MARK_PREFIX,
    answer_key,
    guid_for,
    is_same_fact,
    mark_for,
    normalized,
    root_of,
    text_key,
)
from cards.identity.matching_problems import foreign_id, unclear
from cards.identity.parts import THRESHOLD, content_similarity, near_pairs
from cards.identity.renamed_roots import has_file, lost_notes, renamed_notes
from cards.identity.shared_parts import sharing_notes
from cards.note import Note
from cards.questions import question_text


class Action(StrEnum):
    """The effect of an import on a note."""

    NEW = "new"
    CHANGED = "changed"
    REWORDED = "reworded"
    MOVED = "moved"
    RETURNED = "returned"
    """It was retired, and is in use again with its history."""
    RETIRED = "retired"
    NEWER = "newer"
    """Edited on another device, and not in the file: the store stays."""
    UNCHANGED = "unchanged"


class ExistingNote(Struct, frozen=True):
    """A note of the store, as matching needs it."""

    guid: str
    note: Note
    retired: bool = False
    text_key: str = ""
    """`cards.identity.keys.text_key` of the note, stored to avoid computing it again;
    empty for the placeholder of a note whose text was lost."""


class PlannedChange(Struct, frozen=True):
    """The change of one note."""

    action: Action
    note: Note
    """The note after the change; before it, if it is retired."""
    known: ExistingNote | None = None
    """The note it continues; None for a new note."""
    text_key: str = ""
    ordinals: Mapping[str, int] = {}
    """Ordinals of cards by part, where those tell which card is which; else empty."""
    base: str = ""
    """The hash of the file's text, if `note` keeps an edit of another device."""


class FileScope(Struct, frozen=True):
    """The files that an import covers."""

    files: frozenset[str]
    """Files that were read, and deleted files of their folders."""
    gone: frozenset[str] = frozenset()
    """Deleted files of any known note."""
    shown: Mapping[str, str] = {}
    """Maps absolute paths to paths as the user typed them."""


def make_plan(
    incoming: Sequence[Note], known: Sequence[ExistingNote], scope: FileScope
) -> list[PlannedChange]:
    """Plan the change of each note.

    Args:
        incoming: The notes of the files, without duplicate ids or questions.
        known: All notes of the store.
        scope: The files that are covered.

    Returns:
        A change for each incoming note in its order, then one for each note that
        is to be retired.

    Raises:
        DeckError: An id belongs to a note of another deck, or a reworded note fits
            two missing ones equally.
    """
    matching = _Matching(incoming, known, scope)
    matching.by_name()
    matching.by_renamed_root()
    matching.by_shared_part()
    matching.by_answer()
    matching.by_place()
    if matching.problems:
        raise DeckError(matching.problems)
    return matching.changes()


class _Matching:
    def __init__(
        self, incoming: Sequence[Note], known: Sequence[ExistingNote], scope: FileScope
    ) -> None:
        self._incoming, self._scope = incoming, scope
        self._keys = [text_key(note) for note in incoming]
        self._found: list[ExistingNote | None] = [None] * len(incoming)
        self._known = known
        self._taken: set[str] = set()
        self.problems: list[Problem] = []

    def by_name(self) -> None:
        """Match by id, guid and text key."""
        self._by_id()
        texts: dict[str, ExistingNote] = {}
        for known in self._known:
            other = texts.get(known.text_key)
            if known.guid not in self._taken and (
                other is None
                or other.retired
                or self._is_written(known) > self._is_written(other)
            ):
                texts[known.text_key] = known
        self._by_guid(
            {known.guid: known for known in self._known if not known.text_key}
        )
        own_ids = {note.id for note in self._incoming if note.id}
        for index, key in enumerate(self._keys):
            candidate = texts.get(key)
            if candidate is None or self._found[index] is not None:
                continue
            note = self._incoming[index]
            other_id = candidate.note.id
            if other_id and (
                other_id in own_ids or (note.id and not self._is_gone(candidate))
            ):
                continue
            self._take(index, candidate)

    def _is_written(self, known: ExistingNote) -> bool:
        """Return True if a covered file has the note."""
        has_line = bool(known.note.line) and not known.retired
        return has_line and known.note.file in self._scope.files

    def _by_id(self) -> None:
        """Match by id, else by guid; of several notes prefer that of the file."""
        named: dict[str, list[ExistingNote]] = {
            note.id: [] for note in self._incoming if note.id
        }
        has_marks = any(name.startswith(MARK_PREFIX) for name in named)
        for known in self._known:
            marks = [mark_for(known.guid)] if has_marks else []
            for name in {known.guid, known.note.id, *marks} & named.keys():
                named[name].append(known)
        for index, note in enumerate(self._incoming):
            if candidates := named.get(note.id):
                candidate = min(candidates, key=_preference(note))
                self._check_owner(note, candidate)
                self._take(index, candidate)

    def _by_guid(self, lost: Mapping[str, ExistingNote]) -> None:
        """Match notes whose stored text was lost."""
        if not lost:
            return
        for index, (note, key) in enumerate(
            zip(self._incoming, self._keys, strict=True)
        ):
            candidate = lost.get(guid_for(note.id or key))
            if candidate is not None and self._found[index] is None:
                self._take(index, candidate)

    def _take(self, index: int, candidate: ExistingNote) -> None:
        if candidate.guid not in self._taken:
            self._found[index] = candidate
            self._taken.add(candidate.guid)

    def _is_gone(self, candidate: ExistingNote) -> bool:
        files = self._scope.files | self._scope.gone
        return candidate.retired or candidate.note.file in files

    def _check_owner(self, note: Note, candidate: ExistingNote) -> None:
        """Reject an id that another deck uses for another fact."""
        other = candidate.note
        if (
            root_of(note.deck) == root_of(other.deck)
            or note.language != other.language
            or self._is_gone(candidate)
            or (not has_file(other) and is_same_fact(note, other))
        ):
            return
        self.problems.append(foreign_id(note, other, self._scope.shown))

    def _unmatched(self) -> tuple[list[int], list[ExistingNote]]:
        """Return incoming notes and missing notes without a match."""
        new = [i for i, found in enumerate(self._found) if found is None]
        return (new, self._missing()) if new else ([], [])

    def _missing(self) -> list[ExistingNote]:
        """Return the unmatched notes of the covered files.

        A deleted file is covered if one of its notes was found in another file.
        Imported notes have no line: they share a name that was never a file.
        """
        touched = {found.note.file for found in self._found if found is not None}
        files = self._scope.files | (self._scope.gone & touched)
        return [
            known
            for known in self._known
            if known.guid not in self._taken
            and not known.retired
            and known.note.line
            and known.note.file in files
        ]

    def by_renamed_root(self) -> None:
        """Match notes whose file and root deck have other names now."""
        new, _missing = self._unmatched()
        used = {known.guid: known for known in self._known if not known.retired}
        stored = {guid: known.note for guid, known in used.items()}
        lost = lost_notes(stored, self._scope.gone, self._taken) if new else {}
        for index, guid in renamed_notes(self._incoming, new, lost):
            if self._may_follow(self._incoming[index], used[guid]):
                self._take(index, used[guid])

    def by_shared_part(self) -> None:
        """Match notes that have a question with its answer in common."""
        new, missing = self._unmatched()
        stored = {old.guid: old for old in missing}
        texts = {guid: old.note.content for guid, old in stored.items()}
        edited = {index: self._incoming[index].content for index in new}
        for index, guid in sharing_notes(edited, texts):
            note, old = self._incoming[index], stored[guid]
            if self._found[index] is None and self._may_follow(note, old):
                self._take(index, old)

    def by_answer(self) -> None:
        """Match a reworded question by its answer."""
        new, missing = self._unmatched()
        if not missing:
            return
        old_by: dict[str, list[ExistingNote]] = defaultdict(list)
        new_by: dict[str, list[int]] = defaultdict(list)
        for candidate in missing:
            old_by[answer_key(candidate.note)].append(candidate)
        for index in new:
            new_by[answer_key(self._incoming[index])].append(index)
        for key, indexes in new_by.items():
            candidates = old_by.get(key, [])
            if len(indexes) == 1 and len(candidates) == 1:
                if self._may_follow(self._incoming[indexes[0]], candidates[0]):
                    self._take(indexes[0], candidates[0])
            elif candidates:
                self._pair(indexes, candidates)

    def _may_follow(self, note: Note, candidate: ExistingNote) -> bool:
        """Return False for two different ids: they are two facts."""
        return not (note.id and candidate.note.id and note.id != candidate.note.id)

    def _pair(self, indexes: list[int], candidates: list[ExistingNote]) -> None:
        """Match notes with the same answer by question; ask if two fit."""
        by_place = sorted(candidates, key=lambda old: (old.note.file, old.note.line))
        near = (
            (indexes[here], by_place[there])
            for here, there in near_pairs(len(indexes), len(by_place))
        )
        pairs = sorted(
            (
                (-self._similarity(index, old), index, old.guid, old)
                for index, old in near
                if self._may_follow(self._incoming[index], old)
            ),
            key=lambda pair: pair[:3],
        )
        asked: set[int] = set()
        for (negative, index), same in groupby(pairs, key=lambda pair: pair[:2]):
            equal = [old for _, _, guid, old in same if guid not in self._taken]
            if self._found[index] or index in asked or not equal:
                continue
            if -negative >= THRESHOLD and len(equal) > 1:
                asked.add(index)
                stored = [(old.guid, old.note) for old in equal]
                note = self._incoming[index]
                self.problems.append(unclear(note, stored, self._scope.shown))
            elif -negative >= THRESHOLD or len(pairs) == 1:
                self._take(index, equal[0])

    def _similarity(self, index: int, old: ExistingNote) -> float:
        return content_similarity(old.note.content, self._incoming[index].content)

    def by_place(self) -> None:
        """Match by the same neighbour in the file and similar text."""
        new, missing = self._unmatched()
        if not missing:
            return
        left, right = self._neighbours({old.guid: old for old in missing})
        for index in new:
            note = self._incoming[index]
            near = (
                left.get(self._neighbour(index, -1)),
                right.get(self._neighbour(index, +1)),
            )
            scores = [
                (self._similarity(index, old), old.guid, old)
                for old in near
                if old is not None
                and old.guid not in self._taken
                and old.note.kind == note.kind
                and self._may_follow(note, old)
            ]
            best = max(scores, default=(0.0, "", None))
            if best[2] is not None and best[0] >= THRESHOLD:
                self._take(index, best[2])

    def _neighbour(self, index: int, step: int) -> str | None:
        """Return the guid of an incoming note's neighbour; the file, at its ends."""
        file, other = self._incoming[index].file, index + step
        if not (0 <= other < len(self._found) and self._incoming[other].file == file):
            return file
        found = self._found[other]
        return None if found is None else found.guid

    def _neighbours(
        self, missing: Mapping[str, ExistingNote]
    ) -> tuple[dict[str | None, ExistingNote], dict[str | None, ExistingNote]]:
        """Map each known guid to the missing note after it and before it."""
        files: dict[str, list[ExistingNote]] = defaultdict(list)
        for known in self._known:
            if not known.retired:
                files[known.note.file].append(known)
        after: dict[str | None, ExistingNote] = {}
        before: dict[str | None, ExistingNote] = {}
        for file, notes in files.items():
            notes.sort(key=lambda known: known.note.line)
            guids = [file, *(known.guid for known in notes), file]
            for left, own, right in zip(guids, guids[1:], guids[2:], strict=False):
                if own in missing:
                    after[left] = before[right] = missing[own]
        return after, before

    def changes(self) -> list[PlannedChange]:
        """Return the plan."""
        rows = zip(self._incoming, self._found, self._keys, strict=True)
        changes = [PlannedChange(action_of(*row), *row) for row in rows]
        changes += [
            PlannedChange(Action.RETIRED, known.note, known, known.text_key)
            for known in self._missing()
        ]
        return changes


def _preference(note: Note) -> Callable[[ExistingNote], tuple[bool, ...]]:
    """Return the sort key of notes with an id: several had one in early versions."""
    return lambda known: (
        known.note.id != note.id,
        known.retired,
        known.note.file != note.file,
    )


def action_of(note: Note, known: ExistingNote | None, key: str) -> Action:
    """Return the effect on a known note of another text, which has this text key."""
    if known is None:
        return Action.NEW
    old = known.note
    has_same_id = bool(note.id) and note.id in (old.id, known.guid)
    if not has_same_id and key != known.text_key:
        asked = normalized(question_text(note.content))
        if asked != normalized(question_text(old.content)):
            return Action.REWORDED
    if known.retired:
        return Action.RETURNED
    there = replace(old, deck=note.deck, file=note.file)
    if replace(there, line=note.line, column=note.column) != note:
        return Action.CHANGED
    if note.deck != old.deck or note.file != old.file:
        return Action.MOVED
    return Action.UNCHANGED


def count_actions(changes: Iterable[PlannedChange]) -> dict[str, int]:
    """Count the changes by action; actions without a change are 0."""
    counts = Counter(change.action for change in changes)
    return {action.value: counts[action] for action in Action}
