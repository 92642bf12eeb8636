"""Cram: review cards without changing the schedule, for example before an exam.

Cards answered Again lately, or all learned cards, come at the lowest retrievability
first, since such a session often ends before its cards do.  A card that was not known
comes back a few cards later, until it is.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from zlib import crc32

from msgspec import Struct

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.scheduler.fsrs6 import forgetting_curve
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.queue import cards_answered_again, learned_stabilities
from srs.store.revlog import Recorded, record_cram
from srs.store.settings import Options
from srs.study.due_cards import CardFilter, DueCards
from srs.study.queue import Counts

CARDS_BETWEEN = {Rating.AGAIN: 4, Rating.HARD: 8}
"""Cards that come before a card that was not known comes back."""
_RANKS = 20
"""Retrievabilities within the same twentieth rank the same."""


class CramOptions(Struct, frozen=True):
    """Which cards to review without changing the schedule."""

    forgotten: int | None = None
    """Only cards answered Again in so many study days, today included."""
    confused: bool = False
    """Confused pairs, see `srs.study.confusion_drill`."""


class Cram:
    """A cram session, with the interface of `srs.study.daily.DailyStudy`.

    Siblings are not kept apart and deck limits do not apply.  Suspended, retired and
    buried cards are left out, and new cards unless the filter asks for a number.
    """

    name = "cram"
    overdue = 0

    def __init__(
        self,
        store: Store,
        options: Options,
        card_filter: CardFilter,
        now_ms: int,
        forgotten: int | None = None,
    ) -> None:
        """Choose the cards at a moment, UTC milliseconds; see `CramOptions`."""
        self._store, self._options = store, options
        self.day = options.calendar.day(now_ms)
        cards = DueCards(store, options, card_filter, now_ms)
        self._cards: deque[int] = deque(self._chosen(cards, forgotten))
        self._total = len(self._cards)

    def _chosen(self, cards: DueCards, forgotten: int | None) -> list[int]:
        learned = [row[1] for row in cards.rows("learned")]
        new = [row[1] for row in cards.rows("new")]
        if forgotten is None:
            return [*self._weakest_first(learned), *new[: cards.filter.new or 0]]
        first_day = self.day - max(1, forgotten) + 1
        since_ms = self._options.calendar.start_ms(first_day)
        missed = cards_answered_again(self._store, since_ms)
        learned = [card for card in learned if card in missed]
        return [
            *self._weakest_first(learned),
            *(card for card in new if card in missed),
        ]

    def _weakest_first(self, cards: Sequence[int]) -> list[int]:
        """Sort by retrievability; shuffle cards of about the same one."""
        recall = dict(self._retrievabilities())
        return sorted(
            cards,
            key=lambda card: (
                int(recall[card] * _RANKS),
                crc32(f"{self.day}:{card}".encode()),
                card,
            ),
        )

    def _retrievabilities(self) -> Iterator[tuple[int, float]]:
        names = deck_names_by_id(self._store)
        curves = {
            deck: forgetting_curve(self._options.preset(name).parameters[20])
            for deck, name in names.items()
        }
        for card, deck, stability, last_day in learned_stabilities(self._store):
            if stability is None or last_day is None:
                yield card, 0.0
            else:
                yield card, curves[deck](stability, max(0, self.day - last_day))

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
        if rating in CARDS_BETWEEN:
            self._cards.insert(CARDS_BETWEEN[rating], card)

    def done(self, left: int) -> int:
        """Count the cards that were known, given the number left."""
        return max(0, self._total - left)

    def waiting_ms(self, now_ms: int) -> int | None:
        """Return None: no card is waiting."""
        return None

    def go_ahead(self) -> None:
        """Do nothing: no card is waiting."""
