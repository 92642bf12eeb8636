"""Undo: the last operation first, also after a restart; each is one transaction.

Each kind of operation has one method here that restores what it recorded.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from cards.translate import _
from srs.models.presets import Preset
from srs.store.anki_marks import put_mark_times_back
from srs.store.change_capture import OWN_CARD, Snapshot, restore_snapshot
from srs.store.confusions import undo_confusion
from srs.store.connection import Store, StoreError
from srs.store.decks import rename_decks
from srs.store.import_rows import put_kept_back
from srs.store.operations import DUE_TODAY, REDO, Operation, describe
from srs.store.redo import capturing, is_change, packed
from srs.store.replay import NEVER_ANSWERED, rebuild_card_states
from srs.store.reschedule_rows import undo_reschedule_rows
from srs.store.revlog import last_review, mark_undone
from srs.store.settings import (
    FITTED,
    Options,
    own_options,
    restore_options,
    restore_setting,
    write_options,
)
from srs.store.stamps import STAMP
from srs.store.sync_state import is_bound, mixed_cards

_OPERATIONS = "select id, name, before, at_ms from operations where undone = 0"


class Undone(Struct, frozen=True):
    """An operation that was undone."""

    operation: Operation
    card: int | None = None
    """The card to show again, if it was about one card."""
    review: int | None = None
    """The undone answer, if it was one."""


def undo_last(
    store: Store, options: Options, among: Container[str] | None = None
) -> Undone | None:
    """Undo the last operation that is not undone yet.

    Args:
        store: The store.
        options: The user's settings, for the rebuild of card states.
        among: The kinds of operations that may be undone; all by default.

    Returns:
        What was undone; None if nothing is left, or if the last operation is of
        another kind.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction():
        return _undo(store, options, among)


