"""Review cards get the interval that their memory asks for today.

Asked for after a change of parameters or of the desired retention, never done by
itself.  The log stays the truth: each card that moves gets one row by hand with
its new interval, counted from its last answer, so that a rebuild keeps it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_range, round_half_up
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import day_picker
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.queue import due_counts
from srs.store.replay import (
    batched,
    deck_presets,
    rebuild_all,
    update_card_states,
)
from srs.store.reschedule_rows import FreeIds, add_reschedule_rows, runs_of
from srs.store.settings import Options

LOAD_DAYS = 14

_CARDS = """
    select id, deck, note || ':' || ordinal, suspended = 0, state = 2 and retired = 0
      from cards
"""


class Rescheduled(Struct, frozen=True):
    """What a reschedule does, or would do."""

    cards: int
    """Review cards that were looked at."""
    moved: int
    sooner: int
    """Those of them that are due on an earlier day than before."""
    before: tuple[int, ...]
    """Cards due on each of the next days, today (with the overdue) first."""
    after: tuple[int, ...]


def reschedule(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None = None,
    *,
    dry_run: bool = False,
) -> Rescheduled:
    """Compute memory and due days anew from the log, in one transaction.

    A card that was brought forward by hand stays where it is, and so does what is
    new or in learning.

    Args:
        store: The store.
        options: The person's settings as they are now.
        now_ms: UTC milliseconds.
        decks: Only cards in these decks (ids); None for all.
        dry_run: Compute only.

    Returns:
        How many cards move, and the load of the next days.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    if dry_run:
        return _work(store, options, now_ms, decks, write=False)
    with store.transaction():
        return _work(store, options, now_ms, decks, write=True)


def _work(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None,
    *,
    write: bool,
) -> Rescheduled:
    connection = store.connection
    presets = deck_presets(connection, options)
    rows = connection.execute(_CARDS).fetchall()
    owners = {row[0]: row[1] for row in rows}
    chosen = {
        row[0]: row for row in rows if row[4] and (decks is None or row[1] in decks)
    }
    today = options.calendar.day(now_ms)
    moves = _Moves(chosen, presets, today, due_counts(store, today, options.away))
    free = FreeIds(connection, now_ms, len(chosen))
    offset = options.moment(now_ms).offset_min
    added: list[int] = []
    rebuilt = rebuild_all(
        connection,
        lambda deck: presets[deck],
        options.rollover,
        None if decks is None else chosen,
        decks=owners,
        path=store.path,
    )
    for found in map(dict, batched(rebuilt)):
        moving = moves.of(found)
        if write:
            added += add_reschedule_rows(connection, offset, found, moving, free)
            update_card_states(connection, presets, (found | moving).items(), owners)
    if added:
        record_operation(connection, now_ms, "reschedule", {"runs": runs_of(added)})
    return moves.result()


class _Moves:
    """Which cards move, portion by portion, and what is due before and after."""

    def __init__(
        self,
        chosen: Mapping[int, Sequence[Any]],
        presets: Mapping[int, Preset],
        today: int,
        load: DueCounts,
    ) -> None:
        self._chosen, self._presets = chosen, presets
        self._today, self._load = today, load
        self._moved, self._sooner = 0, 0
        self._before: list[int | None] = []
        self._after: list[int | None] = []

    def of(self, found: Mapping[int, SchedulingState]) -> dict[int, SchedulingState]:
        """Give the cards of a portion that move, as they become."""
        moving: dict[int, SchedulingState] = {}
        chosen, presets = self._chosen, self._presets
        today, load = self._today, self._load
        for card, progress in found.items():
            if card not in chosen:
                continue
            _, deck, name, is_asked, _ = chosen[card]
            seed = f"{name}:{progress.reps - 1}"
            moves = moved_to(progress, presets[deck], seed, today, load)
            if moves is not None:
                moving[card] = moves
                self._sooner += _due(moves) < _due(progress)
            if is_asked:
                self._before.append(progress.due_day)
                self._after.append((moves or progress).due_day)
                if moves is not None:
                    load.move(progress.due_day, moves.due_day)
        self._moved += len(moving)
        return moving

    def result(self) -> Rescheduled:
        """Sum up."""
        return Rescheduled(
            cards=len(self._chosen),
            moved=self._moved,
            sooner=self._sooner,
            before=_counted(self._before, self._today),
            after=_counted(self._after, self._today),
        )


def moved_to(
    progress: SchedulingState, preset: Preset, seed: str, today: int, load: DueCounts
) -> SchedulingState | None:
    """Give a review card the interval that its memory asks for.

    Args:
        progress: The card.
        preset: How its deck is scheduled.
        seed: Name of the card and of its last answer, for the fuzz.
        today: Study day.
        load: What is due on the days to come.

    Returns:
        The card as it becomes; None where it stays, because its interval is one
        that fuzz may have made.
    """
    last, stability = progress.last_day, progress.stability
    if progress.state is not State.REVIEW or last is None or stability is None:
        return None
    if progress.due_day != last + progress.interval:
        # Brought forward by hand.
        return None
    wanted = interval_days(stability, preset)
    lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
    if preset.fuzz and lower <= progress.interval <= upper:
        return None
    spread = day_picker(preset, last, seed, load)
    if spread is None:
        interval = max(1, min(preset.maximum_interval, round_half_up(wanted)))
    else:
        # What is to come may be spread; what is overdue already is due today.
        interval = spread(min(upper, max(lower, today + 1 - last)), upper)
    if interval == progress.interval:
        return None
    return replace(progress, interval=interval, due_day=last + interval)


def _due(progress: SchedulingState) -> int:
    return progress.due_day or 0


def _counted(due: Iterable[int | None], today: int) -> tuple[int, ...]:
    """Count cards by the day on which they are due, those overdue today."""
    load = [0] * LOAD_DAYS
    for day, cards in Counter(due).items():
        if day is not None and day < today + LOAD_DAYS:
            load[max(0, day - today)] += cards
    return tuple(load)
