"""Review cards get the interval that their memory asks for today.

Asked for after a change of parameters or of the desired retention, never done by
itself.  The log stays the truth: each card that moves gets one row by hand with
its new interval, counted from its last answer, so that a rebuild keeps it.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import count
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fuzz import fuzz_range, round_half_up
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import day_spread, interval_days
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.queue import due_counts
from srs.store.replay import (
    batched,
    deck_presets,
    rebuild_all,
    rebuild_card_states,
    update_card_states,
)
from srs.store.settings import Options

LOAD_DAYS = 14

_CARDS = """
    select id, deck, note || ':' || ordinal, suspended = 0, state = 2 and retired = 0
      from cards
"""


class Rescheduled(Struct, frozen=True):
    """What a reschedule does, or would do."""

    cards: int
    """Review cards that were looked at."""
    moved: int
    sooner: int
    """Those of them that are due on an earlier day than before."""
    before: tuple[int, ...]
    """Cards due on each of the next days, today (with the overdue) first."""
    after: tuple[int, ...]


def reschedule(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None = None,
    *,
    dry_run: bool = False,
) -> Rescheduled:
    """Compute memory and due days anew from the log, in one transaction.

    A card that was brought forward by hand stays where it is, and so does what is
    new or in learning.

    Args:
        store: The store.
        options: The person's settings as they are now.
        now_ms: UTC milliseconds.
        decks: Only cards in these decks (ids); None for all.
        dry_run: Compute only.

    Returns:
        How many cards move, and the load of the next days.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    if dry_run:
        return _work(store, options, now_ms, decks, write=False)
    with store.transaction():
        return _work(store, options, now_ms, decks, write=True)


def _work(
    store: Store,
    options: Options,
    now_ms: int,
    decks: Sequence[int] | None,
    *,
    write: bool,
) -> Rescheduled:
    connection = store.connection
    presets = deck_presets(connection, options)
    rows = connection.execute(_CARDS).fetchall()
    owners = {row[0]: row[1] for row in rows}
    chosen = {
        row[0]: row for row in rows if row[4] and (decks is None or row[1] in decks)
    }
    today = options.calendar.day(now_ms)
    moves = _Moves(chosen, presets, today, due_counts(store, today, options.away))
    free = FreeIds(connection, now_ms, len(chosen))
    added: list[int] = []
    rebuilt = rebuild_all(
        connection,
        lambda deck: presets[deck],
        options.rollover,
        None if decks is None else chosen,
        decks=owners,
        path=store.path,
    )
    for found in map(dict, batched(rebuilt)):
        moving = moves.of(found)
        if write:
            added += add_rows(connection, options, now_ms, found, moving, free)
            update_card_states(connection, presets, (found | moving).items(), owners)
    if added:
        record_operation(connection, now_ms, "reschedule", {"runs": runs_of(added)})
    return moves.result()


class _Moves:
    """Which cards move, portion by portion, and what is due before and after."""

    def __init__(
        self,
        chosen: Mapping[int, Sequence[Any]],
        presets: Mapping[int, Preset],
        today: int,
        load: DueCounts,
    ) -> None:
        self._chosen, self._presets = chosen, presets
        self._today, self._load = today, load
        self._moved, self._sooner = 0, 0
        self._before: list[int | None] = []
        self._after: list[int | None] = []

    def of(self, found: Mapping[int, SchedulingState]) -> dict[int, SchedulingState]:
        """Give the cards of a portion that move, as they become."""
        moving: dict[int, SchedulingState] = {}
        chosen, presets = self._chosen, self._presets
        today, load = self._today, self._load
        for card, progress in found.items():
            if card not in chosen:
                continue
            _, deck, name, is_asked, _ = chosen[card]
            seed = f"{name}:{progress.reps - 1}"
            moves = moved_to(progress, presets[deck], seed, today, load)
            if moves is not None:
                moving[card] = moves
                self._sooner += _due(moves) < _due(progress)
            if is_asked:
                self._before.append(progress.due_day)
                self._after.append((moves or progress).due_day)
                if moves is not None:
                    load.move(progress.due_day, moves.due_day)
        self._moved += len(moving)
        return moving

    def result(self) -> Rescheduled:
        """Sum up."""
        return Rescheduled(
            cards=len(self._chosen),
            moved=self._moved,
            sooner=self._sooner,
            before=_counted(self._before, self._today),
            after=_counted(self._after, self._today),
        )


