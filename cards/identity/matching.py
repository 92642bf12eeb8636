"""What adding a file does to the notes that are there: compared, never guessed.

Each incoming note is looked for by id, by the text of its question, by its
answer, and by its place with mostly the same text.  Where two candidates fit
equally the person is asked for an id: a wrong match would hang one fact's
history on another.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from cards.errors import DeckError, Place, Problem
from cards.identity.keys import answer_key, guid_for, normalised, root_of, text_key
from cards.identity.parts import THRESHOLD, similarity
from cards.note import Cloze, Compare, ListNote, Note
from cards.questions import parts_of, question_text
from cards.text.cloze import parse_cloze, plain

_SENTENCE = 20
"""From this many letters on, what stands around its gaps tells a cloze."""


class Action(StrEnum):
    """What happens to a note."""

    NEW = "new"
    CHANGED = "changed"
    REWORDED = "reworded"
    MOVED = "moved"
    RETIRED = "retired"
    UNCHANGED = "unchanged"


class ExistingNote(Struct, frozen=True):
    """A note of the store, as far as matching needs it."""

    guid: str
    note: Note
    retired: bool = False
    text_key: str = ""
    """`cards.identity.keys.text_key` of the note, kept to save computing it again;
    empty for a stand-in of a note whose text was lost."""


class PlannedChange(Struct, frozen=True):
    """One note of the plan."""

    action: Action
    note: Note
    """As it is to be; as it was where it is retired."""
    known: ExistingNote | None = None
    """What it continues; None for a new note."""
    text_key: str = ""


class FileScope(Struct, frozen=True):
    """What a run of adding speaks for."""

    files: frozenset[str]
    """Files that were read, and files of their folders that are gone."""
    gone: frozenset[str] = frozenset()
    """Files of any known note that exist no longer."""
    shown: Mapping[str, str] = {}
    """For an absolute path the path as the person typed it."""


def make_plan(
    incoming: Sequence[Note], known: Sequence[ExistingNote], scope: FileScope
) -> list[PlannedChange]:
    """Decide what happens to each note.

    Args:
        incoming: The notes of the files, without repeated ids or questions.
        known: All notes of the store.
        scope: Which files are spoken for.

    Returns:
        A step for each incoming note in its order, then one for each note that
        vanished.

    Raises:
        DeckError: An id belongs to another deck's note, or a reworded note fits
            two vanished ones equally.
    """
    matching = _Matching(incoming, known, scope)
    matching.by_name()
    matching.by_answer()
    matching.by_place()
    if matching.problems:
        raise DeckError(matching.problems)
    return matching.steps()


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
        """Match by id, guid and the text of the question."""
        ids = {one.note.id: one for one in self._known if one.note.id}
        guids = {one.guid: one for one in self._known}
        texts: dict[str, ExistingNote] = {}
        for one in self._known:
            key = one.text_key
            if key not in texts or texts[key].retired:
                texts[key] = one
        for index, note in enumerate(self._incoming):
            if note.id:
                candidate = ids.get(note.id) or guids.get(note.id)
                if candidate is not None:
                    self._check_owner(note, candidate)
                    self._take(index, candidate)
        self._by_guid({one.guid: one for one in self._known if not one.text_key})
        own_ids = {note.id for note in self._incoming if note.id}
        for index, key in enumerate(self._keys):
            candidate = texts.get(key)
            if candidate is None or self._found[index] is not None:
                continue
            note = self._incoming[index]
            other = candidate.note.id
            if other and (
                other in own_ids or (note.id and not self._is_gone(candidate))
            ):
                continue
            self._take(index, candidate)

    def _by_guid(self, lost: Mapping[str, ExistingNote]) -> None:
        """Let the notes that were lost come back to their history."""
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
        """Refuse an id that another person's deck uses for another fact."""
        other = candidate.note
        if (
            root_of(note.deck) == root_of(other.deck)
            or note.language != other.language
            or self._is_gone(candidate)
        ):
            return
        shown = self._scope.shown
        place = Place(shown.get(note.file, note.file), note.line, note.column)
        hint = (
            f"it names a note of '{root_of(other.deck)}' at "
            f"{Place(other.file, other.line)}; choose another id"
        )
        self.problems.append(Problem(place, f"duplicate id '{note.id}'", hint))

    def _open(self) -> tuple[list[int], list[ExistingNote]]:
        """Give the incoming notes and the vanished ones that found nobody."""
        new = [i for i, found in enumerate(self._found) if found is None]
        if not new:
            return [], []
        touched = {one.note.file for one in self._found if one is not None}
        files = self._scope.files | (self._scope.gone & touched)
        vanished = [
            one
            for one in self._known
            if one.guid not in self._taken
            and not one.retired
            and one.note.file in files
        ]
        return new, vanished

    def by_answer(self) -> None:
        """Match a reworded question by its answer."""
        new, vanished = self._open()
        if not vanished:
            return
        old_by: dict[str, list[ExistingNote]] = defaultdict(list)
        new_by: dict[str, list[int]] = defaultdict(list)
        for one in vanished:
            old_by[answer_key(one.note)].append(one)
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
        """Two different ids are two facts, whatever their texts."""
        return not (note.id and candidate.note.id and note.id != candidate.note.id)

    def _pair(self, indexes: list[int], candidates: list[ExistingNote]) -> None:
        """Pair several of one answer by their questions; ask where two fit."""
        pairs = sorted(
            (
                (-_alike(one.note, self._incoming[index]), index, one.guid, one)
                for index in indexes
                for one in candidates
                if self._may_follow(self._incoming[index], one)
            ),
            key=lambda pair: pair[:3],
        )
        asked: set[int] = set()
        for unlike, index, guid, one in pairs:
            if self._found[index] or guid in self._taken or index in asked:
                continue
            equal = [
                other
                for score, i, other_guid, other in pairs
                if (score, i) == (unlike, index) and other_guid not in self._taken
            ]
            if -unlike >= THRESHOLD and len(equal) > 1:
                asked.add(index)
                self._ask(self._incoming[index], equal)
            elif -unlike >= THRESHOLD or len(pairs) == 1:
                self._take(index, one)

    def _ask(self, note: Note, candidates: list[ExistingNote]) -> None:
        shown = self._scope.shown
        place = Place(shown.get(note.file, note.file), note.line, note.column)
        fits = " or ".join(
            f"'id: {one.guid}' for \"{_short(one.note)}\"" for one in candidates[:3]
        )
        hint = f"put {fits}, or an id of your own for a new card"
        message = f"'{_short(note)}' may be any of {len(candidates)} reworded cards"
        self.problems.append(Problem(place, message, hint))

    def by_place(self) -> None:
        """Match by the same neighbour in the file and mostly equal text."""
        new, vanished = self._open()
        if not vanished:
            return
        left, right = self._neighbours({one.guid: one for one in vanished})
        for index in new:
            note = self._incoming[index]
            near = (
                left.get(self._beside(index, -1)),
                right.get(self._beside(index, +1)),
            )
            scores = [
                (_alike(one.note, note), one.guid, one)
                for one in near
                if one is not None
                and one.guid not in self._taken
                and one.note.kind == note.kind
                and self._may_follow(note, one)
            ]
            best = max(scores, default=(0.0, "", None))
            if best[2] is not None and best[0] >= THRESHOLD:
                self._take(index, best[2])

    def _beside(self, index: int, step: int) -> str | None:
        """Name the neighbour of an incoming note; at a file's end, that file."""
        file, other = self._incoming[index].file, index + step
        if not (0 <= other < len(self._found) and self._incoming[other].file == file):
            return file
        found = self._found[other]
        return None if found is None else found.guid

    def _neighbours(
        self, vanished: Mapping[str, ExistingNote]
    ) -> tuple[dict[str | None, ExistingNote], dict[str | None, ExistingNote]]:
        """Say which vanished note stood after and before each known one."""
        files: dict[str, list[ExistingNote]] = defaultdict(list)
        for one in self._known:
            if not one.retired:
                files[one.note.file].append(one)
        after: dict[str | None, ExistingNote] = {}
        before: dict[str | None, ExistingNote] = {}
        for file, notes in files.items():
            notes.sort(key=lambda one: one.note.line)
            guids = [file, *(one.guid for one in notes), file]
            for left, own, right in zip(guids, guids[1:], guids[2:], strict=False):
                if own in vanished:
                    after[left] = before[right] = vanished[own]
        return after, before

    def steps(self) -> list[PlannedChange]:
        """Give the plan."""
        steps = [
            PlannedChange(_action(note, found, key), note, found, key)
            for note, found, key in zip(
                self._incoming, self._found, self._keys, strict=True
            )
        ]
        touched = {one.note.file for one in self._found if one is not None}
        files = self._scope.files | (self._scope.gone & touched)
        steps += [
            PlannedChange(Action.RETIRED, one.note, one, one.text_key)
            for one in self._known
            if one.guid not in self._taken
            and not one.retired
            and one.note.file in files
        ]
        return steps


