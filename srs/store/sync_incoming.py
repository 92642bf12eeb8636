"""Merge entries of the device log into the store, inside one transaction.

Each entry is merged by itself, and whatever the order, the result is the same: reviews
are a set, of everything else the latest stamp counts.  An entry whose note or review
is missing is given back, to be tried again later.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from msgspec.structs import replace

from srs.models.log_entries import (
    ConfusionEntry,
    Entry,
    ErasedEntry,
    MarkEntry,
    MediaEntry,
    MockEntry,
    NoteEntry,
    NotetypeEntry,
    OptionEntry,
    OrphanEntry,
    ReviewEntry,
    SettingEntry,
)
from srs.models.media import notetype_key
from srs.models.mock_exam import without_texts
from srs.store.anki_marks import save_mark_times
from srs.store.free_ids import FreeIds
from srs.store.lost_edits import LatestStamps
from srs.store.note_media import MediaMerge
from srs.store.removal import delete_notes
from srs.store.settings import (
    check_option,
    check_setting,
    own_options,
    write_options,
    write_setting,
)
from srs.store.sync_mock_exams import check_mock, merge_mock
from srs.store.sync_notes import NoteMerge, checked_note
from srs.store.sync_outgoing import entries_of_note, is_shared

_ROW = (
    *("rating", "duration_ms", "state_before", "kind", "offset_min", "state", "step"),
    *("interval", "last_interval", "difficulty", "ease", "origin"),
)
_REVIEW = (*_ROW, "stamp", "device")
_INSERT = f"""
    insert or ignore into reviews (id, card, origin_ms, {", ".join(_REVIEW)},
                                   undone, undone_stamp, undone_device)
    values ({", ".join("?" * (len(_REVIEW) + 6))})
