"""Notes from elsewhere, with their cards, become rows of the store."""

import sqlite3
from collections.abc import Collection, Iterator, Sequence

import msgspec

from cards.identity import text_key
from cards.questions import parts_of
from srs.exchange.foreign_log import LARGEST_ID, Row
from srs.exchange.incoming import Incoming, IncomingCard, IncomingNote, Kept, Raw
from srs.options import Options
from srs.rows import text_columns
from srs.store import Store


class Arrivals:
    """Adds notes that the store doesn't have, inside a transaction."""

    def __init__(self, connection: sqlite3.Connection, now_ms: int) -> None:
        """Look at which ids are taken.

        Args:
            connection: In a transaction.
            now_ms: UTC milliseconds.
        """
        self._run, self._many = connection.execute, connection.executemany
        self._now = now_ms
        self._decks: dict[str, int] = dict(self._run("select name, id from decks"))
        self._note_ids = {row[0] for row in self._run("select anki_id from notes")}
        self._card_ids = {row[0] for row in self._run("select id from cards")}
        self.cards = 0
        """How many were added."""

    def add(self, notes: Sequence[IncomingNote]) -> Iterator[tuple[int, IncomingCard]]:
        """Add notes with their cards.

        Args:
            notes: None of them in the store.

        Returns:
            Our id of each card that came along, and the card.
        """
        row = self._run("select coalesce(max(position), 0) from cards").fetchone()
        position = int(row[0])
        note_rows: list[Row] = []
        card_rows: list[Row] = []
        pairs: list[tuple[int, IncomingCard]] = []
        for one in sorted(notes, key=_first_position):
            deck = self._deck(one.note.deck)
            note_rows.append(self._note_row(one, deck))
            for ordinal, part, theirs in _cards_of(one):
                position += 1
                wanted = theirs.id if theirs else self._now
                card = _free(wanted, self._card_ids, self._now)
                if theirs is not None:
                    pairs.append((card, theirs))
                card_rows.append((card, one.guid, ordinal, part, deck, position))
        self._many(
            """
            insert into notes (guid, anki_id, id, text_key, kind, deck, language,
                               fields, extra, tags, sources, changed, checked,
                               recheck, file, line, created, modified)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            note_rows,
        )
        self._many(
            "insert into cards (id, note, ordinal, part, deck, position)"
            " values (?, ?, ?, ?, ?, ?)",
            card_rows,
        )
        self.cards = len(card_rows)
        return iter(pairs)

    def _note_row(self, one: IncomingNote, deck: int) -> Row:
        note = one.note
        fields, tags, sources, changed = text_columns(note)
        return (
            one.guid,
            _free(one.id, self._note_ids, self._now),
            note.id,
            text_key(note),
            note.kind,
            deck,
            note.language,
            fields,
            note.extra,
            tags,
            sources,
            changed,
            note.checked,
            note.recheck,
            note.file,
            note.line,
            self._now,
            max(0, one.changed_ms),
        )

    def _deck(self, name: str) -> int:
        if name not in self._decks:
            cursor = self._run("insert into decks (name) values (?)", (name,))
            self._decks[name] = int(cursor.lastrowid or 0)
        return self._decks[name]

    def keep_raw(self, incoming: Incoming, added: Collection[str]) -> None:
        """Keep the fields of added notes, to hand them back as they came."""
        self._many(
            "insert or ignore into anki_notetypes (id, model) values (?, ?)",
            incoming.notetypes.items(),
        )
        self._many(
            "insert into anki_notes (guid, notetype, fields, shown, content)"
            " values (?, ?, ?, ?, ?)",
            [
                (
                    one.guid,
                    one.raw.notetype,
                    "\x1f".join(one.raw.fields),
                    msgspec.json.encode(one.raw.shown).decode(),
                    msgspec.json.encode(one.note.content).decode(),
                )
                for one in incoming.notes
                if one.raw is not None and one.guid in added
            ],
        )

    def keep_options(
        self, incoming: Incoming, options: Options, decks: Collection[str]
    ) -> None:
        """Take presets over for new decks that have no options of their own."""
        have = set(options.decks())
        self._many(
            "insert into presets (deck, options) values (?, ?)",
            [
                (deck, msgspec.json.encode(chosen).decode())
                for deck, chosen in incoming.options.items()
                if deck in decks and deck not in have
            ],
        )


def known_guids(store: Store) -> set[str]:
    """Name the notes of the store."""
    return {row[0] for row in store.rows("select guid from notes")}


def kept_notes(store: Store) -> dict[str, Kept]:
    """Read the fields of the notes that came from Anki, by guid."""
    rows = store.rows("select guid, notetype, fields, shown, content from anki_notes")
    return {
        guid: Kept(
            Raw(notetype, tuple(fields.split("\x1f")), msgspec.json.decode(shown)),
            content,
        )
        for guid, notetype, fields, shown, content in rows
    }


def kept_notetypes(store: Store) -> dict[int, str]:
    """Read the note types of these notes: JSON by id."""
    return dict(store.rows("select id, model from anki_notetypes"))


def _first_position(one: IncomingNote) -> int:
    """New cards keep their order."""
    return min((card.position for card in one.cards if card.state == 0), default=0)


def _cards_of(one: IncomingNote) -> Iterator[tuple[int, str, IncomingCard | None]]:
    """Give each question its ordinal and its card, where it came with one."""
    cards = {card.ordinal: card for card in one.cards}
    named = {part: ordinal for ordinal, part in one.parts.items()}
    free = max(one.parts, default=-1) + 1
    for part in parts_of(one.note.content):
        ordinal = named.get(part, free)
        free = max(free, ordinal + 1)
        yield ordinal, part, cards.get(ordinal)


def _free(wanted: int, taken: set[int], now_ms: int) -> int:
    """Take an id for life: the one wanted, where it can be one and is free."""
    if not 0 < wanted < LARGEST_ID:
        wanted = now_ms
    while wanted in taken:
        wanted += 1
    taken.add(wanted)
    return wanted
