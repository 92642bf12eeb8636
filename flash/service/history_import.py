"""Add notes as `flash add` does, with the history that another program has of them.

The notes are planned first, so that reworded and moved ones keep what flash knows of
them.  A card that the plan adds, or that was never answered, gets the schedule of the
other program; answers are merged into all cards.  All of it is one transaction and one
operation.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct

from cards.identity.matching import Action
from cards.questions import anki_ordinals
from export.programs.schedule import CardSchedule, MovedNote, write_log
from flash.service.adding import Added, AddPlan, apply_adding, plan_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import ParsedFiles
from flash.service.import_backup import backing_up
from srs.merging.merge import merge
from srs.models.cards import State, StoredCard, StoredNote
from srs.models.incoming import Incoming, IncomingCard, IncomingNote, MergeResult
from srs.store.connection import Store
from srs.store.import_log import attached_log, cards_without_log
from srs.store.notes import stored_notes
from srs.store.operations import one_operation

HistoryKey = str | tuple[str, int]
"""The guid of a note that the store has, or file and line of one that is added."""


class HistoryImport(Struct, frozen=True):
    """The result of adding notes with their history."""

    plan: AddPlan
    merged: MergeResult
    scheduled: int
    """New cards that are due on the day of the other program."""
    caught_up: int
    """Cards that flash had already, without an answer, and that are due then now."""
    kept: int
    """Other cards that flash has already, which keep the schedule of flash."""
    backup: Path | None


def add_with_history(
    app: AppContext,
    parsed: ParsedFiles,
    history: Mapping[HistoryKey, MovedNote],
    *,
    name: str = "import",
    dry_run: bool = False,
) -> HistoryImport:
    """Add files; give new cards their schedule, and all cards their answers.

    Args:
        app: The open store.
        parsed: The files to add, perhaps none.
        history: Notes with their schedules and answers.
        name: Name of the operation in the log: import, or add.
        dry_run: Change nothing.

    Raises:
        DeckError: See `flash.service.adding.plan_adding`.
        FlashError: It would retire cards with answers, or take back edits that were
            made on another device; nothing was written.
        StoreError: The store can't be written; nothing was.
    """
    store = app.store
    plan = plan_unasked(store, parsed)
    # Any free number will do; the cards of one import need distinct ones.
    numbers = {spot: app.now() + 1000 * i for i, spot in enumerate(history)}
    with (
        backing_up(store, app.now(), dry_run=dry_run) as keep_backup,
        _log_of({numbers[spot]: one for spot, one in history.items()}) as log,
        attached_log(store, log),
        store.transaction(dry_run=dry_run) as connection,
        one_operation(connection, name),
    ):
        before = {card.id for one in stored_notes(store) for card in one.cards}
        added = apply_adding(app, plan)
        found = dict(_found(store, added, history))
        notes = tuple(
            _incoming(one, history[spot], numbers[spot], app.now())
            for spot, one in found.items()
        )
        cards = [card for one in found.values() for card in one.cards]
        new = {card.id for card in cards} - before
        # A card that returns may have a history here, and one that is reset.
        untouched = {card.id for card in cards if _is_untouched(card)}
        fresh = cards_without_log(connection, untouched)
        incoming = Incoming(notes, log=log, fresh=frozenset(fresh))
        merged = merge(store, app.options, incoming, app.now())
        scheduled = {
            card.id
            for one in stored_notes(store, cards=list(fresh))
            for card in one.cards
            if card.progress.state is not State.NEW
        }
        backup = keep_backup()
    counts = added.plan.counts
    new_notes = counts[Action.NEW] + counts[Action.RETURNED]
    merged.new_notes, merged.new_cards = new_notes, len(new)
    merged.known_notes = len(found) - new_notes
    caught_up = len(scheduled - new)
    return HistoryImport(
        plan=added.plan,
        merged=merged,
        scheduled=len(scheduled & new),
        caught_up=caught_up,
        kept=len(cards) - len(new) - caught_up,
        backup=backup,
    )


def _is_untouched(card: StoredCard) -> bool:
    """Return True for a card without schedule and marks."""
    is_marked = card.suspended or card.buried or card.flag or card.marked_ms
    return card.progress.state is State.NEW and not is_marked


def _found(
    store: Store, added: Added, history: Mapping[HistoryKey, MovedNote]
) -> Iterator[tuple[HistoryKey, StoredNote]]:
    """Yield the stored note of each one with a history."""
    steps = added.plan.steps
    # The store has them on other lines.
    newer = {s.known.guid for s in steps if s.known and s.action is Action.NEWER}
    for stored in stored_notes(store):
        place = stored.note.file, stored.note.line
        if stored.guid in history:
            yield stored.guid, stored
        elif place in history and stored.guid not in newer:
            yield place, stored


def _incoming(
    stored: StoredNote, one: MovedNote, start: int, now_ms: int
) -> IncomingNote:
    """Combine a stored note with its history."""
    parts = anki_ordinals(one.note.content)
    ordinals = {card.part: card.ordinal for card in stored.cards}
    cards = tuple(
        _incoming_card(number, ordinals.get(parts[ordinal], -1), schedule, suspended)
        for number, ordinal, schedule, suspended in _cards_of(one, start)
    )
    return IncomingNote(stored.guid, start, stored.note, parts, now_ms, cards)


def _cards_of(
    one: MovedNote, start: int
) -> Iterator[tuple[int, int, CardSchedule | None, bool]]:
    """Yield number, ordinal, schedule and suspension of each card that has one."""
    for number, ordinal in enumerate(sorted(anki_ordinals(one.note.content)), start):
        schedule, suspended = one.schedules.get(ordinal), ordinal in one.suspended
        if schedule is not None or suspended:
            yield number, ordinal, schedule, suspended


def _incoming_card(
    number: int, ordinal: int, schedule: CardSchedule | None, suspended: bool
) -> IncomingCard:
    """Return a card as it is merged; without a schedule it is new."""
    one = schedule or CardSchedule(0, None, 0, state=State.NEW)
    return IncomingCard(
        id=number,
        ordinal=ordinal,
        state=int(one.state),
        due_day=one.due_day if schedule else None,
        due_ms=one.due_ms,
        position=0,
        interval=one.interval,
        ease=one.ease,
        steps_left=0,
        suspended=suspended,
        buried=False,
        flag=0,
        changed_ms=max(1, one.last_ms),
        reps=one.reps,
        lapses=one.lapses,
        difficulty=one.difficulty,
    )


@contextmanager
def _log_of(notes: Mapping[int, MovedNote]) -> Iterator[Path]:
    """Write the answers of notes to a log, by their first number."""
    with TemporaryDirectory(prefix="flash-") as folder:
        log = Path(folder, "log.db")
        write_log(
            log,
            [
                (number, schedule.answers if schedule else ())
                for start, one in notes.items()
                for number, _, schedule, _ in _cards_of(one, start)
            ],
        )
        yield log
