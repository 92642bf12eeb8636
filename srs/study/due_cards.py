"""The cards that may be asked on a study day: daily limits and sibling burying."""

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, takewhile

from msgspec import Struct

from srs.models.cards import State
from srs.models.daily_limits import Limits, deck_limit, in_all
from srs.store.connection import Store
from srs.store.decks import deck_ids, deck_names_by_id
from srs.store.queue import (
    QueueRow,
    Selection,
    answers_on,
    count_due_reviews,
    due_by_forgetting_rate,
    select_cards,
)
from srs.store.settings import Options


class CardFilter(Struct, frozen=True):
    """Which cards a session is about."""

    deck: str = ""
    """This deck and its children; empty for all."""
    cards: frozenset[int] | None = None
    """Only these cards, found when the session began; None for all."""
    query: str = ""
    """How the user named the cards; empty for all."""
    is_passing: bool = False
    """After some answers, or tomorrow, the query finds other cards."""
    new: int | None = None
    """New cards today, instead of the decks' limits."""
    more: int = 0
    """New cards from now on beyond the decks' limits."""
    new_total: int = 0
    """New cards today, those that were shown included, beyond the decks' limits; 0
    for no more than those.  A session sets it from `more`."""
    days_ahead: int = 0
    """Reviews due in so many days after today are asked, too, after all that are due:
    those beyond the limits and the cap of a backlog come first."""
    only: str = ""
    """`new` or `due` to leave out the other ones; learning cards are always asked."""


class DueCards:
    """The source of one queue, read from the store at one moment."""

    def __init__(
        self, store: Store, options: Options, card_filter: CardFilter, now_ms: int
    ) -> None:
        """Read decks and what was answered today; `now_ms` is UTC milliseconds."""
        self.store, self.options, self.filter = store, options, card_filter
        self.day = options.calendar.day(now_ms)
        self.deck_names = deck_names_by_id(store)
        self.decks = set(deck_ids(store, card_filter.deck))
        """Ids of the decks that the filter lets through."""
        self._roots = {self.deck_names[key].split("::")[0] for key in self.decks}
        self._buries_siblings: dict[int, bool] = {}
        self._seen_notes: set[str] = set()
        self._done_new: dict[str, int] = {}
        self.done_due: dict[str, int] = {}
        """Answers to review cards today, by deck."""
        self._count_answers()
        reviews = deck_limit(options.preset, "reviews_per_day")
        limit = in_all(math.inf) if card_filter.days_ahead else reviews
        self._review_limits = Limits(limit, self.done_due)

    def _count_answers(self) -> None:
        answers = answers_on(self.store, self.day, self.options.rollover)
        for note, deck, state_before in answers:
            self._seen_notes.add(note)
            name = self.deck_names[deck]
            if state_before == State.NEW:
                self._done_new[name] = self._done_new.get(name, 0) + 1
            elif state_before == State.REVIEW:
                self.done_due[name] = self.done_due.get(name, 0) + 1

    def rows(self, selection: Selection) -> Iterator[QueueRow]:
        """Select cards that pass the filter, without limits and burying."""
        end_ms = self.options.calendar.start_ms(self.day + 1)
        return self._chosen(
            select_cards(self.store, selection, day=self.day, end_ms=end_ms)
        )

    def count_due(self) -> int:
        """Count the due reviews that pass the filter, without limits and burying."""
        return count_due_reviews(self.store, self.decks, self.day, self.filter.cards)

    def rows_by_forgetting_rate(self, factor: float) -> Iterator[QueueRow]:
        """Select the due cards, those forgotten fastest first."""
        rows = due_by_forgetting_rate(self.store, factor, day=self.day)
        return self._chosen(rows)

    def _chosen(self, rows: Iterable[QueueRow]) -> Iterator[QueueRow]:
        """Leave out what the filter does not let through."""
        cards = self.filter.cards
        return (
            row
            for row in rows
            if row[2] in self.decks and (cards is None or row[1] in cards)
        )

    def learning(self, rows: Iterable[QueueRow]) -> list[tuple[int, int]]:
        """Return a heap of (due, card) of learning cards; their siblings are buried."""
        heap: list[tuple[int, int]] = []
        for due_ms, card, _, note in rows:
            heap.append((due_ms, card))
            self._seen_notes.add(note)
        heapq.heapify(heap)
        return heap

    def due(self, rows: Iterable[QueueRow]) -> Iterator[int]:
        """Take reviews in the given order, as far as today's limits allow."""
        return self._within(rows, self._review_limits)

    def new(self, key: Callable[[QueueRow], float] | None = None) -> Iterator[int]:
        """Return today's new cards, sorted by `key` or else in file order."""
        rows: Iterable[QueueRow] = self.rows("new")
        if key is not None:
            rows = sorted(rows, key=key)
        if self.filter.new is None:
            new = deck_limit(self.options.preset, "new_per_day")
            limits = Limits(new, self._done_new)
            if self.filter.new_total:
                return iter(self._beyond(rows, limits))
            return self._within(rows, limits)
        left = max(0, self.filter.new - self.done_new)
        return (card for card, _ in islice(self._without_siblings(rows), left))

    def _within(self, rows: Iterable[QueueRow], limits: Limits) -> Iterator[int]:
        if limits.is_used_up(self._roots):
            return
        for card, deck in self._without_siblings(rows):
            if limits.take(deck):
                yield card
            elif limits.is_used_up(self._roots):
                return

    def _beyond(self, rows: Iterable[QueueRow], limits: Limits) -> list[int]:
        """Take the cards within the limits, then others up to the wanted total."""
        wanted = max(0, self.filter.new_total - self.done_new)
        taken: list[int] = []
        others: list[int] = []
        for card, deck in self._without_siblings(rows):
            (taken if limits.take(deck) else others).append(card)
            is_enough = len(taken) + len(others) >= wanted
            if is_enough and limits.is_used_up(self._roots):
                break
        return [*taken, *others][:wanted]

    def ahead(self, days: int) -> Iterator[int]:
        """Return the reviews due in the days after today, the earliest first."""
        rows = takewhile(
            lambda row: row[0] <= self.day + days, self.rows("not yet due")
        )
        return (card for card, _ in self._without_siblings(rows))

    @property
    def done_new(self) -> int:
        """Return the number of new cards of these decks that were shown today."""
        names = {self.deck_names[deck] for deck in self.decks}
        return sum(n for name, n in self._done_new.items() if name in names)

    def _without_siblings(self, rows: Iterable[QueueRow]) -> Iterator[tuple[int, str]]:
        """Leave out siblings of cards that were or will be shown today."""
        for _, card, deck, note in rows:
            name = self.deck_names[deck]
            if self.buries(deck):
                if note in self._seen_notes:
                    continue
                self._seen_notes.add(note)
            yield card, name

    def buries(self, deck: int) -> bool:
        """Return True if a deck (id) asks one card of a note a day."""
        if deck not in self._buries_siblings:
            preset = self.options.preset_on(self.deck_names[deck], self.day)
            self._buries_siblings[deck] = preset.bury_siblings
        return self._buries_siblings[deck]
