"""The review log: answers are appended, and marked by an undo.

Rows are deleted with their notes, and by the undo of an import that was not sent.
What a card knows of its memory follows from the log, see `srs.store.replay`.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from srs.models.cards import (
    Rating,
    Review,
    ReviewKind,
    SchedulingState,
    StoredCard,
)
from srs.models.presets import Preset
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import AnswerTime, next_states, review_kind
from srs.store.connection import Store
from srs.store.free_ids import FreeIds
from srs.store.operations import record_operation
from srs.store.replay import is_leech, replay_card, save_scheduling
from srs.store.rows import ANKI_CARD, CARD_COLUMNS, CRAM_REVIEW, card_of
from srs.store.stamps import STAMP

_FIRST_EASE = 2500
"""Anki's ease of a card that was never answered, per mille."""
_LEAST_EASE, _EASE_CHANGES = 1300, {1: -200, 2: -150, 4: 150}


class Recorded(Struct, frozen=True):
    """A saved answer."""

    review: int
    """The id of its row in the log."""
    progress: SchedulingState
    became_leech: bool
    suspended: bool
    """Suspended as a leech."""


def record(
    store: Store,
    card: StoredCard,
    rating: Rating,
    preset: Preset,
    moment: AnswerTime,
    *,
    duration_ms: int,
    load: DueCounts | None = None,
) -> Recorded | None:
    """Save an answer and the state it leads to, both or neither, as one operation.

    Args:
        store: The store.
        card: The card as it was shown.
        rating: The answer.
        preset: How its deck is scheduled.
        moment: Now, and where.
        duration_ms: From the question to the rating, milliseconds.
        load: What is due on the days to come, as it was when the card was shown.

    Returns:
        What was saved; None where the card was answered elsewhere since it was
        shown, or is gone: then nothing is written.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        saved = log_answer(
            store, card, rating, preset, moment, duration_ms=duration_ms, load=load
        )
        if saved is not None:
            before = {"review": saved.review, "card": card.id}
            before["suspended"] = saved.suspended
            record_operation(connection, saved.review, "answer", before)
    return saved


def log_answer(
    store: Store,
    card: StoredCard,
    rating: Rating,
    preset: Preset,
    moment: AnswerTime,
    *,
    duration_ms: int,
    load: DueCounts | None = None,
) -> Recorded | None:
    """Save an answer as a part of another operation; see `record`."""
    with store.transaction() as connection:
        now = _as_shown(connection, card)
        if now is None:
            return None
        card = now
        # A rebuild sees the millisecond of the log.
        review = _next_id(FreeIds(connection), connection, card.id, moment.at_ms)
        moment = msgspec.structs.replace(moment, at_ms=review)
        found = next_states(card.progress, preset, moment, seed_of(card), load)
        after = found[rating]
        leech = is_leech(after, preset)
        lapsed = after.lapses > card.progress.lapses
        became = leech and lapsed and _is_leech_alarm(after.lapses, preset)
        suspend = became and preset.leech_suspend
        kind = review_kind(card.progress, moment.day)
        row = log_row(
            card.id,
            moment,
            kind,
            card.progress,
            after,
            rating=rating,
            duration_ms=duration_ms,
        )
        insert_reviews(connection, [row])
        save_scheduling(connection, card.id, after, leech=leech)
        if suspend:
            connection.execute(
                "update cards set suspended = 1 where id = ?", (card.id,)
            )
    return Recorded(review, after, became, suspend)


def record_cram(
    store: Store,
    card: StoredCard,
    rating: Rating,
    moment: AnswerTime,
    *,
    duration_ms: int,
) -> Recorded | None:
    """Log a cram answer; the card state stays.

    See `record` for the arguments, for what comes back and for the errors.
    """
    with store.transaction() as connection:
        now = _as_shown(connection, card)
        if now is None:
            return None
        review = FreeIds(connection).take(moment.at_ms)
        moment = msgspec.structs.replace(moment, at_ms=review)
        # Difficulty 0 marks a cram review; see `srs.store.rows.CRAM_REVIEW`.
        after = msgspec.structs.replace(now.progress, difficulty=None)
        row = log_row(
            card.id,
            moment,
            ReviewKind.EARLY,
            now.progress,
            after,
            rating=rating,
            duration_ms=duration_ms,
        )
        insert_reviews(connection, [row])
        record_operation(
            connection, moment.at_ms, "look", {"review": review, "card": card.id}
        )
    return Recorded(review, now.progress, became_leech=False, suspended=False)


def _as_shown(connection: sqlite3.Connection, card: StoredCard) -> StoredCard | None:
    """Read the card again; None if it was answered or changed since it was shown."""
    sql = f"select {CARD_COLUMNS} from cards c where c.id = ?"
    row = connection.execute(sql, (card.id,)).fetchone()
    if row is None:
        return None
    now = card_of(row)
    shown = (card.progress.reps, card.progress.last_ms, False, False)
    seen = (now.progress.reps, now.progress.last_ms, now.suspended, now.retired)
    return now if seen == shown else None


def seed_of(card: StoredCard) -> str:
    """Return a name of the card that is the same on every device, for the fuzz."""
    return f"{card.guid}:{card.ordinal}"


def _is_leech_alarm(lapses: int, preset: Preset) -> bool:
    """Return True at the threshold and after each further half of it, as in Anki."""
    beyond = lapses - preset.leech_threshold
    return beyond >= 0 and beyond % ((preset.leech_threshold + 1) // 2) == 0


def _next_id(
    ids: FreeIds, connection: sqlite3.Connection, card: int, at_ms: int
) -> int:
    """Return an id after the card's last one, even if the clock was set back."""
    last = last_review(connection, card)
    return ids.take(max(at_ms, last + 1))


