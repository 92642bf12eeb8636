"""Merge notes, cards and reviews from elsewhere into the store.

The result is a union: a review is identified by its card and its moment, so the order
of merges doesn't matter and merging twice adds nothing.  Card states are replayed
from the merged log.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from srs.merging.marks import MarkMerge
from srs.merging.note_importer import add_notes, without_taken_ids
from srs.models.cards import ReviewKind, SchedulingState, State, pair_cards
from srs.models.incoming import Incoming, IncomingCard, IncomingNote, MergeResult
from srs.store.anki_marks import save_anki_marks
from srs.store.card_actions import SET_MARKS
from srs.store.connection import Store
from srs.store.import_log import attached_log, insert_log, insert_moved
from srs.store.import_rows import (
    StoredMarks,
    bury_card,
    guids_from_anki,
    insert_deck_options,
    insert_original_notes,
    retired_files,
    revive_note,
    stored_marks,
    was_imported,
)
from srs.store.operations import record_operation
from srs.store.replay import (
    deck_presets,
    replay_card,
    replay_cards,
    update_card_states,
)
from srs.store.revlog import ReviewRow, last_answer, last_review
from srs.store.rows import ANKI_CARD
from srs.store.settings import Options

_EASE = 2500
"""Per mille; what Anki gives a new card."""


def merge(
    store: Store,
    options: Options,
    incoming: Incoming,
    now_ms: int,
    *,
    reviews_only: bool = False,
    dry_run: bool = False,
    is_round: bool = False,
) -> MergeResult:
    """Merge notes, cards and reviews in one transaction.

    Args:
        store: The store.
        options: The user's settings.
        incoming: The values to merge; the text of known notes is ignored.
        now_ms: UTC milliseconds.
        reviews_only: Leave out notes that the store doesn't have.
        dry_run: Roll everything back at the end.
        is_round: The collection is merged again and again, as by a sync: nothing is
            recorded for an undo, and undone reviews stay undone.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with attached_log(store, incoming.log), store.transaction() as connection:
        connection.execute("savepoint dry_run")
        merging = _Merge(connection, store, options, incoming, now_ms)
        merging.add_notes(incoming, reviews_only=reviews_only)
        if incoming.log is not None:
            merging.add_reviews(revived=not is_round)
        merging.update_cards()
        if not is_round:
            merging.record()
        if dry_run:
            connection.execute("rollback to dry_run")
    return merging.result


class _Pair(Struct, frozen=True):
    """An incoming card and the stored card it belongs to."""

    card: int
    theirs: IncomingCard
    deck: str
    marks: StoredMarks | None
    """None for a card that was just added."""


