"""Operations: what the user did, recorded with what an undo needs.

`srs.store.undo` reads the payloads that are written here.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import Struct

from cards.questions import question_of, question_text
from srs.store.connection import Store
from srs.store.queue import card_with_note

DUE_TODAY = "forget"
"""The name under which stores keep that cards were made due today.

It is older than what it means, and stays: other versions of flash read it, too.
"""

REQUIRED_KEYS = {
    "answer": ("card", "review"),
    "look": ("card", "review"),
    "confusion": ("card", "review", "was"),
    "mock": ("mock", "questions", "about", "reviews"),
    "suspend": ("column", "was"),
    "unsuspend": ("column", "was"),
    "bury": ("column", "was"),
    "unbury": ("column", "was"),
    "flag": ("column", "was"),
    DUE_TODAY: ("reviews",),
    "set-due": ("reviews",),
    "reset": ("reviews",),
    "add": ("about", "counts", "former"),
    "edit": ("about", "counts", "former"),
    "config": ("deck", "names"),
    "import": ("notes", "reviews", "marks"),
    "optimize": ("deck", "parameters", "fitted"),
    "reschedule": ("runs",),
    "away": ("was", "runs"),
    "move": ("about", "cards", "former"),
    "remove": ("about", "cards", "former"),
    "delete": ("about", "cards", "backup"),
}
"""For each kind of operation the keys that `flash undo` and `flash log` need."""

_NOTHING_MERGED: dict[str, Any] = {"notes": [], "reviews": [], "marks": []}
"""What an import has that only added files: notes without answers and due days."""
_CARDS = {
    **dict.fromkeys(("suspend", "unsuspend", "bury", "unbury", "flag"), ("was", 0)),
    **dict.fromkeys((DUE_TODAY, "set-due", "reset"), ("reviews", 1)),
}
"""Where the payload of an operation on cards has them: key and column."""


class Operation(Struct, frozen=True):
    """An operation; which fields apply depends on its name."""

    name: str
    """A key of `REQUIRED_KEYS`, or a name that only a newer version knows."""
    at_ms: int = 0
    count: int = 0
    """Cards, or notes for add, edit and import; 0 for settings."""
    undone: bool = False
    about: str = ""
    """A question, the name of a file, or a deck; empty if there is none."""
    rating: int = 0
    """Of an answer; 0 if its row is gone."""
    files: int = 0
    actions: dict[str, int] = {}
    """Notes by what happened to them, see `cards.identity.matching.Action`."""
    reviews: int = 0
    names: tuple[str, ...] = ()
    """Changed options or settings."""
    left: int = 0
    """Notes, cards or options that an undo left as another device changed them."""
    is_void: bool = False
    """The undo changed nothing because of that."""


REDO = "redo"
"""The key of an undone operation for what a redo needs, see `srs.store.redo`."""
LAST_DONE = """
    coalesce((select id from operations where undone = 0 order by id desc limit 1), 0)