def last_review(connection: sqlite3.Connection, card: int) -> int:
    """Return the id of a card's last review, 0 for none.

    Undone answers and cram reviews don't count.
    """
    sql = f"""
        select coalesce(max(r.id), 0) from reviews r
         where r.card = ? and r.undone = 0 and not {CRAM_REVIEW}
    """
    return int(connection.execute(sql, (card,)).fetchone()[0])


def last_answer(connection: sqlite3.Connection, card: int) -> tuple[int, int]:
    """Return moment and interval of a card's last review; zeros if it is no answer."""
    sql = "select rating, id, interval from reviews where id = ?"
    row = connection.execute(sql, (last_review(connection, card),)).fetchone()
    return row[1:] if row and row[0] else (0, 0)


class ReviewRow(NamedTuple):
    """A row of the review log, as it is inserted."""

    id: int
    card: int
    origin_ms: int
    rating: int
    duration_ms: int
    state_before: int
    kind: int
    offset_min: int
    state: int
    step: int
    interval: int
    last_interval: int
    difficulty: float
    ease: int = 0
    origin: str = ""


def log_row(
    card: int,
    moment: AnswerTime,
    kind: ReviewKind,
    before: SchedulingState,
    after: SchedulingState,
    *,
    rating: int = 0,
    duration_ms: int = 0,
) -> ReviewRow:
    """Return the row of an answer, or of a change by hand if the rating is 0."""
    return ReviewRow(
        id=moment.at_ms,
        card=card,
        origin_ms=moment.at_ms,
        rating=int(rating),
        duration_ms=duration_ms,
        state_before=int(before.state),
        kind=int(kind),
        offset_min=moment.offset_min,
        state=int(after.state),
        step=after.step,
        interval=after.interval,
        last_interval=before.interval,
        difficulty=after.difficulty or 0.0,
    )


def insert_reviews(connection: sqlite3.Connection, rows: Iterable[ReviewRow]) -> None:
    """Add rows to the log inside a transaction; their ids must be free."""
    connection.executemany(
        f"""
        insert into reviews (id, card, origin_ms, rating, duration_ms, state_before,
                             kind, offset_min, state, step, interval, last_interval,
                             difficulty, ease, origin, stamp)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {STAMP})
        """,
        rows,
    )


