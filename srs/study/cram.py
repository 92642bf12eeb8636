"""A run beside the schedule, as before an exam: answers are logged, due days stay.

What was forgotten lately comes, or all that was ever learned; the cards at most
risk first, since such a run often ends before its cards do.  Each card returns a
few cards later until it was known.
"""

from collections import deque
from collections.abc import Iterator, Sequence
from zlib import crc32

from msgspec import Struct

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.scheduler.next_states import retrievability
from srs.store.connection import Store
from srs.store.revlog import Recorded, record_cram
from srs.store.settings import Options
from srs.study.due_cards import cards_in
from srs.study.queue import CardFilter, Counts

_LATER = {Rating.AGAIN: 4, Rating.HARD: 8}
"""After so many other cards a card returns that was not quite known."""
_GRADES = 20
"""Chances of recall that fall into the same twentieth count as the same."""


class Cramming(Struct, frozen=True):
    """What a person wants to go through beside the schedule."""

    forgotten: int | None = None
    """Only cards answered Again in so many study days, today included."""
    confused: bool = False
    """Pairs of cards that were mixed up, see `confusion_drill`."""


class Cram:
    """A course beside the schedule; see `srs.study.study_mode.StudyMode`.

    Siblings are not kept apart and no limit of a deck holds; suspended, retired
    and buried cards stay out, new ones too unless the scope names a number.
    """

    name = "cram"
    overdue = 0

    def __init__(
        self,
        store: Store,
        options: Options,
        scope: CardFilter,
        now_ms: int,
        forgotten: int | None = None,
    ) -> None:
        """Choose the cards at a moment, UTC milliseconds; see `Cramming`."""
        self._store, self._options, self._scope = store, options, scope
        self.day = options.calendar.day(now_ms)
        self._row: deque[int] = deque(self._chosen(now_ms, forgotten))
        self._total = len(self._row)

    def _chosen(self, now_ms: int, forgotten: int | None) -> list[int]:
        store, options, scope = self._store, self._options, self._scope
        learned = cards_in(store, options, scope, now_ms, new=False)
        new = cards_in(store, options, scope, now_ms, new=True)
        if forgotten is not None:
            missed = self._missed(forgotten)
            learned = [card for card in learned if card in missed]
            new = [card for card in new if card in missed]
        else:
            new = new[: scope.new or 0]
        return [*self._weakest_first(learned), *new]

    def _missed(self, days: int) -> set[int]:
        """Give the cards that were answered Again in so many study days."""
        sql = """
            select distinct card from reviews
             where id >= :since and rating = 1 and void = 0
        """
        since = self._options.calendar.start_ms(self.day - max(1, days) + 1)
        return {card for (card,) in self._store.rows(sql, {"since": since})}

    def _weakest_first(self, cards: Sequence[int]) -> list[int]:
        """Order by the chance of recall; what is about equal, anyhow."""
        chances = dict(self._chances())
        return sorted(
            cards,
            key=lambda card: (
                int(chances[card] * _GRADES),
                crc32(f"{self.day}:{card}".encode()),
                card,
            ),
        )

    def _chances(self) -> Iterator[tuple[int, float]]:
        decks = self._store.rows("select id, name from decks")
        decays = {key: self._options.preset(name).parameters[20] for key, name in decks}
        sql = "select id, deck, stability, last_day from cards where state <> 0"
        for card, deck, stability, last_day in self._store.connection.execute(sql):
            if stability is None or last_day is None:
                yield card, 0.0
            else:
                yield card, retrievability(stability, self.day - last_day, decays[deck])

    def gather(self, now_ms: int, unanswered: int | None = None) -> None:
        """Keep the row, also over the rollover; a card that went back leads it."""
        self.day = self._options.calendar.day(now_ms)
        if unanswered is not None:
            self._row.appendleft(unanswered)

    def counts(self) -> Counts:
        """Count what is left to be known."""
        return Counts(0, 0, len(self._row))

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the first of the row."""
        return (self._row.popleft(), False) if self._row else None

    def take_out(self, card: int) -> None:
        """Take a card that is asked out of turn."""
        if card in self._row:
            self._row.remove(card)

    def may_ask(self, card: StoredCard, now_ms: int, *, ahead: bool) -> bool:
        """Leave out what was suspended or retired meanwhile."""
        return not (card.suspended or card.retired)

    def partner(self, card: int) -> int | None:
        """Show nothing beside an answer."""
        return None

    def outcomes(
        self, card: StoredCard, deck: str, now_ms: int
    ) -> dict[Rating, SchedulingState]:
        """Say that nothing follows."""
        return {}

    def record(
        self, card: StoredCard, deck: str, rating: Rating, now_ms: int, took_ms: int
    ) -> Recorded | None:
        """Log the answer; a card that was not quite known returns later."""
        moment = self._options.moment(now_ms)
        saved = record_cram(self._store, card, rating, moment, took_ms=took_ms)
        if saved is not None:
            self._move_on(card.id, rating)
        return saved

    def _move_on(self, card: int, rating: Rating) -> None:
        if rating in _LATER:
            self._row.insert(_LATER[rating], card)

    def done(self, left: int) -> int:
        """Count the cards that were known."""
        return max(0, self._total - left)

    def waiting_ms(self, now_ms: int) -> int | None:
        """Wait for nothing: every card comes by itself."""
        return None

    def go_ahead(self) -> None:
        """Do nothing: no card has to wait."""
