"""Actions on cards besides answers: suspend, bury, flag, set due, reset.

Each is one transaction that records what it changed, for `srs.store.undo`.
"""

from collections.abc import Sequence
from zlib import crc32

from srs.models.cards import State
from srs.store.anki_marks import mark_time, save_mark_times
from srs.store.connection import Store
from srs.store.operations import DUE_TODAY, record_operation
from srs.store.replay import rebuild_card_states
from srs.store.revlog import ManualRows
from srs.store.rows import CARD_COLUMNS, card_of
from srs.store.settings import Options

SET_MARKS = "update cards set suspended = ?, flag = ?, marked_ms = ? where id = ?"

_CHOSEN = "id in (select value from json_each(:cards))"


def suspend(store: Store, cards: Sequence[int], now_ms: int, *, suspended: bool) -> int:
    """Suspend or unsuspend cards.

    Args:
        store: The store.
        cards: Their ids.
        now_ms: UTC milliseconds.
        suspended: False to unsuspend them.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    name = "suspend" if suspended else "unsuspend"
    return _mark(store, cards, now_ms, name, "suspended", int(suspended))


def bury(store: Store, cards: Sequence[int], now_ms: int, day: int) -> int:
    """Bury cards until the end of a study day; see `suspend`."""
    return _mark(store, cards, now_ms, "bury", "buried", day)


def unbury(store: Store, cards: Sequence[int], now_ms: int, day: int) -> int:
    """Bring back cards that are buried on a study day; see `suspend`."""
    sql = f"select id from cards where buried = :day and {_CHOSEN}"
    rows = store.rows(sql, {"day": day, "cards": str(list(cards))})
    return _mark(store, [card for (card,) in rows], now_ms, "unbury", "buried", 0)


def flag(store: Store, cards: Sequence[int], now_ms: int, number: int) -> int:
    """Give cards a flag from 1 to 7, or 0 for none; see `suspend`."""
    return _mark(store, cards, now_ms, "flag", "flag", number)


def _mark(
    store: Store, cards: Sequence[int], now_ms: int, name: str, column: str, value: int
) -> int:
    # `column` is a constant of this module.
    values = {
        "cards": str(list(cards)),
        "value": value,
        "now": 0 if column == "buried" else now_ms,
    }
    changed = f"{_CHOSEN} and {column} <> :value"
    with store.transaction() as connection:
        before = connection.execute(
            f"""
            select id, {column}, marked_ms, {mark_time(column)}
              from cards where {changed}
            """,
            values,
        ).fetchall()
        connection.execute(
            f"""
            update cards set {column} = :value, marked_ms = max(marked_ms, :now)
             where {changed}
            """,
            values,
        )
        if before:
            if column != "buried":
                ids = [card for card, *_ in before]
                save_mark_times(connection, ids, column, now_ms)
            record_operation(
                connection, now_ms, name, {"column": column, "was": before}
            )
    return len(before)


def set_due_today(
    store: Store, options: Options, cards: Sequence[int], now_ms: int
) -> int:
    """Make review cards due today; history and memory stay.

    Args:
        store: The store.
        options: The user's settings.
        cards: Their ids; new ones and those in learning stay as they are.
        now_ms: UTC milliseconds.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    today = options.calendar.day(now_ms)
    return _set_due(store, options, cards, now_ms, (today, today), DUE_TODAY)


def set_due(
    store: Store,
    options: Options,
    cards: Sequence[int],
    now_ms: int,
    days: tuple[int, int],
) -> int:
    """Make cards due on a study day, or spread them over several.

    A new card becomes a review card with that interval, as in Anki; a card in
    learning becomes one with the memory that it has.

    Args:
        store: The store.
        options: The user's settings.
        cards: Their ids.
        now_ms: UTC milliseconds.
        days: The first and the last study day; today or later.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    return _set_due(store, options, cards, now_ms, days, "set-due")


def _set_due(
    store: Store,
    options: Options,
    cards: Sequence[int],
    now_ms: int,
    days: tuple[int, int],
    name: str,
) -> int:
    moment, (first, last) = options.moment(now_ms), days
    only = f"c.state = {State.REVIEW:d} and c.due_day > :first"
    sql = f"""
        select {CARD_COLUMNS} from cards c
         where c.{_CHOSEN} {f"and {only}" if name == DUE_TODAY else ""}
         order by c.id
    """
    done: list[tuple[int, int]] = []
    with store.transaction() as connection:
        rows = store.rows(sql, {"cards": str(list(cards)), "first": first})
        log = ManualRows(connection, moment)
        for card in map(card_of, rows):
            number = crc32(f"{card.id}:{now_ms}".encode())
            day = first + number % (last - first + 1)
            done.append((log.add_due_day(card, day), card.id))
        _record_log_change(store, options, now_ms, name, done)
    return len(done)


def reset(store: Store, options: Options, cards: Sequence[int], now_ms: int) -> int:
    """Make cards new again; their answers stay in the log.

    Args:
        store: The store.
        options: The user's settings.
        cards: Their ids; new ones stay as they are.
        now_ms: UTC milliseconds.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    moment = options.moment(now_ms)
    sql = f"select {CARD_COLUMNS} from cards c where c.{_CHOSEN} and c.state <> 0"
    done: list[tuple[int, int]] = []
    with store.transaction() as connection:
        log = ManualRows(connection, moment)
        for row in store.rows(sql, {"cards": str(list(cards))}):
            card = card_of(row)
            done.append((log.add_reset(card), card.id))
        _record_log_change(store, options, now_ms, "reset", done)
    return len(done)


def _record_log_change(
    store: Store, options: Options, now_ms: int, name: str, rows: list[tuple[int, int]]
) -> None:
    """Record rows (review, card) that were added, and rebuild the cards."""
    if not rows:
        return
    rebuild_card_states(store.connection, options, [card for _, card in rows])
    record_operation(store.connection, now_ms, name, {"reviews": rows})