class ManualRows:
    """Logs inside a transaction what the user sets by hand for many cards.

    The rows have the rating 0.
    """

    def __init__(self, connection: sqlite3.Connection, moment: AnswerTime) -> None:
        """Keep the connection, and the moment of all the rows."""
        self._connection, self._moment = connection, moment
        self._ids = FreeIds(connection)

    def add_due_day(self, card: StoredCard, due_day: int) -> int:
        """Log that a card is due on a study day.

        Returns:
            The id of the row, whose interval counts from today.
        """
        row = self._row(card, due_day - self._moment.day)
        if not row.difficulty:
            # A replay then estimates the memory of a new card.
            row = row._replace(ease=_FIRST_EASE)
        insert_reviews(self._connection, [row])
        return row.id

    def add_reset(self, card: StoredCard) -> int:
        """Log that a card is new again; return the id of the row."""
        row = self._row(card, 0)._replace(difficulty=0.0, state=0, step=0)
        insert_reviews(self._connection, [row])
        return row.id

    def _row(self, card: StoredCard, days: int) -> ReviewRow:
        at_ms = self._moment.at_ms
        review = _next_id(self._ids, self._connection, card.id, at_ms)
        moment = msgspec.structs.replace(self._moment, at_ms=review)
        after = msgspec.structs.replace(card.progress, interval=days)
        return log_row(card.id, moment, ReviewKind.MANUAL, card.progress, after)


def mark_undone(
    store: Store, review: int, card: int, preset: Preset, rollover: int
) -> None:
    """Mark an answer as undone inside a transaction, and rebuild its card."""
    store.connection.execute("update reviews set undone = 1 where id = ?", (review,))
    rebuild_card(store, card, preset, rollover)


def rebuild_card(store: Store, card: int, preset: Preset, rollover: int) -> None:
    """Rebuild the state of a card inside a transaction."""
    connection = store.connection
    progress = replay_card(connection, card, preset, rollover)
    save_scheduling(connection, card, progress, leech=is_leech(progress, preset))


def logged(store: Store) -> Iterator[Review]:
    """Read the reviews that may leave the store, oldest first.

    Without undone ones, and without what only the cards of Anki said.
    """
    sql = """
        select id, card, rating, interval, last_interval, difficulty, ease, duration_ms,
               kind
          from reviews where undone = 0 and origin <> ? order by id
    """
    rows = store.connection.execute(sql, (ANKI_CARD,))
    return (Review(*row) for row in rows)


def last_eases(store: Store) -> dict[int, int]:
    """Return the ease (per mille) in Anki, which FSRS changes as well, of cards."""
    sql = f"""
        select card, rating, ease, ease = 0 and rating = 0 from reviews r
         where undone = 0 and not {CRAM_REVIEW}
           and (ease > 0 or (rating in (1, 2, 4) and state_before = 2)
                or (rating = 0 and kind = 4 and difficulty = 0))
         order by id
    """
    eases: dict[int, int] = {}
    for card, rating, ease, is_reset in store.rows(sql):
        before = _FIRST_EASE if is_reset else eases.get(card, _FIRST_EASE)
        eases[card] = ease or max(_LEAST_EASE, before + _EASE_CHANGES.get(rating, 0))
    return eases


class HistoryLine(Struct, frozen=True):
    """A past answer, or a due day that was set, to be shown."""

    at_ms: int
    offset_min: int
    rating: int
    """0 for a due day that was set."""
    interval: int
    """Days when positive, seconds when negative."""
    duration_ms: int
    kind: int
    undone: bool
    look: bool = False
    """A cram review."""
    is_reset: bool = False
    """The card was made new again; the rating is 0."""


def history(store: Store, card: int) -> list[HistoryLine]:
    """Return the answers to a card, newest first, with undone ones."""
    rows: list[Any] = store.rows(
        f"""
        select r.id, r.offset_min, r.rating, r.interval, r.duration_ms, r.kind,
               r.undone, {CRAM_REVIEW},
               r.rating = 0 and r.ease = 0 and r.difficulty = 0
          from reviews r where r.card = :card order by r.id desc
        """,
        {"card": card},
    )
    return [
        HistoryLine(*values, *map(bool, (undone, look, is_reset)))
        for *values, undone, look, is_reset in rows
    ]


def newest_review(store: Store) -> int:
    """Return the id of the newest review that was not undone; 0 without any."""
    sql = "select coalesce(max(id), 0) from reviews where undone = 0"
    return int(store.row(sql)[0])
