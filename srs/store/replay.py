"""What a card carries of its memory: a cache of the review log.

While answering it is computed from the answer just given, in a rebuild from all
of them in their order; both must agree.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from msgspec.structs import astuple, replace

from srs.models.cards import ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import memory_from_sm2
from srs.scheduler.next_states import AnswerTime, NextStep, after_answer, replayed
from srs.store.bulk_replay import rebuilt_cards
from srs.store.connection import Store
from srs.store.settings import Options

_SAVE = """
    update cards
       set state = ?, step = ?, stability = ?, difficulty = ?, interval = ?,
           due_ms = ?, due_day = ?, last_ms = ?, last_day = ?, reps = ?, lapses = ?,
           leech = ?
     where id = ?
"""
"""In the order of the fields of `SchedulingState`."""

NEVER_ANSWERED = """
    update cards
       set state = 0, step = 0, stability = null, difficulty = null, interval = 0,
           due_ms = null, due_day = null, last_ms = null, last_day = null, reps = 0,
           lapses = 0, leech = 0
     where id = ? and not exists (
           select 1 from reviews where card = cards.id and void = 0)
"""
"""What a card carries whose log is empty: a rebuild speaks of others only."""


def is_leech(progress: SchedulingState, preset: Preset) -> bool:
    """Tell whether a card was forgotten so often that it wants rewriting."""
    return progress.lapses >= preset.leech_threshold


def save_scheduling(
    connection: sqlite3.Connection, card: int, progress: SchedulingState, *, leech: bool
) -> None:
    """Write what a card carries, inside a transaction."""
    connection.execute(_SAVE, (*astuple(progress), int(leech), card))


def deck_presets(connection: sqlite3.Connection, options: Options) -> dict[int, Preset]:
    """Give the preset for the id of each deck."""
    decks = connection.execute("select id, name from decks")
    return {deck: options.preset(name) for deck, name in decks}


def decks_of(connection: sqlite3.Connection) -> dict[int, int]:
    """Give the deck of each card, both as ids."""
    return dict(connection.execute("select id, deck from cards"))


def update_card_states(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    found: Iterable[tuple[int, SchedulingState]],
    decks: Mapping[int, int] | None = None,
) -> int:
    """Write what many cards carry, inside a transaction.

    Args:
        connection: In a transaction.
        presets: The preset for the id of each deck.
        found: Card ids and what these cards carry.
        decks: The deck of each card, where it is known already.

    Returns:
        How many they are.
    """
    decks = decks or decks_of(connection)
    rows = [
        (*columns_of(progress, presets[decks[card]]), card) for card, progress in found
    ]
    connection.executemany(_SAVE, rows)
    return len(rows)


def columns_of(progress: SchedulingState, preset: Preset) -> tuple[Any, ...]:
    """Give what a card carries as columns, from state to leech."""
    # One by one, and plain numbers in place of an enum's: there are many cards.
    return (
        int(progress.state),
        progress.step,
        progress.stability,
        progress.difficulty,
        progress.interval,
        progress.due_ms,
        progress.due_day,
        progress.last_ms,
        progress.last_day,
        progress.reps,
        progress.lapses,
        int(is_leech(progress, preset)),
    )


NEW_COLUMNS = (*astuple(SchedulingState()), 0)
"""What a new card carries."""

LOGGED = (
    "r.id, r.rating, r.offset_min, r.state, r.step, r.interval, r.kind, r.before, "
    "r.difficulty, r.ease"
)
"""Read by `steps`; from `reviews r`."""


def replay_card(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> SchedulingState:
    """Compute a card's progress from its reviews that stand."""
    progress = SchedulingState()
    for _, _, after in steps(connection, card, parameters, rollover):
        progress = after
    return progress


