"""Add deck files to the store: read and plan, confirm, apply."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.discovery import bundled_name, is_markdown, is_switched_off_note
from cards.errors import DeckError, FlashError, Place, Problem
from cards.files import absolute
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
from cards.translate import _
from flash.messages.adding import conflict_text, retirement_text
from flash.service.bundled_copies import write_copy
from flash.service.context import AppContext, file_stats
from flash.service.deck_reading import ParsedFiles
from flash.service.empty_sides import unsuspend_completed
from flash.service.finding import find_cards
from flash.service.folder_roots import found_roots, known_roots, with_roots
from flash.service.newer_notes import keep_newer
from flash.service.retirements import FREE_LOSS, retired_cards, retirements
from srs.models.incoming import Progressed
from srs.models.retirements import RetiredCard, Retirement
from srs.store.card_actions import set_due_today
from srs.store.connection import Store
from srs.store.deck_files import FileStat, save_file_stats, save_folder_roots
from srs.store.note_writer import apply_plan
from srs.store.notes import (
    known_notes,
    order_new_cards,
    take_retired_reverse,
)

BUNDLED = "aws-security"
"""The deck that an empty store starts with."""


class AddPlan(Struct, frozen=True):
    """What adding files changes."""

    steps: tuple[PlannedChange, ...]
    other_language: int
    """Notes left out because another language was chosen."""
    retired: tuple[RetiredCard, ...]
    """Cards that go, of retired notes and of notes that stay."""
    losses: tuple[Retirement, ...]
    """Decks that lose so much that the user has to agree."""
    conflicts: tuple[PlannedChange, ...]
    """Changes of notes that were edited on another device, too."""
    parsed: ParsedFiles
    language: str
    version: int
    """Data version of the store when the plan was made."""
    files_win: bool = False
    """The conflicts are among the steps; else the store stays."""
    roots: Mapping[str, str] = {}
    """Root decks of folders that have another name here, by absolute path."""

    @property
    def counts(self) -> dict[str, int]:
        """Count the notes by what happens to them."""
        return count_actions(self.steps)

    @property
    def left_tags(self) -> dict[str, int]:
        """Count the notes that lose a tag because the other language lacks it."""
        left: Counter[str] = Counter()
        for step in self.steps:
            if step.known and step.known.note.language != step.note.language:
                left.update(set(step.known.note.tags) - set(step.note.tags))
        return dict(left)

    @property
    def reasons(self) -> str:
        """What the user has to agree to; empty if there is nothing."""
        reasons = [
            _("would retire {loss}").format(loss=retirement_text(loss, with_names=True))
            for loss in self.losses
        ]
        if self.conflicts:
            reasons.insert(0, conflict_text([step.note for step in self.conflicts]))
        return _("; ").join(reasons)

    @property
    def refusal(self) -> FlashError | None:
        """The error unless the user agrees; None if there is nothing to agree to."""
        if not (self.losses or (self.files_win and self.conflicts)):
            return None
        hint = _("add --yes if you mean it")
        if self.conflicts:
            hint = _("add --yes to take the texts of the files and retire the cards")
        return FlashError(_unchanged(self.reasons), hint)

    @property
    def agreement(self) -> tuple[set[tuple[str, str, bool]], set[str]]:
        """What the user agrees to: retired cards, and notes that files overwrite."""
        cards = (card for loss in self.losses for card in loss.cards)
        known = (step.known for step in self.conflicts)
        return (
            {(card.guid, card.part, card.is_answered) for card in cards},
            {one.guid for one in known if one},
        )

    @property
    def undecided(self) -> tuple[PlannedChange, ...]:
        """The conflicts in which the store stays for now."""
        return () if self.files_win else self.conflicts

    @property
    def read_stats(self) -> list[FileStat]:
        """The files that need not be read again: those without such a conflict."""
        again = {step.note.file for step in self.undecided}
        return [stat for stat in self.parsed.stats if stat[0] not in again]

    @property
    def cards(self) -> int:
        """Count the cards in use that the notes will have."""
        kept = (_note_after(step) for step in self.steps)
        return sum(len(parts_of(note.content)) for note in kept if note)


def _unchanged(reasons: str) -> str:
    return _("{reasons}; nothing was changed").format(reasons=reasons)


def _note_after(step: PlannedChange) -> Note | None:
    """Return the note in use after a change; None if there is none."""
    if step.action is Action.NEWER and step.known:
        return None if step.known.retired else step.known.note
    return None if step.action is Action.RETIRED else step.note


class Added(Struct, frozen=True):
    """The result of adding files."""

    plan: AddPlan
    cards: int
    new_cards: int
    renamed: tuple[tuple[str, str], ...]
    """Old and new name of decks whose settings were moved."""
    due_today: int
    """Cards that were made due today."""
    one_way: int = 0
    """Cards that tables no longer ask from value to subject; reported once."""


def plan_adding(
    store: Store, parsed: ParsedFiles, language: str = "", *, files_win: bool = False
) -> AddPlan:
    """Decide what adding the files changes; write nothing.

    Args:
        store: The store.
        parsed: From `flash.service.deck_reading`.
        language: Language of notes that the files have in several; by default the
            language in the store, else the first one.
        files_win: Replace edits of another device where a file has changed the same.

    Raises:
        DeckError: An id belongs to another deck, a reworded card fits two notes, or a
            file of known cards is no longer a deck.
        FlashError: No deck was given, only an exam.
    """
    if parsed.exams and not parsed.files:
        message = _("an exam, not a deck")
        hint = _("add the decks beside it, such as their folder")
        raise FlashError(message, hint, parsed.exams[0].file)
    version = store.version()
    known = known_notes(store)
    _check_known_files(parsed, known)
    notes = _one_language(parsed.notes, known, language)
    planned, roots = _planned(store, parsed, notes, known)
    steps, conflicts = keep_newer(store, planned, files_win=files_win)
    retired = retired_cards(store, steps)
    return AddPlan(
        steps=tuple(steps),
        other_language=len(parsed.notes) - len(notes),
        retired=tuple(retired),
        losses=retirements(retired, known),
        conflicts=tuple(conflicts),
        parsed=parsed,
        language=language,
        version=version,
        files_win=files_win,
        roots=roots,
    )


def _planned(
    store: Store,
    parsed: ParsedFiles,
    notes: Sequence[Note],
    known: Sequence[ExistingNote],
) -> tuple[list[PlannedChange], dict[str, str]]:
    """Plan with the root decks that folders have in the store; return both."""
    folders, scope = parsed.named_after, _scope(parsed, known)
    roots = known_roots(store, known, folders)
    steps = make_plan(with_roots(notes, folders, roots), known, scope)
    found = found_roots(store, steps, folders)
    if found:
        roots |= found
        steps = make_plan(with_roots(notes, folders, roots), known, scope)
    return steps, roots


def check_names(app: AppContext, plan: AddPlan, names: Sequence[str]) -> None:
    """Check before writing that names are cards of the store or ids of the plan.

    Raises:
        FlashError: A name fits no card.
    """
    incoming = {step.note.id for step in plan.steps if step.note.id}
    find_cards(app, [name for name in names if name not in incoming])


def apply_adding(
    app: AppContext,
    plan: AddPlan,
    *,
    name: str = "add",
    due_today: Sequence[str] = (),
    progressed: Progressed | None = None,
) -> Added:
    """Write a confirmed plan in one transaction; plan again if the store has changed.

    Args:
        app: The open store.
        plan: From `plan_adding`; the user agreed to its loss.
        name: Name of the operation in the log.
        due_today: Names of cards that become due today.
        progressed: Called with the number of written notes.

    Raises:
        FlashError: Notes have changed in the meantime and the loss with them.
        StoreError: The store can't be written; nothing was.
        ExportError: The copy of a bundled deck can't be written.
    """
    with app.store.bulk_fill(), app.store.transaction():
        # Nobody else can write now.
        if app.store.version() != plan.version:
            fresh = plan_adding(
                app.store, plan.parsed, plan.language, files_win=plan.files_win
            )
            if fresh.refusal and fresh.agreement != plan.agreement:
                raise fresh.refusal
            plan = fresh
        pairs = [(one.known, one.note) for one in plan.steps if one.known]
        unsuspend_completed(app, [(one.guid, one.note, new) for one, new in pairs])
        applied = apply_plan(app.store, plan.steps, app.now(), progressed, name=name)
        cards = find_cards(app, due_today)
        moved = set_due_today(app.store, app.options, cards, app.now()) if cards else 0
        save_file_stats(app.store.connection, plan.read_stats)
        save_folder_roots(app.store.connection, plan.roots)
        for copy in plan.parsed.copies:
            write_copy(copy)
            stats = file_stats(map(str, copy.files))
            save_file_stats(app.store.connection, stats)
        order_new_cards(app.store.connection, plan.parsed.in_order)
        one_way = take_retired_reverse(app.store)
    renamed = tuple(applied.renamed)
    return Added(plan, applied.cards, applied.new_cards, renamed, moved, one_way)


def add_unasked(
    app: AppContext, parsed: ParsedFiles, *, may_conflict: bool = False
) -> Added:
    """Add deck files without asking; see `plan_unasked`.

    Raises:
        DeckError: As `plan_adding`.
        FlashError: The user would have to agree to the plan.
        StoreError: The store can't be written; nothing was.
    """
    plan = plan_unasked(app.store, parsed, may_conflict=may_conflict)
    return apply_adding(app, plan)


def plan_unasked(
    store: Store,
    parsed: ParsedFiles,
    *,
    may_retire: bool = False,
    may_conflict: bool = False,
) -> AddPlan:
    """Plan as `plan_adding` where the user can't be asked.

    Args:
        store: The store.
        parsed: From `flash.service.deck_reading`.
        may_retire: A few cards may go, as the user has just edited the files.
        may_conflict: Notes that were edited on another device, too, stay in the store.

    Raises:
        DeckError: As `plan_adding`.
        FlashError: The user would have to agree to the plan.
    """
    plan = plan_adding(store, parsed)
    if may_retire:
        losses = (loss for loss in plan.losses if loss.retired > FREE_LOSS)
        plan = replace(plan, losses=tuple(losses))
    if plan.losses or (plan.conflicts and not may_conflict):
        hint = _("run flash add on the file, which asks first")
        raise FlashError(_unchanged(plan.reasons), hint)
    return plan


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


def _scope(parsed: ParsedFiles, known: Sequence[ExistingNote]) -> FileScope:
    copied = {copy.folder.parent.name for copy in parsed.copies}
    given = _Given(parsed.files, map(str, parsed.folders))
    files = {one.note.file for one in known if one.note.file}
    # Before there were copies, notes came from the files of the installation.
    others = {f for f in files if f not in given and bundled_name(f) not in copied}
    gone: set[str] = set()
    if others:
        # They may have been added by other names, such as a link.
        real = map(os.path.realpath, parsed.files)
        given = _Given(real, map(os.path.realpath, parsed.folders))
        others = {file for file in others if os.path.realpath(file) not in given}
        gone = {file for file in others if not Path(file).exists()}
    covered = frozenset({*parsed.files, *(files - others)})
    return FileScope(covered, frozenset(gone), parsed.files)


class _Given:
    """Files, and all files in some folders."""

    def __init__(self, files: Iterable[str], folders: Iterable[str]) -> None:
        self._files = set(files)
        self._folders = tuple(folder.rstrip(os.sep) + os.sep for folder in folders)

    def __contains__(self, file: str) -> bool:
        return file in self._files or file.startswith(self._folders)


def _check_known_files(parsed: ParsedFiles, known: Sequence[ExistingNote]) -> None:
    """Refuse files in the folders that have known cards but are no decks any more."""
    ignored = {str(absolute(Path(file))): file for file in parsed.ignored}
    files = {one.note.file for one in known if not one.retired}
    for file in map(Path, files - parsed.files.keys()):
        inside = any(file.is_relative_to(folder) for folder in parsed.folders)
        is_note = inside and is_markdown(file) and file.exists()
        if is_note and not is_switched_off_note(file):
            ignored[str(file)] = str(file)
    hint = _("restore 'deck:' and 'cards:' at its top, or delete the file")
    message = _("the store has cards of this file, but it is no longer a deck")
    problems = [Problem(Place(ignored[f]), message, hint) for f in files & set(ignored)]
    if problems:
        raise DeckError(problems)
