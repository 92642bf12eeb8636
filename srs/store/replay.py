"""Card states: a cache of the review log, replayed from it.

An answer computes the next state of its card; a replay computes the state from all
rows of the log in their order.  Both must agree.  The memory comes from `fsrs6`;
state, step and interval after an answer are what the log says.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import astuple

from srs.models.cards import ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import memory_from_sm2, memory_model
from srs.scheduler.next_states import AnswerTime, step_due
from srs.scheduler.study_day import study_day
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
           select 1 from reviews where card = cards.id and undone = 0)
"""
"""Resets a card without a log, which no replay returns."""

LOGGED = (
    "r.id, r.rating, r.offset_min, r.state, r.step, r.interval, r.kind, "
    "r.state_before, r.difficulty, r.ease, r.card"
)
"""The columns of `reviews r` that a replay reads."""

# Plain numbers: a rebuild compares them a million times.
_NEW, _REVIEW = int(State.NEW), int(State.REVIEW)
_EARLY, _RESCHEDULE = int(ReviewKind.EARLY), int(ReviewKind.RESCHEDULE)


class CardReplay:
    """The state of one card while its log is replayed."""

    __slots__ = (
        "_due_day",
        "_interval",
        "_lapses",
        "_last_ms",
        "_memory",
        "_next_memory",
        "_offset_min",
        "_parameters",
        "_reps",
        "_rollover",
        "_state",
        "_step",
        "last_day",
    )

    def __init__(self, parameters: tuple[float, ...], rollover: int) -> None:
        """Start with a new card.

        Args:
            parameters: The 21 parameters of FSRS-6.
            rollover: Hour at which a study day begins.
        """
        self._parameters, self._rollover = parameters, rollover
        self._next_memory = memory_model(parameters)
        self._reps = self._lapses = 0
        self._reset()

    def _reset(self) -> None:
        self._state, self._step, self._interval = _NEW, 0, 0
        self._memory = 0.0, 0.0
        self._last_ms: int | None = None
        self.last_day = self._due_day = self._offset_min = 0

    @property
    def stability(self) -> float:
        """Days until recall falls to 90 %; 0 for a new card."""
        return self._memory[0]

    def add(self, row: Sequence[Any]) -> None:
        """Apply the next row of the log, see `LOGGED`."""
        (
            at_ms,
            rating,
            offset,
            state,
            step,
            interval,
            kind,
            before,
            difficulty,
            ease,
            _,
        ) = row
        if rating == 0:
            self._add_manual(row)
            return
        if kind == _EARLY and not (difficulty or ease):
            return  # a cram review, see `srs.store.rows.CRAM_REVIEW`
        day = study_day(at_ms, offset, self._rollover)
        if before != _NEW and not self._memory[0]:
            self._memory = self._estimate(difficulty, ease, interval)
        else:
            self._memory = self._next_memory(*self._memory, day - self.last_day, rating)
        if rating == 1 and self._state == _REVIEW:
            self._lapses += 1
        self._reps += 1
        self._state, self._step, self._interval = state, step, interval
        self._last_ms, self.last_day, self._offset_min = at_ms, day, offset
        self._due_day = day + interval

    def _add_manual(self, row: Sequence[Any]) -> None:
        at_ms, _, offset, _, _, interval, kind, _, difficulty, ease, _ = row
        if kind == _RESCHEDULE:
            if self._state == _REVIEW:
                self._interval = interval
                self._due_day = self.last_day + interval
            return
        if not (difficulty or ease):
            self._reset()
            return
        day = study_day(at_ms, offset, self._rollover)
        if not self._memory[0]:
            self._memory = self._estimate(difficulty, ease, interval)
            self._interval = max(1, interval)
            self._last_ms, self.last_day = at_ms, day
        self._due_day = day + interval
        if self._state != _REVIEW:
            self._state, self._step = _REVIEW, 0
            self._interval = max(1, self._due_day - self.last_day)

    def _estimate(
        self, difficulty: float, ease: int, interval: int
    ) -> tuple[float, float]:
        """Estimate the memory if the log begins later than the card was learned."""
        ratio = (ease or 2500) / 1000
        memory = memory_from_sm2(ratio, max(1, interval), self._parameters)
        return memory[0], difficulty or memory[1]

    def state(self) -> SchedulingState:
        """Return the state after the rows so far."""
        if self._last_ms is None:
            return SchedulingState(reps=self._reps, lapses=self._lapses)
        is_review = self._state == _REVIEW
        return SchedulingState(
            State(self._state),  # fails for a damaged row
            self._step,
            *self._memory,
            self._interval,
            None if is_review else self._step_due(self._last_ms),
            self._due_day if is_review else None,
            self._last_ms,
            self.last_day,
            self._reps,
            self._lapses,
        )

    def _step_due(self, last_ms: int) -> int:
        answered = AnswerTime(last_ms, self._offset_min, self._rollover)
        return step_due(answered, -self._interval)


