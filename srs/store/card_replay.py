"""The state of one card while its log is replayed.

The memory is computed; state, step and interval after an answer are what the log
says.

An answer is late if it was given elsewhere without knowing the row before it: the
result in the log belongs to another past.  It is computed anew, the same way on every
device, whatever the order of merges.
"""

from collections.abc import Sequence
from typing import Any

from srs.models.cards import Rating, ReviewKind, SchedulingState, State
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import memory_from_sm2, memory_model
from srs.scheduler.next_states import AnswerTime, next_states, step_due
from srs.scheduler.study_day import study_day
from srs.store.rows import ANKI_CARD, ANKI_LOG

LOGGED = (
    "r.origin_ms, r.rating, r.offset_min, r.state, r.step, r.interval, "
    "r.last_interval, r.origin || r.device, r.kind, r.state_before, r.difficulty, "
    "r.ease, r.card"
)
"""The columns of `reviews r` that a replay reads."""

# Plain numbers: a rebuild compares them a million times.
_NEW, _REVIEW = int(State.NEW), int(State.REVIEW)
_RELEARNING = int(State.RELEARNING)
_IN_STEPS = (int(State.LEARNING), _RELEARNING)
_AGAIN, _GOOD = int(Rating.AGAIN), int(Rating.GOOD)
_EARLY, _RESCHEDULE = int(ReviewKind.EARLY), int(ReviewKind.RESCHEDULE)


