"""Rows of the store as entries of the device log.

The tables are the log: what was stamped since the last sending is sent.
"""

import sqlite3
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import msgspec

from srs.models.log_entries import (
    CardItem,
    ConfusionEntry,
    Entry,
    ErasedEntry,
    MarkEntry,
    NoteEntry,
    NotetypeEntry,
    OptionEntry,
    OriginalNote,
    OrphanEntry,
    ReviewEntry,
    SettingEntry,
)
from srs.store.note_media import entries_of_rows
from srs.store.settings import FITTED
from srs.store.sync_mock_exams import mock_entries
from srs.store.sync_state import Chosen

SETTINGS = ("rollover", "time_zone", "away", "catch_up", "exam")
"""Settings that all devices share, besides the last answer of a fit."""

_LATER = """
    {table}.device = '' and {table}.stamp > :own
    or {table}.device <> '' and {table}.stamp > :others
"""


def entries(
    connection: sqlite3.Connection, device: str, chosen: Chosen
) -> Iterator[Entry]:
    """Yield the chosen rows as entries, notes before what refers to them.

    Args:
        connection: The store's.
        device: Id of this device.
        chosen: Which rows.
    """
    reading = _Reading(connection, device, chosen)
    yield from reading.erased()
    yield from reading.media()
    yield from reading.notes()
    yield from reading.orphans()
    yield from reading.reviews()
    yield from reading.marks()
    yield from reading.options()
    yield from reading.settings()
    yield from reading.confusions()
    yield from reading.mocks()


def entries_of_note(
    connection: sqlite3.Connection, device: str, guid: str
) -> list[Entry]:
    """Return what is sent of a note: itself, its reviews and marks."""
    reading = _Reading(connection, device, Chosen(guid=guid))
    found = (
        *(reading.media(), reading.notes(), reading.orphans()),
        *(reading.reviews(), reading.marks()),
    )
    return [one for some in found for one in some]


def note_entry(connection: sqlite3.Connection, device: str, guid: str) -> NoteEntry:
    """Return what is sent of a note itself, which is in the store."""
    found = _Reading(connection, device, Chosen(guid=guid)).notes()
    return next(one for one in found if isinstance(one, NoteEntry))


