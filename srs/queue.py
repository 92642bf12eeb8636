"""The cards of a day: what is due, in which order, within which limits."""

import heapq
from collections import deque
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from srs.options import Options
from srs.presets import ancestry
from srs.rows import LOOK
from srs.store import Store


class Scope(Struct, frozen=True):
    """Which cards a review is about."""

    deck: str = ""
    """This deck and those under it; empty for all."""
    tag: str = ""
    new: int | None = None
    """New cards today in place of what the decks allow."""


class Counts(Struct, frozen=True):
    """What is left of a day."""

    new: int
    learning: int
    due: int

    @property
    def total(self) -> int:
        """Add them up."""
        return self.new + self.learning + self.due


class Queue(Struct):
    """The cards that a day still holds."""

    learning: list[tuple[int, int]]
    """A heap of (due, UTC milliseconds; card)."""
    due: deque[int]
    new: deque[int]
    day: int
    taken_due: int = 0
    """Reviews since the last new card."""

    def counts(self) -> Counts:
        """Count what is left."""
        return Counts(len(self.new), len(self.learning), len(self.due))

    def next_main(self) -> int | None:
        """Take the next review or new card, the new ones spread evenly."""
        # One new card after every `due / new` reviews, counted by what is left.
        if self.new and len(self.new) * (self.taken_due + 1) > len(self.due):
            self.taken_due = 0
            return self.new.popleft()
        self.taken_due += 1
        return self.due.popleft() if self.due else None


class _Limits:
    """What each deck may still show today; a child counts for its parents."""

    def __init__(self, options: Options, kind: str, done: dict[str, int]) -> None:
        self._options, self._kind = options, kind
        self._left: dict[str, int] = {}
        self._done: dict[str, int] = {}
        for deck, count in done.items():
            for name in ancestry(deck)[1:]:
                self._done[name] = self._done.get(name, 0) + count

    def _remaining(self, deck: str) -> int:
        if deck not in self._left:
            limit: int = getattr(self._options.preset(deck), self._kind)
            self._left[deck] = max(0, limit - self._done.get(deck, 0))
        return self._left[deck]

    def take(self, deck: str) -> bool:
        """Count one card of a deck unless a limit on its way up is reached."""
        names = ancestry(deck)[1:]
        if any(self._remaining(name) <= 0 for name in names):
            return False
        for name in names:
            self._left[name] -= 1
        return True

    def is_used_up(self, roots: set[str]) -> bool:
        """Tell whether no deck can show any more."""
        return all(self._remaining(root) <= 0 for root in roots)


class _Day:
    """One look at the store, for one queue."""

    def __init__(self, store: Store, options: Options, scope: Scope, now: int) -> None:
        self._store, self._options, self._scope = store, options, scope
        self.day = options.calendar.day(now)
        self._decks: dict[int, str] = dict(store.rows("select id, name from decks"))
        wanted = scope.deck
        self._wanted = {
            key
            for key, name in self._decks.items()
            if not wanted or name == wanted or name.startswith(wanted + "::")
        }
        self._roots = {self._decks[key].split("::")[0] for key in self._wanted}
        self._seen: set[str] = set()
        self._done_new: dict[str, int] = {}
        self._done_due: dict[str, int] = {}
        self._look_at_today()

    def _look_at_today(self) -> None:
        start = self._options.calendar.start_ms(self.day)
        sql = f"""
            select c.note, c.deck, r.before
              from reviews r join cards c on c.id = r.card
             where r.id >= :start and r.void = 0 and r.rating > 0 and not {LOOK}
        """
        for note, deck, before in self._store.rows(sql, {"start": start}):
            self._seen.add(note)
            name = self._decks[deck]
            if before == 0:
                self._done_new[name] = self._done_new.get(name, 0) + 1
            elif before == 2:
                self._done_due[name] = self._done_due.get(name, 0) + 1

    def learning(self) -> list[tuple[int, int]]:
        """Give the cards in learning that are due before the day ends."""
        end = self._options.calendar.start_ms(self.day + 1)
        rows = self._select("due_ms", "due_ms is not null and due_ms < :end", end=end)
        heap: list[tuple[int, int]] = []
        for due, card, _, note in rows:
            heap.append((due, card))
            self._seen.add(note)
        heapq.heapify(heap)
        return heap

    def due(self) -> deque[int]:
        """Give the reviews of the day, the oldest due first."""
        limits = _Limits(self._options, "reviews_per_day", self._done_due)
        condition = "due_day is not null and due_day <= :day"
        rows = self._select("due_day", condition)
        return deque(self._within(rows, limits))

    def new(self) -> deque[int]:
        """Give the new cards of the day, in the order of their files."""
        rows = self._select("position", "state = 0")
        if self._scope.new is None:
            limits = _Limits(self._options, "new_per_day", self._done_new)
            return deque(self._within(rows, limits))
        left = max(0, self._scope.new - sum(self._done_new.values()))
        return deque(self._first(self._apart(rows), left))

    def _first(self, rows: Iterator[tuple[int, str]], count: int) -> Iterator[int]:
        for _ in range(count):
            found = next(rows, None)
            if found is None:
                return
            yield found[0]

    def _within(self, rows: Iterator[Any], limits: _Limits) -> Iterator[int]:
        if limits.is_used_up(self._roots):
            return
        for card, deck in self._apart(rows):
            if limits.take(deck):
                yield card
            elif limits.is_used_up(self._roots):
                return

    def _apart(self, rows: Iterator[Any]) -> Iterator[tuple[int, str]]:
        """Leave out siblings of what was or will be shown today."""
        for _, card, deck, note in rows:
            name = self._decks[deck]
            if self._options.preset(name).bury_siblings:
                if note in self._seen:
                    continue
                self._seen.add(note)
            yield card, name

    def _select(self, order: str, condition: str, end: int = 0) -> Iterator[Any]:
        # `order` and `condition` are this module's own words, never a person's.
        tagged = ""
        if self._scope.tag:
            tagged = """
               and (:tag = 'leech' and c.leech or c.note in (
                     select n.guid from notes n, json_each(n.tags) t
                      where t.value = :tag or substr(t.value, 1, :v) = :tag || '::'))
            """
        sql = f"""
            select {order}, c.id, c.deck, c.note
              from cards c
             where {condition} and c.suspended = 0 and c.retired = 0
               and c.buried <> :day {tagged}
             order by {order}, c.id
        """
        values = {
            "day": self.day,
            "end": end,
            "tag": self._scope.tag,
            "v": len(self._scope.tag) + 2,
        }
        for row in self._store.connection.execute(sql, values):
            if row[2] in self._wanted:
                yield row


def build_queue(store: Store, options: Options, scope: Scope, now: int) -> Queue:
    """Gather what the rest of the study day holds.

    Args:
        store: The store.
        options: The person's settings.
        scope: Which cards.
        now: UTC milliseconds.
    """
    day = _Day(store, options, scope, now)
    learning = day.learning()
    due = day.due()
    return Queue(learning, due, day.new(), day.day)


def cards_in(
    store: Store, options: Options, scope: Scope, now: int, *, new: bool
) -> list[int]:
    """Give the cards that may be asked, whenever they are due.

    Args:
        store: The store.
        options: The person's settings.
        scope: Which cards.
        now: UTC milliseconds.
        new: Those that were never learned, in place of all others.

    Returns:
        Ids in the order of the files; suspended, retired and buried ones are out.
    """
    condition = "state = 0" if new else "state <> 0"
    rows = _Day(store, options, scope, now)._select("position", condition)  # noqa: SLF001
    return [row[1] for row in rows]
