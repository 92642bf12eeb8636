"""Merge note entries of the device log into the store.

The entry with the latest stamp gives a note its text and its cards.  A card that this
entry doesn't know was made on another device meanwhile: it is an orphan, is retired,
and keeps its history.
"""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from cards.note import Content
from cards.questions import parts_of
from srs.models.log_entries import CardItem, NoteEntry, NotetypeEntry, OrphanEntry
from srs.store.free_ids import FreeIds
from srs.store.lost_edits import LatestStamps, UnseenEdits, note_of_entry
from srs.store.note_types import Arrangement, take_notetypes
from srs.store.notes import deck_id

_MAX_ID = 1 << 53
_NOTES = "select 1 from notes where anki_id = ?1"
_CARDS = "select 1 from cards where id = ?1"
_TEXT = ("id", "text_key", "kind", "language", "fields", "extra", "tags", "sources")
_DATES = ("changed", "checked", "recheck", "retired", "modified")
_COPIED = (*_TEXT, *_DATES)


class _Stored(NamedTuple):
    """A stored card of a note."""

    id: int
    uid: str
    part: str
    ordinal: int
    deck: str
    retired: int
    orphan: tuple[int, str, int] | None
    """Stamp, device and ordinal of the entry that knew it last."""


def checked_note(entry: NoteEntry) -> NoteEntry:
    """Check that a note entry can be stored and shown.

    Returns:
        The entry; a card that asks what its note doesn't say is retired in it.

    Raises:
        ValueError: It can't; msgspec's errors are such.
    """
    note = note_of_entry(entry)
    uids = {card.uid for card in entry.cards}
    ordinals = {card.ordinal for card in entry.cards}
    if not len(uids) == len(ordinals) == len(entry.cards):
        raise ValueError("two cards have one name")
    parts = set(parts_of(note.content)) if entry.text_key else None
    if note.kind != entry.kind or not entry.guid or not entry.deck:
        raise ValueError("the kind of the note doesn't fit")
    if entry.raw is not None:
        msgspec.json.decode(entry.raw.shown, type=dict[str, int])
        msgspec.json.decode(entry.raw.content, type=Content)
    if parts is None:
        return entry
    cards = (
        card if card.part in parts else replace(card, retired=1) for card in entry.cards
    )
    return replace(entry, cards=tuple(cards))


