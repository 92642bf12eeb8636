"""Scheduled study: the queue of a study day; answers move due days."""

import heapq

from msgspec.structs import replace

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import next_states
from srs.store.connection import Store
from srs.store.decks import deck_ids
from srs.store.queue import due_counts, finished_cards
from srs.store.revlog import Recorded, record, seed_of
from srs.store.settings import Options
from srs.study.due_cards import CardFilter, DueCards
from srs.study.queue import Counts, build_queue


class DailyStudy:
    """The cards of a study day as they are scheduled."""

    name = ""
    """What the interface calls the mode; empty for scheduled study."""

    def __init__(
        self, store: Store, options: Options, card_filter: CardFilter, now_ms: int
    ) -> None:
        """Build the queue at a moment, UTC milliseconds."""
        self._store, self._options, self._filter = store, options, card_filter
        self._goes_ahead = False
        self._goal = self._goal_day = 0
        """The cards of a study day, finished or left; and that day."""
        self._total_day = 0
        """The study day for which more new cards were wanted."""
        self.rebuild(now_ms)
        if card_filter.more:
            self._add_more(card_filter.more, now_ms)

    def _add_more(self, more: int, now_ms: int) -> None:
        """Let more new cards be shown on this study day, also after a rebuild."""
        done = DueCards(self._store, self._options, self._filter, now_ms).done_new
        total = done + len(self._queue.new) + more
        self._filter = replace(self._filter, more=0, new_total=total)
        self._total_day = self._queue.day
        self.rebuild(now_ms)

    def rebuild(self, now_ms: int, unanswered: int | None = None) -> None:
        """Read the queue again from the store; an unanswered card is due there."""
        day = self._options.calendar.day(now_ms)
        if self._filter.new_total and day != self._total_day:
            self._filter = replace(self._filter, new_total=0)
        self._queue = build_queue(self._store, self._options, self._filter, now_ms)
        self._due_counts: DueCounts | None = None
        self.day, self.overdue = self._queue.day, self._queue.overdue
        self.days_to_exam, self.ahead = self._queue.days_to_exam, self._queue.ahead

    def counts(self) -> Counts:
        """Count the cards left, without the one that is shown."""
        return self._queue.counts()

    def cards_left(self) -> list[int]:
        """Return the cards left, without the one that is shown."""
        queue = self._queue
        return [*(card for _, card in queue.learning), *queue.due, *queue.new]

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the next card; the flag is True if it is shown before it is due."""
        queue = self._queue
        if queue.learning and queue.learning[0][0] <= now_ms:
            return heapq.heappop(queue.learning)[1], False
        card = queue.next_main()
        if card is not None:
            return card, False
        if self._goes_ahead and queue.learning:
            return heapq.heappop(queue.learning)[1], True
        return None

    def remove(self, card: int) -> None:
        """Remove a card that is shown out of order."""
        queue = self._queue
        queue.learning = [entry for entry in queue.learning if entry[1] != card]
        heapq.heapify(queue.learning)
        for cards in (queue.new, queue.due):
            if card in cards:
                cards.remove(card)

    def may_ask(self, card: StoredCard, now_ms: int, *, ahead: bool) -> bool:
        """Return False if the card was answered or suspended in another session."""
        progress = card.progress
        if card.suspended or card.retired:
            return False
        if progress.due_day is not None:
            return progress.due_day <= self.day or card.id in self._queue.ahead
        if progress.due_ms is not None:
            return ahead or progress.due_ms <= now_ms
        return True

    def partner(self, card: int) -> int | None:
        """Return the card to show next to the answer: none."""
        return None

    def next_states(
        self, card: StoredCard, deck: str, now_ms: int
    ) -> dict[Rating, SchedulingState]:
        """Compute the state of a card after each rating."""
        counts = self._read_due_counts()
        return states_after(self._options, card, deck, now_ms, counts)

    def _read_due_counts(self) -> DueCounts:
        if self._due_counts is None:
            self._due_counts = due_counts(self._store, self.day, self._options.away)
        return self._due_counts

    def record(
        self, card: StoredCard, deck: str, rating: Rating, now_ms: int, duration_ms: int
    ) -> Recorded | None:
        """Save an answer in one transaction.

        Args:
            card: The card, as it was read for the question.
            deck: Its deck, whose preset holds.
            rating: The answer.
            now_ms: UTC milliseconds of the answer.
            duration_ms: Milliseconds that it took.

        Returns:
            What was saved; None if the card was answered in another session.

        Raises:
            StoreError: The store can't be written.
        """
        counts = self._read_due_counts()
        with self._store.transaction():
            # Read inside: another process may change presets before the answer.
            moment = self._options.moment(now_ms)
            preset = self._options.preset_on(deck, moment.day)
            saved = record(
                self._store,
                card,
                rating,
                preset,
                moment,
                duration_ms=duration_ms,
                load=counts,
            )
        if saved is None:
            return None
        counts.move(card.progress.due_day, saved.progress.due_day)
        due_ms = saved.progress.due_ms
        end_ms = self._options.calendar.start_ms(self.day + 1)
        if due_ms is not None and due_ms < end_ms and not saved.suspended:
            heapq.heappush(self._queue.learning, (due_ms, card.id))
        return saved

    def done(self, left: int) -> int:
        """Count the cards of the filter finished on the study day, over all sessions.

        Args:
            left: Cards left; a goal set by the first call of the day is kept.
        """
        if self._goal_day != self.day:
            self._goal = self._finished() + left
            self._goal_day = self.day
        self._goal = max(self._goal, left)
        return self._goal - left

    def lower_goal(self, count: int) -> None:
        """Take cards that vanished out of the goal: they are not finished."""
        self._goal -= count

    def _finished(self) -> int:
        """Count the cards that are finished, of those that the session is about."""
        chosen, options = self._filter, self._options
        end_ms = options.calendar.start_ms(self.day + 1)
        found = finished_cards(self._store, self.day, options.rollover, end_ms)
        decks = set(deck_ids(self._store, chosen.deck))
        return sum(
            deck in decks
            and (chosen.cards is None or card in chosen.cards)
            and chosen.only in ("", "new" if was_new else "due")
            for card, deck, was_new in found
        )

    def waiting_ms(self, now_ms: int) -> int | None:
        """Return the time until the next learning card; None if there is none."""
        if not self._queue.learning:
            return None
        return max(0, self._queue.learning[0][0] - now_ms)

    def go_ahead(self) -> None:
        """Show learning cards before they are due from now on."""
        self._goes_ahead = True


def states_after(
    options: Options, card: StoredCard, deck: str, now_ms: int, counts: DueCounts
) -> dict[Rating, SchedulingState]:
    """Compute the state of a card after each rating at a moment.

    Args:
        options: The user's settings.
        card: The card.
        deck: Its deck.
        now_ms: UTC milliseconds.
        counts: What is due on the days to come.
    """
    moment = options.moment(now_ms)
    preset = options.preset_on(deck, moment.day)
    return next_states(card.progress, preset, moment, seed_of(card), counts)
