"""Merge the marks of cards from Anki: suspended, flag and buried.

A mark changes only if it was changed in Anki, so each is compared with the value last
seen in that collection: an answer alone changes no mark.  Of several changes the
latest wins, whatever the order of imports.  A burial counts on its study day only.
"""

import sqlite3
from collections.abc import Iterable, Mapping

from srs.models.cards import StoredCard
from srs.models.incoming import IncomingCard
from srs.scheduler.study_day import Calendar
from srs.store.anki_marks import MARK_TIMES, read_anki_marks, save_anki_marks
from srs.store.connection import Store
from srs.store.import_rows import StoredMarks

_CHANGED = "changed"
"""When the card was last changed in a collection, milliseconds."""
_BURIED = "buried"
"""The study day on which the card was seen buried in a collection; 0 for none."""


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

    def buried_until(
        self, card: int, theirs: IncomingCard, calendar: Calendar, today: int
    ) -> int | None:
        """Return the study day to whose end to bury a card, and remember it.

        Args:
            card: Id of the stored card.
            theirs: The card in the collection.
            calendar: Of the user.
            today: The present study day; what was buried before is back.

        Returns:
            0 if it was brought back there, also by an answer; None if it was neither
            buried nor brought back since the last merge.
        """
        seen = self._seen.get(card, {})
        if theirs.changed_ms <= seen.get(_CHANGED, 0):
            return None
        was = seen.get(_BURIED, 0)
        now = calendar.day(max(1, theirs.changed_ms)) if theirs.buried else 0
        if self._collection:
            self._save(card, self._collection, _BURIED, now, was)
        if now == today:
            return today
        return 0 if was == today else None

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
        for mark, value in {
            **_values(card),
            _BURIED: card.buried,
            _CHANGED: changed_ms,
        }.items()
    ]
    with store.transaction() as connection:
        save_anki_marks(connection, rows)


def _values(theirs: IncomingCard | StoredCard) -> dict[str, int]:
    return {"suspended": int(theirs.suspended), "flag": theirs.flag}
