"""The study day as it is scheduled: what is due, and answers that move due days."""

import heapq

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.next_states import next_states
from srs.store.connection import Store
from srs.store.revlog import Recorded, record, seed_of
from srs.store.rows import CRAM_REVIEW
from srs.store.settings import Options
from srs.study.due_cards import read_load
from srs.study.queue import CardFilter, Counts
from srs.study.queue_builder import build_queue


class DailyStudy:
    """The course of a study day; see `srs.study.study_mode.StudyMode`."""

    name = ""

    def __init__(
        self, store: Store, options: Options, scope: CardFilter, now_ms: int
    ) -> None:
        """Gather what is due at a moment, UTC milliseconds."""
        self._store, self._options, self._scope = store, options, scope
        self._ahead = False
        self.gather(now_ms)

    def gather(self, now_ms: int, unanswered: int | None = None) -> None:
        """Look at the store anew: a card that went back is due there."""
        self._queue = build_queue(self._store, self._options, self._scope, now_ms)
        self._load: DueCounts | None = None
        self.day, self.overdue = self._queue.day, self._queue.overdue

    def counts(self) -> Counts:
        """Count what is left of the day."""
        return self._queue.counts()

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the next card: learning cards that are due pass before others."""
        queue = self._queue
        if queue.learning and queue.learning[0][0] <= now_ms:
            return heapq.heappop(queue.learning)[1], False
        card = queue.next_main()
        if card is not None:
            return card, False
        if self._ahead and queue.learning:
            return heapq.heappop(queue.learning)[1], True
        return None

    def take_out(self, card: int) -> None:
        """Take a card that is asked out of turn."""
        queue = self._queue
        queue.learning = [entry for entry in queue.learning if entry[1] != card]
        heapq.heapify(queue.learning)
        for row in (queue.new, queue.due):
            if card in row:
                row.remove(card)

    def may_ask(self, card: StoredCard, now_ms: int, *, ahead: bool) -> bool:
        """Leave out what was answered or suspended elsewhere."""
        progress = card.progress
        if card.suspended or card.retired:
            return False
        if progress.due_day is not None:
            return progress.due_day <= self.day or card.id in self._queue.early
        if progress.due_ms is not None:
            return ahead or progress.due_ms <= now_ms
        return True

    def partner(self, card: int) -> int | None:
        """Show nothing beside an answer."""
        return None

    def outcomes(
        self, card: StoredCard, deck: str, now_ms: int
    ) -> dict[Rating, SchedulingState]:
        """Compute what each rating would make of a card."""
        moment = self._options.moment(now_ms)
        preset = self._options.preset_on(deck, moment.day)
        return next_states(card.progress, preset, moment, seed_of(card), self._days())

    def _days(self) -> DueCounts:
        """Give what is due on the days to come, counted once a study day."""
        if self._load is None:
            self._load = read_load(self._store, self._options, self.day)
        return self._load

    def record(
        self, card: StoredCard, deck: str, rating: Rating, now_ms: int, took_ms: int
    ) -> Recorded | None:
        """Save an answer; a card in learning comes back today."""
        load = self._days()
        with self._store.transaction():
            # Inside, so that no optimize or config can come between.
            moment = self._options.moment(now_ms)
            preset = self._options.preset_on(deck, moment.day)
            saved = record(
                self._store, card, rating, preset, moment, took_ms=took_ms, load=load
            )
        if saved is None:
            return None
        load.move(card.progress.due_day, saved.progress.due_day)
        due = saved.progress.due_ms
        end = self._options.calendar.start_ms(self.day + 1)
        if due is not None and due < end and not saved.suspended:
            heapq.heappush(self._queue.learning, (due, card.id))
        return saved

    def done(self, left: int) -> int:
        """Count the answers of the study day, from all runs."""
        sql = f"""
            select count(*) from reviews r
             where r.id >= :start and r.void = 0 and r.rating > 0 and not {CRAM_REVIEW}
        """
        start = self._options.calendar.start_ms(self.day)
        return int(self._store.row(sql, {"start": start})[0])

    def waiting_ms(self, now_ms: int) -> int | None:
        """Tell how long until the next learning card, None where there is none."""
        if not self._queue.learning:
            return None
        return max(0, self._queue.learning[0][0] - now_ms)

    def go_ahead(self) -> None:
        """Show learning cards before their time from now on."""
        self._ahead = True
