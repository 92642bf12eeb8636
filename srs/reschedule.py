"""Review cards get the interval that their memory asks for today.

Asked for after a change of parameters or of the desired retention, never done by
itself.  The log stays the truth: each card that moves gets one row by hand with
its new interval, counted from its last answer, so that a rebuild keeps it.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from srs.balance import Load
from srs.cache import deck_presets, rebuild_all, rewrite, save_all
from srs.day_cards import read_load
from srs.fuzz import fuzz_range, round_half_up
from srs.memory import Progress, ReviewKind, State
from srs.options import Options
from srs.presets import Preset
from srs.schedule import day_spread, interval_days
from srs.steps import note_operation
from srs.store import Store

LOAD_DAYS = 14

_CARDS = """
    select id, note, ordinal, deck, suspended
      from cards
     where state = 2 and retired = 0
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
    chosen = {
        card: row
        for card, *row in connection.execute(_CARDS)
        if decks is None or row[2] in decks
    }
    today = options.calendar.day(now_ms)
    load = read_load(store, options, today)
    found: dict[int, Progress] = {}
    moved: dict[int, Progress] = {}
    for card, progress in rebuild_all(
        connection,
        lambda deck: presets[deck],
        options.rollover,
        None if decks is None else chosen,
    ):
        found[card] = progress
        if card not in chosen:
            continue
        guid, ordinal, deck, suspended = chosen[card]
        seed = f"{guid}:{ordinal}:{progress.reps - 1}"
        after = moved_to(progress, presets[deck], seed, today, load)
        if after is not None:
            moved[card] = after
            if not suspended:
                load.move(progress.due_day, after.due_day)
    asked = [card for card, row in chosen.items() if not row[3]]
    result = Rescheduled(
        cards=len(chosen),
        moved=len(moved),
        sooner=sum(_due(moved[card]) < _due(found[card]) for card in moved),
        before=_load(asked, found, today),
        after=_load(asked, found | moved, today),
    )
    if write:
        if moved:
            runs = add_rows(connection, options, now_ms, found, moved)
            note_operation(connection, now_ms, "reschedule", {"runs": runs})
        save_all(connection, presets, (found | moved).items())
    return result


def moved_to(
    progress: Progress, preset: Preset, seed: str, today: int, load: Load
) -> Progress | None:
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
    spread = day_spread(preset, last, seed, load)
    if spread is None:
        interval = max(1, min(preset.maximum_interval, round_half_up(wanted)))
    else:
        lower, upper = fuzz_range(wanted, 1, preset.maximum_interval)
        if lower <= progress.interval <= upper:
            return None
        # What is to come may be spread; what is overdue already is due today.
        interval = spread(min(upper, max(lower, today + 1 - last)), upper)
    if interval == progress.interval:
        return None
    return replace(progress, interval=interval, due_day=last + interval)


def _due(progress: Progress) -> int:
    return progress.due_day or 0


def _load(
    cards: Iterable[int], carried: Mapping[int, Progress], today: int
) -> tuple[int, ...]:
    load = [0] * LOAD_DAYS
    for card in cards:
        day = carried[card].due_day if card in carried else None
        if day is not None and day < today + LOAD_DAYS:
            load[max(0, day - today)] += 1
    return tuple(load)


def add_rows(
    connection: sqlite3.Connection,
    options: Options,
    now_ms: int,
    found: Mapping[int, Progress],
    moved: Mapping[int, Progress],
) -> list[list[int]]:
    """Log inside a transaction that cards move; see `undo_reschedule`.

    Args:
        connection: In a transaction.
        options: The person's settings.
        now_ms: UTC milliseconds.
        found: The cards as they are, by id.
        moved: Those that move, as they become.

    Returns:
        First and last id of each run of rows that were added.
    """
    ids = _free_ids(connection, now_ms, moved)
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
                moved[card].interval,
                found[card].interval,
                moved[card].difficulty or 0.0,
            )
            for card, review in ids.items()
        ],
    )
    return _runs(sorted(ids.values()))


def _free_ids(
    connection: sqlite3.Connection, now_ms: int, moved: Collection[int]
) -> dict[int, int]:
    """Give each card a free id after its last row, and as few as can be after now."""
    newest = connection.execute("select max(id) from reviews").fetchone()[0] or 0
    if newest < now_ms - len(moved):
        return dict(zip(moved, range(now_ms - len(moved), now_ms), strict=True))
    rows = connection.execute("select card, max(id) from reviews group by card")
    last: dict[int, int] = dict(rows)
    cards = sorted(moved, key=lambda card: last[card])
    review = now_ms - 2 * len(cards)
    sql = "select id from reviews where id > ?"
    taken = {row[0] for row in connection.execute(sql, (review,))}
    ids: dict[int, int] = {}
    for card in cards:
        review = max(review, last[card]) + 1
        while review in taken:
            review += 1
        ids[card] = review
    return ids


def _runs(ids: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for one in ids:
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
    rewrite(connection, options, cards)
    count = "1 card" if len(cards) == 1 else f"{len(cards)} cards"
    return f"put {count} back to the days before the reschedule"
