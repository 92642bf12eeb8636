"""A review without a screen: the next question, the answer, the step back.

The terminal, the plain mode and a later page all talk to this; no rule of
scheduling lives above it.  Nothing is kept in memory that a crash could take:
an answer is on disk when `answer` returns.
"""

import heapq
import random
from collections.abc import Callable

from msgspec import Struct
from msgspec.structs import replace

from cards.note import Note, Option
from cards.questions import Question, question_of
from srs.changes import bury, suspend, undo_last
from srs.log import HistoryLine, history, record, seed_of
from srs.memory import Progress, Rating, State, StoredCard
from srs.options import Options
from srs.queue import Counts, Scope, build_queue
from srs.rows import CARD_COLUMNS, CARD_WIDTH, NOTE_COLUMNS, card_of, note_of
from srs.schedule import outcomes
from srs.store import Store

Clock = Callable[[], int]
"""Gives the moment, UTC milliseconds."""


class Outcome(Struct, frozen=True):
    """What a rating would give."""

    rating: Rating
    progress: Progress

    @property
    def interval(self) -> int:
        """Give days when positive, seconds when negative."""
        return self.progress.interval


class Turn(Struct, frozen=True):
    """One question before the person."""

    card: StoredCard
    note: Note
    question: Question
    """Its options stand in the order in which they are shown."""
    ahead: bool = False
    """A learning card before its time, because the person went ahead."""


class Answered(Struct, frozen=True):
    """What became of an answer."""

    applied: bool
    """False where the card was answered elsewhere meanwhile."""
    outcome: Outcome | None = None
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


