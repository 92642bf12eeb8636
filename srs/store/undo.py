"""The way back: the last step is undone first, also after a restart.

Each kind of step wrote down what it changed; here is what puts that back.  All of
one undo is one transaction.
"""

import sqlite3
from collections.abc import Callable, Container
from typing import Any

import msgspec
from msgspec import Struct

from srs.models.presets import Preset
from srs.optimizer.parameters import undo_optimize
from srs.optimizer.reschedule import undo_reschedule
from srs.store.card_actions import SET_KEPT, SET_MARKS
from srs.store.change_capture import Snapshot, restore_snapshot
from srs.store.confusions import undo_confusion
from srs.store.connection import Store, StoreError
from srs.store.decks import rename_decks
from srs.store.operations import counted, told_counts
from srs.store.replay import NEVER_ANSWERED, rebuild_card_states
from srs.store.revlog import void_review
from srs.store.settings import Options, write_options, write_setting
from srs.study.vacation import undo_away

OF_A_REVIEW = frozenset(
    {"answer", "look", "confusion", "suspend", "unsuspend", "bury", "forget", "edit"}
)
"""Steps that a person makes while reviewing, and may take back there."""


class Undone(Struct, frozen=True):
    """A step that was taken back, or that stands in the way."""

    name: str
    """As in `srs.store.operations.Operation`."""
    sentence: str
    card: int | None = None
    """The card to show again, where it was one."""
    review: int | None = None
    """The answer that was taken back, where it was one."""


def undo_last(
    store: Store, options: Options, among: Container[str] | None = None
) -> Undone | None:
    """Take back the last step that stands.

    Args:
        store: The store.
        options: The person's settings, for the rebuild of an answered card.
        among: Kinds of steps that may be taken back; all by default.

    Returns:
        What was undone; None where nothing is left to undo, or where the last step
        is of another kind.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        return _undo(store, connection, options, among)


def undo_operations(store: Store, count: int, *, dry_run: bool = False) -> list[Undone]:
    """Take back the last steps that stand, all or none.

    Args:
        store: The store.
        count: How many; fewer where there are fewer.
        dry_run: Only tell what would be undone.

    Returns:
        What was undone, the last step first.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    found: list[Undone] = []
    with store.transaction() as connection:
        connection.execute("savepoint tried")
        while len(found) < count:
            undone = _undo(store, connection, Options(store), None)
            if undone is None:
                break
            found.append(undone)
        if dry_run:
            connection.execute("rollback to tried")
    return found


def _undo(
    store: Store,
    connection: sqlite3.Connection,
    options: Options,
    among: Container[str] | None,
) -> Undone | None:
    row = connection.execute(
        "select id, name, before from operations"
        " where undone = 0 order by id desc limit 1"
    ).fetchone()
    if row is None or (among is not None and row[1] not in among):
        return None
    operation, name, text = row
    undoing = _Undoing(store, connection, options, name)
    if name not in undoing.ways:
        message = f"the last step, '{name}', is of a newer flash"
        raise StoreError(store.path, message, "update flash")
    connection.execute("update operations set undone = 1 where id = ?", (operation,))
    return undoing.ways[name](msgspec.json.decode(text))


