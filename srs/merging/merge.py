"""Notes, cards and reviews from elsewhere join those of the store.

Reviews are a union: a row is known by its card and by the moment at which it was
given, so that the order of merges doesn't matter and merging twice adds nothing.
What cards carry of their log is computed anew.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

from msgspec import Struct

from srs.merging.anki_revlog import INSERT, Row, is_cram, is_valid, rows_of
from srs.merging.bulk_revlog import BulkRevlog, attached
from srs.merging.note_importer import NoteImporter
from srs.models.cards import ReviewKind, SchedulingState, State
from srs.models.incoming import Incoming, IncomingCard, IncomingNote, IncomingReview
from srs.store.card_actions import SET_MARKS
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.replay import (
    columns_of,
    deck_presets,
    replay_card,
    replay_cards,
    update_card_states,
)
from srs.store.revlog_ids import RevlogIds
from srs.store.settings import Options


class Merged(Struct):
    """What a merge did."""

    new_notes: int = 0
    new_cards: int = 0
    known_notes: int = 0
    reviews: int = 0
    """Rows that were added."""
    known_reviews: int = 0
    shifted: int = 0
    """Rows whose moment another card had already."""
    unsound: int = 0
    """Rows that can't be: no such rating, kind or moment."""
    marked: int = 0
    """Cards that were suspended, taken up or flagged."""
    rescheduled: int = 0
    """Cards whose due day was set, or that were reset, outside the log."""
    strange: int = 0
    """Cards of known notes that ask nothing here."""
    left_out: int = 0
    """Notes that are not in the store, where only reviews were wanted."""