def replay_card(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> SchedulingState:
    """Compute a card's state from its reviews without undone ones."""
    replay = CardReplay(parameters, rollover)
    for row in card_log(connection, card):
        replay.add(row)
    return replay.state()


def card_log(connection: sqlite3.Connection, card: int) -> list[Sequence[Any]]:
    """Return a card's log without undone rows, oldest first; see `LOGGED`."""
    sql = f"""
        select {LOGGED} from reviews r
         where r.card = ? and r.undone = 0
         order by r.id
    """
    return connection.execute(sql, (card,)).fetchall()


def replay_cards(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    rollover: int,
    cards: Collection[int] | None = None,
) -> dict[int, SchedulingState]:
    """Compute the states of answered cards from the log; nothing is written.

    Args:
        connection: The store's.
        presets: The preset for the id of each deck.
        rollover: Hour at which a study day begins.
        cards: Only these; None for all.

    Returns:
        The states of cards with at least one row that is not undone, by card id,
        in ascending order.
    """
    decks = dict(connection.execute("select id, deck from cards"))
    replays: dict[int, CardReplay] = {}
    for row in read_logs(connection, cards):
        card = row[-1]
        replay = replays.get(card)
        if replay is None:
            if card not in decks:
                continue  # a damaged store, see `srs.maintenance.checks`
            parameters = presets[decks[card]].parameters
            replay = replays[card] = CardReplay(parameters, rollover)
        replay.add(row)
    return {card: replays[card].state() for card in sorted(replays)}


def read_logs(
    connection: sqlite3.Connection, cards: Collection[int] | None = None
) -> Iterator[Sequence[Any]]:
    """Yield the log without undone rows, oldest first; see `LOGGED`.

    Args:
        connection: The store's.
        cards: Only rows of these; None for all.
    """
    # A full log is read in the order of its table: sorting it by card takes longer.
    logs = f"select {LOGGED} from reviews r not indexed"
    if cards is not None:
        logs = f"""
            select {LOGGED}
              from json_each(:cards) chosen
             cross join reviews r on r.card = chosen.value
        """
    values = {"cards": msgspec.json.encode(list(cards or ())).decode()}
    yield from connection.execute(f"{logs} where undone = 0 order by r.id", values)


def is_leech(state: SchedulingState, preset: Preset) -> bool:
    """Return True if a card was forgotten so often that it should be rewritten."""
    return state.lapses >= preset.leech_threshold


def save_scheduling(
    connection: sqlite3.Connection, card: int, state: SchedulingState, *, leech: bool
) -> None:
    """Save a card's state inside a transaction."""
    connection.execute(_SAVE, (*astuple(state), int(leech), card))


def deck_presets(connection: sqlite3.Connection, options: Options) -> dict[int, Preset]:
    """Return the preset for the id of each deck."""
    decks = connection.execute("select id, name from decks")
    return {deck: options.preset(name) for deck, name in decks}


def update_card_states(
    connection: sqlite3.Connection,
    presets: Mapping[int, Preset],
    states: Iterable[tuple[int, SchedulingState]],
) -> int:
    """Save the states of many cards inside a transaction.

    Args:
        connection: In a transaction.
        presets: The preset for the id of each deck.
        states: Card ids and states.

    Returns:
        The number of cards.
    """
    decks = dict(connection.execute("select id, deck from cards"))
    rows = [
        (*astuple(state), int(is_leech(state, presets[decks[card]])), card)
        for card, state in states
    ]
    connection.executemany(_SAVE, rows)
    return len(rows)


def rebuild_cache(store: Store, options: Options) -> int:
    """Rebuild the states of all answered cards in one transaction.

    Needed after a change of the rollover hour, which moves study days, or of the
    leech threshold; the log itself stays as it is.

    Args:
        store: The store.
        options: The user's settings as they are now.

    Returns:
        The number of cards.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        return rebuild_card_states(connection, options)


def rebuild_card_states(
    connection: sqlite3.Connection,
    options: Options,
    cards: Collection[int] | None = None,
) -> int:
    """Rebuild card states inside a transaction; see `rebuild_cache`.

    Args:
        connection: In a transaction.
        options: The user's settings as they are now.
        cards: Only these; None for all that were ever answered.
    """
    presets = deck_presets(connection, options)
    states = replay_cards(connection, presets, options.rollover, cards)
    return update_card_states(connection, presets, states.items())


# Bridge for the import, until it updates card states after inserting cards.
def columns_of(state: SchedulingState, preset: Preset) -> tuple[Any, ...]:
    """Return a card's state as columns, from state to leech."""
    return (*astuple(state), int(is_leech(state, preset)))


NEW_COLUMNS = (*astuple(SchedulingState()), 0)
