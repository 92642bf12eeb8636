"""Cram: review cards without changing the schedule, for example before an exam.

Cards answered Again lately, or all learned cards, come at the lowest retrievability
first, since such a session often ends before its cards do.  A card that was not known
comes back a few cards later, until it is.
"""

from collections.abc import Iterator, Sequence
from zlib import crc32

from msgspec import Struct

from srs.models.cards import Rating
from srs.scheduler.fsrs6 import forgetting_curve
from srs.store.connection import Store
from srs.store.decks import deck_names_by_id
from srs.store.queue import cards_answered_again, learned_stabilities
from srs.store.settings import Options
from srs.study.due_cards import CardFilter, DueCards
from srs.study.unscheduled import UnscheduledStudy

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


class Cram(UnscheduledStudy):
    """A cram session.

    Siblings are not kept apart.  Suspended, retired and buried cards are left out, and
    new cards unless the filter asks for a number.
    """

    name = "cram"

    def __init__(
        self,
        store: Store,
        options: Options,
        card_filter: CardFilter,
        now_ms: int,
        forgotten: int | None = None,
    ) -> None:
        """Choose the cards at a moment, UTC milliseconds; see `CramOptions`."""
        super().__init__(store, options, now_ms)
        cards = DueCards(store, options, card_filter, now_ms)
        self._cards.extend(self._chosen(cards, forgotten))
        self._total = len(self._cards)

    def _chosen(self, cards: DueCards, forgotten: int | None) -> list[int]:
        learned = [row[1] for row in cards.rows("learned")]
        new = [row[1] for row in cards.rows("new")]
        if forgotten is None:
            return [*self._weakest_first(learned), *new[: cards.filter.new or 0]]
        first_day = self.day - max(1, forgotten) + 1
        rollover = self._options.rollover
        missed = cards_answered_again(self._store, first_day, self.day, rollover)
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

    def _requeue(self, card: int, rating: Rating) -> None:
        if rating in CARDS_BETWEEN:
            self._cards.insert(CARDS_BETWEEN[rating], card)
