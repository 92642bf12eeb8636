"""The cards of a study day: one look at the store, within limits, siblings apart."""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from srs.models.presets import ancestry
from srs.scheduler.load_balancer import LONGEST, DueCounts
from srs.store.connection import Store
from srs.store.rows import CRAM_REVIEW
from srs.store.settings import Options
from srs.study.queue import CardFilter

DUE = "due_day is not null and due_day <= :day"
LATER = "due_day is not null and due_day > :day and last_day < :day"
NEW = "state = 0"
BEGUN = "state <> 0"

TAGGED = """
    (:tag = '' or :tag = 'leech' and c.leech or c.note in (
       select n.guid from notes n, json_each(n.tags) t
        where t.value = :tag or substr(t.value, 1, length(:tag) + 2) = :tag || '::'))
"""
"""Whether a card has a tag or one under it; from `cards c`."""

Row = tuple[Any, int, int, str]
"""What orders it, the card, its deck's id, its note."""


class Limits:
    """What each deck may still show today; a child counts for its parents."""

    def __init__(self, options: Options, kind: str, done: dict[str, int]) -> None:
        """Begin a day.

        Args:
            options: The person's settings.
            kind: The limit's name in a preset.
            done: What was shown today, by deck.
        """
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


class DueCards:
    """One look at the store, for one queue."""

    def __init__(
        self, store: Store, options: Options, scope: CardFilter, now: int
    ) -> None:
        """Look.

        Args:
            store: The store.
            options: The person's settings.
            scope: Which cards.
            now: UTC milliseconds.
        """
        self.store, self.options, self.scope = store, options, scope
        self.day = options.calendar.day(now)
        self.decks: dict[int, str] = dict(store.rows("select id, name from decks"))
        wanted = scope.deck
        self._wanted = {
            key
            for key, name in self.decks.items()
            if not wanted or name == wanted or name.startswith(wanted + "::")
        }
        self._roots = {self.decks[key].split("::")[0] for key in self._wanted}
        self._burying: dict[str, bool] = {}
        self._seen: set[str] = set()
        self._done_new: dict[str, int] = {}
        self.done_due: dict[str, int] = {}
        """Answers to review cards today, by deck."""
        self._look_at_today()
        self.reviews = Limits(options, "reviews_per_day", self.done_due)

    def _look_at_today(self) -> None:
        start = self.options.calendar.start_ms(self.day)
        sql = f"""
            select c.note, c.deck, r.before
              from reviews r join cards c on c.id = r.card
             where r.id >= :start and r.void = 0 and r.rating > 0 and not {CRAM_REVIEW}
        """
        for note, deck, before in self.store.rows(sql, {"start": start}):
            self._seen.add(note)
            name = self.decks[deck]
            if before == 0:
                self._done_new[name] = self._done_new.get(name, 0) + 1
            elif before == 2:
                self.done_due[name] = self.done_due.get(name, 0) + 1

    def learning(self) -> list[tuple[int, int]]:
        """Give the cards in learning that are due before the day ends, a heap."""
        end = self.options.calendar.start_ms(self.day + 1)
        rows = self.select("due_ms", "due_ms is not null and due_ms < :end", end=end)
        heap: list[tuple[int, int]] = []
        for due, card, _, note in rows:
            heap.append((due, card))
            self._seen.add(note)
        heapq.heapify(heap)
        return heap

    def due(self, rows: Iterable[Row]) -> Iterator[int]:
        """Take reviews in the order of rows, as far as the day's limits go."""
        return self._within(rows, self.reviews)

    def new(self, order: Callable[[Row], float] | None = None) -> Iterator[int]:
        """Give the new cards of the day.

        Args:
            order: What comes first, the least first; by default the order of
                their files.
        """
        rows: Iterable[Row] = self.select("position", NEW)
        if order is not None:
            rows = sorted(rows, key=order)
        if self.scope.new is None:
            limits = Limits(self.options, "new_per_day", self._done_new)
            return self._within(rows, limits)
        left = max(0, self.scope.new - sum(self._done_new.values()))
        return self._first(self._apart(rows), left)

    def _first(self, rows: Iterator[tuple[int, str]], count: int) -> Iterator[int]:
        for _ in range(count):
            found = next(rows, None)
            if found is None:
                return
            yield found[0]

    def _within(self, rows: Iterable[Row], limits: Limits) -> Iterator[int]:
        if limits.is_used_up(self._roots):
            return
        for card, deck in self._apart(rows):
            if limits.take(deck):
                yield card
            elif limits.is_used_up(self._roots):
                return

    def _apart(self, rows: Iterable[Row]) -> Iterator[tuple[int, str]]:
        """Leave out siblings of what was or will be shown today."""
        for _, card, deck, note in rows:
            name = self.decks[deck]
            if self._buries(name):
                if note in self._seen:
                    continue
                self._seen.add(note)
            yield card, name

    def _buries(self, deck: str) -> bool:
        if deck not in self._burying:
            preset = self.options.preset_on(deck, self.day)
            self._burying[deck] = preset.bury_siblings
        return self._burying[deck]

    def select(
        self, order: str, condition: str, end: int = 0, *, page: str = ""
    ) -> Iterator[Row]:
        """Give the cards of the scope that meet a condition, in some order.

        Args:
            order: What to order by, in this program's own SQL.
            condition: What must hold, likewise.
            end: A moment that the condition may name as `:end`.
            page: Which rows of a long listing, as `limit … offset …`; then the
                table is read as it lies, not by an index.
        """
        tagged = ""
        if self.scope.tag:
            tagged = f"and {TAGGED}"
        sql = f"""
            select {order}, c.id, c.deck, c.note
              from cards c {"not indexed" if page else ""}
             where {condition} and c.suspended = 0 and c.retired = 0
               and c.buried <> :day {tagged}
             order by 1, c.id {page}
        """
        values = {
            "day": self.day,
            "end": end,
            "tag": self.scope.tag,
        }
        for row in self.store.connection.execute(sql, values):
            if row[2] in self._wanted:
                yield row


def cards_in(
    store: Store, options: Options, scope: CardFilter, now: int, *, new: bool
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
    cards = DueCards(store, options, scope, now)
    return [row[1] for row in cards.select("position", NEW if new else BEGUN)]


def read_load(store: Store, options: Options, day: int) -> DueCounts:
    """Count the cards that are due on the days after a study day."""
    rows = store.rows(
        """
        select due_day, count(*)
          from cards
         where due_day is not null and due_day > :day and due_day <= :last
           and suspended = 0 and retired = 0
         group by due_day
        """,
        {"day": day, "last": day + 2 * LONGEST},
    )
    return DueCounts(dict(rows), options.away)
