"""Anki's review log as rows of ours.

Anki writes down what an answer was and the interval it led to; the state before
and after follows from the rows around it.
"""

from collections.abc import Sequence
from typing import Any

from srs.models.cards import ReviewKind, State
from srs.models.incoming import IncomingReview
from srs.scheduler.study_day import DAY_S, Calendar

ORIGIN = "anki"
LARGEST_ID = 1 << 53

INSERT = """
    insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                         offset_min, state, step, interval, last_interval,
                         difficulty, ease, origin)
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
Row = tuple[Any, ...]
_BEFORE = 5
"""Where the state before an answer stands in a row."""

_LATEST_MS = 32_503_680_000_000
"""The year 3000: later rows can't be."""
LONGEST_MS = 1 << 31
# Plain numbers: there may be millions of rows.
_NEW, _LEARNING, _REVIEW, _RELEARNING = map(int, State)


def is_valid(review: IncomingReview) -> bool:
    """Tell whether a row can be a row of Anki's log."""
    return (
        0 < review.id < _LATEST_MS
        and 0 <= review.rating <= 4
        and 0 <= review.kind <= ReviewKind.RESCHEDULE
        and abs(review.interval) < 1 << 40
        and (review.rating > 0) == (review.kind < ReviewKind.MANUAL)
    )


def is_reset(review: IncomingReview) -> bool:
    """Tell whether a row made its card new again."""
    return review.kind == ReviewKind.MANUAL and review.factor == 0


def is_cram(review: IncomingReview) -> bool:
    """Tell whether a row is an answer outside of the schedule."""
    return review.kind == ReviewKind.EARLY and not any(_known(review.factor))


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
    answers = [review for review in reviews if not is_cram(review)]
    rows = _answer_rows(answers, card, state, calendar)
    if len(answers) < len(reviews):
        rows += _look_rows(reviews, rows, card, state, calendar)
    return rows


def _look_rows(
    reviews: Sequence[IncomingReview],
    rows: Sequence[Row],
    card: int,
    state: int,
    calendar: Calendar,
) -> list[Row]:
    """Turn looks into rows: the state is that before the next answer, and stays."""
    befores = {row[0]: row[_BEFORE] for row in rows}
    looks: list[Row] = []
    for review in reversed(reviews):
        state = befores.get(review.id, state)
        if is_cram(review):
            at, offset_min = review.id, calendar.offset_of(review.id)
            answered = (at, card, at, review.rating, _took(review), state, review.kind)
            led_to = (state, 0, review.interval, review.last_interval, 0.0, 0)
            looks.append((*answered, offset_min, *led_to, ORIGIN))
    return looks


def _answer_rows(
    reviews: Sequence[IncomingReview], card: int, state: int, calendar: Calendar
) -> list[Row]:
    if not reviews:
        return []
    befores = _befores(reviews)
    # The state after a row is the one before the next.
    states = [*befores[1:], state]
    followings = (*reviews[1:], None)
    offset_of = calendar.offset_of
    rows: list[Row] = []
    last: IncomingReview | None = None
    for review, before, following, next_state in zip(
        reviews, befores, followings, states, strict=True
    ):
        after = _after(review, before, following, next_state)
        interval = review.interval
        if not review.rating:
            interval = _interval_by_hand(review, last, calendar)
            last = None if is_reset(review) else last
        else:
            interval = interval_in(after, interval)
            last = review
        at = review.id
        rows.append(
            (
                at,
                card,
                at,
                review.rating,
                _took(review),
                before,
                review.kind,
                offset_of(at),
                after,
                0,
                interval,
                review.last_interval,
                *_known(review.factor),
                ORIGIN,
            )
        )
    return rows


def _took(review: IncomingReview) -> int:
    return review.took_ms if 0 <= review.took_ms < LONGEST_MS else LONGEST_MS


def _known(factor: int) -> tuple[float, int]:
    """Read a factor as difficulty (1 to 10) or as SM-2's ease (per mille)."""
    if factor > 1100:
        return 0.0, factor
    if factor >= 100:
        return (factor / 1000 - 0.1) * 9 + 1, 0
    return 0.0, 0


def _befores(reviews: Sequence[IncomingReview]) -> list[int]:
    """Find the state before each row."""
    found: list[int] = []
    state, answered = _NEW, False
    for review in reviews:
        if review.rating:
            kind = review.kind
            if kind == 0:
                state = _LEARNING if answered else _NEW
            else:
                state = _RELEARNING if kind == 2 else _REVIEW
            found.append(state)
            answered = True
            continue
        found.append(state)
        state = _REVIEW
        if is_reset(review):
            state, answered = _NEW, False
    return found


def _after(
    review: IncomingReview,
    before: int,
    following: IncomingReview | None,
    next_state: int,
) -> int:
    """Find the state that a row led to."""
    is_told = following is None or (
        following.rating > 0 and following.kind != ReviewKind.EARLY
    )
    told = next_state if is_told else _NEW
    return state_after(told, review.interval if review.rating else 1, before)


def state_after(told: int, interval: int, before: int) -> int:
    """Find the state that an answer led to.

    Args:
        told: What the row or the card after it says; NEW where they say nothing.
        interval: As Anki logs it: days when positive, seconds when negative.
        before: The state before the answer.
    """
    if told != _NEW:
        return told
    if interval > 0:
        return _REVIEW
    return _LEARNING if before in (_NEW, _LEARNING) else _RELEARNING


def interval_in(after: int, interval: int) -> int:
    """Give days, or seconds below 0 where the card stays in learning."""
    if after == _REVIEW:
        return interval if interval > 0 else max(1, -interval // DAY_S)
    # Anki writes a step that crosses the rollover as days.
    return interval if interval < 0 else -max(1, interval) * DAY_S


def _interval_by_hand(
    review: IncomingReview, last: IncomingReview | None, calendar: Calendar
) -> int:
    """Give the days after which a card is due that a person has moved."""
    if is_reset(review):
        return 0
    if review.kind == ReviewKind.MANUAL and last is not None:
        if not 100 <= review.factor <= 1100:
            return review.interval
        # With FSRS the interval of a due day set by hand begins at the last answer.
        return calendar.day(last.id) + review.interval - calendar.day(review.id)
    return max(0, review.interval)
