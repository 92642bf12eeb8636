"""Which cards come in which order, and what becomes of an answer.

A session asks one course: the study day as it is scheduled (`srs.study.daily`) or a run
beside the schedule (`srs.study.cram`, `srs.study.confusion_drill`).
"""

from typing import Protocol

from srs.models.cards import Rating, SchedulingState, StoredCard
from srs.store.revlog import Recorded
from srs.study.queue import Counts


class StudyMode(Protocol):
    """What a session needs to know of its cards."""

    name: str
    """What the header calls a run beside the schedule; empty for the schedule."""
    day: int
    """The study day for which the cards were gathered."""
    overdue: int
    """While a backlog is caught up, all reviews that are due; else 0."""

    def gather(self, now_ms: int, unanswered: int | None = None) -> None:
        """Look at the store anew; a card may have gone back without an answer."""

    def counts(self) -> Counts:
        """Count what is left, without the card that is asked."""

    def pop(self, now_ms: int) -> tuple[int, bool] | None:
        """Take the next card, and tell whether it comes before its time."""

    def take_out(self, card: int) -> None:
        """Take a card that is asked out of turn."""

    def may_ask(self, card: StoredCard, now_ms: int, *, ahead: bool) -> bool:
        """Leave out what was dealt with elsewhere meanwhile."""

    def partner(self, card: int) -> int | None:
        """Give the card that is shown beside this one's answer."""

    def outcomes(
        self, card: StoredCard, deck: str, now_ms: int
    ) -> dict[Rating, SchedulingState]:
        """Compute what each rating would lead to; empty where nothing follows."""

    def record(
        self, card: StoredCard, deck: str, rating: Rating, now_ms: int, took_ms: int
    ) -> Recorded | None:
        """Save an answer; None where the card was answered elsewhere meanwhile."""

    def done(self, left: int) -> int:
        """Count what is behind the person, where so many cards are left."""

    def waiting_ms(self, now_ms: int) -> int | None:
        """Tell how long until a card comes by itself; None where none will."""

    def go_ahead(self) -> None:
        """Show learning cards before their time from now on."""
