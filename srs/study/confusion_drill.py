"""Cards that were mixed up, asked in turn until both are known one after the other.

A run beside the schedule, as `srs.study.cram` is, in pairs: the most often confused
ones first.
"""

from collections import deque

from srs.models.cards import Rating
from srs.store.confusions import confused_pairs
from srs.store.connection import Store
from srs.store.settings import Options
from srs.study.cram import Cram
from srs.study.due_cards import cards_in
from srs.study.queue import CardFilter, Counts

_State = tuple[tuple[int, ...], tuple[tuple[int, int], ...], tuple[int, int], bool]
"""The row, the pairs that wait, the present pair, and whether it was missed."""


class ConfusionDrill(Cram):
    """A course of pairs; see `srs.study.study_mode.StudyMode`.

    A pair belongs to a scope when one of its cards does; where one may not be
    asked (suspended, retired, buried) the pair stays out.
    """

    name = "mixed up"

    def __init__(
        self, store: Store, options: Options, scope: CardFilter, now_ms: int
    ) -> None:
        """Choose the pairs at a moment, UTC milliseconds."""
        super().__init__(store, options, scope, now_ms, forgotten=0)
        scoped, asked = (self._ids(one, now_ms) for one in (scope, CardFilter()))
        self._waiting = deque(
            (pair.card, pair.other)
            for pair in confused_pairs(store)
            if {pair.card, pair.other} <= asked and {pair.card, pair.other} & scoped
        )
        self._partners: dict[int, int] = {}
        for one, other in self._waiting:
            self._partners.setdefault(one, other)
            self._partners.setdefault(other, one)
        self._row.clear()
        self._pair: tuple[int, int] = (0, 0)
        self._was_missed = False
        self._before: list[tuple[int, _State]] = []
        """Each card that was answered, and what there was to do before it."""
        self._total = 2 * len(self._waiting)

    def _ids(self, scope: CardFilter, now_ms: int) -> set[int]:
        store, options = self._store, self._options
        return {
            card
            for new in (False, True)
            for card in cards_in(store, options, scope, now_ms, new=new)
        }

    def counts(self) -> Counts:
        """Count what is left to be known."""
        again = int(self._was_missed)
        return Counts(0, 0, len(self._row) + again + 2 * len(self._waiting))

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the other card of the pair, or the first of the next one."""
        if not self._row and self._waiting:
            self._pair, self._was_missed = self._waiting.popleft(), False
            self._row.extend(self._pair)
        return super().pop(now_ms)

    def partner(self, card: int) -> int | None:
        """Give the other card of the pair."""
        one, other = self._pair
        if card in self._pair:
            return other if card == one else one
        return self._partners.get(card)

    def take_out(self, card: int) -> None:
        """Take a card out of turn; the one answered last goes back before it."""
        if not self._before or self._before[-1][0] != card:
            super().take_out(card)
            return
        _, (row, waiting, self._pair, self._was_missed) = self._before.pop()
        self._row, self._waiting = deque(row), deque(waiting)

    def _move_on(self, card: int, rating: Rating) -> None:
        """Ask both again where one of them was not quite known."""
        row, waiting = tuple(self._row), tuple(self._waiting)
        self._before.append((card, (row, waiting, self._pair, self._was_missed)))
        self._was_missed |= rating in (Rating.AGAIN, Rating.HARD)
        if not self._row and self._was_missed:
            self._was_missed = False
            self._row.extend(self._pair)
