"""Review logs of Anki for tests, and the rows that flash makes of them.

`expected_rows` is a second implementation, row by row, of `srs.store.import_log`.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from cards.note import Basic, Note
from export.anki.revlog_copy import copy_log
from srs.models.incoming import IncomingCard, IncomingNote
from srs.scheduler.study_day import DAY_S, Calendar
from srs.store.revlog import ReviewRow

_NEW, _LEARNING, _REVIEW, _RELEARNING = range(4)
_EARLY, _MANUAL, _RESCHEDULE = 3, 4, 5


class AnkiReview(NamedTuple):
    """A row of Anki's review log."""

    id: int
    card: int
    rating: int
    interval: int
    last_interval: int
    factor: int
    duration_ms: int
    kind: int


def log_file(path: Path, reviews: Iterable[AnkiReview]) -> Path:
    """Write reviews to a collection and copy its log, as an import does."""
    collection = path.with_suffix(".anki2")
    with closing(sqlite3.connect(collection)) as connection:
        connection.execute(
            "create table revlog (id, cid, usn, ease, ivl, lastIvl, factor, time, type)"
        )
        connection.executemany(
            "insert into revlog values (?, ?, -1, ?, ?, ?, ?, ?, ?)", reviews
        )
        connection.commit()
    copy_log(collection, path)
    return path


def incoming_notes(states: list[int]) -> tuple[IncomingNote, ...]:
    """Make a note with one card for each state; card ids count from 1."""
    cards = [
        IncomingCard(
            id=index + 1,
            ordinal=0,
            state=state,
            due_day=None,
            due_ms=None,
            position=index,
            interval=1,
            ease=0,
            steps_left=0,
            suspended=False,
            buried=False,
            flag=0,
            changed_ms=0,
        )
        for index, state in enumerate(states)
    ]
    return tuple(
        IncomingNote(
            guid=f"g{card.id}",
            id=card.id,
            note=Note(Basic(f"q{card.id}", "a"), "D"),
            parts={0: "front"},
            changed_ms=0,
            cards=(card,),
        )
        for card in cards
    )


def expected_rows(
    reviews: Iterable[AnkiReview], card: int, state: int, calendar: Calendar
) -> list[ReviewRow]:
    """Convert the log of one card, row by row."""
    valid = [review for review in sorted(reviews) if _is_valid(review)]
    rows = _answer_rows(
        [one for one in valid if not _is_cram(one)], card, state, calendar
    )
    befores = {row.id: row.state_before for row in rows}
    for review in reversed(valid):
        state = befores.get(review.id, state)
        if _is_cram(review):
            rows.append(_row(review, card, calendar, state, state, review.interval))
    return sorted(rows)


def _is_valid(review: AnkiReview) -> bool:
    return (
        0 < review.id < 32_503_680_000_000
        and 0 <= review.rating <= 4
        and 0 <= review.kind <= _RESCHEDULE
        and abs(review.interval) <= 1 << 40
        and (review.rating > 0) == (review.kind < _MANUAL)
    )


def _is_reset(review: AnkiReview) -> bool:
    return review.kind == _MANUAL and review.factor == 0


def _is_cram(review: AnkiReview) -> bool:
    return review.kind == _EARLY and review.factor < 100


def _answer_rows(
    reviews: Sequence[AnkiReview], card: int, state: int, calendar: Calendar
) -> list[ReviewRow]:
    befores = _states_before(reviews)
    rows: list[ReviewRow] = []
    last: AnkiReview | None = None
    for index, (review, before) in enumerate(zip(reviews, befores, strict=True)):
        after = state
        if index + 1 < len(reviews):
            following = reviews[index + 1]
            is_known = following.rating and following.kind != _EARLY
            after = befores[index + 1] if is_known else _NEW
        if review.rating:
            after = after or _state_after(review.interval, before)
            interval = _interval_in(after, review.interval)
            last = review
        else:
            after = after or _REVIEW
            interval = _manual_interval(review, last, calendar)
            last = None if _is_reset(review) else last
        rows.append(_row(review, card, calendar, before, after, interval))
    return rows


def _row(
    review: AnkiReview,
    card: int,
    calendar: Calendar,
    before: int,
    after: int,
    interval: int,
) -> ReviewRow:
    difficulty, ease = 0.0, 0
    if review.factor > 1100:
        ease = review.factor
    elif review.factor >= 100:
        difficulty = (review.factor / 1000 - 0.1) * 9 + 1
    return ReviewRow(
        review.id,
        card,
        review.id,
        review.rating,
        review.duration_ms if 0 <= review.duration_ms < 1 << 31 else 1 << 31,
        before,
        review.kind,
        calendar.offset_of(review.id),
        after,
        0,
        interval,
        review.last_interval,
        difficulty,
        ease,
        "anki",
    )


def _states_before(reviews: Sequence[AnkiReview]) -> list[int]:
    found: list[int] = []
    state, is_answered = _NEW, False
    for review in reviews:
        if review.rating:
            if review.kind == 0:
                state = _LEARNING if is_answered else _NEW
            else:
                state = _RELEARNING if review.kind == 2 else _REVIEW
            found.append(state)
            is_answered = True
        else:
            found.append(state)
            state = _REVIEW
            if _is_reset(review):
                state, is_answered = _NEW, False
    return found


def _state_after(interval: int, before: int) -> int:
    if interval > 0:
        return _REVIEW
    return _LEARNING if before in (_NEW, _LEARNING) else _RELEARNING


def _interval_in(state: int, interval: int) -> int:
    if state == _REVIEW:
        return interval if interval > 0 else max(1, -interval // DAY_S)
    return interval if interval < 0 else -max(1, interval) * DAY_S


def _manual_interval(
    review: AnkiReview, last: AnkiReview | None, calendar: Calendar
) -> int:
    if _is_reset(review):
        return 0
    if review.kind == _MANUAL and last is not None:
        if not 100 <= review.factor <= 1100:
            return review.interval
        return calendar.day(last.id) + review.interval - calendar.day(review.id)
    return max(0, review.interval)
