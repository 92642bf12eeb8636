"""The review log: answers are added, voided by an undo, and never lost.

What a card knows of its memory is computed from here: while answering from the
answer just given, in a rebuild from all of them in their order.
"""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from srs.memory import Progress, Rating, ReviewKind, State, StoredCard
from srs.presets import Preset
from srs.schedule import Moment, Result, outcomes, replayed, review_kind
from srs.store import Store

_SAVE = """
    update cards
       set state = :state, step = :step, stability = :stability,
           difficulty = :difficulty, interval = :interval, due_ms = :due_ms,
           due_day = :due_day, last_ms = :last_ms, last_day = :last_day,
           reps = :reps, lapses = :lapses, leech = :leech
     where id = :id
"""


class Recorded(Struct, frozen=True):
    """An answer that is on disk."""

    review: int
    """Its id in the log."""
    progress: Progress
    became_leech: bool
    suspended: bool
    """The preset suspends leeches."""


def record(
    store: Store,
    card: StoredCard,
    rating: Rating,
    preset: Preset,
    moment: Moment,
    *,
    took_ms: int,
) -> Recorded | None:
    """Save an answer and the state it leads to, both or neither.

    Args:
        store: The store.
        card: The card as it was shown.
        rating: The answer.
        preset: How its deck is scheduled.
        moment: Now, and where.
        took_ms: From the question to the rating, milliseconds.

    Returns:
        What was saved; None where the card was answered elsewhere since it was
        shown, or is gone: then nothing is written.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        if not _is_as_shown(connection, card):
            return None
        # The log's own millisecond is what a rebuild will see.
        review = _free_id(connection, card.id, moment.at_ms)
        moment = msgspec.structs.replace(moment, at_ms=review)
        after = outcomes(card.progress, preset, moment, seed_of(card))[rating]
        leech = is_leech(after, preset)
        lapsed = after.lapses > card.progress.lapses
        became = leech and lapsed and _is_leech_alarm(after.lapses, preset)
        suspend = became and preset.leech_suspend
        _add_review(connection, review, card, rating, after, moment, took_ms)
        _save(connection, card.id, after, leech=leech)
        if suspend:
            connection.execute(
                "update cards set suspended = 1 where id = ?", (card.id,)
            )
        note_operation(
            connection,
            moment.at_ms,
            "answer",
            {"review": review, "card": card.id, "suspended": suspend},
        )
    return Recorded(review, after, became, suspend)


def _is_as_shown(connection: sqlite3.Connection, card: StoredCard) -> bool:
    seen = connection.execute(
        "select reps, last_ms, suspended, retired from cards where id = ?", (card.id,)
    ).fetchone()
    shown = (card.progress.reps, card.progress.last_ms, 0, 0)
    return seen is not None and tuple(seen) == shown


def seed_of(card: StoredCard) -> str:
    """Name a card alike on every device, for the fuzz."""
    return f"{card.guid}:{card.ordinal}"


def is_leech(progress: Progress, preset: Preset) -> bool:
    """Tell whether a card was forgotten so often that it wants rewriting."""
    return progress.lapses >= preset.leech_threshold


def _is_leech_alarm(lapses: int, preset: Preset) -> bool:
    """At the threshold and then each half of it again, as in Anki."""
    beyond = lapses - preset.leech_threshold
    return beyond >= 0 and beyond % ((preset.leech_threshold + 1) // 2) == 0


def _free_id(connection: sqlite3.Connection, card: int, at_ms: int) -> int:
    """A clock that was put back must not change the order of a card's rows."""
    sql = "select coalesce(max(id), 0) from reviews where card = ? and void = 0"
    at_ms = max(at_ms, connection.execute(sql, (card,)).fetchone()[0] + 1)
    while connection.execute("select 1 from reviews where id = ?", (at_ms,)).fetchone():
        at_ms += 1
    return at_ms


def _add_review(
    connection: sqlite3.Connection,
    review: int,
    card: StoredCard,
    rating: Rating,
    after: Progress,
    moment: Moment,
    took_ms: int,
) -> None:
    connection.execute(
        """
        insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                             offset_min, state, step, interval, last_interval,
                             difficulty)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (
            review,
            card.id,
            review,
            int(rating),
            took_ms,
            int(card.progress.state),
            int(review_kind(card.progress.state)),
            moment.offset_min,
            int(after.state),
            after.step,
            after.interval,
            card.progress.interval,
            after.difficulty or 0.0,
        ),
    )


def add_manual(
    connection: sqlite3.Connection,
    card: int,
    moment: Moment,
    known: tuple[int, int, int, float],
) -> tuple[int, int]:
    """Log inside a transaction that a person made a review card due today.

    Args:
        connection: In a transaction.
        card: Its id.
        moment: Now, and where.
        known: Its due day, step, interval and difficulty.

    Returns:
        The id of the row, whose rating is 0 and interval 0 days, and its study
        day.
    """
    _, step, interval, difficulty = known
    review = _free_id(connection, card, moment.at_ms)
    moment = msgspec.structs.replace(moment, at_ms=review)
    state = int(State.REVIEW)
    row = (review, card, review, 0, 0, state, int(ReviewKind.MANUAL))
    connection.execute(
        """
        insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                             offset_min, state, step, interval, last_interval,
                             difficulty)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        (*row, moment.offset_min, state, step, 0, interval, difficulty),
    )
    return review, moment.day


