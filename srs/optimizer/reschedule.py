"""Rescheduling: review cards get the interval that their memory asks for today.

Done on request only, after a change of parameters or of the desired retention.  The
log stays the source of truth: each card that moves gets a row with its new interval,
counted from its last answer, so that a rebuild keeps it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import SchedulingState, State
from srs.models.exam import before_exam
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import interval_days
from srs.scheduler.fuzz import fuzz_factor, fuzz_range, round_half_up
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import day_picker
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
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


def reschedule_cards(
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
    chosen = None if decks is None else cards
    states = replay_cards(connection, presets, options.rollover, chosen)
    load = due_counts(store, today, options.away)
    wanted = _Wanted(options, presets, deck_names_by_id(store), today)
    moved = _moves(states, cards, wanted, load)
    if write:
        update_card_states(connection, presets, (states | moved).items())
    if write and moved:
        added = add_reschedule_rows(connection, options, now_ms, states, moved)
        record_operation(connection, now_ms, "reschedule", {"runs": runs_of(added)})
    due = [
        (states[card].due_day, moved.get(card, states[card]).due_day)
        for card in states
        if card in cards and not cards[card].is_suspended
    ]
    return RescheduleResult(
        cards=len(cards),
        moved=len(moved),
        sooner=sum(_due(moved[card]) < _due(states[card]) for card in moved),
        before=_load((before for before, _ in due), today),
        after=_load((after for _, after in due), today),
    )


class _Wanted(NamedTuple):
    """What decides the interval of a card besides its memory."""

    options: Options
    presets: Mapping[int, Preset]
    names: Mapping[int, str]
    today: int

    def preset(self, deck: int, last_day: int | None) -> Preset:
        """Return the preset for an interval that begins on a study day."""
        exam, usual = self.options.exam, self.presets[deck]
        if exam is None or last_day is None or not exam.is_ahead(self.today):
            return usual
        return before_exam(usual, exam, self.names[deck], last_day)


def _moves(
    states: Mapping[int, SchedulingState],
    cards: Mapping[int, ReviewCard],
    wanted: _Wanted,
    load: DueCounts,
) -> dict[int, SchedulingState]:
    """Return the new states of the cards that move."""
    found: dict[int, SchedulingState] = {}
    chosen = [card for card in states if card in cards]
    is_settled = False
    # A card that moves may fill an easy day, or leave more room on it.
    while not is_settled:
        is_settled = True
        for card in chosen:
            known, state = cards[card], found.get(card, states[card])
            preset = wanted.preset(known.deck, state.last_day)
            seed = f"{known.name}:{state.reps - 1}"
            moved = moved_to(state, preset, seed, wanted.today, load)
            if moved is not None:
                is_settled = False
                found[card] = moved
                if not known.is_suspended:
                    load.move(state.due_day, moved.due_day)
    return found


def _due(state: SchedulingState) -> int:
    return state.due_day or 0


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
        interval that it has, and its day is open.
    """
    last, stability = state.last_day, state.stability
    if state.state is not State.REVIEW or last is None or stability is None:
        return None
    if state.due_day != last + state.interval:
        return None  # set by hand
    wanted = interval_days(stability, preset)
    lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
    # Future days can be balanced; what is overdue is due today anyway.
    first = min(upper, max(lower, today + 1 - last))
    pick_day = day_picker(preset, last, seed, load)
    if pick_day is None:
        interval = max(1, min(preset.maximum_interval, round_half_up(wanted)))
    elif not lower <= state.interval <= upper:
        interval = pick_day(first, upper)
    elif first <= state.interval and (
        days := load.better_days(
            state.interval, range(first, upper + 1), last, preset.easy_days
        )
    ):
        factor = fuzz_factor(seed)
        interval = load.choose(days, last, factor, even=preset.load_balance)
    else:
        return None
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
