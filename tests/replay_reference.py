"""A replay of the log with the functions that schedule answers, as a reference.

`srs.store.replay` must compute the same with FSRS-6 written out.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from srs.models.cards import ReviewKind, SchedulingState, State
from srs.scheduler.fsrs6 import memory_from_sm2, next_memory
from srs.scheduler.next_states import AnswerTime, NextStep, after_answer
from srs.store.replay import card_log


def replayed(
    state: SchedulingState,
    rating: int,
    step: NextStep,
    moment: AnswerTime,
    parameters: tuple[float, ...],
) -> SchedulingState:
    """Apply one answer of the log: its result is kept, the memory is computed."""
    elapsed = 0 if state.last_day is None else moment.day - state.last_day
    memory = next_memory(state, rating, elapsed, parameters)
    return after_answer(state, rating, step, memory, moment)


def replay_reference(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> SchedulingState:
    """Replay a card's log, row by row, through the scheduler."""
    state = SchedulingState()
    for row in card_log(connection, card):
        state = _apply(state, row, parameters, rollover)
    return state


def _apply(
    state: SchedulingState,
    row: Sequence[Any],
    parameters: tuple[float, ...],
    rollover: int,
) -> SchedulingState:
    review, rating, offset_min, after, step, interval, _, _, kind, before = row[:10]
    known = row[10:12]
    moment = AnswerTime(review, offset_min, rollover)
    if rating == 0:
        if kind == ReviewKind.RESCHEDULE:
            return _rescheduled(state, interval)
        return _changed_by_hand(state, moment, row, parameters)
    if kind == ReviewKind.EARLY and not any(known):
        return state
    result = NextStep(State(after), step, interval)
    if before != State.NEW and state.stability is None:
        memory = _estimated(known, max(1, interval), parameters)
        return after_answer(state, rating, result, memory, moment)
    return replayed(state, rating, result, moment, parameters)


def _estimated(
    known: Sequence[float], interval: int, parameters: tuple[float, ...]
) -> tuple[float, float]:
    difficulty, ease = known
    stability, guessed = memory_from_sm2((ease or 2500) / 1000, interval, parameters)
    return stability, difficulty or guessed


def _changed_by_hand(
    state: SchedulingState,
    moment: AnswerTime,
    row: Sequence[Any],
    parameters: tuple[float, ...],
) -> SchedulingState:
    step, interval, last, source = row[4:8]
    known, is_of_card = row[10:12], source == "anki-card"
    if not any(known) and is_of_card and row[3] == State.NEW:
        return SchedulingState()
    if not any(known):
        return SchedulingState(reps=state.reps, lapses=state.lapses)
    if state.stability is None:
        memory = _estimated(known, max(1, interval), parameters)
        state = replace(
            state,
            stability=memory[0],
            difficulty=memory[1],
            interval=max(1, interval),
            last_ms=moment.at_ms,
            last_day=moment.day,
            reps=state.reps + last * is_of_card,
            lapses=state.lapses + step * is_of_card,
        )
        days = interval
    elif is_of_card:
        days = last or state.interval
    elif known[1]:
        days = interval
    else:
        days = moment.day + interval - (state.last_day or 0)
    return replace(
        state,
        state=State.REVIEW,
        step=0,
        interval=max(1, days),
        due_ms=None,
        due_day=moment.day + interval,
    )


def _rescheduled(state: SchedulingState, interval: int) -> SchedulingState:
    if state.state is not State.REVIEW or state.last_day is None:
        return state
    return replace(state, interval=interval, due_day=state.last_day + interval)