class CardReplay:
    """The state of one card while its log is replayed."""

    __slots__ = (
        "_apart",
        "_due_day",
        "_interval",
        "_is_late",
        "_lapses",
        "_last_ms",
        "_next_memory",
        "_offset_min",
        "_preset",
        "_reps",
        "_rollover",
        "_seed",
        "_source",
        "_state",
        "_step",
        "last_day",
        "memory",
    )

    def __init__(self, preset: Preset, rollover: int, seed: str = "") -> None:
        """Start with a new card.

        Args:
            preset: The preset of its deck.
            rollover: Hour at which a study day begins.
            seed: Name of the card, for the fuzz of late answers.
        """
        self._preset, self._rollover, self._seed = preset, rollover, seed
        self._next_memory = memory_model(preset.parameters)
        self._source: str | None = None
        """Origin and device of the last row."""
        self._is_late = False
        """Whether the result of the last row was computed anew."""
        self._apart: set[tuple[int, int]] = set()
        """States and intervals that devices had without all answers, in a late run."""
        self._reps = self._lapses = 0
        self._reset()

    def _reset(self) -> None:
        self._state, self._step, self._interval = _NEW, 0, 0
        self.memory = 0.0, 0.0
        """Stability (days; 0 for a new card) and difficulty."""
        self._last_ms: int | None = None
        self.last_day = self._due_day = self._offset_min = 0

    def _reset_counts(self, state: int, source: str) -> None:
        """Forget the counts, too, if the row of a reset says so."""
        if state == _NEW and source.startswith(ANKI_CARD):
            self._reps = self._lapses = 0

    def add(self, row: Sequence[Any]) -> None:
        """Apply the next row of the log, see `LOGGED`."""
        (
            at_ms,
            rating,
            offset,
            state,
            step,
            interval,
            _,
            source,
            kind,
            before,
            difficulty,
            ease,
            _,
        ) = row
        if kind == _EARLY and not (difficulty or ease) and rating:
            return  # a cram review, see `srs.store.rows.CRAM_REVIEW`
        if not rating and source.startswith(ANKI_CARD):
            # Whoever gave the next answer knew the card.
            self._add_manual(row)
            return
        if source != self._source or self._is_late:
            self._is_late = self._source is not None and not self._knew_all(row)
            self._source = source
        if rating == 0:
            self._add_manual(row)
            return
        if self._is_late:
            state, step, interval = self._result_now(row)
            before = self._state
        elif state in _IN_STEPS and source.startswith("anki"):
            step = self._step_in_anki(state, rating)
        day = study_day(at_ms, offset, self._rollover)
        if before != _NEW and not self.memory[0]:
            self.memory = self._estimate(difficulty, ease, interval)
        else:
            self.memory = self._next_memory(*self.memory, day - self.last_day, rating)
        if rating == 1 and self._state == _REVIEW:
            self._lapses += 1
        self._reps += 1
        self._state, self._step, self._interval = state, step, interval
        self._last_ms, self.last_day, self._offset_min = at_ms, day, offset
        self._due_day = day + interval

    def _step_in_anki(self, state: int, rating: int) -> int:
        """Return the step after an answer: Anki's log doesn't have it."""
        if rating == _AGAIN:
            return 0
        step = self._step if self._state == state else 0
        steps = self._preset.learning_steps
        if state == _RELEARNING:
            steps = self._preset.relearning_steps
        return min(step + (rating == _GOOD), max(0, len(steps) - 1))

    def _knew_all(self, row: Sequence[Any]) -> bool:
        """Return True if whoever made the row knew the rows before it.

        The result of a late answer was computed there with the preset of that day, and
        here with the present one.  So behind it a row of flash is late only if it shows
        what a device had that did not know all.
        """
        is_known = self._was_known(row)
        if not is_known and self._is_late and not row[7].startswith(ANKI_LOG):
            is_known = (row[9], row[6]) not in self._apart
        if is_known:
            self._apart.clear()
        else:
            self._apart |= {(self._state, self._interval), (row[3], row[5])}
        return is_known

    def _was_known(self, row: Sequence[Any]) -> bool:
        """Return True if the card was in this state when the row was made."""
        last, source, kind, before = row[6:10]
        if not row[1] and kind != _RESCHEDULE:
            return True  # a reset or a due date by hand needs no past
        if before != self._state:
            return False
        if before == _NEW:
            return True
        if before == _REVIEW:
            # Anki counts a due date set by hand from the last answer.
            known = self._interval, max(1, self._interval)
            return bool(last in known or last == self._due_day - self.last_day)
        # Anki logs the step of the preset, not the one that was taken.
        return bool(last == self._interval or source.startswith("anki"))

    def _result_now(self, row: Sequence[Any]) -> tuple[int, int, int]:
        """Compute state, step and interval after a late answer."""
        moment = AnswerTime(row[0], row[2], self._rollover)
        after = next_states(self.state(), self._preset, moment, self._seed)
        result = after[Rating(row[1])]
        return int(result.state), result.step, result.interval

    def _add_manual(self, row: Sequence[Any]) -> None:
        at_ms, _, offset, state, step, interval, last, source, kind, *_ = row
        difficulty, ease, _ = row[-3:]
        if kind == _RESCHEDULE:
            if self._state == _REVIEW and not self._is_late:
                self._interval = interval
                self._due_day = self.last_day + interval
            return
        if not (difficulty or ease):
            self._reset()
            self._reset_counts(state, source)
            return
        is_of_card = source.startswith(ANKI_CARD)
        day = study_day(at_ms, offset, self._rollover)
        self._due_day = day + interval
        is_first = not self.memory[0]
        if is_first:
            self.memory = self._estimate(difficulty, ease, interval)
            self._last_ms, self.last_day = at_ms, day
        if is_of_card and state != _REVIEW:
            self._state, self._step, self._interval = state, step, interval
            self._last_ms, self.last_day, self._offset_min = at_ms, day, offset
            return
        if is_first:
            if is_of_card:
                # It stands for answers that are not in the log.
                self._reps, self._lapses = self._reps + last, self._lapses + step
        elif is_of_card:
            interval = last or self._interval
        elif not ease:
            # As in Anki; for a card of SM-2 the row has Anki's interval.
            interval = self._due_day - self.last_day
        # As in Anki, a card made due by hand before its first answer may have 0.
        self._interval = max(interval, 1 if self._reps else 0)
        self._state, self._step = _REVIEW, 0

    def _estimate(
        self, difficulty: float, ease: int, interval: int
    ) -> tuple[float, float]:
        """Estimate the memory if the log begins later than the card was learned."""
        ratio = (ease or 2500) / 1000
        memory = memory_from_sm2(ratio, max(1, interval), self._preset.parameters)
        return memory[0], difficulty or memory[1]

    def state(self) -> SchedulingState:
        """Return the state after the rows so far."""
        if self._last_ms is None:
            return SchedulingState(reps=self._reps, lapses=self._lapses)
        is_review = self._state == _REVIEW
        return SchedulingState(
            State(self._state),  # fails for a damaged row
            self._step,
            *self.memory,
            self._interval,
            None if is_review else self._step_due(self._last_ms),
            self._due_day if is_review else None,
            self._last_ms,
            self.last_day,
            self._reps,
            self._lapses,
        )

    def _step_due(self, last_ms: int) -> int:
        answered = AnswerTime(last_ms, self._offset_min, self._rollover)
        return step_due(answered, -self._interval)
