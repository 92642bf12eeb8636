"""Log what was done in Anki without a row of its review log.

Anki logs no row, or one that doesn't say all, where a card is reset or gets another due
date.  Rows of flash's own stand for that, so that a replay of the log leads to the card
as it is in Anki.
"""

import sqlite3
from typing import Any

from msgspec import Struct

from srs.models.cards import ReviewKind, SchedulingState, State
from srs.models.incoming import IncomingCard
from srs.store.free_ids import FreeIds
from srs.store.import_log import insert_moved
from srs.store.import_rows import StoredMarks, last_reset
from srs.store.replay import replay_card
from srs.store.revlog import ReviewRow, last_answer, last_review
from srs.store.rows import ANKI_CARD
from srs.store.settings import Options

_EASE = 2500
"""Per mille; what Anki gives a new card."""


class CardPair(Struct, frozen=True):
    """An incoming card and the stored card it belongs to."""

    card: int
    theirs: IncomingCard
    deck: str
    marks: StoredMarks | None
    """None for a card that was just added."""


class ManualChanges:
    """Adds the rows of one merge."""

    def __init__(
        self, connection: sqlite3.Connection, options: Options, reviews: list[int]
    ) -> None:
        """Prepare to add rows.

        Args:
            connection: In a transaction.
            options: The user's settings.
            reviews: Gets the ids of the rows.
        """
        self._connection, self._options = connection, options
        self._reviews = reviews
        self._free_ids = FreeIds(connection)

    def log(self, pair: CardPair, state: SchedulingState) -> bool:
        """Log a reset or a due date that the incoming log doesn't explain.

        Args:
            pair: The card.
            state: Its state after the merged log.

        Returns:
            Whether there is one.
        """
        theirs = pair.theirs
        if pair.marks is not None and self._last(pair) > theirs.changed_ms + 999:
            return False
        if theirs.state == State.NEW and state.state is not State.NEW:
            moment = max(theirs.changed_ms, self._last(pair) + 1)
            kept = State.REVIEW if theirs.reps else State.NEW
            self._add_manual(pair, moment, state=int(kept))
            return True
        if theirs.state in (State.LEARNING, State.RELEARNING):
            return state.stability is None and self._start_learning(pair, state)
        due_day = theirs.due_day if theirs.state == State.REVIEW else None
        if due_day in (None, state.due_day) or self._is_of_last(pair, due_day):
            return False
        self._set_due_day(pair, due_day, state)
        return True

    def log_counts(self, pair: CardPair, state: SchedulingState) -> bool:
        """Log that a reset in Anki set the counts to 0, which its own row doesn't say.

        Returns:
            Whether it did: the card counts only the answers after the reset.
        """
        theirs = pair.theirs
        if theirs.reps >= state.reps:
            return False
        moment, answers = last_reset(self._connection, pair.card)
        if not moment or theirs.reps != answers:
            return False
        self._add_manual(pair, moment + 1, state=int(State.NEW))
        return True

    def _replayed(self, pair: CardPair) -> SchedulingState:
        preset, rollover = self._options.preset(pair.deck), self._options.rollover
        return replay_card(self._connection, pair.card, preset, rollover)

    def _is_of_last(self, pair: CardPair, due_day: int) -> bool:
        """Return True if the last answer led to this day where it was given.

        The replay has another one if that answer was late.
        """
        moment, interval = last_answer(self._connection, pair.card)
        return due_day == self._options.calendar.day(moment) + interval

    def _last(self, pair: CardPair) -> int:
        return last_review(self._connection, pair.card)

    def _set_due_day(
        self, pair: CardPair, due_day: int, state: SchedulingState
    ) -> None:
        if state.stability is None:
            state = self._first_state(pair, due_day, state)
        if state.due_day != due_day:
            moment = max(pair.theirs.changed_ms, self._last(pair) + 1)
            interval = due_day - self._options.calendar.day(moment)
            difficulty = state.difficulty or 1.0
            self._add_manual(
                pair,
                moment,
                interval,
                difficulty=difficulty,
                last_interval=pair.theirs.interval,
            )

    def _start_learning(self, pair: CardPair, state: SchedulingState) -> bool:
        """Log step and due time of a card in learning that has no log.

        Returns:
            Whether it is due.
        """
        theirs, calendar = pair.theirs, self._options.calendar
        if theirs.due_ms is not None:
            due_ms, latest = theirs.due_ms, theirs.due_ms - 1000
        elif theirs.due_day is not None:
            # Any time of a later day means that day.
            start = calendar.start_ms(theirs.due_day)
            due_ms, latest = start + 12 * 3_600_000, start - 1000
        else:
            return False
        self._first_state(pair, calendar.day(due_ms), state)
        preset = self._options.preset(pair.deck)
        is_new = theirs.state == State.LEARNING
        steps = preset.learning_steps if is_new else preset.relearning_steps
        moment = max(min(theirs.changed_ms, latest), self._last(pair) + 1)
        self._add_manual(
            pair,
            moment,
            min(-1, (moment - due_ms) // 1000),
            state=theirs.state,
            step=max(0, len(steps) - max(1, theirs.steps_left)),
            ease=theirs.ease or _EASE,
        )
        return True

    def _first_state(
        self, pair: CardPair, due_day: int, state: SchedulingState
    ) -> SchedulingState:
        """Start the log of a card that has none where its interval started."""
        theirs, interval = pair.theirs, max(1, pair.theirs.interval)
        start = self._options.calendar.start_ms(due_day - interval) + 12 * 3_600_000
        moment = min(start, max(theirs.changed_ms, 1))
        self._add_manual(
            pair,
            moment,
            interval,
            difficulty=theirs.difficulty,
            ease=theirs.ease or _EASE,
            last_interval=max(0, theirs.reps - state.reps),
            step=max(0, theirs.lapses - state.lapses),
        )
        return self._replayed(pair)

    def _add_manual(
        self, pair: CardPair, moment: int, interval: int = 0, **columns: Any
    ) -> None:
        """Add a manual row, the same one every time the same file is merged.

        Without a difficulty or an ease it resets the card, in the state *new* with
        its counts.  With an ease, it stands
        for answers that are not in the log: `last_interval` of them, `step` lapses;
        or it puts the card into learning.  Else `last_interval` is the card's
        interval in Anki.
        """
        row = ReviewRow(
            id=moment,
            card=pair.card,
            origin_ms=moment,
            rating=0,
            duration_ms=0,
            state_before=int(State.REVIEW),
            kind=int(ReviewKind.MANUAL),
            offset_min=self._options.calendar.offset_of(moment),
            state=int(State.REVIEW),
            step=0,
            interval=interval,
            last_interval=0,
            difficulty=0.0,
            origin=ANKI_CARD,
        )._replace(**columns)
        # Thousands of cards may have changed in the same second.
        review = insert_moved(self._connection, row, self._free_ids)
        self._reviews.append(review)