class _Merge:
    def __init__(
        self,
        connection: sqlite3.Connection,
        store: Store,
        options: Options,
        incoming: Incoming,
        now_ms: int,
    ) -> None:
        self.result = MergeResult()
        self._connection, self._store = connection, store
        self._options, self._now = options, now_ms
        self._today = options.calendar.day(now_ms)
        self._pairs: dict[int, _Pair] = {}
        """By the id of the incoming card."""
        self._touched: set[int] = set()
        """Stored cards with new reviews, or with another seed of the fuzz."""
        self._free_ids: dict[int, int] = {}
        """The next id to try for a manual row, by its moment."""
        self._notes: list[str] = []
        self._reviews: list[int] = []
        self._marks: list[tuple[int, int, int, int]] = []
        """Suspended, flag and time of marking before, and the card."""
        self._buried: list[tuple[int, int, int]] = []
        """The study day before, the time of marking and the card."""
        self._seen = MarkMerge(connection, incoming.collection)
        self._has_marks = incoming.has_marks
        self._new_options: Mapping[str, Mapping[str, Any]] = {}
        """Options that decks got from presets."""

    def add_notes(self, incoming: Incoming, *, reviews_only: bool) -> None:
        """Add unknown notes; pair the cards of all notes."""
        self._fresh = incoming.fresh
        files = retired_files(self._connection)
        stored = stored_marks(self._connection)
        from_anki = guids_from_anki(self._connection)
        new: list[IncomingNote] = []
        for note in incoming.notes:
            if note.guid in files:
                if not reviews_only and was_imported(files[note.guid], note.note.file):
                    self._revive(note.guid)
                else:
                    self.result.known_notes += 1
                by_id = note.guid in from_anki
                self._pair_cards(note, stored.get(note.guid, {}), by_id=by_id)
            elif reviews_only:
                self.result.left_out += 1
            else:
                new.append(note)
        self._add_new(new, incoming)

    def _revive(self, guid: str) -> None:
        self._notes.append(guid)
        self.result.new_notes += 1
        self.result.new_cards += revive_note(self._connection, guid)

    def _pair_cards(
        self, note: IncomingNote, stored: Mapping[int, StoredMarks], *, by_id: bool
    ) -> None:
        pairs = pair_cards(
            {theirs.id: theirs.ordinal for theirs in note.cards},
            {card: marks.ordinal for card, marks in stored.items()},
            by_id=by_id,
        )
        self.result.unmatched_cards += len(note.cards) - len(pairs)
        for theirs in note.cards:
            if theirs.id in pairs:
                marks = stored[pairs[theirs.id]]
                ours = None if marks.card in self._fresh else marks
                self._pairs[theirs.id] = _Pair(marks.card, theirs, marks.deck, ours)

    def _add_new(self, notes: Sequence[IncomingNote], incoming: Incoming) -> None:
        notes, self.result.without_id = without_taken_ids(self._connection, notes)
        added = add_notes(self._connection, notes, self._now)
        for card, (theirs, deck) in added.items():
            if theirs is not None:
                self._pairs[theirs.id] = _Pair(card, theirs, deck, None)
        if notes:
            self._touched |= insert_original_notes(
                self._connection, notes, incoming.notetypes
            )
        self._new_options = insert_deck_options(
            self._connection, incoming.options, notes
        )
        self._options = Options(self._store)
        self._notes += [note.guid for note in notes]
        self.result.new_notes += len(notes)
        self.result.new_cards += len(added)

    def add_reviews(self, *, revived: bool) -> None:
        """Add the reviews of the attached log that the store doesn't have."""
        added = insert_log(
            self._connection,
            [
                (
                    theirs,
                    pair.card,
                    pair.theirs.state,
                    pair.marks is None,
                    pair.theirs.due_ms,
                )
                for theirs, pair in self._pairs.items()
            ],
            self._options.calendar,
            revived=revived,
        )
        self._touched |= added.cards
        self._reviews = added.ids
        self.result.reviews = len(added.ids)
        self.result.known_reviews = added.known
        self.result.shifted = added.shifted
        self.result.invalid_reviews = added.invalid

    def update_cards(self) -> None:
        """Replay cards with new reviews; apply changes made outside the log."""
        presets = deck_presets(self._connection, self._options)
        rollover = self._options.rollover
        states = replay_cards(self._connection, presets, rollover, self._touched)
        moved: set[int] = set()
        for pair in self._pairs.values():
            if (
                pair.marks is None or pair.card in self._touched
            ) and self._has_manual_change(pair, states.get(pair.card)):
                moved.add(pair.card)
            self._update_marks(pair)
        # Of a card without a log it is all that there is.
        self.result.rescheduled += len(moved & self._touched)
        states |= replay_cards(self._connection, presets, rollover, moved)
        save_anki_marks(self._connection, self._seen.rows)
        update_card_states(self._connection, presets, states.items())

    def _replayed(self, pair: _Pair) -> SchedulingState:
        preset, rollover = self._options.preset(pair.deck), self._options.rollover
        return replay_card(self._connection, pair.card, preset, rollover)

    def _has_manual_change(self, pair: _Pair, state: SchedulingState | None) -> bool:
        """Log a reset or a due date that the incoming log doesn't explain.

        Returns:
            Whether there is one.
        """
        theirs, state = pair.theirs, state or SchedulingState()
        if pair.marks is not None and self._last(pair) > theirs.changed_ms + 999:
            return False
        if theirs.state == State.NEW and state.state is not State.NEW:
            self._add_manual(pair, max(theirs.changed_ms, self._last(pair) + 1))
            return True
        if theirs.state in (State.LEARNING, State.RELEARNING):
            return state.stability is None and self._start_learning(pair, state)
        due_day = theirs.due_day if theirs.state == State.REVIEW else None
        if due_day in (None, state.due_day) or self._is_of_last(pair, due_day):
            return False
        self._set_due_day(pair, due_day, state)
        return True

    def _is_of_last(self, pair: _Pair, due_day: int) -> bool:
        """Return True if the last answer led to this day where it was given.

        The replay has another one if that answer was late.
        """
        moment, interval = last_answer(self._connection, pair.card)
        return due_day == self._options.calendar.day(moment) + interval

    def _last(self, pair: _Pair) -> int:
        return last_review(self._connection, pair.card)

    def _set_due_day(self, pair: _Pair, due_day: int, state: SchedulingState) -> None:
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

    def _start_learning(self, pair: _Pair, state: SchedulingState) -> bool:
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
        self, pair: _Pair, due_day: int, state: SchedulingState
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
        self, pair: _Pair, moment: int, interval: int = 0, **columns: Any
    ) -> None:
        """Add a manual row, the same one every time the same file is merged.

        Without a difficulty or an ease it resets the card.  With an ease, it stands
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
        free = self._free_ids.get(moment, moment)
        review = insert_moved(self._connection, row._replace(id=free))
        self._free_ids[moment] = review + 1
        self._reviews.append(review)

    def _update_marks(self, pair: _Pair) -> None:
        """Suspend, unsuspend, flag or bury a card if that was changed in Anki."""
        theirs, ours = pair.theirs, pair.marks
        if ours is not None and not self._has_marks:
            return
        if ours is None:
            self._seen.add(pair.card, theirs)
            ours = StoredMarks(pair.card, theirs.ordinal, pair.deck, 0, 0, 0)
            wanted = int(theirs.suspended or theirs.is_incomplete), theirs.flag
        else:
            found = self._seen.merge(theirs, ours)
            wanted = found["suspended"], found["flag"]
        if wanted != (ours.suspended, ours.flag):
            former = (ours.suspended, ours.flag, ours.marked_ms)
            self._marks.append((*former, pair.card))
            values = (*wanted, ours.marked_ms, pair.card)
            self._connection.execute(SET_MARKS, values)
            self.result.marked += pair.marks is not None
        # A burial of an earlier day is over, and each is taken once.
        if theirs.buried and not self._seen.has_seen(ours.card, theirs):
            changed = self._options.calendar.day(max(1, theirs.changed_ms))
            if changed == self._today:
                was = bury_card(self._connection, pair.card, self._today)
                self._buried.append((was, ours.marked_ms, pair.card))

    def record(self) -> None:
        """Record the operation unless nothing was changed."""
        if self._notes or self._reviews or self._marks or self._buried:
            before = {
                "notes": self._notes,
                "reviews": sorted(self._reviews),
                "answers": self.result.reviews,
                "marks": self._marks,
                "buried": self._buried,
                "seen": self._seen.former,
                "options": self._new_options,
            }
            record_operation(self._connection, self._now, "import", before)