class _Undoing:
    """One step back; a way for each kind of step."""

    def __init__(
        self,
        store: Store,
        connection: sqlite3.Connection,
        options: Options,
        name: str,
    ) -> None:
        self._store, self._connection = store, connection
        self._options, self._name = options, name
        self.ways: dict[str, Callable[[dict[str, Any]], Undone]] = {
            "answer": self._answer,
            "look": self._look,
            "confusion": self._confusion,
            "suspend": self._mark,
            "unsuspend": self._mark,
            "bury": self._mark,
            "forget": self._forget,
            "add": self._add,
            "edit": self._add,
            "config": self._config,
            "import": self._import,
            "optimize": self._optimize,
            "reschedule": self._reschedule,
            "away": self._away,
        }

    def _answer(self, before: dict[str, Any]) -> Undone:
        card, review = int(before["card"]), int(before["review"])
        self._void(review, card)
        if before.get("suspended"):
            sql = "update cards set suspended = 0 where id = ?"
            self._connection.execute(sql, (card,))
        return Undone("answer", "took back the last answer", card, review)

    def _look(self, before: dict[str, Any]) -> Undone:
        review = int(before["review"])
        sql = "update reviews set void = 1 where id = ?"
        self._connection.execute(sql, (review,))
        told = "took back the last answer beside the schedule"
        return Undone("look", told, int(before["card"]), review)

    def _confusion(self, before: dict[str, Any]) -> Undone:
        return Undone("confusion", undo_confusion(self._connection, before))

    def _void(self, review: int, card: int) -> None:
        preset, rollover = self._preset_of(card), self._options.rollover
        void_review(self._store, review, card, preset, rollover)

    def _preset_of(self, card: int) -> Preset:
        sql = "select d.name from cards c join decks d on d.id = c.deck where c.id = ?"
        row = self._connection.execute(sql, (card,)).fetchone()
        if row is None:
            message = f"card {card} of the last step is gone"
            raise StoreError(self._store.path, message, "flash doctor says more")
        return self._options.preset(row[0])

    def _forget(self, before: dict[str, Any]) -> Undone:
        reviews: list[list[int]] = before["reviews"]
        for review, card in reviews:
            self._void(review, card)
        only = reviews[0][1] if len(reviews) == 1 else None
        cards = counted(len(reviews), "card")
        return Undone("forget", f"put {cards} back to the day it was due", only)

    def _mark(self, before: dict[str, Any]) -> Undone:
        column = "buried" if before["column"] == "buried" else "suspended"
        was: list[list[int]] = before["was"]
        # Steps that an earlier schema wrote down know no moment of marking.
        self._connection.executemany(
            f"update cards set {column} = ?, marked_ms = ? where id = ?",
            [(value, *(marked or [0]), card) for card, value, *marked in was],
        )
        cards = counted(len(was), "card")
        words = {
            "suspend": f"took {cards} up again",
            "unsuspend": f"suspended {cards} again",
            "bury": f"dug {cards} out again",
        }
        only = was[0][0] if len(was) == 1 else None
        return Undone(self._name, words[self._name], only)

    def _add(self, before: dict[str, Any]) -> Undone:
        former = msgspec.convert(before["former"], Snapshot)
        moved = restore_snapshot(self._connection, former)
        renamed = before.get("renamed", ())
        if renamed:
            rename_decks(self._connection, [(new, old) for old, new in renamed])
            self._options = Options(self._store)
        if moved:
            # Their decks may have parameters of their own.
            rebuild_card_states(self._connection, self._options, moved)
        self._connection.executemany(SET_KEPT, before.get("kept", ()))
        what = "edit" if self._name == "edit" else "adding"
        counts = told_counts(before["counts"])
        told = f"took back the {what} of {before['about']}: {counts} (files stay)"
        return Undone(self._name, told)

    def _config(self, before: dict[str, Any]) -> Undone:
        deck, was = before["deck"], self._carried()
        if "setting" in before:
            write_setting(self._connection, before["names"][0], before["setting"])
        else:
            write_options(self._connection, deck, before["options"])
        rollover, self._options = self._options.rollover, Options(self._store)
        if rollover != self._options.rollover or was != self._carried():
            rebuild_card_states(self._connection, self._options)
        of = f" of {deck}" if deck else ""
        told = f"set {', '.join(before['names'])}{of} back to what it was"
        return Undone("config", told)

    def _carried(self) -> list[tuple[Any, ...]]:
        """Give for each deck on what depends what its cards carry."""
        names = self._connection.execute("select name from decks order by id")
        presets = [self._options.preset(name) for (name,) in names]
        return [(one.leech_threshold, one.parameters) for one in presets]

    def _import(self, before: dict[str, Any]) -> Undone:
        """Drop the copies that an import brought; what was here stays as it is."""
        run, many = self._connection.execute, self._connection.executemany
        reviews = [(review,) for review in before["reviews"]]
        touched: set[int] = set()
        for row in reviews:
            found = run("select card from reviews where id = ?", row).fetchone()
            touched.update(found or ())
        many("delete from reviews where id = ? and origin <> ''", reviews)
        notes = [(guid,) for guid in before["notes"]]
        many("update notes set retired = 1 where guid = ?", notes)
        many("update cards set retired = 1 where note = ?", notes)
        rebuild_card_states(self._connection, self._options, touched)
        many(NEVER_ANSWERED, [(card,) for card in touched])
        many(SET_MARKS, before["marks"])
        told = f"{counted(len(notes), 'note')} and {counted(len(reviews), 'review')}"
        return Undone("import", f"took {told} of an import back")

    def _optimize(self, before: dict[str, Any]) -> Undone:
        told = undo_optimize(self._store, self._connection, before)
        return Undone("optimize", told)

    def _reschedule(self, before: dict[str, Any]) -> Undone:
        told = undo_reschedule(self._connection, self._options, before)
        return Undone("reschedule", told)

    def _away(self, before: dict[str, Any]) -> Undone:
        return Undone("away", undo_away(self._store, self._connection, before))