"""
"""SQL for the last operation that is not undone."""


DURING_REVIEW = frozenset(
    ["answer", "look", "confusion", "suspend", "unsuspend", "bury", "flag", "edit"]
) | {DUE_TODAY}
"""Operations that the user makes in a review, and may undo there."""
UNSCHEDULED = DURING_REVIEW - {"answer", DUE_TODAY}
"""Those that the user may undo in a review that does not change the schedule."""


def record_operation(
    connection: sqlite3.Connection, at_ms: int, name: str, before: dict[str, Any]
) -> None:
    """Record inside a transaction what was done, so that it can be undone."""
    text = msgspec.json.encode(before).decode()
    forget_redo(connection)
    connection.execute(
        "insert into operations (at_ms, name, before) values (?, ?, ?)",
        (at_ms, name, text),
    )


def edit_times_s(connection: sqlite3.Connection) -> set[int]:
    """Return when texts were edited here, epoch seconds."""
    sql = "select at_ms / 1000 from operations where name in ('add', 'edit')"
    return {row[0] for row in connection.execute(sql)}


def last_operation(connection: sqlite3.Connection) -> int:
    """Return the id of the last operation, 0 if there is none."""
    sql = "select coalesce(max(id), 0) from operations"
    return int(connection.execute(sql).fetchone()[0])


def last_done_id(connection: sqlite3.Connection) -> int:
    """Return the id of the last operation that is not undone, 0 if there is none."""
    return int(connection.execute(f"select {LAST_DONE}").fetchone()[0])


@contextmanager
def one_operation(connection: sqlite3.Connection, name: str) -> Iterator[None]:
    """Join inside a transaction the operations of a block, which share no key.

    A single one keeps its name, which says what undoing it needs.
    """
    last = last_operation(connection)
    yield
    sql = "select id, before from operations where id > ? order by id"
    rows = connection.execute(sql, (last,)).fetchall()
    if len(rows) < 2:
        return
    joined = dict(_NOTHING_MERGED)
    for _, text in rows:
        joined |= msgspec.json.decode(text)
    connection.execute(
        "update operations set name = ?, before = ? where id = ?",
        (name, msgspec.json.encode(joined).decode(), rows[0][0]),
    )
    connection.execute("delete from operations where id > ?", (rows[0][0],))


def forget_redo(connection: sqlite3.Connection) -> None:
    """Drop inside a transaction what a redo needs."""
    connection.execute(
        f"update operations set before = json_remove(before, '$.{REDO}')"
        f" where undone = 1 and id > {LAST_DONE}"
    )


def was_ever_filled(store: Store) -> bool:
    """Return True if notes were ever added or imported, even if that was undone."""
    sql = "select 1 from operations where name in ('add', 'import') limit 1"
    return store.row(sql) is not None


def last_operations(store: Store, limit: int | None = None) -> list[Operation]:
    """List operations, the last first.

    Args:
        store: The store.
        limit: The maximum number; None for all.
    """
    sql = """
        select at_ms, name, before, undone from operations
         order by id desc limit :limit
    """
    rows = store.rows(sql, {"limit": -1 if limit is None else limit})
    return [
        describe(store, name, msgspec.json.decode(text), at_ms, undone=bool(undone))
        for at_ms, name, text, undone in rows
    ]


def last_done(store: Store) -> Operation | None:
    """Return the last operation that is not undone; None if there is none."""
    sql = f"select name, before, at_ms from operations where id = {LAST_DONE}"
    row = store.row(sql)
    if row is None:
        return None
    name, text, at_ms = row
    return describe(store, name, msgspec.json.decode(text), at_ms, undone=False)


def describe(
    store: Store, name: str, before: dict[str, Any], at_ms: int, *, undone: bool
) -> Operation:
    """Summarize a recorded operation."""
    operation = Operation(name, at_ms, undone=undone)
    match name:
        case "answer" | "look":
            rating, question = _answered(store, before["review"])
            changes: dict[str, Any] = {"count": 1, "rating": rating, "about": question}
        case "mock":
            changes = {"count": before["questions"], "about": before["about"]}
            changes["reviews"] = len(before["reviews"])
        case "import":
            made = before.get("counts", {})
            notes = len(before["notes"]) + made.get("new", 0) + made.get("returned", 0)
            reviews = before.get("answers", len(before["reviews"]))
            changes = {"count": notes, "reviews": reviews}
        case "add" | "edit":
            actions = before["counts"]
            changes = {"count": sum(actions.values()), "actions": actions}
            changes |= {"about": before["about"], "files": before.get("files", 1)}
        case "move" | "remove" | "delete":
            changes = {"count": before["cards"], "about": before["about"]}
        case "config" | "optimize":
            names = tuple(before.get("names", ()))
            changes = {"about": before["deck"], "names": names}
        case "reschedule" | "away":
            count = sum(last - first + 1 for first, last in before["runs"])
            changes = {"count": count}
        case _:
            cards = _cards(name, before)
            changes = {"count": len(cards), "about": _question(store, cards)}
    return msgspec.structs.replace(operation, **changes)


def _cards(name: str, before: dict[str, Any]) -> list[int]:
    """Return the cards of an operation on cards; none if it is unknown."""
    if name == "confusion":
        return [before["card"]]
    key, column = _CARDS.get(name, ("", 0))
    return [row[column] for row in before.get(key, ())]


def _answered(store: Store, review: int) -> tuple[int, str]:
    """Return the rating and the question of an answer, if they are still there."""
    sql = "select rating, card from reviews where id = :review"
    row = store.row(sql, {"review": review})
    if row is None:
        return 0, ""
    question = _question(store, [row[1]])
    return (row[0], question) if question else (0, "")


def _question(store: Store, cards: Sequence[int]) -> str:
    """Return what one card asks, on one line; empty if it is gone, or for several."""
    found = card_with_note(store, cards[0]) if len(cards) == 1 else None
    if found is None:
        return ""
    stored, note = found
    try:
        text = question_of(note, stored.part).question
    except KeyError:
        text = question_text(note.content)
    return " ".join(text.split())