def _save(
    connection: sqlite3.Connection, card: int, progress: Progress, *, leech: bool
) -> None:
    values = msgspec.structs.asdict(progress)
    connection.execute(_SAVE, {**values, "id": card, "leech": int(leech)})


def note_operation(
    connection: sqlite3.Connection, at_ms: int, name: str, before: dict[str, Any]
) -> None:
    """Write down inside a transaction what was done, so that it can be undone."""
    text = msgspec.json.encode(before).decode()
    connection.execute(
        "insert into operations (at_ms, name, before) values (?, ?, ?)",
        (at_ms, name, text),
    )


def rebuilt(
    connection: sqlite3.Connection,
    card: int,
    parameters: tuple[float, ...],
    rollover: int,
) -> Progress:
    """Compute a card's progress from its reviews that stand."""
    sql = """
        select id, rating, offset_min, state, step, interval
          from reviews
         where card = ? and void = 0
         order by id
    """
    progress = Progress()
    for row in connection.execute(sql, (card,)):
        progress = _replay(progress, row, parameters, rollover)
    return progress


def _replay(
    progress: Progress,
    row: tuple[int, int, int, int, int, int],
    parameters: tuple[float, ...],
    rollover: int,
) -> Progress:
    review, rating, offset_min, state, step, interval = row
    moment = Moment(review, offset_min, rollover)
    if rating == 0:
        return brought(progress, moment.day + interval)
    result = Result(State(state), step, interval)
    return replayed(progress, rating, result, moment, parameters)


def void_review(
    store: Store, review: int, card: int, preset: Preset, rollover: int
) -> None:
    """Take an answer back inside a transaction: mark it and rebuild its card."""
    connection = store.connection
    connection.execute("update reviews set void = 1 where id = ?", (review,))
    progress = rebuilt(connection, card, preset.parameters, rollover)
    _save(connection, card, progress, leech=is_leech(progress, preset))


def rebuild_all(
    store: Store, preset_of: Callable[[int], Preset], rollover: int
) -> Iterator[tuple[int, Progress]]:
    """Compute every reviewed card's progress anew from the log.

    Args:
        store: The store; nothing is written.
        preset_of: The preset for the id of a deck.
        rollover: Hour at which a study day begins.

    Returns:
        Card ids and what the log says of them.
    """
    sql = """
        select r.card, c.deck, r.id, r.rating, r.offset_min, r.state, r.step, r.interval
          from reviews r join cards c on c.id = r.card
         where r.void = 0
         order by r.card, r.id
    """
    current, progress = 0, Progress()
    for card, deck, *row in store.connection.execute(sql):
        if card != current:
            if current:
                yield current, progress
            current, progress = card, Progress()
            parameters = preset_of(deck).parameters
        review, rating, offset_min, state, step, interval = row
        values = (review, rating, offset_min, state, step, interval)
        progress = _replay(progress, values, parameters, rollover)
    if current:
        yield current, progress


def brought(progress: Progress, day: int) -> Progress:
    """Make a review card due on another study day; its memory stays."""
    if progress.state is not State.REVIEW:
        return progress
    return msgspec.structs.replace(progress, due_day=day)


class HistoryLine(Struct, frozen=True):
    """One past answer, for people to read."""

    at_ms: int
    offset_min: int
    rating: int
    interval: int
    """Days when positive, seconds when negative."""
    took_ms: int
    kind: int
    void: bool


def history(store: Store, card: int) -> list[HistoryLine]:
    """Give the answers to a card, the newest first, undone ones too."""
    rows: list[Any] = store.rows(
        """
        select id, offset_min, rating, interval, took_ms, kind, void
          from reviews where card = :card order by id desc
        """,
        {"card": card},
    )
    return [
        HistoryLine(at, offset, rating, interval, took, kind, bool(void))
        for at, offset, rating, interval, took, kind, void in rows
    ]
