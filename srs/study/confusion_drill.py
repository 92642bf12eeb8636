"""Drill confused cards: both of a pair until both are known in a row.

Like a cram (`srs.study.cram`) it does not change the schedule.  The most often confused
pairs come first.
"""

from collections import deque
from itertools import chain

from srs.models.cards import Rating
from srs.store.confusions import confused_pairs
from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.due_cards import CardFilter, DueCards
from srs.study.queue import Counts
from srs.study.unscheduled import UnscheduledStudy

_State = tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[int, int], bool]
"""Cards left of the pair, pairs left, the present pair, and if one was missed."""


class ConfusionDrill(UnscheduledStudy):
    """A session of pairs.

    The filter lets a pair through if one of its cards passes it.  A pair with a
    suspended, retired or buried card is left out.
    """

    name = "confused"

    def __init__(
        self, store: Store, options: Options, card_filter: CardFilter, now_ms: int
    ) -> None:
        """Choose the pairs at a moment, UTC milliseconds."""
        super().__init__(store, options, now_ms)
        filtered, askable = (
            _card_ids(DueCards(store, options, chosen, now_ms))
            for chosen in (card_filter, CardFilter())
        )
        self._pairs = deque(
            (pair.card, pair.other)
            for pair in confused_pairs(store)
            if {pair.card, pair.other} <= askable and {pair.card, pair.other} & filtered
        )
        self._partners: dict[int, int] = {}
        for card, other in self._pairs:
            self._partners.setdefault(card, other)
            self._partners.setdefault(other, card)
        self._pair: tuple[int, int] = (0, 0)
        self._was_missed = False
        self._history: list[tuple[int, _State]] = []
        """Each answered card and the state before its answer."""
        self._total = 2 * len(self._pairs)

    def cards_left(self) -> list[int]:
        """Return the cards left, without the one that is shown."""
        return [*self._cards, *(card for pair in self._pairs for card in pair)]

    def counts(self) -> Counts:
        """Count the cards left, without the one that is shown."""
        again = int(self._was_missed)
        return Counts(0, 0, len(self._cards) + again + 2 * len(self._pairs))

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the other card of the pair, or the first of the next pair."""
        if not self._cards and self._pairs:
            self._pair, self._was_missed = self._pairs.popleft(), False
            self._cards.extend(self._pair)
        return super().pop(now_ms)

    def partner(self, card: int) -> int | None:
        """Return the other card of the pair."""
        first, second = self._pair
        if card in self._pair:
            return second if card == first else first
        return self._partners.get(card)

    def remove(self, card: int) -> None:
        """Remove a card; after an undo restore the state before its answer."""
        if not self._history or self._history[-1][0] != card:
            super().remove(card)
            return
        _, (cards, pairs, self._pair, self._was_missed) = self._history.pop()
        self._cards, self._pairs = deque(cards), deque(pairs)

    def _requeue(self, card: int, rating: Rating) -> None:
        """Ask both cards again if one of them was not known."""
        state = tuple(self._cards), tuple(self._pairs), self._pair, self._was_missed
        self._history.append((card, state))
        self._was_missed |= rating in (Rating.AGAIN, Rating.HARD)
        if not self._cards and self._was_missed:
            self._was_missed = False
            self._cards.extend(self._pair)


def _card_ids(cards: DueCards) -> set[int]:
    return {row[1] for row in chain(cards.rows("learned"), cards.rows("new"))}