def _alike(old: Note, new: Note) -> float:
    """Tell how much of the fact is the same, 0 to 1."""
    if isinstance(old.content, Compare | ListNote):
        before, after = set(parts_of(old.content)), set(parts_of(new.content))
        shared = len(before & after) / max(1, min(len(before), len(after)))
        if shared >= THRESHOLD:
            return shared
    asked = similarity(
        normalised(question_text(old.content)), normalised(question_text(new.content))
    )
    if isinstance(old.content, Cloze) and isinstance(new.content, Cloze):
        return max(asked, similarity(_frame(old.content), _frame(new.content)))
    return asked


def _frame(content: Cloze) -> str:
    """Give the sentence around the gaps; the whole where that says too little."""
    parts = parse_cloze(content.cloze)
    around = "".join(part for part in parts if isinstance(part, str))
    return normalised(around if len(around) >= _SENTENCE else plain(parts))


def _short(note: Note) -> str:
    text = normalised(question_text(note.content))
    return text if len(text) <= 50 else text[:49] + "…"


def _action(note: Note, known: ExistingNote | None, key: str) -> Action:
    if known is None:
        return Action.NEW
    old = known.note
    has_its_name = bool(note.id) and note.id in (old.id, known.guid)
    if not has_its_name and key != known.text_key:
        asked = normalised(question_text(note.content))
        if asked != normalised(question_text(old.content)):
            return Action.REWORDED
    if known.retired or _text_of(note) != _text_of(old):
        return Action.CHANGED
    if note.deck != old.deck or note.file != old.file:
        return Action.MOVED
    return Action.UNCHANGED


def _text_of(note: Note) -> tuple[object, ...]:
    return (
        note.content,
        note.id,
        note.language,
        note.extra,
        note.tags,
        note.sources,
        note.checked,
        note.recheck,
        note.changed,
    )


def count(steps: Iterable[PlannedChange]) -> dict[str, int]:
    """Count the steps by action, every action named."""
    counts = {action.value: 0 for action in Action}
    for step in steps:
        counts[step.action.value] += 1
    return counts