"""


class EntryMerge:
    """Merges entries and knows which cards have to be replayed then."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: str,
        media: MediaMerge,
        known: LatestStamps,
    ) -> None:
        """Keep the connection, in a transaction, and the id of this device."""
        self._connection, self._device = connection, device
        self._media = media
        self._notes = NoteMerge(connection, device, known)
        self.unseen = self._notes.edits.found
        self._free_ids = FreeIds(connection)
        self._cards: dict[tuple[str, str], int] = {}
        self._erased = {
            guid: (stamp, erased or device)
            for guid, stamp, erased in connection.execute("select * from erased")
        }
        self.touched = self._notes.touched
        """Cards whose schedule has to be computed again."""
        self.reviews = 0
        """Answers that are new here."""
        self.has_deleted = False
        """Whether notes were deleted."""
        self.has_options = False
        """Whether options or settings have changed."""
        self.parked: list[tuple[Entry, str]] = []
        """Entries to be tried again, and why: waiting, media, invalid or erased."""
        self._merge: dict[type, Callable[[Any], None]] = {
            ErasedEntry: self._add_erased,
            MediaEntry: self._add_media,
            NotetypeEntry: self._add_notetype,
            NoteEntry: self._add_note,
            OrphanEntry: self._add_orphan,
            MarkEntry: self._add_mark,
            OptionEntry: self._add_option,
            SettingEntry: self._add_setting,
            ConfusionEntry: self._add_confusion,
            MockEntry: self._add_mock,
        }

    @property
    def notes(self) -> int:
        """Count the notes that are new or have another text."""
        return self._notes.changed

    def merge(self, entries: Iterable[Entry]) -> None:
        """Merge entries in an order in which notes come before their reviews."""
        by_kind: dict[type, list[Any]] = defaultdict(list)
        for entry in entries:
            by_kind[type(entry)].append(entry)
        for kind, add in self._merge.items():
            if kind is MarkEntry:
                self._add_reviews(by_kind[ReviewEntry])
            for entry in by_kind[kind]:
                if not self._is_dead(entry):
                    add(entry)

    def _is_dead(self, entry: Any) -> bool:
        """Return True if an entry is older than the deletion of its note."""
        erased = self._erased.get(getattr(entry, "guid", ""))
        return erased is not None and entry.stamp <= erased[0]

    def _own(self, device: str) -> str:
        return "" if device == self._device else device

    def _park(self, entry: Any) -> None:
        names = {entry.guid, getattr(entry, "other_guid", "")}
        is_erased = not names.isdisjoint(self._erased)
        self.parked.append((entry, "erased" if is_erased else "waiting"))

    def _card(self, guid: str, uid: str) -> int | None:
        key = guid, uid
        if key not in self._cards:
            sql = "select id from cards where note = ? and uid = ?"
            row = self._connection.execute(sql, key).fetchone()
            if row is None:
                return None
            self._cards[key] = row[0]
        return self._cards[key]

    # Notes

    def _add_media(self, entry: MediaEntry) -> None:
        if not self._media.merge(entry):
            self.parked.append((entry, "media"))

    def _add_notetype(self, entry: NotetypeEntry) -> None:
        if self._media.waits(notetype_key(entry.id)):
            self.parked.append((entry, "media"))
        else:
            self._notes.add_notetype(entry)

    def _add_note(self, entry: NoteEntry) -> None:
        if self._media.waits(entry.guid):
            self.parked.append((entry, "media"))
            return
        try:
            entry = checked_note(entry)
            if entry.raw is not None and not self._has_notetype(entry.raw.notetype):
                self._park(entry)
                return
        except ValueError:
            self.parked.append((entry, "invalid"))
            return
        self._notes.merge(entry)

    def _has_notetype(self, key: int) -> bool:
        sql = "select 1 from anki_notetypes where id = ?"
        return self._connection.execute(sql, (key,)).fetchone() is not None

    def _add_orphan(self, entry: OrphanEntry) -> None:
        if not self._notes.merge_orphan(entry):
            self._park(entry)

    def _add_erased(self, entry: ErasedEntry) -> None:
        """Delete what is older than the deletion; keep aside what is later."""
        guid = entry.guid
        self._erased[guid] = entry.stamp, entry.device
        self._connection.execute(
            "insert or replace into erased (guid, stamp, device) values (?, ?, ?)",
            (guid, entry.stamp, self._own(entry.device)),
        )
        later = [
            one
            for one in entries_of_note(self._connection, self._device, guid)
            if not isinstance(one, NotetypeEntry) and not self._is_dead(one)
        ]
        delete_notes(self._connection, [guid], entry.stamp)
        self.has_deleted = True
        self._cards = {key: card for key, card in self._cards.items() if key[0] != guid}
        self.merge(later)

    # Reviews

    def _add_reviews(self, entries: list[ReviewEntry]) -> None:
        found: list[tuple[int, ReviewEntry]] = []
        for entry in entries:
            if self._is_dead(entry):
                continue
            card = self._card(entry.guid, entry.uid)
            if card is None:
                self._park(entry)
            else:
                found.append((card, entry))
        if not found:
            return
        # Almost always none is known, and no millisecond is taken.
        added = [self._insert(found, answers=which) for which in (True, False)]
        self.reviews += added[0]
        if sum(added) == len(found):
            self.touched.update(card for card, _ in found)
            return
        for card, entry in found:
            self._merge_review(card, entry)

    def _insert(self, found: list[tuple[int, ReviewEntry]], *, answers: bool) -> int:
        chosen = (one for one in found if (one[1].rating > 0) is answers)
        rows = (self._review_row(entry.at, card, entry) for card, entry in chosen)
        return self._connection.executemany(_INSERT, rows).rowcount

    def _review_row(self, key: int, card: int, entry: ReviewEntry) -> tuple[Any, ...]:
        return (
            *(key, card, entry.at, entry.rating, entry.duration_ms),
            *(entry.state_before, entry.kind, entry.offset_min, entry.state),
            *(entry.step, entry.interval, entry.last_interval, entry.difficulty),
            *(entry.ease, entry.origin, entry.stamp, self._own(entry.device)),
            *(entry.undone, entry.undone_stamp, self._own(entry.undone_device)),
        )

    def _merge_review(self, card: int, entry: ReviewEntry) -> None:
        """Merge a review that may be known, or whose millisecond is taken."""
        names = ", ".join((*_REVIEW, "undone_stamp", "undone_device", "undone", "id"))
        sql = f"select {names} from reviews where card = ? and origin_ms = ?"
        row = self._connection.execute(sql, (card, entry.at)).fetchone()
        self.touched.add(card)
        if row is None:
            key = self._free_ids.take(entry.at)
            values = self._review_row(key, card, entry)
            self._connection.execute(_INSERT, values)
            self.reviews += entry.rating > 0
            return
        width = len(_REVIEW)
        ours = dict(zip(_REVIEW, row[:width], strict=True))
        ours["device"] = ours["device"] or self._device
        theirs = {name: getattr(entry, name) for name in _REVIEW}
        if _rank(theirs) < _rank(ours):
            changes = ", ".join(f"{name} = :{name}" for name in _REVIEW)
            theirs |= {"device": self._own(entry.device), "id": row[-1]}
            sql = f"update reviews set {changes} where id = :id"
            self._connection.execute(sql, theirs)
        self._merge_undone(entry, row[width:])

    def _merge_undone(self, entry: ReviewEntry, ours: tuple[Any, ...]) -> None:
        stamp, device, undone, key = ours
        known = (stamp, device or self._device, undone)
        if (entry.undone_stamp, entry.undone_device, entry.undone) <= known:
            return
        run = self._connection.execute
        run("update reviews set undone = ? where id = ?", (entry.undone, key))
        run(
            "update reviews set undone_stamp = ?, undone_device = ? where id = ?",
            (entry.undone_stamp, self._own(entry.undone_device), key),
        )

    # Registers

    def _is_later(self, row: Any, entry: Any, value: Any, ours: Any) -> bool:
        """Return True if an entry is later than the stored stamp and device."""
        if row is None:
            return True
        mine = (row[0], row[1] or self._device, _text(ours))
        return (entry.stamp, entry.device, _text(value)) > mine

    def _add_mark(self, entry: MarkEntry) -> None:
        card = self._card(entry.guid, entry.uid)
        if card is None:
            self._park(entry)
            return
        run, mark = self._connection.execute, entry.mark
        sql = "select stamp, device from mark_stamps where card = ? and mark = ?"
        row = run(sql, (card, mark)).fetchone()
        # The name of the column is one of three, see MarkEntry.
        ours = run(f"select {mark} from cards where id = ?", (card,)).fetchone()[0]
        if not self._is_later(row, entry, entry.value, ours):
            return
        marked = 0 if mark == "buried" else entry.stamp >> 16
        run(
            f"update cards set {mark} = ?, marked_ms = max(marked_ms, ?) where id = ?",
            (entry.value, marked, card),
        )
        if marked:
            save_mark_times(self._connection, [card], mark, marked)
        run(
            """
            insert or replace into mark_stamps (card, mark, stamp, device)
            values (?, ?, ?, ?)
            """,
            (card, mark, entry.stamp, self._own(entry.device)),
        )

    def _add_option(self, entry: OptionEntry) -> None:
        run, key = self._connection.execute, (entry.deck, entry.name)
        sql = "select stamp, device from option_stamps where deck = ? and name = ?"
        row = run(sql, key).fetchone()
        own = own_options(self._connection, entry.deck)
        if not check_option(entry.name, entry.value):
            self.parked.append((entry, "invalid"))
            return
        if not self._is_later(row, entry, entry.value, own.get(entry.name)):
            return
        own.pop(entry.name, None)
        if entry.value is not None:
            own[entry.name] = entry.value
        write_options(self._connection, entry.deck, own)
        run(
            """
            insert or replace into option_stamps (deck, name, stamp, device)
            values (?, ?, ?, ?)
            """,
            (*key, entry.stamp, self._own(entry.device)),
        )
        self.has_options = True

    def _add_setting(self, entry: SettingEntry) -> None:
        run = self._connection.execute
        sql = "select stamp, device from setting_stamps where name = ?"
        row = run(sql, (entry.name,)).fetchone()
        value = run(
            "select value from settings where name = ?", (entry.name,)
        ).fetchone()
        if not is_shared(entry.name) or not check_setting(entry.name, entry.value):
            self.parked.append((entry, "invalid"))
            return
        if not self._is_later(row, entry, entry.value, value[0] if value else ""):
            return
        write_setting(self._connection, entry.name, entry.value)
        sql = "insert or replace into setting_stamps (name, stamp, device)"
        values = (entry.name, entry.stamp, self._own(entry.device))
        run(f"{sql} values (?, ?, ?)", values)
        self.has_options = True

    def _add_confusion(self, entry: ConfusionEntry) -> None:
        run = self._connection.execute
        card = self._card(entry.guid, entry.uid)
        other = self._card(entry.other_guid, entry.other_uid)
        sql = "select id from reviews where card = ? and origin_ms = ?"
        review = run(sql, (card, entry.at)).fetchone()
        if review is None or (other is None and entry.other_guid):
            self._park(entry)
            return
        sql = "select stamp, device from confusion_stamps where review = ?"
        row = run(sql, review).fetchone()
        found = run(
            """
            select c.note, c.uid from confusions f join cards c on c.id = f.other
             where f.review = ?
            """,
            review,
        ).fetchone()
        theirs = [entry.other_guid, entry.other_uid]
        if not self._is_later(row, entry, theirs, list(found or ("", ""))):
            return
        if other is None:
            run("delete from confusions where review = ?", review)
        else:
            run(
                "insert or replace into confusions (review, card, other)"
                " values (?, ?, ?)",
                (*review, card, other),
            )
        run(
            """
            insert or replace into confusion_stamps (review, stamp, device)
            values (?, ?, ?)
            """,
            (*review, entry.stamp, self._own(entry.device)),
        )

    def _add_mock(self, entry: MockEntry) -> None:
        try:
            check_mock(entry)
        except ValueError:
            self.parked.append((entry, "invalid"))
            return
        erased = {guid for guid, one in self._erased.items() if entry.stamp <= one[0]}
        questions = without_texts(entry.questions, erased)
        merge_mock(self._connection, replace(entry, questions=questions), self._device)


def _rank(row: dict[str, Any]) -> tuple[Any, ...]:
    """Of two rows with one card and moment the smaller one counts."""
    return (row["device"], *(row[name] for name in _ROW), row["stamp"])


def _text(value: Any) -> str:
    return msgspec.json.encode(value, order="sorted").decode()
