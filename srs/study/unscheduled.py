"""What sessions that don't change the schedule share: a list of cards, and a log."""

from collections import deque

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.store.connection import Store
from srs.store.revlog import Recorded, record_cram
from srs.store.settings import Options
from srs.study.queue import Counts


class UnscheduledStudy:
    """A session with the interface of `srs.study.daily.DailyStudy`.

    Deck limits do not apply.  A card comes back as `_requeue` says.
    """

    name = ""
    overdue = 0
    days_to_exam = None
    ahead: frozenset[int] = frozenset()

    def __init__(self, store: Store, options: Options, now_ms: int) -> None:
        """Start without cards at a moment, UTC milliseconds."""
        self._store, self._options = store, options
        self.day = options.calendar.day(now_ms)
        self._cards: deque[int] = deque()
        self._total = 0

    def rebuild(self, now_ms: int, unanswered: int | None = None) -> None:
        """Keep the cards, also over the rollover; an unanswered one comes first."""
        self.day = self._options.calendar.day(now_ms)
        if unanswered is not None:
            self._cards.appendleft(unanswered)

    def cards_left(self) -> list[int]:
        """Return the cards left, without the one that is shown."""
        return list(self._cards)

    def counts(self) -> Counts:
        """Count the cards left, without the one that is shown."""
        return Counts(0, 0, len(self._cards))

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the next card."""
        return (self._cards.popleft(), False) if self._cards else None

    def remove(self, card: int) -> None:
        """Remove a card that is shown out of order."""
        if card in self._cards:
            self._cards.remove(card)

    def may_ask(self, card: StoredCard, now_ms: int, *, ahead: bool) -> bool:
        """Return False if the card was suspended or retired in another session."""
        return not (card.suspended or card.retired)

    def partner(self, card: int) -> int | None:
        """Return the card to show next to the answer: none."""
        return None

    def next_states(
        self, card: StoredCard, deck: str, now_ms: int
    ) -> dict[Rating, SchedulingState]:
        """Return nothing: no answer changes the card."""
        return {}

    def record(
        self, card: StoredCard, deck: str, rating: Rating, now_ms: int, duration_ms: int
    ) -> Recorded | None:
        """Log an answer; None if the card was answered in another session."""
        moment = self._options.moment(now_ms)
        saved = record_cram(self._store, card, rating, moment, duration_ms=duration_ms)
        if saved is not None:
            self._requeue(card.id, rating)
        return saved

    def _requeue(self, card: int, rating: Rating) -> None:
        """Put cards back that have to be asked again."""
        raise NotImplementedError

    def done(self, left: int) -> int:
        """Count the cards that were known, given the number left."""
        return max(0, self._total - left)

    def lower_goal(self, count: int) -> None:
        """Take cards that vanished out of the goal: they were not known."""
        self._total -= count

    def waiting_ms(self, now_ms: int) -> int | None:
        """Return None: no card is waiting."""
        return None

    def go_ahead(self) -> None:
        """Do nothing: no card is waiting."""