def merge(
    store: Store,
    options: Options,
    incoming: Incoming,
    now_ms: int,
    *,
    reviews_only: bool = False,
    dry_run: bool = False,
) -> Merged:
    """Take notes, cards and reviews in, in one transaction.

    Args:
        store: The store.
        options: The person's settings.
        incoming: What comes; its texts of notes that are known already are not
            looked at.
        now_ms: UTC milliseconds.
        reviews_only: Leave out notes that the store doesn't have.
        dry_run: Only tell what would be done.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with attached(store, incoming.log), store.transaction() as connection:
        connection.execute("savepoint tried")
        merging = _Merging(connection, store, options, now_ms)
        reviews = merging.take_notes(incoming, reviews_only=reviews_only)
        merging.take_reviews(reviews)
        merging.rebuild()
        merging.finish()
        if dry_run:
            connection.execute("rollback to tried")
    return merging.merged


class _Merging:
    def __init__(
        self,
        connection: sqlite3.Connection,
        store: Store,
        options: Options,
        now_ms: int,
    ) -> None:
        self.merged = Merged()
        self._run, self._many = connection.execute, connection.executemany
        self._connection, self._store = connection, store
        self._options, self._now = options, now_ms
        self._today = options.calendar.day(now_ms)
        self._ours: dict[str, dict[int, tuple[int, str]]] = defaultdict(dict)
        for note, ordinal, card, deck in self._run(
            "select c.note, c.ordinal, c.id, d.name"
            "  from cards c join decks d on d.id = c.deck"
        ):
            self._ours[note][ordinal] = card, deck
        self._log = RevlogIds(connection)
        self._pairs: dict[int, tuple[IncomingCard, str, bool]] = {}
        """By our card: theirs, our deck, whether it is new here."""
        self._touched: set[int] = set()
        self._progresses: dict[int, SchedulingState] = {}
        """Of new cards, as they are written."""
        self._arrivals = NoteImporter(connection, now_ms)
        self._added: list[str] = []
        self._marks: list[tuple[int, int, int, int]] = []

    def take_notes(
        self, incoming: Incoming, *, reviews_only: bool
    ) -> Mapping[int, Sequence[IncomingReview]]:
        """Add unknown notes and pair the cards of known ones.

        Returns:
            The reviews, by their cards, that are still to be taken in.
        """
        known = dict(self._run("select guid, iif(retired, file, '') from notes"))
        arriving: list[IncomingNote] = []
        for one in incoming.notes:
            if one.guid in known:
                if known[one.guid] == one.note.file and not reviews_only:
                    self._wake(one.guid)
                else:
                    self.merged.known_notes += 1
                self._pair(one)
            elif reviews_only:
                self.merged.left_out += 1
            else:
                arriving.append(one)
        if incoming.log is not None:
            return self._take_log(incoming.log, arriving, incoming)
        self._place(arriving, incoming)
        self._arrivals.prepare()
        self._write_notes(incoming)
        return incoming.reviews

    def _take_log(
        self, path: Path, arriving: Sequence[IncomingNote], incoming: Incoming
    ) -> Mapping[int, Sequence[IncomingReview]]:
        """Add notes with the part of their log that goes in at once; give the rest."""
        log = BulkRevlog(self._connection, path, self._options.calendar)
        with ThreadPoolExecutor(1) as thread:
            packing = thread.submit(log.pack) if arriving else None
            self._place(arriving, incoming)
            log.sort_out(self._pairs)
            self.merged.known_reviews += log.known
            # Read before: the thread holds the store.
            decks = {deck for _, deck, _ in self._pairs.values()}
            parameters = {deck: self._options.preset(deck).parameters for deck in decks}
            inserting = thread.submit(log.insert)
            self._arrivals.prepare()
            if packing is not None:
                packing.result()
            progresses = log.progresses(parameters.__getitem__)
            if inserting.result():
                self._progresses = progresses
                self._log.added += log.moments
                self.merged.reviews += len(log.moments)
        self._write_notes(incoming)
        log.check()
        return log.others()

    def _place(self, arriving: Sequence[IncomingNote], incoming: Incoming) -> None:
        for ours, theirs, deck in self._arrivals.place(arriving):
            self._pairs[ours] = theirs, deck, True
        decks = {one.note.deck for one in arriving}
        self._added += [one.guid for one in arriving]
        self._arrivals.keep_options(incoming, self._options, decks)
        self.merged.new_notes += len(arriving)
        self.merged.new_cards += self._arrivals.cards
        self._options = Options(self._store)

    def _pair(self, one: IncomingNote) -> None:
        ours = self._ours.get(one.guid, {})
        for theirs in one.cards:
            if theirs.ordinal in ours:
                card, deck = ours[theirs.ordinal]
                self._pairs[card] = theirs, deck, False
            else:
                self.merged.strange += 1

    def _wake(self, guid: str) -> None:
        """Take a note up again that came from elsewhere and was undone."""
        self._run("update notes set retired = 0 where guid = ?", (guid,))
        woken = self._run("update cards set retired = 0 where note = ?", (guid,))
        self._added.append(guid)
        self.merged.new_notes += 1
        self.merged.new_cards += woken.rowcount

    def _write_notes(self, incoming: Incoming) -> None:
        """Write the notes that are new, with their cards."""
        preset_of = cache(self._options.preset)
        self._arrivals.write(
            {
                card: columns_of(progress, preset_of(self._pairs[card][1]))
                for card, progress in self._progresses.items()
            }
        )
        self._arrivals.keep_raw(incoming, set(self._added))

    def take_reviews(self, reviews: Mapping[int, Sequence[IncomingReview]]) -> None:
        """Add the reviews that are not here yet."""
        calendar = self._options.calendar
        rows: list[Row] = []
        for card, (theirs, _, _) in self._pairs.items():
            given = reviews.get(theirs.id)
            if not given:
                continue
            sound = [review for review in given if is_valid(review)]
            looks = {review.id for review in sound if is_cram(review)}
            self.merged.unsound += len(given) - len(sound)
            for row in rows_of(sound, card, theirs.state, calendar):
                sent = row[0]
                if self._log.has(card, sent):
                    self.merged.known_reviews += 1
                    continue
                moment = self._log.place(sent, card)
                if moment != sent:
                    self.merged.shifted += 1
                rows.append((moment, *row[1:]))
                if sent not in looks:
                    self._touched.add(card)
        # In the order of the table they go in several times as fast.
        rows.sort()
        self._many(INSERT, rows)
        self.merged.reviews += len(rows)

    def rebuild(self) -> None:
        """Compute what the touched cards carry, and mend where theirs differ."""
        progresses = self._computed()
        for card, (theirs, _, is_new) in self._pairs.items():
            progress = progresses.get(card) or self._progresses.get(card)
            if is_new or progress is not None or card in self._touched:
                found = self._mended(card, theirs, progress, is_new=is_new)
                if found is not None:
                    progresses[card] = found
            self._mark(card, theirs, is_new=is_new)
        presets = deck_presets(self._connection, self._options)
        update_card_states(self._connection, presets, progresses.items())

    def _computed(self) -> dict[int, SchedulingState]:
        presets = deck_presets(self._connection, self._options)
        rollover = self._options.rollover
        return replay_cards(self._connection, presets, rollover, self._touched)

    def _rebuilt(self, card: int) -> SchedulingState:
        preset = self._options.preset(self._pairs[card][1])
        rollover = self._options.rollover
        return replay_card(self._connection, card, preset.parameters, rollover)

    def _mended(
        self,
        card: int,
        theirs: IncomingCard,
        progress: SchedulingState | None,
        *,
        is_new: bool,
    ) -> SchedulingState | None:
        """Write down what was done to a card outside its log."""
        progress = progress or SchedulingState()
        if not is_new and self._log.newest(card) > theirs.changed_ms + 999:
            return None
        if theirs.state == State.NEW and progress.state is not State.NEW:
            self._by_hand(card, max(theirs.changed_ms, self._log.newest(card) + 1), 0)
        elif theirs.state == State.REVIEW and theirs.due_day is not None:
            if progress.due_day == theirs.due_day:
                return None
            if progress.stability is None:
                progress = self._begun(card, theirs)
            if progress.due_day != theirs.due_day:
                moment = max(theirs.changed_ms, self._log.newest(card) + 1)
                self._by_hand(card, moment, theirs.due_day, progress)
        else:
            return None
        self.merged.rescheduled += 1
        return self._rebuilt(card)

    def _begun(self, card: int, theirs: IncomingCard) -> SchedulingState:
        """Begin the log of a card that has none where its interval began."""
        due, interval = theirs.due_day or self._today, max(1, theirs.interval)
        calendar = self._options.calendar
        begun = calendar.start_ms(due - interval) + 12 * 3_600_000
        moment = min(begun, max(theirs.changed_ms, 1))
        self._insert(card, moment, interval, 0.0, theirs.ease or 2500)
        return self._rebuilt(card)

    def _by_hand(
        self,
        card: int,
        moment: int,
        due_day: int,
        progress: SchedulingState | None = None,
    ) -> None:
        day = self._options.calendar.day(moment)
        interval = due_day - day if progress is not None else 0
        difficulty = (progress.difficulty or 1.0) if progress is not None else 0.0
        self._insert(card, moment, interval, difficulty, 0)

    def _insert(
        self, card: int, moment: int, interval: int, difficulty: float, ease: int
    ) -> None:
        """Add a manual row; the same one each time the same file is merged."""
        placed = self._log.place(moment, card)
        offset = self._options.calendar.offset_of(placed)
        manual, state = int(ReviewKind.MANUAL), int(State.REVIEW)
        row = (placed, card, moment, 0, 0, state, manual, offset, state, 0)
        self._run(INSERT, (*row, interval, 0, difficulty, ease, "anki"))

    def _mark(self, card: int, theirs: IncomingCard, *, is_new: bool) -> None:
        """Suspend, take up or flag as the later of the two programs says."""
        if is_new and not (theirs.suspended or theirs.flag or theirs.buried):
            return
        changed = self._options.calendar.day(max(1, theirs.changed_ms))
        buried = self._today if theirs.buried and changed == self._today else 0
        wanted = int(theirs.suspended), theirs.flag
        was = self._run(
            "select suspended, flag, marked_ms from cards where id = ?", (card,)
        ).fetchone()
        if was[2] < theirs.changed_ms and was[:2] != wanted:
            self._marks.append((*was, card))
            self._run(SET_MARKS, (*wanted, theirs.changed_ms, card))
            self.merged.marked += not is_new
        if buried:
            self._run("update cards set buried = ? where id = ?", (buried, card))

    def finish(self) -> None:
        """Write down what was done, if anything was."""
        if not (self._added or self._log.added or self._marks):
            return
        record_operation(
            self._connection,
            self._now,
            "import",
            {
                "notes": self._added,
                "reviews": sorted(self._log.added),
                "marks": self._marks,
            },
        )
