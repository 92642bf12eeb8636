"""Deck files go into the store: read, planned, and only then written."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from cards.deckfile.discovery import find_decks
from cards.deckfile.reader import read_deck
from cards.errors import DeckError, Problem
from cards.identity.keys import duplicates, root_of
from cards.identity.matching import (
    Action,
    ExistingNote,
    FileScope,
    PlannedChange,
    count_actions,
    make_plan,
)
from cards.note import Note
from cards.questions import parts_of
from srs.store.connection import Store
from srs.store.note_writer import Applied, Progressed, apply_plan
from srs.store.notes import known_notes

_LARGE = 10
"""Cards that may always be retired without asking."""


class StalePlan(Exception):
    """What was planned doesn't fit the store any more: plan it again."""


class ParsedFiles(Struct, frozen=True):
    """The notes of the files that were given."""

    notes: tuple[Note, ...]
    files: dict[str, str]
    """Absolute path of each file, and as the person typed it."""
    folders: tuple[Path, ...]
    left_alone: int
    """Other YAML files in the folders."""


class DeckImport(Struct, frozen=True):
    """What a run of adding is going to do."""

    steps: tuple[PlannedChange, ...]
    left_out: int
    """Notes in a language that wasn't chosen."""
    left_alone: int
    loss: tuple[str, int, int] | None
    """Deck, cards to be retired and cards in use, where that is a large part."""
    reading: ParsedFiles
    language: str
    """What `plan_import` was given."""
    version: int
    """Of the store before it was looked at."""

    @property
    def counts(self) -> dict[str, int]:
        """Count the notes by what happens to them."""
        return count_actions(self.steps)


def read_files(paths: Sequence[Path]) -> ParsedFiles:
    """Read and check all decks under some paths.

    Raises:
        DeckError: Some file is missing or has mistakes; carries all problems of
            all files.
    """
    found = find_decks(list(paths))
    notes: list[Note] = []
    problems: list[Problem] = []
    shown: dict[str, str] = {}
    for path in found.files:
        shown[str(path.absolute())] = str(path)
        try:
            notes += read_deck(path).notes
        except DeckError as error:
            problems += error.problems
    problems += duplicates(notes, shown)
    if problems:
        raise DeckError(problems)
    folders = tuple(path.absolute() for path in paths if path.is_dir())
    return ParsedFiles(tuple(notes), shown, folders, found.other_yaml)


def plan_import(store: Store, reading: ParsedFiles, language: str = "") -> DeckImport:
    """Decide what adding the files does; nothing is written.

    Args:
        store: The store.
        reading: From `read_files`.
        language: Of notes that stand there in several languages, the one to
            take; by default the one that the store has, else the first.

    Raises:
        DeckError: An id belongs to another deck, or a reworded card fits two.
    """
    version = store.version()
    known = known_notes(store)
    notes = _one_language(reading.notes, known, language)
    steps = make_plan(notes, known, _scope(reading, known))
    return DeckImport(
        steps=tuple(steps),
        left_out=len(reading.notes) - len(notes),
        left_alone=reading.left_alone,
        loss=_loss(steps, known),
        reading=reading,
        language=language,
        version=version,
    )


def apply_import(
    store: Store,
    intake: DeckImport,
    now_ms: int,
    progressed: Progressed | None = None,
    *,
    name: str = "add",
) -> Applied:
    """Write what was planned, in one transaction; see `srs.store.notes.apply_plan`.

    Raises:
        Outdated: Another program has changed the notes since; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    steps = _still_fitting(store, intake)
    return apply_plan(store, steps, now_ms, progressed, name=name)


def _still_fitting(store: Store, intake: DeckImport) -> Iterator[PlannedChange]:
    """Give the steps once nobody else can write, if they are what they would be now."""
    if store.version() != intake.version:
        # Mostly by a review, which changes no note.
        now = plan_import(store, intake.reading, intake.language)
        if now.steps != intake.steps:
            raise StalePlan
    yield from intake.steps


def _one_language(
    notes: tuple[Note, ...], known: Sequence[ExistingNote], language: str
) -> list[Note]:
    by_id: dict[str, set[str]] = defaultdict(set)
    for note in notes:
        if note.id:
            by_id[note.id].add(note.language)
    several = {name for name, languages in by_id.items() if len(languages) > 1}
    if not several:
        return list(notes)
    present = {one.note.id: one.note.language for one in known if not one.retired}
    first = next(note.language for note in notes if note.id in several)

    def is_wanted(note: Note) -> bool:
        if note.id not in several:
            return True
        languages = by_id[note.id]
        for wish in (language, present.get(note.id, ""), first):
            if wish in languages:
                return note.language == wish
        return note.language == min(languages)

    return [note for note in notes if is_wanted(note)]


def _scope(reading: ParsedFiles, known: Sequence[ExistingNote]) -> FileScope:
    files = set(reading.files)
    gone: set[str] = set()
    for file in {one.note.file for one in known if one.note.file}:
        path = Path(file)
        if any(path.is_relative_to(folder) for folder in reading.folders):
            files.add(file)
        elif file not in files and not path.exists():
            gone.add(file)
    return FileScope(frozenset(files), frozenset(gone), reading.files)


def _loss(
    steps: Sequence[PlannedChange], known: Sequence[ExistingNote]
) -> tuple[str, int, int] | None:
    """Find the deck that would lose more than a tenth of its cards."""
    lost: dict[str, int] = defaultdict(int)
    for step in steps:
        if step.known is None:
            continue
        before = step.known.note
        if step.action is Action.RETIRED:
            lost[root_of(before.deck)] += len(parts_of(before.content))
        elif step.action is not Action.UNCHANGED:
            fewer = len(parts_of(before.content)) - len(parts_of(step.note.content))
            lost[root_of(before.deck)] += max(0, fewer)
    if not any(cards > _LARGE for cards in lost.values()):
        return None
    have: dict[str, int] = defaultdict(int)
    for one in known:
        if not one.retired:
            have[root_of(one.note.deck)] += len(parts_of(one.note.content))
    for deck, cards in lost.items():
        if cards > _LARGE and cards * 10 > have[deck]:
            return deck, cards, have[deck]
    return None
