"""Merge notes, cards and reviews from elsewhere into the store.

The result is a union: a review is identified by its card and its moment, so the order
of merges doesn't matter and merging twice adds nothing.  Card states are replayed
from the merged log.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from srs.merging.manual_changes import CardPair, ManualChanges
from srs.merging.marks import MarkMerge
from srs.merging.note_importer import add_notes, without_taken_ids
from srs.models.cards import SchedulingState, pair_cards
from srs.models.incoming import Incoming, IncomingNote, MergeResult
from srs.store.anki_marks import save_anki_marks
from srs.store.card_actions import SET_MARKS
from srs.store.connection import Store
from srs.store.import_log import attached_log, insert_log
from srs.store.import_rows import (
    StoredMarks,
    bury_card,
    guids_from_anki,
    insert_deck_options,
    insert_original_notes,
    removed_guids,
    retired_files,
    revive_note,
    stored_marks,
    was_imported,
)
from srs.store.note_aliases import borrowers
from srs.store.operations import record_operation
from srs.store.replay import (
    deck_presets,
    replay_cards,
    update_card_states,
)
from srs.store.settings import Options


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
        if dry_run:
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
        self._pairs: dict[int, CardPair] = {}
        """By the id of the incoming card."""
        self._touched: set[int] = set()
        """Stored cards with new reviews, or with another seed of the fuzz."""
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
        removed = removed_guids(self._connection)
        stored = stored_marks(self._connection, incoming.notetypes)
        from_anki = guids_from_anki(self._connection)
        new: list[IncomingNote] = []
        for note in incoming.notes:
            if note.guid in files:
                if note.guid in removed:
                    self.result.removed += 1
                elif not reviews_only and was_imported(
                    files[note.guid], note.note.file
                ):
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
                self._pairs[theirs.id] = CardPair(marks.card, theirs, marks.deck, ours)

    def _add_new(self, notes: Sequence[IncomingNote], incoming: Incoming) -> None:
        notes, self.result.without_id = without_taken_ids(self._connection, notes)
        added = add_notes(self._connection, notes, self._now)
        for card, (theirs, deck) in added.items():
            if theirs is not None:
                self._pairs[theirs.id] = CardPair(card, theirs, deck, None)
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
        """Add the reviews of the attached log that the store doesn't have.

        Those of a hidden card are lent to the card that stands for it at once.
        """
        stays = borrowers(self._connection)
        added = insert_log(
            self._connection,
            [
                (
                    theirs,
                    stays.get(pair.card, pair.card),
                    pair.theirs.state,
                    pair.marks is None,
                    pair.theirs.due_ms,
                )
                for theirs, pair in self._pairs.items()
            ],
            self._options.calendar,
            revived=revived,
            lenders={
                theirs: pair.card
                for theirs, pair in self._pairs.items()
                if pair.card in stays
            },
        )
        self._touched |= added.cards
        self._reviews = added.ids
        self.result.reviews = added.answers
        self.result.known_reviews = added.known
        self.result.shifted = added.shifted
        self.result.invalid_reviews = added.invalid

    def update_cards(self) -> None:
        """Replay cards with new reviews; apply changes made outside the log."""
        presets = deck_presets(self._connection, self._options)
        rollover = self._options.rollover
        states = replay_cards(self._connection, presets, rollover, self._touched)
        manual = ManualChanges(self._connection, self._options, self._reviews)
        moved: set[int] = set()
        recounted: set[int] = set()
        for pair in self._pairs.values():
            if pair.marks is None or pair.card in self._touched:
                state = states.get(pair.card) or SchedulingState()
                if manual.log(pair, state):
                    moved.add(pair.card)
                elif manual.log_counts(pair, state):
                    recounted.add(pair.card)
            self._update_marks(pair)
        # Of a card without a log it is all that there is.
        self.result.rescheduled += len(moved & self._touched)
        changed = moved | recounted
        states |= replay_cards(self._connection, presets, rollover, changed)
        save_anki_marks(self._connection, self._seen.rows)
        update_card_states(self._connection, presets, states.items())

    def _update_marks(self, pair: CardPair) -> None:
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
        until = self._seen.buried_until(
            ours.card, theirs, self._options.calendar, self._today
        )
        if until is not None:
            was = bury_card(self._connection, pair.card, until)
            if was != until:
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
