"""A review session without a screen: the next question, the answer, undo.

Full screen, plain mode and web page share it; no scheduling rule is above it.  Nothing
is only in memory: an answer is on disk when `answer` returns.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from srs.models.cards import MAX_DURATION_MS, Rating, SchedulingState, State
from srs.models.retirements import RetiredCard
from srs.store.card_actions import bury, flag, suspend
from srs.store.card_search import Candidate, find_candidates
from srs.store.confusions import record_confusion
from srs.store.connection import Store
from srs.store.operations import DURING_REVIEW, UNSCHEDULED, Operation
from srs.store.revlog import HistoryLine, history
from srs.store.settings import Options
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.modes import start_mode
from srs.study.prompt import LastLapse, Prompt, obstacle_of, read_prompt
from srs.study.queue import Counts
from srs.study.results import Answered, Obstacle, Summary

if TYPE_CHECKING:
    from srs.store.undo import Undone
    from srs.study.day_report import DayReport


class Session:
    """One review session."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], int],
        card_filter: CardFilter | None = None,
        limits: SessionLimits | None = None,
        *,
        cram: CramOptions | None = None,
        reread: Callable[[str], list[RetiredCard]] | None = None,
        take_text: Callable[[int, str, str], list[RetiredCard]] | None = None,
    ) -> None:
        """Start a session.

        Args:
            store: An open store.
            clock: Returns the present moment, UTC milliseconds.
            card_filter: Which cards; all by default.
            limits: When to end; by default when no card is left.
            cram: Cards to review without changing the schedule; None for the cards
                that are due.
            reread: Reads an edited deck file again; returns cards it retires.
            take_text: Gives the note of a card another text; returns cards it retires.
        """
        self.store, self._clock = store, clock
        self._limits = limits or SessionLimits()
        self._filter = card_filter or CardFilter()
        self._reread, self._take_text = reread, take_text
        self.options = Options(store)
        self._started_ms = clock()
        self._mode = start_mode(
            store, self.options, self._filter, self._started_ms, cram
        )
        self._current: Prompt | None = None
        self._next_card: int | None = None
        """A card to show out of order."""
        self._answers: dict[int, tuple[Rating, int]] = {}
        """Rating and duration of this session's answers, by review id."""
        self.missed: LastLapse | None = None
        """The last answer of this session, if it was Again and is not undone."""
        self._undoable = UNSCHEDULED if self.name else DURING_REVIEW
        self._is_undone = False
        """The next or present card is shown because an undo took its step back."""

    @property
    def name(self) -> str:
        """Return the name of a mode that does not change the schedule; else empty."""
        return self._mode.name

    def now(self) -> int:
        """Return the present moment by the session's clock, UTC milliseconds."""
        return self._clock()

    def next(self) -> Prompt | None:
        """Return the question to ask, until it is answered; None if no card is due."""
        if self._current is None:
            if self._today() != self._mode.day:
                self._mode.rebuild(self.now())
            self._current = self._find()
        return self._current

    def _today(self) -> int:
        """Return the study day; a question may be shown since the one before."""
        return self.options.calendar.day(self.now())

    def _find(self) -> Prompt | None:
        if self._next_card is not None:
            card, self._next_card = self._next_card, None
            self._mode.remove(card)
            prompt = self._read(card)
            if prompt and not (prompt.card.suspended or prompt.card.retired):
                return prompt
            self._mode.lower_goal(1)
        while (found := self._mode.pop(self.now())) is not None:
            card, ahead = found
            prompt = self._read(card, ahead=ahead)
            if prompt and self._mode.may_ask(prompt.card, self.now(), ahead=ahead):
                return prompt
            if prompt is None or prompt.card.suspended or prompt.card.retired:
                self._mode.lower_goal(1)
        return None

    def _read(self, card: int, *, ahead: bool = False) -> Prompt | None:
        partner, now_ms = self._mode.partner(card), self.now()
        prompt = read_prompt(
            self.store, card, now_ms=now_ms, ahead=ahead, partner=partner
        )
        is_buried = prompt is not None and prompt.card.buried == self._mode.day
        return None if is_buried else prompt

    def upcoming(self, most: int) -> list[Prompt]:
        """Take the next cards in the order in which they are asked.

        Learning cards that are due later today come last; `ahead` marks them.
        """
        found: list[Prompt] = []
        while len(found) < most:
            taken = self._mode.pop(self.now())
            if taken is None:
                self._mode.go_ahead()
                taken = self._mode.pop(self.now())
            if taken is None:
                break
            card, ahead = taken
            prompt = self._read(card, ahead=ahead)
            if prompt and self._mode.may_ask(prompt.card, self.now(), ahead=ahead):
                found.append(prompt)
        return found

    def counts(self) -> Counts:
        """Count the cards left today, including the present one."""
        counts = self._mode.counts()
        if self._current is None:
            return counts
        match self._current.card.progress.state:
            case State.NEW:
                return replace(counts, new=counts.new + 1)
            case State.REVIEW:
                return replace(counts, due=counts.due + 1)
            case _:
                return replace(counts, learning=counts.learning + 1)

    def cards_left(self) -> list[int]:
        """Return the cards left, including the present one; in any order."""
        present = [self._current.card.id] if self._current else []
        return present + self._mode.cards_left()

    def due_now(self) -> int:
        """Count the reviews left that are due, without those asked ahead."""
        return self.counts().due - len(self._mode.ahead.intersection(self.cards_left()))

    def overdue(self) -> int:
        """Return the number of all due reviews in a backlog; else 0."""
        return self._mode.overdue

    def days_to_exam(self) -> int | None:
        """Return the study days until an exam that asks a card left; else None."""
        return self._mode.days_to_exam

    def done(self) -> int:
        """Count the answers of this session."""
        return len(self._answers)

    def done_today(self) -> int:
        """Count the cards finished on the study day; in a cram those that were known.

        With the cards left it is a goal that answers don't move.
        """
        return self._mode.done(self.counts().total)

    def waiting_ms(self) -> int | None:
        """Return the time until the next learning card; None if there is none."""
        return self._mode.waiting_ms(self.now())

    def go_ahead(self) -> None:
        """Show learning cards before they are due from now on."""
        self._mode.go_ahead()

    def next_states(self) -> dict[Rating, SchedulingState]:
        """Compute the state of the present card after each rating.

        Returns:
            Empty if answers do not change the schedule.

        Raises:
            LookupError: There is no question.
        """
        prompt = self._present()
        return self._mode.next_states(prompt.card, prompt.deck, self.now())

    def _present(self) -> Prompt:
        if self._current is None:
            raise LookupError("there is no question at this moment")
        return self._current

    def answer(self, rating: Rating, duration_ms: int) -> Answered:
        """Rate the present question; the answer is on disk when this returns.

        Args:
            rating: How well it was known.
            duration_ms: Milliseconds from question to rating; at most a minute counts.

        Raises:
            LookupError: There is no question.
            StoreError: The store can't be written; the question stays.
        """
        prompt = self._present()
        duration_ms = min(duration_ms, MAX_DURATION_MS)
        saved = self._mode.record(
            prompt.card, prompt.deck, rating, self.now(), duration_ms
        )
        if saved is None:
            self.missed = None
            obstacle = obstacle_of(self.store, prompt.card, self._today())
            self._skip(None if obstacle else prompt.card.id)
            return Answered(applied=False, obstacle=obstacle)
        self._current, self._is_undone = None, False
        self._answers[saved.review] = (rating, duration_ms)
        self.missed = None if rating > Rating.AGAIN else LastLapse(saved.review, prompt)
        return Answered(
            applied=True,
            state=saved.progress,
            became_leech=saved.became_leech,
            suspended=saved.suspended,
        )

    def undo(self) -> "Undone | None":
        """Undo the last step of a review, also one of an earlier session.

        Without it, as where `flash new` came after it, undo the last answer of this
        session.  A session that does not change the schedule leaves scheduled answers.

        Returns:
            None if there is nothing that can be undone here.

        Raises:
            StoreError: The store can't be written.
        """
        from srs.store.review_undo import undo_step  # noqa: PLC0415 - slow

        undone = undo_step(self.store, self.options, self._undoable, self._answers)
        if undone is None:
            return None
        if undone.review is not None:
            self._answers.pop(undone.review, None)
            self.missed = None
        present = None if self._current is None else self._current.card.id
        # The present question stays where the undone operation was not part of it.
        name = undone.operation.name
        stays = name in ("confusion", "flag") or (name == "look" and not self.name)
        left = self.counts().total
        self._current, self._next_card = None, present if stays else undone.card
        self._is_undone = self._next_card is not None
        self._mode.rebuild(self.now(), None if stays else present)
        if undone.review is None:  # Only an answer had finished a card.
            is_extra = self._next_card not in (None, *self._mode.cards_left())
            self._mode.lower_goal(left - self.counts().total - is_extra)
        return undone

    def later_operation(self) -> Operation | None:
        """Return the operation that came after the last step; None for none."""
        from srs.store.review_undo import blocking_operation  # noqa: PLC0415 - slow

        return blocking_operation(self.store, self._undoable)

    def suspend(self) -> Obstacle:
        """Suspend the present card; a sibling may come next.

        Returns:
            Why nothing was done: another session dealt with the card.
        """
        return self._mark(partial(suspend, suspended=True))

    def bury(self) -> Obstacle:
        """Bury the present card until tomorrow; see `suspend`."""
        return self._mark(partial(bury, day=self._today()))

    def flag(self, number: int) -> Obstacle:
        """Flag the present card, which stays, from 1 to 7 or 0; see `suspend`."""
        prompt = self._present()
        flagged = replace(prompt, card=replace(prompt.card, flag=number))
        return self._mark(partial(flag, number=number), flagged)

    def _mark(self, action: Callable[..., int], then: Prompt | None = None) -> Obstacle:
        """Change the present card; it stays as `then`, and is dropped without it."""
        card = self._present().card
        with self.store.transaction():
            obstacle = obstacle_of(self.store, card, self._today())
            if not obstacle:
                action(self.store, [card.id], self.now())
        if obstacle or then is None:
            self._skip()
        else:
            self._current = then
        return obstacle

    def _skip(self, unanswered: int | None = None) -> None:
        """Drop the present card, which is not done, from the goal of the day."""
        left = self.counts().total
        self._current, self._is_undone = None, False
        self._mode.rebuild(self.now(), unanswered)
        self._mode.lower_goal(left - self.counts().total)

    def reload(self, text: str | None = None, before: str = "") -> list[RetiredCard]:
        """Read the present note's file again after an edit.

        Args:
            text: The edited text of a note that has no file.
            before: The text that was edited.

        Returns:
            The cards with answers that the edit has retired.

        Raises:
            FlashError: What was edited has mistakes; the question stays.
        """
        prompt = self._present()
        if self._reread is None or self._take_text is None:
            raise LookupError("this session can't reload files")
        file, card = prompt.note.file, prompt.card.id
        retired = self._take_text(card, text, before) if text else self._reread(file)
        is_undone = self._is_undone
        self._skip(card)
        if card in self._mode.cards_left():
            self._next_card, self._is_undone = card, is_undone
        return retired

    def confusion_candidates(self, missed: Prompt, text: str) -> tuple[Candidate, ...]:
        """Find cards that a missed one may have been confused with.

        Args:
            missed: The missed card.
            text: A part of their text; empty for those it was confused with before.
        """
        return find_candidates(self.store, missed.card, text)

    def confused_with(self, other: int) -> bool:
        """Record which card the last, missed one was confused with.

        Returns:
            False if the last answer was not Again, or is undone.

        Raises:
            StoreError: The store can't be written.
        """
        missed = self.missed
        return missed is not None and record_confusion(
            self.store, missed.review, other, self.now()
        )

    def history(self) -> list[HistoryLine]:
        """Return the answers to the present card, the newest first."""
        return history(self.store, self._present().card.id)

    def summary(self) -> Summary:
        """Sum up the session."""
        again = sum(1 for rating, _ in self._answers.values() if rating is Rating.AGAIN)
        return Summary(
            answered=self.done(),
            correct=self.done() - again,
            again=again,
            duration_ms=sum(duration_ms for _, duration_ms in self._answers.values()),
            name=self.name,
        )

    def day_report(self) -> "DayReport | None":
        """Sum up the study day; None if answers do not change the schedule."""
        from srs.study.day_report import day_report  # noqa: PLC0415 - at the end only

        if self.name:
            return None
        return day_report(self.store, self.options, self._filter, self.now())

    def is_over(self) -> bool:
        """Return True if a limit is reached, and no undone step is to be repeated."""
        if self._is_undone:
            return False
        return self._limits.is_reached(self.done(), self.now() - self._started_ms)

    def close(self) -> None:
        """Close the store."""
        self.store.close()