def undo_operations(store: Store, count: int, *, dry_run: bool = False) -> list[Undone]:
    """Undo the last operations, all or none.

    Args:
        store: The store.
        count: How many at most.
        dry_run: Return what would be undone and change nothing.

    Returns:
        What was undone, the last operation first.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    found: list[Undone] = []
    with store.transaction(dry_run=dry_run):
        while len(found) < count:
            undone = _undo(store, Options(store), None)
            if undone is None:
                break
            found.append(undone)
    return found


def _undo(
    store: Store, options: Options, among: Container[str] | None
) -> Undone | None:
    row = store.row(f"{_OPERATIONS} order by id desc limit 1")
    if row is None or (among is not None and row[1] not in among):
        return None
    return _undo_row(store, options, row)


def undo_operation(store: Store, options: Options, operation: int) -> Undone | None:
    """Undo an operation of a browser inside a transaction.

    Args:
        store: The store.
        options: The user's settings.
        operation: Its id; it is one on a single card.

    Returns:
        None if its card was answered again since.
    """
    row = store.row(f"{_OPERATIONS} and id = :id", {"id": operation})
    if row is None:
        return None
    review = msgspec.json.decode(row[2]).get("review")
    if review is not None:
        sql = "select card from reviews where id = :review"
        card = store.row(sql, {"review": review})
        if card is None or last_review(store.connection, card[0]) > review:
            return None
    return _undo_row(store, options, row)


def _undo_row(store: Store, options: Options, row: Any) -> Undone:
    operation, name, text, at_ms = row
    before = msgspec.json.decode(text)
    undoing = _Undoing(store, options)
    if name not in undoing.methods:
        message = _("the last operation, '{name}', was made by a newer flash").format(
            name=name
        )
        raise StoreError(store.path, message, _("update flash"))
    summary = describe(store, name, before, at_ms, undone=True)
    with capturing(store.connection) as changes:
        undoing.methods[name](msgspec.json.decode(text))
    if undoing.left:
        is_void = not any(map(is_change, changes))
        summary = replace(summary, left=undoing.left, is_void=is_void)
    if not summary.is_void:
        before[REDO] = packed(changes)
    store.connection.execute(
        "update operations set undone = 1, before = ? where id = ?",
        (msgspec.json.encode(before).decode(), operation),
    )
    return Undone(summary, undoing.card, undoing.review)


def _holds(mark: str) -> str:
    """Return the condition that no other device has set a mark of a card since."""
    return f"""
        not exists (select 1 from mark_stamps m
                     where m.card = cards.id and m.mark = '{mark}' and m.device <> '')
    """


class _Undoing:
    """Undoes one operation; a method for each kind."""

    def __init__(self, store: Store, options: Options) -> None:
        self._store, self._connection = store, store.connection
        self._options = options
        self.card: int | None = None
        self.review: int | None = None
        self.left = 0
        """What stays because another device has changed it since."""
        self.methods: dict[str, Callable[[dict[str, Any]], None]] = {
            "answer": self._answer,
            "look": self._cram,
            "confusion": self._confusion,
            "mock": self._mock,
            **dict.fromkeys(
                ("suspend", "unsuspend", "bury", "unbury", "flag"), self._mark
            ),
            **dict.fromkeys((DUE_TODAY, "set-due", "reset"), self._set_due),
            **dict.fromkeys(("add", "edit", "import", "move", "remove"), self._add),
            "config": self._config,
            "optimize": self._optimize,
            "reschedule": self._reschedule,
            "away": self._away,
            "delete": self._delete,
        }

    def _answer(self, before: dict[str, Any]) -> None:
        self.review = int(before["review"])
        self.card = self._card_of(self.review, int(before["card"]))
        self._void(self.review, self.card)
        if before.get("suspended"):
            self._unsuspend(self.card)

    def _cram(self, before: dict[str, Any]) -> None:
        self.card, self.review = int(before["card"]), int(before["review"])
        sql = "update reviews set undone = 1 where id = ?"
        self._connection.execute(sql, (self.review,))

    def _confusion(self, before: dict[str, Any]) -> None:
        undo_confusion(self._connection, before)

    def _mock(self, before: dict[str, Any]) -> None:
        """Remove a mock exam, and the answers Again that it counted as."""
        run = self._connection.execute
        sql = f"""
            update mock_exams set undone = 1, device = '', stamp = {STAMP} where id = ?
        """
        run(sql, (before["mock"],))
        for review, asked, suspended in before["reviews"]:
            card = self._card_of(review, asked)
            if run("select 1 from cards where id = ?", (card,)).fetchone() is None:
                continue  # Another device has deleted it.
            self._void(review, card)
            if suspended:
                self._unsuspend(card)

    def _unsuspend(self, card: int) -> None:
        """Bring back a card that an answer has suspended."""
        sql = f"update cards set suspended = 0 where id = ? and {_holds('suspended')}"
        self._connection.execute(sql, (card,))

    def _void(self, review: int, card: int) -> None:
        preset, rollover = self._preset_of(card), self._options.rollover
        mark_undone(self._store, review, card, preset, rollover)

    def _card_of(self, review: int, card: int) -> int:
        """Return the card of a review; a sync may have found two notes to be one."""
        sql = "select card from reviews where id = ?"
        row = self._connection.execute(sql, (review,)).fetchone()
        return int(row[0]) if row else card

    def _preset_of(self, card: int) -> Preset:
        sql = "select d.name from cards c join decks d on d.id = c.deck where c.id = ?"
        row = self._connection.execute(sql, (card,)).fetchone()
        if row is None:
            message = _("card {card} of the last operation no longer exists").format(
                card=card
            )
            raise StoreError(self._store.path, message, _("run 'flash doctor'"))
        return self._options.preset(row[0])

    def _set_due(self, before: dict[str, Any]) -> None:
        reviews: list[list[int]] = before["reviews"]
        for review, card in reviews:
            self._void(review, self._card_of(review, card))
        self._show_only(reviews, 1)

    def _mark(self, before: dict[str, Any]) -> None:
        (column,) = {"buried", "suspended", "flag"} & {before["column"]}
        was: list[list[int]] = before["was"]
        whole = [(*row, 0, 0)[:4] for row in was]  # earlier versions kept no times
        rows = [(value, marked, card) for card, value, marked, _ in whole]
        done = self._put_marks(column, rows)
        self.left += len(was) - done
        if done:
            times = {card: at_ms for card, _, _, at_ms in whole}
            put_mark_times_back(self._connection, column, times)
        self._show_only(was, 0)

    def _put_marks(self, mark: str, rows: Iterable[Sequence[int]]) -> int:
        """Set a mark again: its value, the time of marking and the card."""
        sql = f"""
            update cards set {mark} = ?, marked_ms = ? where id = ? and {_holds(mark)}
        """
        return self._connection.executemany(sql, rows).rowcount

    def _show_only(self, rows: Sequence[Sequence[int]], column: int) -> None:
        if len(rows) == 1:
            self.card = rows[0][column]

    def _add(self, before: dict[str, Any]) -> None:
        """Undo a plan, a merge, or both: cards that were added with their history."""
        if "notes" in before:
            self._unmerge(before)
        if "former" in before:
            self._unplan(before)

    def _unplan(self, before: dict[str, Any]) -> None:
        former, is_own = before["former"], not before.get("from_elsewhere")
        snapshot = msgspec.convert(former, Snapshot)
        done = restore_snapshot(self._connection, snapshot, is_own=is_own)
        self.left += done.left
        renamed = before.get("renamed", ())
        if renamed:
            rename_decks(self._connection, [(new, old) for old, new in renamed])
            self._options = Options(self._store)
        if done.moved:
            # Their decks may have parameters of their own.
            rebuild_card_states(self._connection, self._options, done.moved)
        put_kept_back(self._connection, before.get("kept", ()))

    def _delete(self, before: dict[str, Any]) -> None:
        message = _("'{deck}' was deleted for good; that can't be undone").format(
            deck=before["about"]
        )
        hint = _("flash restore {backup} goes back to the backup before it").format(
            backup=before["backup"]
        )
        raise StoreError(self._store.path, message, hint)

    def _config(self, before: dict[str, Any]) -> None:
        if "setting" in before:
            self._restore(settings=[(before["names"][0], before["setting"])])
        else:
            self._restore(before["deck"], before["options"])

    def _optimize(self, before: dict[str, Any]) -> None:
        deck = before["deck"]
        own = Options(self._store).own(deck)
        own.pop("parameters", None)
        if before["parameters"] is not None:
            own["parameters"] = before["parameters"]
        self._restore(deck, own, [(FITTED + deck, before["fitted"])])

    def _restore(
        self,
        deck: str = "",
        options: dict[str, Any] | None = None,
        settings: Iterable[tuple[str, str]] = (),
    ) -> None:
        """Write options or settings, and rebuild the cards that depend on them."""
        was = self._rules()
        if options is not None:
            self.left += restore_options(self._connection, deck, options)
        for name, value in settings:
            self.left += not restore_setting(self._connection, name, value)
        self._options = Options(self._store)
        changed = [deck for deck, rules in self._rules().items() if was[deck] != rules]
        sql = "select id from cards where deck in (select value from json_each(?))"
        cards = set[int]() if options is None else mixed_cards(self._connection)
        cards |= {row[0] for row in self._connection.execute(sql, (str(changed),))}
        if cards:
            rebuild_card_states(self._connection, self._options, cards)

    def _rules(self) -> dict[int, tuple[Any, ...]]:
        """Return what card states depend on besides the log, by the id of a deck."""
        rollover, found = self._options.rollover, {}
        for deck, name in self._connection.execute("select id, name from decks"):
            preset = self._options.preset(name)
            found[deck] = rollover, preset.leech_threshold, preset.parameters
        return found

    def _unmerge(self, before: dict[str, Any]) -> None:
        """Delete the rows that a merge added, or undo those that were sent."""
        run, many = self._connection.execute, self._connection.executemany
        reviews = [(review,) for review in before["reviews"]]
        touched: set[int] = set()
        for row in reviews:
            found = run("select card from reviews where id = ?", row).fetchone()
            touched.update(found or ())
        if is_bound(self._connection):
            many("update reviews set undone = 1 where id = ? and origin <> ''", reviews)
        else:
            many("delete from reviews where id = ? and origin <> ''", reviews)
        notes = [(guid,) for guid in before["notes"]]
        many(f"update cards set retired = 1 where note = ? and {OWN_CARD}", notes)
        changes = "retired = 1, modified = created"
        sql = f"update notes set {changes} where guid = ? and device = ''"
        self.left += len(notes) - many(sql, notes).rowcount
        touched.update(self._remove_options(before.get("options", {})))
        many(
            "update anki_marks set value = ?"
            " where card = ? and collection = ? and mark = ?",
            before.get("seen", ()),
        )
        rebuild_card_states(self._connection, self._options, touched)
        many(NEVER_ANSWERED, [(card,) for card in touched])
        marks = before["marks"]
        self._put_marks("suspended", [(one, *last) for one, _, *last in marks])
        self._put_marks("flag", [last for _, *last in marks])
        self._put_marks("buried", before.get("buried", ()))

    def _remove_options(self, added: dict[str, dict[str, Any]]) -> list[int]:
        """Remove options that still are as an import added them; return the cards."""
        sql = """
            select c.id from cards c join decks d on d.id = c.deck
             where d.name || '::' = :root
                or substr(d.name, 1, length(:root)) = :root
        """
        cards: list[int] = []
        for deck, options in added.items():
            if own_options(self._connection, deck) == options:
                write_options(self._connection, deck, {})
                rows = self._connection.execute(sql, {"root": f"{deck}::"})
                cards += [card for (card,) in rows]
        self._options = Options(self._store)
        return cards

    def _reschedule(self, before: dict[str, Any]) -> None:
        undo_reschedule_rows(self._connection, self._options, before["runs"])

    def _away(self, before: dict[str, Any]) -> None:
        self.left += not restore_setting(self._connection, "away", before["was"])
        undo_reschedule_rows(self._connection, Options(self._store), before["runs"])
