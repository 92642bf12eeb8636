"""Merge the marks of cards from Anki: suspended and flag.

A mark changes only if it was changed in Anki, so each is compared with the value last
seen in that collection: an answer alone changes no mark.  Of several changes the
latest wins, whatever the order of imports.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from srs.models.cards import StoredCard
from srs.models.incoming import IncomingCard
from srs.store.anki_marks import MARK_TIMES, read_anki_marks, save_anki_marks
from srs.store.connection import Store
from srs.store.import_rows import StoredMarks

_CHANGED = "changed"
"""When the card was last changed in a collection, milliseconds."""


class MarkMerge:
    """The marks seen in one collection, and those that change."""

    def __init__(self, connection: sqlite3.Connection, collection: str) -> None:
        """Read what was seen.

        Args:
            connection: In a transaction.
            collection: Name of the Anki collection; empty if unknown.
        """
        self._collection = collection
        self._seen = read_anki_marks(connection, collection) if collection else {}
        self._times = read_anki_marks(connection, MARK_TIMES)
        self.rows: list[tuple[int, str, str, int]] = []
        """Rows to save: card, collection, mark, value."""
        self.former: list[tuple[int, int, str, str]] = []
        """The values before, for an undo: value, card, collection, mark."""

    def add(self, card: int, theirs: IncomingCard) -> None:
        """Remember the marks of a card that is new here."""
        self._see(card, theirs, {})
        for mark, value in _values(theirs).items():
            if value:
                self._save(card, MARK_TIMES, mark, theirs.changed_ms, 0)

    def merge(self, theirs: IncomingCard, ours: StoredMarks) -> dict[str, int]:
        """Return the marks of a known card after the merge."""
        found = {"suspended": ours.suspended, "flag": ours.flag}
        seen = self._seen.get(ours.card, {})
        if theirs.changed_ms < seen.get(_CHANGED, 0):
            return found  # an older state of the collection
        times = self._times.get(ours.card, {})
        for mark, value in _values(theirs).items():
            if value == seen.get(mark, 0):
                continue
            time = times.get(mark, 0)
            if (theirs.changed_ms, value) > (time, found[mark]):
                found[mark] = value
                self._save(ours.card, MARK_TIMES, mark, theirs.changed_ms, time)
        self._see(ours.card, theirs, seen)
        return found

    def has_seen(self, card: int, theirs: IncomingCard) -> bool:
        """Return True if an earlier merge saw this state of a card or a later one."""
        return theirs.changed_ms <= self._seen.get(card, {}).get(_CHANGED, 0)

    def _see(self, card: int, theirs: IncomingCard, seen: Mapping[str, int]) -> None:
        if self._collection:
            now = {**_values(theirs), _CHANGED: theirs.changed_ms}
            for mark, value in now.items():
                self._save(card, self._collection, mark, value, seen.get(mark, 0))

    def _save(
        self, card: int, collection: str, mark: str, value: int, former: int
    ) -> None:
        if value != former:
            self.rows.append((card, collection, mark, value))
            self.former.append((former, card, collection, mark))


def remember_marks(
    store: Store, collection: str, cards: Iterable[tuple[StoredCard, int]]
) -> None:
    """Remember marks that were sent to a collection, so that they are no change there.

    Args:
        store: The store.
        collection: Name of the Anki collection.
        cards: Cards, and when the collection says that they were changed.
    """
    rows = [
        (card.id, collection, mark, value)
        for card, changed_ms in cards
        for mark, value in {**_values(card), _CHANGED: changed_ms}.items()
    ]
    with store.transaction() as connection:
        save_anki_marks(connection, rows)


def _values(theirs: IncomingCard | StoredCard) -> dict[str, int]:
    return {"suspended": int(theirs.suspended), "flag": theirs.flag}
