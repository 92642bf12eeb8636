"""A review without a screen: the next question, the answer, the step back.

The terminal, the plain mode and a later page all talk to this; no rule of
scheduling lives above it.  Nothing is kept in memory that a crash could take:
an answer is on disk when `answer` returns.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from srs.models.cards import Rating, SchedulingState, State
from srs.store.card_actions import bury, suspend
from srs.store.confusions import record_confusion
from srs.store.connection import Store
from srs.store.revlog import HistoryLine, history
from srs.store.settings import Options
from srs.study.daily import DailyStudy
from srs.study.due_cards import TAGGED
from srs.study.prompt import LastLapse, Prompt, read_prompt
from srs.study.queue import CardFilter, Counts
from srs.study.study_mode import StudyMode

if TYPE_CHECKING:
    from srs.store.undo import Undone
    from srs.study.card_search import Lookup
    from srs.study.cram import Cramming

Clock = Callable[[], int]
"""Gives the moment, UTC milliseconds."""


_LONGEST_MS = 60_000
"""What took longer counts as this long, as in Anki: the person was away."""


class NextState(Struct, frozen=True):
    """What a rating would give."""

    rating: Rating
    progress: SchedulingState

    @property
    def interval(self) -> int:
        """Give days when positive, seconds when negative."""
        return self.progress.interval


class Answered(Struct, frozen=True):
    """What became of an answer."""

    applied: bool
    """False where the card was answered elsewhere meanwhile."""
    outcome: NextState | None = None
    became_leech: bool = False
    suspended: bool = False


class Summary(Struct, frozen=True):
    """What a run of reviewing came to."""

    answered: int
    correct: int
    """Answers better than Again."""
    again: int
    took_ms: int
    tomorrow: int
    """Cards due on the next study day."""
    name: str = ""
    """Of a run beside the schedule, which is as it was."""


class SessionLimits(Struct, frozen=True):
    """How far the person wants to go."""

    limit: int | None = None
    """Answers at the most."""
    minutes: float | None = None


class Session:
    """One run of reviewing."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        scope: CardFilter | None = None,
        wish: SessionLimits | None = None,
        *,
        cramming: "Cramming | None" = None,
        reread: Callable[[str], str | None] | None = None,
    ) -> None:
        """Begin.

        Args:
            store: An open store.
            clock: Gives now.
            scope: Which cards; all by default.
            wish: When to stop; when nothing is due by default.
            cramming: What to go through beside the schedule; None for the day's
                cards.
            reread: Takes an edited file in again; gives what is wrong with it.
        """
        self.store, self._clock = store, clock
        self._wish, self._scope = wish or SessionLimits(), scope or CardFilter()
        self._reread = reread
        self.options = Options(store)
        self.notices: list[str] = []
        self._started = clock()
        self._course = self._begin(self._scope, cramming)
        self._current: Prompt | None = None
        self._wanted: int | None = None
        self._answers: dict[int, tuple[Rating, int]] = {}
        """Those of this run by their ids in the log."""
        self._lookup: Lookup | None = None
        self.missed: LastLapse | None = None
        """The last answer of this run, where it was Again and still stands."""

    def _begin(self, scope: CardFilter, cramming: "Cramming | None") -> StudyMode:
        store, options, now = self.store, self.options, self._started
        if cramming is None:
            return DailyStudy(store, options, scope, now)
        if cramming.confused:
            from srs.study.confusion_drill import ConfusionDrill

            return ConfusionDrill(store, options, scope, now)
        from srs.study.cram import Cram

        return Cram(store, options, scope, now, cramming.forgotten)

    @property
    def name(self) -> str:
        """Name a run beside the schedule; empty for the schedule."""
        return self._course.name

    def now(self) -> int:
        """Give the moment by the session's clock, UTC milliseconds."""
        return self._clock()

    def next(self) -> Prompt | None:
        """Give the question to ask; the same one until it is dealt with.

        Returns:
            None where nothing is due at this moment.
        """
        if self._current is None:
            if self.options.calendar.day(self.now()) != self._course.day:
                self._course.gather(self.now())
            self._current = self._find()
        return self._current

    def _find(self) -> Prompt | None:
        if self._wanted is not None:
            card, self._wanted = self._wanted, None
            turn = self._turn(card)
            if turn is not None and not (turn.card.suspended or turn.card.retired):
                self._course.take_out(card)
                return turn
        while True:
            found = self._course.pop(self.now())
            if found is None:
                return None
            card, ahead = found
            turn = self._turn(card, ahead=ahead)
            if turn is not None and self._course.may_ask(
                turn.card, self.now(), ahead=ahead
            ):
                return turn

    def _turn(self, card: int, *, ahead: bool = False) -> Prompt | None:
        partner, now = self._course.partner(card), self.now()
        turn = read_prompt(self.store, card, now_ms=now, ahead=ahead, partner=partner)
        if turn is None or turn.card.buried == self._course.day:
            return None
        return turn

    def counts(self) -> Counts:
        """Count what is left today, the present question included."""
        counts = self._course.counts()
        if self._current is None:
            return counts
        match self._current.card.progress.state:
            case State.NEW:
                return replace(counts, new=counts.new + 1)
            case State.REVIEW:
                return replace(counts, due=counts.due + 1)
            case _:
                return replace(counts, learning=counts.learning + 1)

    def overdue(self) -> int:
        """Count all reviews that are due while a backlog is caught up; else 0."""
        return self._course.overdue

    def days_to_exam(self) -> int | None:
        """Count the study days to the exam, None where none is ahead."""
        exam, day = self.options.exam, self._course.day
        return exam.day - day if exam is not None and exam.is_ahead(day) else None

    def done(self) -> int:
        """Count the answers of this run."""
        return len(self._answers)

    def done_today(self) -> int:
        """Count the answers of the study day, or what was known beside it."""
        return self._course.done(self.counts().total)

    def waiting_ms(self) -> int | None:
        """Tell how long until the next learning card, None where there is none."""
        return self._course.waiting_ms(self.now())

    def go_ahead(self) -> None:
        """Show learning cards before their time from now on."""
        self._course.go_ahead()

    def outcomes(self) -> dict[Rating, NextState]:
        """Compute what each rating would give for the present question.

        Returns:
            Nothing beside the schedule.

        Raises:
            LookupError: There is no question.
        """
        turn = self._present()
        found = self._course.outcomes(turn.card, turn.note.deck, self.now())
        return {rating: NextState(rating, after) for rating, after in found.items()}

    def _present(self) -> Prompt:
        if self._current is None:
            raise LookupError("there is no question at this moment")
        return self._current

    def answer(self, rating: Rating, took_ms: int) -> Answered:
        """Rate the present question; on disk when this returns.

        Args:
            rating: How well it was known.
            took_ms: From question to rating, milliseconds; counted up to a minute.

        Raises:
            LookupError: There is no question.
            StoreError: The store can't be written; the question stays.
        """
        turn = self._present()
        took_ms = min(took_ms, _LONGEST_MS)
        saved = self._course.record(
            turn.card, turn.note.deck, rating, self.now(), took_ms
        )
        self._current = None
        if saved is None:
            # Another program is at work: look at what it has left.
            self._course.gather(self.now(), turn.card.id)
            self.missed = None
            return Answered(applied=False)
        self._answers[saved.review] = (rating, took_ms)
        again = rating is Rating.AGAIN
        self.missed = LastLapse(saved.review, turn) if again else None
        return Answered(
            applied=True,
            outcome=NextState(rating, saved.progress),
            became_leech=saved.became_leech,
            suspended=saved.suspended,
        )

    def undo(self) -> str | None:
        """Take the last thing back, also of an earlier run.

        Returns:
            What was undone, None where there is nothing to undo, or where the last
            step was none of a review: that is `flash undo`'s.

        Raises:
            StoreError: The store can't be written.
        """
        from srs.store.undo import OF_A_REVIEW, undo_last

        undone = undo_last(self.store, self.options, OF_A_REVIEW)
        if undone is None:
            return None
        if undone.review is not None:
            self._answers.pop(undone.review, None)
            self.missed = None
        self._go_back(undone)
        return undone.sentence

    def _go_back(self, undone: "Undone") -> None:
        """Show the card of a step that was undone, where it belongs to this run."""
        present = None if self._current is None else self._current.card.id
        stays = undone.name == "confusion" or (undone.name == "look" and not self.name)
        self._current, self._wanted = None, present if stays else undone.card
        self._course.gather(self.now(), None if stays else present)

    def suspend(self) -> None:
        """Set the present card aside until it is unsuspended."""
        turn = self._present()
        suspend(self.store, [turn.card.id], self.now(), suspended=True)
        self._set_aside()

    def bury(self) -> None:
        """Let the present card rest till tomorrow."""
        turn = self._present()
        bury(self.store, [turn.card.id], self.now(), self._course.day)
        self._set_aside()

    def _set_aside(self) -> None:
        """Go on without the present card; one of its note may come in its place."""
        self._current = None
        self._course.gather(self.now())

    def reload(self) -> str | None:
        """Take the present note's file in again after an edit.

        Returns:
            What is wrong with the file, None where all is well.
        """
        turn = self._present()
        if self._reread is None or not turn.note.file:
            return "this card came from no file"
        trouble = self._reread(turn.note.file)
        if trouble is None:
            self._lookup = None
            self._current, self._wanted = None, turn.card.id
            self._course.gather(self.now())
        return trouble

    def lookup(self) -> "Lookup":
        """Give what finds a card by typing; its texts are loaded bit by bit."""
        if self._lookup is None:
            from srs.study.card_search import Lookup

            self._lookup = Lookup(self.store)
        return self._lookup

    def mix_up(self, other: int) -> bool:
        """Name the card that the last, missed one was mixed up with.

        Returns:
            False where the last answer was not missed, or no longer stands.

        Raises:
            StoreError: The store can't be written.
        """
        missed = self.missed
        return missed is not None and record_confusion(
            self.store, missed.review, other, self.now()
        )

    def history(self) -> list[HistoryLine]:
        """Give the answers to the present card, the newest first."""
        return history(self.store, self._present().card.id)

    def summary(self) -> Summary:
        """Sum the run up."""
        again = sum(1 for rating, _ in self._answers.values() if rating is Rating.AGAIN)
        answered = len(self._answers)
        tomorrow = self._course.day + 1
        end = self.options.calendar.start_ms(tomorrow + 1)
        scope = self._scope
        values: dict[str, int | str] = {"day": tomorrow, "end": end}
        within = ""
        if scope.deck or scope.tag:
            from srs.store.card_list import deck_ids

            within = f"and deck in (select value from json_each(:decks)) and {TAGGED}"
            values["decks"] = str(deck_ids(self.store, scope.deck))
            values["tag"] = scope.tag
        sql = f"""
            select (select count(*) from cards c
                     where due_day is not null and due_day <= :day
                       and suspended = 0 and retired = 0 {within})
                 + (select count(*) from cards c
                     where due_ms is not null and due_ms < :end
                       and suspended = 0 and retired = 0 {within})
        """
        due = self.store.row(sql, values)[0]
        return Summary(
            answered=answered,
            correct=answered - again,
            again=again,
            took_ms=sum(took for _, took in self._answers.values()),
            tomorrow=int(due),
            name=self.name,
        )

    def is_over(self) -> bool:
        """Tell whether the person's own limit is reached."""
        limit, minutes = self._wish.limit, self._wish.minutes
        if limit is not None and len(self._answers) >= limit:
            return True
        spent = self.now() - self._started
        return minutes is not None and spent >= minutes * 60_000

    def close(self) -> None:
        """Close the store."""
        self.store.close()