class NoteMerge:
    """Merges note entries inside a transaction."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        device: str,
        known: LatestStamps,
    ) -> None:
        """Keep the connection, the id of this device, and which changes are known.

        Args:
            connection: In a transaction.
            device: Id of this device.
            known: See `srs.store.lost_edits`.
        """
        self._connection, self._device = connection, device
        self.edits = UnseenEdits(connection, device, known)
        self.touched: set[int] = set()
        """Cards whose schedule has to be computed again."""
        self.changed = 0
        """Notes that are new or have another text."""
        self._note_ids = FreeIds(connection, _NOTES)
        self._card_ids = FreeIds(connection, _CARDS)
        self._decks: dict[str, int] = {}
        """Decks stay until the end of the merge."""
        self._models: dict[int, str] = {}
        """The note types that arrived with the notes, by id."""

    def _deck(self, name: str) -> int:
        if name not in self._decks:
            self._decks[name] = deck_id(self._connection, name)
        return self._decks[name]

    def add_notetype(self, entry: NotetypeEntry) -> None:
        """Add a note type; of two states of one the later counts."""
        self.touched |= take_notetypes(
            self._connection, {entry.id: entry.model}, (entry.id,)
        )
        self._models[entry.id] = entry.model

    def merge(self, entry: NoteEntry) -> None:
        """Merge a note entry that was checked."""
        entry = self._arranged(entry)
        row = self._connection.execute(
            "select anki_id, stamp, device, deck from notes where guid = ?",
            (entry.guid,),
        ).fetchone()
        if row is None:
            self._insert(entry)
            self.changed += 1
            return
        stored = self._cards(entry.guid)
        ours = (row[1], row[2] or self._device)
        theirs = (entry.stamp, entry.device)
        if theirs == ours:
            mine = self._content(entry.guid, stored)
            if mine == _content(entry):
                return
            ours, theirs = (*ours, mine), (*theirs, _content(entry))  # type: ignore[assignment]
        self.edits.compare(entry, ours[:2])
        if theirs > ours:
            self._replace(entry, stored, ours[:2])
            self.changed += 1
        else:
            for card in entry.cards:
                self._add_orphan(entry, card, stored)
            self._place(entry.guid)

    def merge_orphan(self, entry: OrphanEntry) -> bool:
        """Merge a card without a text; False if its note is missing."""
        sql = "select 1 from notes where guid = ?"
        if self._connection.execute(sql, (entry.guid,)).fetchone() is None:
            return False
        self._add_orphan(entry, entry.card, self._cards(entry.guid))
        self._place(entry.guid)
        return True

    def _arranged(self, entry: NoteEntry) -> NoteEntry:
        """Arrange fields and cards as in the note type here, perhaps a later one."""
        raw = entry.raw
        if raw is None or raw.notetype not in self._models:
            return entry
        sql = "select model from anki_notetypes where id = ?"
        (model,) = self._connection.execute(sql, (raw.notetype,)).fetchone()
        if model == self._models[raw.notetype]:
            return entry
        arrangement = Arrangement(self._models[raw.notetype], model)
        fields, shown = arrangement.of(raw.fields, raw.shown)
        numbers = arrangement.numbers(card.ordinal for card in entry.cards)
        cards = tuple(
            replace(card, ordinal=numbers.get(card.ordinal, card.ordinal))
            for card in entry.cards
        )
        return replace(entry, raw=replace(raw, fields=fields, shown=shown), cards=cards)

    def _insert(self, entry: NoteEntry) -> None:
        deck = self._deck(entry.deck)
        values = {name: getattr(entry, name) for name in _COPIED}
        values |= {"guid": entry.guid, "deck": deck, "created": entry.created}
        values |= {"stamp": entry.stamp, "device": self._own(entry.device)}
        values["file_device"] = self._own(entry.file_device)
        values["anki_id"] = _free(self._note_ids, entry.anki_id)
        self._connection.execute(
            f"""
            insert into notes ({", ".join(values)}, file, line)
            values ({", ".join(f":{name}" for name in values)}, '', 0)
            """,
            values,
        )
        self._insert_cards(entry.guid, entry.cards)
        if entry.raw is not None:
            self._write_original(entry)

    def _insert_cards(self, guid: str, cards: Iterable[CardItem]) -> None:
        for card in cards:
            key = _free(self._card_ids, card.id)
            deck = self._deck(card.deck)
            self._connection.execute(
                """
                insert into cards (id, note, ordinal, part, deck, position, retired,
                                   uid)
                values (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                (
                    *(key, guid, card.ordinal, card.part, deck, card.position),
                    *(card.retired, card.uid),
                ),
            )

    def _cards(self, guid: str) -> dict[str, _Stored]:
        rows = self._connection.execute(
            """
            select c.id, c.uid, c.part, c.ordinal, d.name, c.retired,
                   o.stamp, o.device, o.ordinal
              from cards c
              join decks d on d.id = c.deck
              left join orphan_cards o on o.card = c.id
             where c.note = ?
            """,
            (guid,),
        )
        found: dict[str, _Stored] = {}
        for card, uid, part, ordinal, deck, retired, stamp, device, claim in rows:
            orphan = None if stamp is None else (stamp, device or self._device, claim)
            found[uid] = _Stored(card, uid, part, ordinal, deck, retired, orphan)
        return found

    def _content(self, guid: str, stored: Mapping[str, _Stored]) -> tuple[Any, ...]:
        sql = f"""
            select {", ".join(f"n.{name}" for name in _COPIED)}, d.name
              from notes n join decks d on d.id = n.deck where n.guid = ?
        """
        row = self._connection.execute(sql, (guid,)).fetchone()
        own = [one for one in stored.values() if one.orphan is None]
        return (*row, sorted(one[1:6] for one in own))

    def _replace(
        self, entry: NoteEntry, stored: Mapping[str, _Stored], was: tuple[int, str]
    ) -> None:
        """Give a note the text and the cards of an entry."""
        run = self._connection.execute
        values = {name: getattr(entry, name) for name in _COPIED}
        values |= {"guid": entry.guid, "deck": self._deck(entry.deck)}
        values["file_device"] = self._own(entry.file_device)
        values["stamp"] = entry.stamp  # no edit of this device
        changes = ", ".join(f"{name} = :{name}" for name in values if name != "guid")
        run(f"update notes set {changes} where guid = :guid", values)
        run(
            "update notes set stamp = ?, device = ?, created = ? where guid = ?",
            (entry.stamp, self._own(entry.device), entry.created, entry.guid),
        )
        named = {card.uid: card for card in entry.cards}
        new = [card for uid, card in named.items() if uid not in stored]
        for one in stored.values():
            if one.uid in named:
                self._update_card(one, named[one.uid], retired=named[one.uid].retired)
            else:
                stamp, device, ordinal = one.orphan or (*was, one.ordinal)
                self._save_orphan(one.id, ordinal, stamp, device)
        self._insert_aside(entry.guid, new)
        self._place(entry.guid, {card.uid: card.ordinal for card in entry.cards})
        self._write_original(entry)

    def _update_card(self, stored: _Stored, card: CardItem, *, retired: int) -> None:
        if card.deck != stored.deck:
            self.touched.add(stored.id)  # other options
        self._connection.execute(
            "update cards set part = ?, deck = ?, retired = ? where id = ?",
            (card.part, self._deck(card.deck), retired, stored.id),
        )

    def _save_orphan(self, card: int, ordinal: int, stamp: int, device: str) -> None:
        run = self._connection.execute
        run("update cards set retired = 1 where id = ?", (card,))
        run(
            """
            insert or replace into orphan_cards (card, ordinal, stamp, device)
            values (?, ?, ?, ?)
            """,
            (card, ordinal, stamp, self._own(device)),
        )

    def _add_orphan(
        self,
        entry: NoteEntry | OrphanEntry,
        card: CardItem,
        stored: Mapping[str, _Stored],
    ) -> None:
        """Add a card of an entry that is not the latest, unless it is known better."""
        known = stored.get(card.uid)
        if known is None:
            self._insert_aside(entry.guid, [card])
            sql = "select id from cards where note = ? and uid = ?"
            row = self._connection.execute(sql, (entry.guid, card.uid)).fetchone()
            self._save_orphan(row[0], card.ordinal, entry.stamp, entry.device)
            return
        claim = (entry.stamp, entry.device, card.ordinal)
        if known.orphan is None or known.orphan >= claim:
            return
        self._update_card(known, card, retired=1)
        self._save_orphan(known.id, card.ordinal, entry.stamp, entry.device)

    def _insert_aside(self, guid: str, cards: Iterable[CardItem]) -> None:
        """Insert cards with free ordinals; `_place` gives them their own."""
        sql = "select max(ordinal) from cards where note = ?"
        last = self._connection.execute(sql, (guid,)).fetchone()[0]
        free = 0 if last is None else last + 1
        self._insert_cards(
            guid, [replace(one, ordinal=free + i) for i, one in enumerate(cards)]
        )

    def _place(self, guid: str, claimed: Mapping[str, int] | None = None) -> None:
        """Give the cards of a note their ordinals; orphans get those that are free.

        Args:
            guid: The note.
            claimed: The ordinals of its cards by uid, if they are others than before.
        """
        rows = self._connection.execute(
            """
            select c.id, c.uid, c.ordinal, o.stamp, o.device, o.ordinal
              from cards c left join orphan_cards o on o.card = c.id
             where c.note = ?
            """,
            (guid,),
        ).fetchall()
        found = {
            card: claimed[uid] if claimed else ordinal
            for card, uid, ordinal, stamp, _, _ in rows
            if stamp is None
        }
        taken = set(found.values())
        orphans = [
            (stamp, device or self._device, uid, claim, card)
            for card, uid, _, stamp, device, claim in rows
            if stamp is not None
        ]
        for *_, claim, card in sorted(orphans):
            found[card] = claim if claim not in taken else max(taken) + 1
            taken.add(found[card])
        changed = {row[0] for row in rows if row[2] != found[row[0]]}
        self.touched |= changed  # another seed of the fuzz
        if changed:
            run, many = self._connection.execute, self._connection.executemany
            # An ordinal is unique in its note, also while they are exchanged.
            run("update cards set ordinal = -id where note = ?", (guid,))
            sql = "update cards set ordinal = ? where id = ?"
            many(sql, [(ordinal, card) for card, ordinal in found.items()])

    def _write_original(self, entry: NoteEntry) -> None:
        raw = entry.raw
        if raw is None:
            sql = "delete from anki_notes where guid = ?"
            self._connection.execute(sql, (entry.guid,))
            return
        self._connection.execute(
            """
            insert or replace into anki_notes (guid, notetype, fields, shown, content)
            values (?, ?, ?, ?, ?)
            """,
            (entry.guid, raw.notetype, raw.fields, raw.shown, raw.content),
        )

    def _own(self, device: str) -> str:
        return "" if device == self._device else device


def _free(ids: FreeIds, wanted: int) -> int:
    """Return the wanted number if it is valid and free, else the next free one."""
    return ids.take(wanted if 0 < wanted < _MAX_ID else 1)


def _content(entry: NoteEntry) -> tuple[Any, ...]:
    cards: Sequence[Any] = sorted(
        (one.uid, one.part, one.ordinal, one.deck, one.retired) for one in entry.cards
    )
    return (*(getattr(entry, name) for name in _COPIED), entry.deck, cards)
