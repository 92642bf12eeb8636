"""Notes from elsewhere, with their cards, become rows of the store."""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence

import msgspec

from cards.identity.keys import text_key
from cards.questions import parts_of
from srs.merging.anki_revlog import LARGEST_ID, Row
from srs.models.incoming import (
    AnkiFields,
    Incoming,
    IncomingCard,
    IncomingNote,
    OriginalFields,
)
from srs.store.connection import Store
from srs.store.replay import NEW_COLUMNS
from srs.store.rows import text_columns
from srs.store.settings import Options

Placed = tuple[int, IncomingCard, str]
"""Our id of a card that came along, the card, and the name of its deck."""


class NoteImporter:
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
        self._notes: list[tuple[IncomingNote, int, int]] = []
        self._note_rows: list[Row] = []
        self._card_rows: list[Row] = []

    def place(self, notes: Sequence[IncomingNote]) -> Iterator[Placed]:
        """Give notes and cards the ids that they will have; writes nothing of them.

        Args:
            notes: None of them in the store.

        Returns:
            The cards that came along.
        """
        row = self._run("select coalesce(max(position), 0) from cards").fetchone()
        position = int(row[0])
        for one in sorted(notes, key=_first_position):
            deck = self._deck(one.note.deck)
            self._notes.append((one, _free(one.id, self._note_ids, self._now), deck))
            for ordinal, part, theirs in _cards_of(one):
                position += 1
                wanted = theirs.id if theirs else self._now
                card = _free(wanted, self._card_ids, self._now)
                self._card_rows.append((card, one.guid, ordinal, part, deck, position))
                if theirs is not None:
                    yield card, theirs, one.note.deck

    def prepare(self) -> None:
        """Make the rows of notes; they are not written yet."""
        self._note_rows = [self._note_row(*placed) for placed in self._notes]

    def write(self, carried: Mapping[int, Row]) -> None:
        """Write what was placed and prepared.

        Args:
            carried: What cards carry of their log, by their ids, as
                `srs.store.replay.columns_of` gives it; others are new.
        """
        self._many(
            """
            insert into notes (guid, anki_id, id, text_key, kind, deck, language,
                               fields, extra, tags, sources, changed, checked,
                               recheck, file, line, created, modified)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            self._note_rows,
        )
        self._many(
            """
            insert into cards (id, note, ordinal, part, deck, position, state, step,
                               stability, difficulty, interval, due_ms, due_day,
                               last_ms, last_day, reps, lapses, leech)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [(*row, *carried.get(row[0], NEW_COLUMNS)) for row in self._card_rows],
        )

    @property
    def cards(self) -> int:
        """Give the number of cards that were placed."""
        return len(self._card_rows)

    def _note_row(self, one: IncomingNote, number: int, deck: int) -> Row:
        note = one.note
        fields, tags, sources, changed = text_columns(note)
        return (
            one.guid,
            number,
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


def original_notes(store: Store) -> dict[str, OriginalFields]:
    """Read the fields of the notes that came from Anki, by guid."""
    rows = store.rows("select guid, notetype, fields, shown, content from anki_notes")
    return {
        guid: OriginalFields(
            AnkiFields(
                notetype, tuple(fields.split("\x1f")), msgspec.json.decode(shown)
            ),
            content,
        )
        for guid, notetype, fields, shown, content in rows
    }


def original_notetypes(store: Store) -> dict[int, str]:
    """Read the note types of these notes: JSON by id."""
    return dict(store.rows("select id, model from anki_notetypes"))


def _first_position(one: IncomingNote) -> int:
    """New cards keep their order."""
    return min([card.position for card in one.cards if card.state == 0], default=0)


def _cards_of(one: IncomingNote) -> list[tuple[int, str, IncomingCard | None]]:
    """Give each question its ordinal and its card, where it came with one."""
    asked = parts_of(one.note.content)
    # Nearly every note: one question, one card.
    if len(asked) == len(one.cards) == 1 and one.parts == {0: asked[0]}:
        theirs = one.cards[0]
        return [(0, asked[0], theirs if theirs.ordinal == 0 else None)]
    cards = {card.ordinal: card for card in one.cards}
    named = {part: ordinal for ordinal, part in one.parts.items()}
    free = max(one.parts, default=-1) + 1
    found: list[tuple[int, str, IncomingCard | None]] = []
    for part in asked:
        ordinal = named.get(part, free)
        free = max(free, ordinal + 1)
        found.append((ordinal, part, cards.get(ordinal)))
    return found


def _free(wanted: int, taken: set[int], now_ms: int) -> int:
    """Take an id for life: the one wanted, where it can be one and is free."""
    if not 0 < wanted < LARGEST_ID:
        wanted = now_ms
    while wanted in taken:
        wanted += 1
    taken.add(wanted)
    return wanted
