"""What a person does to cards besides answering, and the way back.

Each is one transaction that writes down what it changed, so that `undo` works
any number of steps, also after a restart.
"""

import sqlite3
from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec import Struct

from srs.cache import rewrite
from srs.confusions import undo_confusion
from srs.holidays import undo_away
from srs.log import add_manual, note_operation, void_review
from srs.memory import State
from srs.options import Options
from srs.parameters import undo_optimize
from srs.presets import Preset
from srs.reschedule import undo_reschedule
from srs.store import Store

_NEVER_ANSWERED = """
    update cards
       set state = 0, step = 0, stability = null, difficulty = null, interval = 0,
           due_ms = null, due_day = null, last_ms = null, last_day = null, reps = 0,
           lapses = 0, leech = 0
     where id = ? and not exists (
           select 1 from reviews where card = cards.id and void = 0)
"""
"""What a card carries whose log is empty: a rebuild speaks of others only."""

SET_MARKS = "update cards set suspended = ?, flag = ?, marked_ms = ? where id = ?"


def suspend(store: Store, cards: Sequence[int], now_ms: int, *, suspended: bool) -> int:
    """Set cards aside, or take them up again.

    Args:
        store: The store.
        cards: Their ids.
        now_ms: UTC milliseconds.
        suspended: False to take them up again.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    return _set(store, cards, now_ms, "suspended", int(suspended))


def bury(store: Store, cards: Sequence[int], now_ms: int, day: int) -> int:
    """Let cards rest till the end of a study day; see `suspend`."""
    return _set(store, cards, now_ms, "buried", day)


def _set(
    store: Store, cards: Sequence[int], now_ms: int, column: str, value: int
) -> int:
    # `column` is one of this module's own two words.
    with store.transaction() as connection:
        before: list[tuple[int, int, int]] = []
        for card in cards:
            row = connection.execute(
                f"select {column}, marked_ms from cards where id = ?", (card,)
            ).fetchone()
            if row is not None and row[0] != value:
                before.append((card, *row))
        connection.executemany(
            f"update cards set {column} = ?, marked_ms = max(marked_ms, ?)"
            " where id = ?",
            [
                (value, now_ms if column == "suspended" else 0, card)
                for card, _, _ in before
            ],
        )
        if before:
            name = "bury" if column == "buried" else "suspend"
            if name == "suspend" and not value:
                name = "unsuspend"
            note_operation(connection, now_ms, name, {"column": column, "was": before})
    return len(before)


def bring_forward(
    store: Store, options: Options, cards: Sequence[int], now_ms: int
) -> int:
    """Make review cards due today, with their history and memory kept.

    Args:
        store: The store.
        options: The person's settings.
        cards: Their ids; new ones and those in learning stay as they are.
        now_ms: UTC milliseconds.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    moment = options.moment(now_ms)
    with store.transaction() as connection:
        done: list[tuple[int, int]] = []
        for card in cards:
            row = connection.execute(
                "select due_day, step, interval, coalesce(difficulty, 0)"
                " from cards where id = ? and state = ? and due_day > ?",
                (card, int(State.REVIEW), moment.day),
            ).fetchone()
            if row is not None:
                review, day = add_manual(connection, card, moment, row)
                connection.execute(
                    "update cards set due_day = ? where id = ?", (day, card)
                )
                done.append((review, card))
        if done:
            note_operation(connection, now_ms, "forget", {"reviews": done})
    return len(done)


class Undone(Struct, frozen=True):
    """A step that was taken back."""

    name: str
    """answer, look, confusion, suspend, unsuspend, bury, forget, import, optimize,
    reschedule or away."""
    sentence: str
    card: int | None
    """The card to show again, where it was one."""
    review: int | None = None
    """The answer that was taken back, where it was one."""