class Wish(Struct, frozen=True):
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
        scope: Scope | None = None,
        wish: Wish | None = None,
        *,
        reread: Callable[[str], str | None] | None = None,
    ) -> None:
        """Begin.

        Args:
            store: An open store.
            clock: Gives now.
            scope: Which cards; all by default.
            wish: When to stop; when nothing is due by default.
            reread: Takes an edited file in again; gives what is wrong with it.
        """
        self.store, self._clock = store, clock
        self._scope, self._wish = scope or Scope(), wish or Wish()
        self._reread = reread
        self.options = Options(store)
        self.notices: list[str] = []
        self._started = clock()
        self._queue = build_queue(store, self.options, self._scope, self._started)
        self._current: Turn | None = None
        self._wanted: int | None = None
        self._ahead = False
        self._answers: dict[int, tuple[Rating, int]] = {}
        """Those of this run by their ids in the log."""

    def now(self) -> int:
        """Give the moment by the session's clock, UTC milliseconds."""
        return self._clock()

    def next(self) -> Turn | None:
        """Give the question to ask; the same one until it is dealt with.

        Returns:
            None where nothing is due at this moment.
        """
        if self._current is None:
            self._follow_the_day()
            self._current = self._find()
        return self._current

    def _follow_the_day(self) -> None:
        if self.options.calendar.day(self.now()) != self._queue.day:
            self._rebuild_queue()

    def _rebuild_queue(self) -> None:
        self._queue = build_queue(self.store, self.options, self._scope, self.now())

    def _find(self) -> Turn | None:
        if self._wanted is not None:
            card, self._wanted = self._wanted, None
            turn = self._turn(card)
            if turn is not None and not (turn.card.suspended or turn.card.retired):
                self._take_out(card)
                return turn
        while True:
            found = self._pop()
            if found is None:
                return None
            card, ahead = found
            turn = self._turn(card, ahead=ahead)
            if turn is not None and self._is_still_due(turn):
                return turn

    def _pop(self) -> tuple[int, bool] | None:
        queue = self._queue
        if queue.learning and queue.learning[0][0] <= self.now():
            return heapq.heappop(queue.learning)[1], False
        card = queue.next_main()
        if card is not None:
            return card, False
        if self._ahead and queue.learning:
            return heapq.heappop(queue.learning)[1], True
        return None

    def _take_out(self, card: int) -> None:
        queue = self._queue
        queue.learning = [entry for entry in queue.learning if entry[1] != card]
        heapq.heapify(queue.learning)
        for row in (queue.new, queue.due):
            if card in row:
                row.remove(card)

    def _is_still_due(self, turn: Turn) -> bool:
        """Leave out what was answered, buried or suspended elsewhere."""
        card, progress = turn.card, turn.card.progress
        if card.suspended or card.retired:
            return False
        if progress.due_day is not None:
            return progress.due_day <= self._queue.day
        if progress.due_ms is not None:
            return turn.ahead or progress.due_ms <= self.now()
        return True

    def _turn(self, card: int, *, ahead: bool = False) -> Turn | None:
        sql = f"""
            select {CARD_COLUMNS}, {NOTE_COLUMNS}, c.buried
              from cards c
              join notes n on n.guid = c.note
              join decks d on d.id = n.deck
             where c.id = :card
        """
        row = self.store.row(sql, {"card": card})
        if row is None or row[-1] == self._queue.day:
            return None
        stored, note = card_of(row), note_of(row[CARD_WIDTH:])
        try:
            question = question_of(note, stored.part)
        except KeyError:
            return None
        if question.options:
            shuffled = self._shuffled(question.options, stored)
            question = replace(question, options=shuffled)
        return Turn(stored, note, question, ahead)

    def _shuffled(
        self, options: tuple[Option, ...], card: StoredCard
    ) -> tuple[Option, ...]:
        loose = [option for option in options if not option.pin]
        seed = f"{seed_of(card)}:{card.progress.reps}:{self.now()}"
        random.Random(seed).shuffle(loose)
        return (*loose, *(option for option in options if option.pin))

    def counts(self) -> Counts:
        """Count what is left today, the present question included."""
        counts = self._queue.counts()
        if self._current is None:
            return counts
        match self._current.card.progress.state:
            case State.NEW:
                return replace(counts, new=counts.new + 1)
            case State.REVIEW:
                return replace(counts, due=counts.due + 1)
            case _:
                return replace(counts, learning=counts.learning + 1)

    def done(self) -> int:
        """Count the answers of this run."""
        return len(self._answers)

    def done_today(self) -> int:
        """Count the answers of the study day, from all runs."""
        start = self.options.calendar.start_ms(self._queue.day)
        sql = "select count(*) from reviews where id >= :s and void = 0 and rating > 0"
        return int(self.store.row(sql, {"s": start})[0])

    def waiting_ms(self) -> int | None:
        """Tell how long until the next learning card, None where there is none."""
        if not self._queue.learning:
            return None
        return max(0, self._queue.learning[0][0] - self.now())

    def go_ahead(self) -> None:
        """Show learning cards before their time from now on."""
        self._ahead = True

    def outcomes(self) -> dict[Rating, Outcome]:
        """Compute what each rating would give for the present question.

        Raises:
            LookupError: There is no question.
        """
        turn = self._present()
        preset = self.options.preset(turn.note.deck)
        moment = self.options.moment(self.now())
        found = outcomes(turn.card.progress, preset, moment, seed_of(turn.card))
        return {rating: Outcome(rating, after) for rating, after in found.items()}

    def _present(self) -> Turn:
        if self._current is None:
            raise LookupError("there is no question at this moment")
        return self._current

    def answer(self, rating: Rating, took_ms: int) -> Answered:
        """Rate the present question; on disk when this returns.

        Args:
            rating: How well it was known.
            took_ms: From question to rating, milliseconds.

        Raises:
            LookupError: There is no question.
            StoreError: The store can't be written; the question stays.
        """
        turn = self._present()
        with self.store.transaction():
            # Inside, so that no optimize or config can come between.
            preset = self.options.preset(turn.note.deck)
            moment = self.options.moment(self.now())
            card = turn.card
            saved = record(self.store, card, rating, preset, moment, took_ms=took_ms)
        self._current = None
        if saved is None:
            # Another program is at work: look at what it has left.
            self._rebuild_queue()
            return Answered(applied=False)
        self._answers[saved.review] = (rating, took_ms)
        due = saved.progress.due_ms
        end = self.options.calendar.start_ms(self._queue.day + 1)
        if due is not None and due < end and not saved.suspended:
            heapq.heappush(self._queue.learning, (due, turn.card.id))
        return Answered(
            applied=True,
            outcome=Outcome(rating, saved.progress),
            became_leech=saved.became_leech,
            suspended=saved.suspended,
        )

    def undo(self) -> str | None:
        """Take the last thing back, also of an earlier run.

        Returns:
            What was undone, None where there is nothing to undo.

        Raises:
            StoreError: The store can't be written.
        """
        undone = undo_last(self.store, self.options)
        if undone is None:
            return None
        if undone.review is not None:
            self._answers.pop(undone.review, None)
        self._current, self._wanted = None, undone.card
        self._rebuild_queue()
        return undone.sentence

    def suspend(self) -> None:
        """Set the present card aside until it is unsuspended."""
        turn = self._present()
        suspend(self.store, [turn.card.id], self.now(), suspended=True)
        self._current = None

    def bury(self) -> None:
        """Let the present card rest till tomorrow."""
        turn = self._present()
        bury(self.store, [turn.card.id], self.now(), self._queue.day)
        self._current = None

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
            self._current, self._wanted = None, turn.card.id
            self._rebuild_queue()
        return trouble

    def history(self) -> list[HistoryLine]:
        """Give the answers to the present card, the newest first."""
        return history(self.store, self._present().card.id)

    def summary(self) -> Summary:
        """Sum the run up."""
        again = sum(1 for rating, _ in self._answers.values() if rating is Rating.AGAIN)
        answered = len(self._answers)
        tomorrow = self._queue.day + 1
        end = self.options.calendar.start_ms(tomorrow + 1)
        sql = """
            select (select count(*) from cards
                     where due_day is not null and due_day <= :day
                       and suspended = 0 and retired = 0)
                 + (select count(*) from cards
                     where due_ms is not null and due_ms < :end
                       and suspended = 0 and retired = 0)
        """
        due = self.store.row(sql, {"day": tomorrow, "end": end})[0]
        return Summary(
            answered=answered,
            correct=answered - again,
            again=again,
            took_ms=sum(took for _, took in self._answers.values()),
            tomorrow=int(due),
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