def steps(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> Iterator[tuple[Sequence[Any], SchedulingState, SchedulingState]]:
    """Replay a card's reviews that stand, the oldest first.

    Args:
        connection: The store's.
        card: Its id.
        parameters: The 21 of FSRS-6.
        rollover: Hour at which a study day begins.

    Returns:
        Each row of the log (see `LOGGED`), what the card carried before it, and
        after it.
    """
    sql = f"""
        select {LOGGED} from reviews r
         where r.card = ? and r.void = 0
         order by r.id
    """
    progress = SchedulingState()
    for row in connection.execute(sql, (card,)):
        before, progress = progress, _replay(progress, row, parameters, rollover)
        yield row, before, progress


def _replay(
    progress: SchedulingState,
    row: Sequence[Any],
    parameters: tuple[float, ...],
    rollover: int,
) -> SchedulingState:
    review, rating, offset_min, state, step, interval, kind, before, *known = row
    moment = AnswerTime(review, offset_min, rollover)
    if rating == 0:
        if kind == ReviewKind.RESCHEDULE:
            return rescheduled(progress, interval)
        return _changed_by_hand(progress, moment, interval, known, parameters)
    if kind == ReviewKind.EARLY and not any(known):
        return (
            progress  # a look outside of the schedule, see `srs.store.rows.CRAM_REVIEW`
        )
    result = NextStep(State(state), step, interval)
    if before != State.NEW and progress.stability is None:
        # The log begins later than the card was learned.
        memory = _begun(known, max(1, interval), parameters)
        return after_answer(progress, rating, result, memory, moment)
    return replayed(progress, rating, result, moment, parameters)


def _begun(
    known: Sequence[float], interval: int, parameters: tuple[float, ...]
) -> tuple[float, float]:
    """Guess a memory from the difficulty or the ease, and the interval."""
    difficulty, ease = known
    stability, guessed = memory_from_sm2((ease or 2500) / 1000, interval, parameters)
    return stability, difficulty or guessed


def _changed_by_hand(
    progress: SchedulingState,
    moment: AnswerTime,
    interval: int,
    known: Sequence[float],
    parameters: tuple[float, ...],
) -> SchedulingState:
    if not any(known):
        return SchedulingState(reps=progress.reps, lapses=progress.lapses)
    if progress.stability is None:
        memory = _begun(known, max(1, interval), parameters)
        progress = replace(
            progress,
            stability=memory[0],
            difficulty=memory[1],
            interval=max(1, interval),
            last_ms=moment.at_ms,
            last_day=moment.day,
        )
    return set_due_day(progress, moment.day + interval)


def rescheduled(progress: SchedulingState, interval: int) -> SchedulingState:
    """Give a review card another interval; its memory stays."""
    if progress.state is not State.REVIEW or progress.last_day is None:
        return progress
    return replace(progress, interval=interval, due_day=progress.last_day + interval)


def rebuild_all(
    connection: sqlite3.Connection,
    preset_of: Callable[[int], Preset],
    rollover: int,
    cards: Collection[int] | None = None,
    decks: Mapping[int, int] | None = None,
    path: Path | None = None,
) -> Iterator[tuple[int, SchedulingState]]:
    """Compute every reviewed card's progress anew from the log.

    Args:
        connection: The store's; nothing is written.
        preset_of: The preset for the id of a deck.
        rollover: Hour at which a study day begins.
        cards: Only these; None for all.
        decks: The deck of each card, where it is known already.
        path: The store's file, where nothing but what was committed is in the log.

    Returns:
        Card ids and what the log says of them.
    """
    known = decks or decks_of(connection)

    def parameters_of(deck: int) -> tuple[float, ...]:
        return preset_of(deck).parameters

    def replay(card: int) -> SchedulingState:
        return replay_card(connection, card, parameters_of(known[card]), rollover)

    return rebuilt_cards(
        connection, known, parameters_of, rollover, replay, cards, path
    )


def set_due_day(progress: SchedulingState, day: int) -> SchedulingState:
    """Make a card due on another study day; its memory stays."""
    if progress.state is not State.REVIEW:
        days = 1 if progress.last_day is None else max(1, day - progress.last_day)
        progress = replace(
            progress, state=State.REVIEW, step=0, due_ms=None, interval=days
        )
    return replace(progress, due_day=day)


def rebuild_cache(store: Store, options: Options) -> int:
    """Write anew what every reviewed card carries, in one transaction.

    A changed rollover hour moves study days, a changed threshold makes other
    leeches; the log itself stays as it is.

    Args:
        store: The store.
        options: The person's settings as they are now.

    Returns:
        How many cards were rebuilt.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        return rebuild_card_states(connection, options, path=store.path)


def rebuild_card_states(
    connection: sqlite3.Connection,
    options: Options,
    cards: Collection[int] | None = None,
    path: Path | None = None,
) -> int:
    """Write anew what cards carry, inside a transaction.

    Args:
        connection: In a transaction.
        options: The person's settings as they are now.
        cards: Only these; None for all that were ever answered.
        path: See `rebuild_all`.

    Returns:
        How many cards were rebuilt.
    """
    presets, decks = deck_presets(connection, options), decks_of(connection)
    found = rebuild_all(
        connection,
        lambda deck: presets[deck],
        options.rollover,
        cards,
        decks=decks,
        path=path,
    )
    return sum(
        update_card_states(connection, presets, portion, decks)
        for portion in batched(found)
    )


def batched(
    found: Iterator[tuple[int, SchedulingState]],
) -> Iterator[list[tuple[int, SchedulingState]]]:
    """Give the cards of a rebuild in portions, to be written while it computes on."""
    while portion := list(islice(found, _PORTION)):
        yield portion


_PORTION = 5000
