"""Rescheduling: review cards get the interval that their memory asks for today.

Done on request only, after a change of parameters or of the desired retention.  The
log stays the source of truth: each card that moves gets a row with its new interval,
counted from its last answer, so that a rebuild keeps it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

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
    deck_presets,
    replay_cards,
    update_card_states,
)
from srs.store.reschedule_rows import (
    ReviewCard,
    add_reschedule_rows,
    review_cards,
    runs_of,
)
from srs.store.settings import Options

LOAD_DAYS = 14


class RescheduleResult(Struct, frozen=True):
    """The effect of a reschedule."""

    cards: int
    """Number of review cards."""
    moved: int
    sooner: int
    """Moved cards that are due earlier than before."""
    before: tuple[int, ...]
    """Cards due on each of the next days; today includes the overdue."""
    after: tuple[int, ...]


def reschedule(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None = None,
    *,
    dry_run: bool = False,
) -> RescheduleResult:
    """Recompute memory and due days from the log, in one transaction.

    Cards whose due day was set by hand, new cards and cards in learning don't move.

    Args:
        store: The store.
        options: The user's settings.
        now_ms: UTC milliseconds.
        decks: Only cards in these decks (ids); None for all.
        dry_run: Compute only.

    Raises:
        StoreError: The store can't be written; nothing was changed.
    """
    if dry_run:
        return _reschedule(store, options, now_ms, decks, write=False)
    with store.transaction():
        return _reschedule(store, options, now_ms, decks, write=True)


def _reschedule(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None,
    *,
    write: bool,
) -> RescheduleResult:
    connection = store.connection
    presets = deck_presets(connection, options)
    cards = review_cards(connection, decks)
    today = options.calendar.day(now_ms)
    moves = _Moves(cards, presets, today, due_counts(store, today, options.away))
    chosen = None if decks is None else cards
    found = replay_cards(connection, presets, options.rollover, chosen)
    moved = moves.add(found)
    if write:
        update_card_states(connection, presets, (found | moved).items())
    if write and moved:
        added = add_reschedule_rows(connection, options, now_ms, found, moved)
        record_operation(connection, now_ms, "reschedule", {"runs": runs_of(added)})
    return moves.result()


class _Moves:
    """The cards that move, and the load before and after."""

    def __init__(
        self,
        cards: Mapping[int, ReviewCard],
        presets: Mapping[int, Preset],
        today: int,
        load: DueCounts,
    ) -> None:
        self._cards, self._presets = cards, presets
        self._today, self._load = today, load
        self._moved, self._sooner = 0, 0
        self._before: list[int | None] = []
        self._after: list[int | None] = []

    def add(self, states: Mapping[int, SchedulingState]) -> dict[int, SchedulingState]:
        """Return the new states of the cards that move, out of a batch."""
        found: dict[int, SchedulingState] = {}
        for card, state in states.items():
            if card not in self._cards:
                continue
            known = self._cards[card]
            preset, seed = self._presets[known.deck], f"{known.name}:{state.reps - 1}"
            moved = moved_to(state, preset, seed, self._today, self._load)
            if moved is not None:
                found[card] = moved
                self._sooner += (moved.due_day or 0) < (state.due_day or 0)
            if not known.is_suspended:
                self._before.append(state.due_day)
                self._after.append((moved or state).due_day)
                if moved is not None:
                    self._load.move(state.due_day, moved.due_day)
        self._moved += len(found)
        return found

    def result(self) -> RescheduleResult:
        """Sum up."""
        return RescheduleResult(
            cards=len(self._cards),
            moved=self._moved,
            sooner=self._sooner,
            before=_load(self._before, self._today),
            after=_load(self._after, self._today),
        )


def moved_to(
    state: SchedulingState, preset: Preset, seed: str, today: int, load: DueCounts
) -> SchedulingState | None:
    """Return a review card with the interval that its memory asks for.

    Args:
        state: The card.
        preset: Preset of its deck.
        seed: Name of the card and of its last answer, for the fuzz.
        today: Study day.
        load: Cards due on the days to come.

    Returns:
        The new state; None if the card stays, because fuzz may have given the
        interval that it has.
    """
    last, stability = state.last_day, state.stability
    if state.state is not State.REVIEW or last is None or stability is None:
        return None
    if state.due_day != last + state.interval:
        return None  # set by hand
    wanted = interval_days(stability, preset)
    lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
    if preset.fuzz and lower <= state.interval <= upper:
        return None
    pick_day = day_picker(preset, last, seed, load)
    if pick_day is None:
        interval = max(1, min(preset.maximum_interval, round_half_up(wanted)))
    else:
        # Future days can be balanced; what is overdue is due today anyway.
        interval = pick_day(min(upper, max(lower, today + 1 - last)), upper)
    if interval == state.interval:
        return None
    return replace(state, interval=interval, due_day=last + interval)


def _load(due: Iterable[int | None], today: int) -> tuple[int, ...]:
    """Count cards by due day; today includes the overdue."""
    load = [0] * LOAD_DAYS
    for day, cards in Counter(due).items():
        if day is not None and day < today + LOAD_DAYS:
            load[max(0, day - today)] += cards
    return tuple(load)