class _Reading:
    def __init__(
        self, connection: sqlite3.Connection, device: str, chosen: Chosen
    ) -> None:
        self._connection, self._device = connection, device
        self._values = {**msgspec.structs.asdict(chosen), "me": device}
        self._has_guid = bool(chosen.guid)
        self._is_all = chosen.own < 0 and chosen.others < 0

    def _rows(self, sql: str, table: str, guid: str = "") -> Iterator[tuple[Any, ...]]:
        """Run a query that ends with `where {later}`."""
        later = f"({_LATER.format(table=table)})"
        if guid and self._has_guid:
            later += f" and {guid} = :guid"
        return self._connection.execute(sql.format(later=later), self._values)

    def erased(self) -> Iterator[Entry]:
        sql = """
            select guid, stamp, iif(device = '', :me, device) from erased e
             where {later}
        """
        return (ErasedEntry(*row) for row in self._rows(sql, "e"))

    def media(self) -> Iterator[Entry]:
        """Yield the files of notes, before the notes that show them."""
        sql = """
            select m.guid, m.stamp, iif(m.device = '', :me, m.device), m.files
              from note_media m
             where m.stamp > 0 and {later}
        """
        return entries_of_rows(self._rows(sql, "m", "m.guid"))

    def notes(self) -> Iterator[Entry]:
        """Yield notes with their cards, each after its note type."""
        sql = """
            select n.guid, n.stamp, iif(n.device = '', :me, n.device), n.id, n.text_key,
                   n.kind, d.name, n.language, n.fields, n.extra, n.tags, n.sources,
                   n.changed, n.checked, n.recheck, n.retired & 1, n.created,
                   n.modified, n.anki_id, iif(n.line > 0, :me, n.file_device),
                   coalesce(b.stamp, 0),
                   a.notetype, a.fields, a.shown, a.content,
                   c.uid, c.part, c.ordinal, cd.name, c.retired & 1, c.id, c.position
              from notes n
              join decks d on d.id = n.deck
              left join anki_notes a on a.guid = n.guid
              left join note_bases b on b.note = n.anki_id and n.device = ''
              left join cards c on c.note = n.guid
                    and c.id not in (select card from orphan_cards)
              left join decks cd on cd.id = c.deck
             where {later}
             order by n.anki_id, c.ordinal
        """
        types: set[int] = set()
        for _, group in groupby(self._rows(sql, "n", "n.guid"), itemgetter(0)):
            rows = list(group)
            first = rows[0]
            raw = None if first[21] is None else OriginalNote(*first[21:25])
            if raw is not None and raw.notetype not in types:
                types.add(raw.notetype)
                yield from self._notetype(raw.notetype)
            cards = tuple(CardItem(*row[25:]) for row in rows if row[25] is not None)
            columns: list[Any] = [*first[:18], cards, raw, *first[18:21]]
            yield NoteEntry(*columns)

    def _notetype(self, key: int) -> Iterator[Entry]:
        sql = "select id, model from anki_notetypes where id = ?"
        for row in self._connection.execute(sql, (key,)):
            yield NotetypeEntry(*row)

    def orphans(self) -> Iterator[Entry]:
        sql = """
            select c.note, o.stamp, iif(o.device = '', :me, o.device), c.uid, c.part,
                   o.ordinal, d.name, c.retired & 1, c.id, c.position
              from orphan_cards o
              join cards c on c.id = o.card
              join decks d on d.id = c.deck
             where {later}
        """
        for row in self._rows(sql, "o", "c.note"):
            guid, stamp, device, *card = row
            yield OrphanEntry(guid, stamp, device, CardItem(*card))

    def reviews(self) -> Iterator[Entry]:
        """Yield reviews, those of a card together: so they compress better."""
        chosen = f"""
            select id from reviews r where {_LATER.format(table="r")}
            union
            select id from reviews where undone_stamp > 0
               and (undone_device = '' and undone_stamp > :own
                    or undone_device <> '' and undone_stamp > :others)
        """
        if self._has_guid:
            chosen = """
                select r.id from cards c
                  join reviews r on c.id = coalesce(r.own_card, r.card)
                 where c.note = :guid
            """
        elif self._is_all:
            chosen = "select id from reviews"
        sql = f"""
            select c.note, c.uid, r.origin_ms, r.rating, r.duration_ms, r.state_before,
                   r.kind, r.offset_min, r.state, r.step, r.interval, r.last_interval,
                   r.difficulty, r.ease, r.origin, iif(r.device = '', :me, r.device),
                   r.stamp, r.undone, r.undone_stamp,
                   iif(r.undone_stamp > 0 and r.undone_device = '', :me,
                       r.undone_device)
              from reviews r join cards c on c.id = coalesce(r.own_card, r.card)
             where r.id in ({chosen})
             order by r.card, r.id
        """
        rows = self._connection.execute(sql, self._values)
        return (ReviewEntry(*row) for row in rows)

    def marks(self) -> Iterator[Entry]:
        sql = """
            select c.note, c.uid, m.mark,
                   case m.mark when 'suspended' then c.suspended
                               when 'buried' then c.buried else c.flag end,
                   m.stamp, iif(m.device = '', :me, m.device)
              from mark_stamps m join cards c on c.id = m.card
             where {later}
        """
        return (MarkEntry(*row) for row in self._rows(sql, "m", "c.note"))

    def options(self) -> Iterator[Entry]:
        sql = """
            select s.deck, s.name, p.options, s.stamp, iif(s.device = '', :me, s.device)
              from option_stamps s left join presets p on p.deck = s.deck
             where {later}
        """
        for deck, name, text, stamp, device in self._rows(sql, "s"):
            options = msgspec.json.decode(text) if text else {}
            yield OptionEntry(deck, name, options.get(name), stamp, device)

    def settings(self) -> Iterator[Entry]:
        sql = """
            select s.name, coalesce(v.value, ''), s.stamp,
                   iif(s.device = '', :me, s.device)
              from setting_stamps s left join settings v on v.name = s.name
             where {later}
        """
        for row in self._rows(sql, "s"):
            if is_shared(row[0]):
                yield SettingEntry(*row)

    def confusions(self) -> Iterator[Entry]:
        sql = """
            select c.note, c.uid, r.origin_ms, coalesce(o.note, ''),
                   coalesce(o.uid, ''), s.stamp, iif(s.device = '', :me, s.device)
              from confusion_stamps s
              join reviews r on r.id = s.review
              join cards c on c.id = coalesce(r.own_card, r.card)
              left join confusions f on f.review = s.review
              left join cards o on o.id = f.other
             where {later}
        """
        return (ConfusionEntry(*row) for row in self._rows(sql, "s"))

    def mocks(self) -> Iterator[Entry]:
        later = f"({_LATER.format(table='m')})"
        return mock_entries(self._connection, later, self._values)


def is_shared(name: str) -> bool:
    """Return True if all devices share a setting."""
    return name in SETTINGS or name.startswith(FITTED)