def undo_last(store: Store, options: Options) -> Undone | None:
    """Take back the last step that stands.

    Args:
        store: The store.
        options: The person's settings, for the rebuild of an answered card.

    Returns:
        What was undone; None where nothing is left to undo.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        row = connection.execute(
            "select id, name, before from operations"
            " where undone = 0 order by id desc limit 1"
        ).fetchone()
        if row is None:
            return None
        operation, name, text = row
        before: dict[str, Any] = msgspec.json.decode(text)
        connection.execute(
            "update operations set undone = 1 where id = ?", (operation,)
        )
        if name == "answer":
            return _undo_answer(store, options, before)
        if name == "look":
            return _undo_look(connection, before)
        if name == "confusion":
            return Undone(name, undo_confusion(connection, before), None)
        if name == "forget":
            return _undo_forget(store, options, before)
        if name == "import":
            return _undo_import(store, options, before)
        if name == "optimize":
            return Undone(name, undo_optimize(store, connection, before), None)
        if name == "reschedule":
            return Undone(name, undo_reschedule(connection, options, before), None)
        if name == "away":
            return Undone(name, undo_away(store, connection, before), None)
        return _undo_mark(connection, name, before)


def _preset_of(store: Store, options: Options, card: int) -> Preset:
    sql = "select d.name from cards c join decks d on d.id = c.deck where c.id = :card"
    return options.preset(store.row(sql, {"card": card})[0])


def _undo_forget(store: Store, options: Options, before: dict[str, Any]) -> Undone:
    reviews: list[list[int]] = before["reviews"]
    for review, card in reviews:
        preset = _preset_of(store, options, card)
        void_review(store, review, card, preset, options.rollover)
    cards = "1 card" if len(reviews) == 1 else f"{len(reviews)} cards"
    only = reviews[0][1] if len(reviews) == 1 else None
    return Undone("forget", f"put {cards} back to the day it was due", only)


def _undo_answer(store: Store, options: Options, before: dict[str, Any]) -> Undone:
    card = int(before["card"])
    preset = _preset_of(store, options, card)
    review = int(before["review"])
    void_review(store, review, card, preset, options.rollover)
    if before.get("suspended"):
        store.connection.execute("update cards set suspended = 0 where id = ?", (card,))
    return Undone("answer", "took back the last answer", card, review)


def _undo_look(connection: sqlite3.Connection, before: dict[str, Any]) -> Undone:
    review = int(before["review"])
    connection.execute("update reviews set void = 1 where id = ?", (review,))
    said = "took back the last answer beside the schedule"
    return Undone("look", said, int(before["card"]), review)


def _undo_import(store: Store, options: Options, before: dict[str, Any]) -> Undone:
    """Drop the copies that an import brought; what was here stays as it is."""
    run, many = store.connection.execute, store.connection.executemany
    reviews = [(review,) for review in before["reviews"]]
    touched: set[int] = set()
    for row in reviews:
        found = run("select card from reviews where id = ?", row).fetchone()
        touched.update(found or ())
    many("delete from reviews where id = ? and origin <> ''", reviews)
    notes = [(guid,) for guid in before["notes"]]
    many("update notes set retired = 1 where guid = ?", notes)
    many("update cards set retired = 1 where note = ?", notes)
    rewrite(store.connection, options, touched)
    bare = [(card,) for card in touched]
    many(_NEVER_ANSWERED, bare)
    many(SET_MARKS, before["marks"])
    told = "1 review" if len(reviews) == 1 else f"{len(reviews)} reviews"
    cards = "1 note" if len(notes) == 1 else f"{len(notes)} notes"
    return Undone("import", f"took {cards} and {told} of an import back", None)


def _undo_mark(
    connection: sqlite3.Connection, name: str, before: dict[str, Any]
) -> Undone:
    column = "buried" if before["column"] == "buried" else "suspended"
    was: list[list[int]] = before["was"]
    # Steps that an earlier schema wrote down know no moment of marking.
    connection.executemany(
        f"update cards set {column} = ?, marked_ms = ? where id = ?",
        [(value, *(marked or [0]), card) for card, value, *marked in was],
    )
    cards = "1 card" if len(was) == 1 else f"{len(was)} cards"
    words = {
        "suspend": f"took {cards} up again",
        "unsuspend": f"suspended {cards} again",
        "bury": f"dug {cards} out again",
    }
    return Undone(name, words[name], was[0][0] if len(was) == 1 else None)


class Reader(Struct, frozen=True):
    """Another program that has a review open."""

    pid: int
    started_ms: int


def enter(
    store: Store, pid: int, host: str, now_ms: int, alive: frozenset[int]
) -> list[Reader]:
    """Write down that a review is open and give the others that are.

    Args:
        store: The store.
        pid: This process.
        host: This machine.
        now_ms: UTC milliseconds.
        alive: Which of the processes in `reader_pids` still run.

    Raises:
        StoreError: The store can't be written.
    """
    with store.transaction() as connection:
        for known in reader_pids(store, host):
            if known not in alive or known == pid:
                connection.execute(
                    "delete from readers where pid = ? and host = ?", (known, host)
                )
        others = connection.execute("select pid, started from readers").fetchall()
        connection.execute(
            "insert into readers (pid, host, started) values (?, ?, ?)",
            (pid, host, now_ms),
        )
    return [Reader(*row) for row in others]


def reader_pids(store: Store, host: str) -> list[int]:
    """Give the processes of a machine that said they have a review open."""
    rows = store.rows("select pid from readers where host = :host", {"host": host})
    return [row[0] for row in rows]


def leave(store: Store, pid: int, host: str) -> None:
    """Write down that a review is closed.

    Raises:
        StoreError: The store can't be written.
    """
    with store.transaction() as connection:
        connection.execute(
            "delete from readers where pid = ? and host = ?", (pid, host)
        )