def moved_to(
    progress: SchedulingState, preset: Preset, seed: str, today: int, load: DueCounts
) -> SchedulingState | None:
    """Give a review card the interval that its memory asks for.

    Args:
        progress: The card.
        preset: How its deck is scheduled.
        seed: Name of the card and of its last answer, for the fuzz.
        today: Study day.
        load: What is due on the days to come.

    Returns:
        The card as it becomes; None where it stays, because its interval is one
        that fuzz may have made.
    """
    last, stability = progress.last_day, progress.stability
    if progress.state is not State.REVIEW or last is None or stability is None:
        return None
    if progress.due_day != last + progress.interval:
        # Brought forward by hand.
        return None
    wanted = interval_days(stability, preset)
    lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
    if preset.fuzz and lower <= progress.interval <= upper:
        return None
    spread = day_spread(preset, last, seed, load)
    if spread is None:
        interval = max(1, min(preset.maximum_interval, round_half_up(wanted)))
    else:
        # What is to come may be spread; what is overdue already is due today.
        interval = spread(min(upper, max(lower, today + 1 - last)), upper)
    if interval == progress.interval:
        return None
    return replace(progress, interval=interval, due_day=last + interval)


def _due(progress: SchedulingState) -> int:
    return progress.due_day or 0


def _counted(due: Iterable[int | None], today: int) -> tuple[int, ...]:
    """Count cards by the day on which they are due, those overdue today."""
    load = [0] * LOAD_DAYS
    for day, cards in Counter(due).items():
        if day is not None and day < today + LOAD_DAYS:
            load[max(0, day - today)] += cards
    return tuple(load)


class FreeIds:
    """Gives ids to rows that are added: after their cards' last rows, few after now."""

    def __init__(self, connection: sqlite3.Connection, now_ms: int, room: int) -> None:
        """Find out where there is room.

        Args:
            connection: In a transaction.
            now_ms: UTC milliseconds.
            room: How many may be wanted.
        """
        newest = connection.execute("select max(id) from reviews").fetchone()[0] or 0
        self._first = max(now_ms - room, newest + 1)
        self._last: dict[int, int] = {}
        """The last rows of cards that have some since then."""
        self._taken: set[int] = set()
        if self._first + room > now_ms:
            self._first = now_ms - 2 * room
            sql = "select card, id, void from reviews where id >= ? order by id"
            rows = connection.execute(sql, (self._first,)).fetchall()
            self._last = {card: review for card, review, void in rows if not void}
            self._taken = {row[1] for row in rows}

    def give(self, cards: Collection[int]) -> dict[int, int]:
        """Give each card an id."""
        last, taken = self._last, self._taken
        if not taken:
            ids = dict(zip(cards, count(self._first), strict=False))
            self._first += len(ids)
            return ids
        while self._first in taken:
            self._first += 1
        ids, review = {}, self._first
        for card in sorted(cards, key=lambda card: last.get(card, 0)):
            review = max(review, last.get(card, 0) + 1)
            while review in taken:
                review += 1
            taken.add(review)
            ids[card] = review
        return ids


def add_rows(
    connection: sqlite3.Connection,
    options: Options,
    now_ms: int,
    found: Mapping[int, SchedulingState],
    moved: Mapping[int, SchedulingState],
    free: FreeIds,
) -> list[int]:
    """Log inside a transaction that cards move; see `undo_reschedule`.

    Args:
        connection: In a transaction.
        options: The person's settings.
        now_ms: UTC milliseconds.
        found: The cards as they are, by id.
        moved: Those that move, as they become.
        free: Where there is room for them.

    Returns:
        The ids of the rows that were added.
    """
    ids = free.give(moved)
    offset = options.moment(now_ms).offset_min
    kind, state = int(ReviewKind.RESCHEDULE), int(State.REVIEW)
    connection.executemany(
        """
        insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                             offset_min, state, step, interval, last_interval,
                             difficulty)
        values (?1, ?2, ?1, 0, 0, ?3, ?4, ?5, ?3, 0, ?6, ?7, ?8)
        """,
        [
            (
                review,
                card,
                state,
                kind,
                offset,
                (after := moved[card]).interval,
                found[card].interval,
                after.difficulty or 0.0,
            )
            for card, review in ids.items()
        ],
    )
    return list(ids.values())


def runs_of(ids: Iterable[int]) -> list[list[int]]:
    """Give the first and the last of each run of numbers that follow each other."""
    runs: list[list[int]] = []
    for one in sorted(ids):
        if runs and runs[-1][1] == one - 1:
            runs[-1][1] = one
        else:
            runs.append([one, one])
    return runs


def undo_reschedule(
    connection: sqlite3.Connection, options: Options, before: dict[str, Any]
) -> str:
    """Take a reschedule back inside a transaction; gives what was done, for people."""
    runs = msgspec.json.encode(before["runs"]).decode()
    own = """
        id in (select r.id from json_each(:runs) as run join reviews r
                   on r.id between run.value ->> 0 and run.value ->> 1)
    """
    values = {"runs": runs}
    sql = f"select card from reviews where {own}"
    cards = [row[0] for row in connection.execute(sql, values)]
    connection.execute(f"update reviews set void = 1 where {own}", values)
    rebuild_card_states(connection, options, cards)
    count = "1 card" if len(cards) == 1 else f"{len(cards)} cards"
    return f"put {count} back to the days before the reschedule"
