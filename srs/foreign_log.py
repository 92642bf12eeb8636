"""Anki's review log as rows of ours.

Anki writes down what an answer was and the interval it led to; the state before
and after follows from the rows around it.
"""

from collections.abc import Sequence
from typing import Any

from srs.calendar import DAY_S, Calendar
from srs.incoming import IncomingReview
from srs.memory import ReviewKind, State

ORIGIN = "anki"
LARGEST_ID = 1 << 53

INSERT = """
    insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                         offset_min, state, step, interval, last_interval,
                         difficulty, ease, origin)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
Row = tuple[Any, ...]

_BEFORE = {1: State.REVIEW, 2: State.RELEARNING}


def is_sound(review: IncomingReview) -> bool:
    """Tell whether a row can be a row of Anki's log."""
    return (
        0 < review.id < LARGEST_ID
        and 0 <= review.rating <= 4
        and 0 <= review.kind <= ReviewKind.RESCHEDULE
        and abs(review.interval) < 1 << 40
        and (review.rating > 0) == (review.kind < ReviewKind.MANUAL)
    )


def is_reset(review: IncomingReview) -> bool:
    """Tell whether a row made its card new again."""
    return review.kind == ReviewKind.MANUAL and review.factor == 0


def rows_of(
    reviews: Sequence[IncomingReview], card: int, state: int, calendar: Calendar
) -> list[Row]:
    """Turn the log of one card into rows, without the ids that they will get.

    Args:
        reviews: In the order of their moments, all of them sound.
        card: Our id of the card.
        state: In which the card is now.
        calendar: Study days where the person is.

    Returns:
        Rows for `INSERT`, with the moment at the origin as id.
    """
    befores = _befores(reviews)
    rows: list[Row] = []
    last_day: int | None = None
    for index, review in enumerate(reviews):
        day = calendar.day(review.id)
        following = reviews[index + 1] if index + 1 < len(reviews) else None
        next_state = befores[index + 1] if following else State(state)
        after = _after(review, befores[index], following, next_state)
        interval = _interval(review, after, day, last_day)
        rows.append(
            (
                review.id,
                card,
                review.id,
                review.rating,
                max(0, min(review.took_ms, 1 << 31)),
                int(befores[index]),
                review.kind,
                calendar.offset_of(review.id),
                int(after),
                0,
                interval,
                review.last_interval,
                *_known(review.factor),
                ORIGIN,
            )
        )
        if review.rating:
            last_day = day
        elif is_reset(review):
            last_day = None
    return rows


def _known(factor: int) -> tuple[float, int]:
    """Read a factor as difficulty (1 to 10) or as SM-2's ease (per mille)."""
    if factor > 1100:
        return 0.0, factor
    if factor >= 100:
        return (factor / 1000 - 0.1) * 9 + 1, 0
    return 0.0, 0


def _befores(reviews: Sequence[IncomingReview]) -> list[State]:
    """Find the state before each row."""
    found: list[State] = []
    state, answered = State.NEW, False
    for review in reviews:
        if review.rating and review.kind == ReviewKind.LEARN:
            state = State.LEARNING if answered else State.NEW
        elif review.rating:
            state = _BEFORE.get(review.kind, State.REVIEW)
        found.append(state)
        if review.rating:
            answered = True
        elif is_reset(review):
            state, answered = State.NEW, False
        else:
            state = State.REVIEW
    return found


def _after(
    review: IncomingReview,
    before: State,
    following: IncomingReview | None,
    next_state: State,
) -> State:
    """Find the state that a row led to."""
    is_told = following is None or (
        following.rating > 0 and following.kind != ReviewKind.EARLY
    )
    if is_told and next_state is not State.NEW:
        return next_state
    if review.interval > 0 or not review.rating:
        return State.REVIEW
    if before in (State.REVIEW, State.RELEARNING):
        return State.RELEARNING
    return State.LEARNING


def _interval(
    review: IncomingReview, after: State, day: int, last_day: int | None
) -> int:
    """Give days, or seconds below 0 where the card stays in learning."""
    interval = review.interval
    if review.rating and after is not State.REVIEW:
        # Anki writes a step that crosses the rollover as days.
        return interval if interval < 0 else -max(1, interval) * DAY_S
    if review.rating:
        return interval if interval > 0 else max(1, -interval // DAY_S)
    if is_reset(review):
        return 0
    if review.kind == ReviewKind.MANUAL and last_day is not None:
        # With FSRS the interval of a due day set by hand begins at the last answer.
        is_fsrs = 100 <= review.factor <= 1100
        return last_day + interval - day if is_fsrs else interval
    return max(0, interval)
