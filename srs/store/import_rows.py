"""Reads and writes of an import: notes, cards, reviews and marks.

Those that get a connection run inside the transaction of the merge.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import asdict

from cards.note import Content, Note
from srs.models.incoming import AnkiFields, IncomingNote, OriginalFields
from srs.models.media import is_imported
from srs.models.presets import ancestry, resolve
from srs.store.connection import Store
from srs.store.note_types import coming_ordinals, take_notetypes
from srs.store.rows import CRAM_REVIEW
from srs.store.settings import own_options, write_options

StoreRow = tuple[Any, ...]

_DECKS_OF_NOTES = """
    select d.name, c.note in (select value from json_each(:guids)) as is_new
      from cards c join decks d on d.id = c.deck group by 1, 2
"""

_KEPT = "notetype, fields, shown, content"
_SET_KEPT = """
    update anki_notes set notetype = coalesce(?, notetype), fields = ?,
                          shown = coalesce(?, shown), content = ?
     where guid = ?
"""
"""Sets the original fields of a note from Anki, and the content made from them."""


class _BesideContent(Struct, frozen=True, omit_defaults=True):
    """What stands beside the content in the column `content`."""

    extra: str | None = None
    tags: tuple[str, ...] | None = None
    is_pending: bool = False


class StoredMarks(NamedTuple):
    """A stored card, as far as a merge needs it."""

    card: int
    ordinal: int
    deck: str
    suspended: int
    flag: int
    marked_ms: int


def stored_marks(
    connection: sqlite3.Connection, notetypes: Mapping[int, str]
) -> Mapping[str, Mapping[int, StoredMarks]]:
    """Return all cards by the guid of their note and their id.

    Args:
        connection: In a transaction.
        notetypes: Those that come, JSON by id: the cards have the ordinals that they
            will have with these.
    """
    found: dict[str, dict[int, StoredMarks]] = defaultdict(dict)
    for guid, *columns in connection.execute(
        """
        select c.note, c.id, c.ordinal, d.name, c.suspended, c.flag, c.marked_ms
          from cards c join decks d on d.id = c.deck
        """
    ):
        found[guid][columns[0]] = StoredMarks(*columns)
    for guid, numbers in coming_ordinals(connection, notetypes).items():
        found[guid] = {
            card: one._replace(ordinal=numbers.get(one.ordinal, one.ordinal))
            for card, one in found[guid].items()
        }
    return found


def guids_from_anki(connection: sqlite3.Connection) -> set[str]:
    """Return the guids of the notes that have the fields and card ids of Anki."""
    return {row[0] for row in connection.execute("select guid from anki_notes")}


def has_notes_from_anki(store: Store) -> bool:
    """Return True if a note came from Anki, and its deck with it."""
    return bool(store.rows("select 1 from anki_notes limit 1"))


def bury_card(connection: sqlite3.Connection, card: int, day: int) -> int:
    """Bury a card until the end of a study day, 0 for none; return what was before."""
    sql = "select buried from cards where id = ?"
    was = connection.execute(sql, (card,)).fetchone()[0]
    connection.execute("update cards set buried = ? where id = ?", (day, card))
    return int(was)


def last_reset(connection: sqlite3.Connection, card: int) -> tuple[int, int]:
    """Return the moment of a card's last reset, 0 for none, and the answers since."""
    row = connection.execute(
        f"""
        select z.origin_ms,
               (select count(*) from reviews r
                 where r.card = z.card and r.undone = 0 and r.rating > 0
                   and r.origin_ms > z.origin_ms and not {CRAM_REVIEW})
          from reviews z
         where z.card = ? and z.undone = 0 and z.rating = 0 and z.kind = 4
           and z.difficulty = 0 and z.ease = 0
         order by z.origin_ms desc limit 1
        """,
        (card,),
    ).fetchone()
    return row or (0, 0)


def retired_files(connection: sqlite3.Connection) -> dict[str, str | None]:
    """Return for each note its file if it is retired, else None; by guid.

    The file is empty if another device brought the note.  A note whose text was lost
    can't be used again.
    """
    is_whole = "retired & 1 and text_key <> ''"
    sql = f"select guid, iif({is_whole}, file, null) from notes"
    return dict(connection.execute(sql))


def removed_guids(connection: sqlite3.Connection) -> set[str]:
    """Return the guids of the notes that the user removed, or took out of a file.

    A removal changes a note after it was created; an undo of what brought the note
    leaves it, or makes it, as it was created.
    """
    sql = "select guid from notes where retired & 1 and modified > created"
    return {guid for (guid,) in connection.execute(sql)}


def was_imported(retired_file: str | None, file: str) -> bool:
    """Return True for a retired note of an import that was undone.

    Args:
        retired_file: From `retired_files`.
        file: That of the note that is imported, perhaps from elsewhere.
    """
    if retired_file is None:
        return False
    if not retired_file or (is_imported(retired_file) and is_imported(file)):
        return True  # imported on another device, or the store may have been moved
    return Path(retired_file).parent == Path(file).parent


def revive_note(connection: sqlite3.Connection, guid: str) -> int:
    """Return a retired note to use; return how many cards it has."""
    connection.execute("update notes set retired = 0 where guid = ?", (guid,))
    sql = "update cards set retired = 0 where note = ?"
    return connection.execute(sql, (guid,)).rowcount


def taken_ids(connection: sqlite3.Connection) -> tuple[set[int], set[int], int]:
    """Return all note ids and card ids, and the last position of a card."""
    notes = {row[0] for row in connection.execute("select anki_id from notes")}
    cards = {row[0] for row in connection.execute("select id from cards")}
    sql = "select coalesce(max(position), 0) from cards"
    return notes, cards, int(connection.execute(sql).fetchone()[0])


def ids_of_notes(connection: sqlite3.Connection) -> set[str]:
    """Return the ids that files or imports gave to notes, retired ones too."""
    return {row[0] for row in connection.execute("select id from notes where id <> ''")}


def known_guids(store: Store) -> set[str]:
    """Return the guids of all notes, retired ones too."""
    return {row[0] for row in store.rows("select guid from notes")}


def moved_moments(store: Store) -> dict[int, int]:
    """Return the original moment of reviews that have another id here."""
    return dict(store.rows("select id, origin_ms from reviews where id <> origin_ms"))


def original_notes(
    store: Store, guids: Sequence[str] | None = None
) -> dict[str, OriginalFields]:
    """Return the original fields of notes from Anki, by guid; by default of all."""
    sql = f"select guid, {_KEPT} from anki_notes"
    if guids is not None:
        sql += " where guid in (select value from json_each(:guids))"
    chosen = msgspec.json.encode(guids).decode()
    rows = store.rows(sql, {"guids": chosen})
    return {
        guid: _read_original(
            AnkiFields(
                notetype, tuple(fields.split("\x1f")), msgspec.json.decode(shown)
            ),
            content,
        )
        for guid, notetype, fields, shown, content in rows
    }


def _read_original(raw: AnkiFields, column: str) -> OriginalFields:
    beside = msgspec.json.decode(column, type=_BesideContent)
    if beside.tags is None:
        return OriginalFields(raw, column)
    content = msgspec.json.encode(msgspec.json.decode(column, type=Content)).decode()
    return OriginalFields(raw, content, *msgspec.structs.astuple(beside))


def _columns(original: OriginalFields) -> StoreRow:
    """Return the columns that `_KEPT` names."""
    raw, content = original.raw, original.content
    if original.extra is not None and original.tags is not None:
        beside = _BesideContent(original.extra, original.tags, original.is_pending)
        content = f"{content[:-1]},{msgspec.json.encode(beside).decode()[1:]}"
    shown = msgspec.json.encode(raw.shown).decode()
    return raw.notetype, "\x1f".join(raw.fields), shown, content


def original_notetypes(store: Store) -> dict[int, str]:
    """Return the note types of these notes: JSON by id."""
    return dict(store.rows("select id, model from anki_notetypes"))


def insert_original_notes(
    connection: sqlite3.Connection,
    notes: Iterable[IncomingNote],
    notetypes: Mapping[int, str],
) -> set[int]:
    """Store the original fields of notes from Anki, and their note types.

    Returns:
        The cards of other notes that have another ordinal now.
    """
    notes = [note for note in notes if note.raw is not None]
    used = {note.raw.notetype for note in notes if note.raw is not None}
    renumbered = take_notetypes(connection, notetypes, used)
    originals = {
        note.guid: OriginalFields(
            note.raw, content_json(note.note), note.note.extra, note.note.tags
        )
        for note in notes
        if note.raw is not None
    }
    add_original_fields(connection, originals)
    return renumbered


def add_original_fields(
    connection: sqlite3.Connection, originals: Mapping[str, OriginalFields]
) -> None:
    """Store the original fields of notes that have none; their types are stored."""
    connection.executemany(
        """
        insert into anki_notes (notetype, fields, shown, content, guid)
        values (?, ?, ?, ?, ?)
        """,
        [(*_columns(original), guid) for guid, original in originals.items()],
    )


def replace_original_fields(
    connection: sqlite3.Connection, changed: Mapping[str, OriginalFields]
) -> list[StoreRow]:
    """Store other fields for notes from Anki.

    They go to other devices with the next change of the note: to send the note now
    would take its text there, also where it was edited since.

    Args:
        connection: In a transaction.
        changed: By guid; their note types are stored.

    Returns:
        The rows before, for an undo, for `put_kept_back`.
    """
    before: list[StoreRow] = []
    for guid, original in changed.items():
        sql = f"select {_KEPT}, guid from anki_notes where guid = ?"
        before += connection.execute(sql, (guid,)).fetchall()
        connection.execute(_SET_KEPT, (*_columns(original), guid))
    return before


def put_kept_back(
    connection: sqlite3.Connection, rows: Iterable[Sequence[Any]]
) -> None:
    """Put original fields back inside a transaction."""
    # Earlier versions recorded no note type.
    whole = (r if len(r) == 5 else (None, r[0], None, *r[1:]) for r in rows)
    connection.executemany(_SET_KEPT, whole)


def content_json(note: Note) -> str:
    """Return the content of a note as JSON."""
    return msgspec.json.encode(note.content).decode()


def insert_deck_options(
    connection: sqlite3.Connection,
    options: Mapping[str, Mapping[str, Any]],
    notes: Iterable[IncomingNote],
) -> dict[str, Mapping[str, Any]]:
    """Store the options of decks of new notes that have none, and of new parents.

    A deck gets what differs from its parents. Options that hold everywhere are not
    compared: they hold where a deck has the defaults.

    Args:
        connection: In a transaction.
        options: All options of each deck.
        notes: The new notes.

    Returns:
        What was stored, by deck.
    """
    guids = [note.guid for note in notes]
    chosen = msgspec.json.encode(guids).decode()
    rows = connection.execute(_DECKS_OF_NOTES, {"guids": chosen}).fetchall()
    wanted = {deck for deck, is_new in rows if is_new}
    old = {above for deck, is_new in rows if not is_new for above in ancestry(deck)}
    wanted |= {above for deck in wanted for above in ancestry(deck)} - old
    stored: dict[str, Mapping[str, Any]] = {}
    for deck in sorted(options.keys() & wanted, key=len):
        if own_options(connection, deck):
            continue
        parents = {one: own_options(connection, one) for one in ancestry(deck)[1:-1]}
        inherited = asdict(resolve(deck, parents))
        given = options[deck].items()
        own = {name: value for name, value in given if value != inherited[name]}
        if own:
            stored[deck] = own
            write_options(connection, deck, own)
    return stored


def set_modified(connection: sqlite3.Connection, moments: Mapping[str, int]) -> None:
    """Set when notes were last changed: UTC milliseconds by guid."""
    connection.executemany(
        "update notes set modified = ? where guid = ?",
        [(moment, guid) for guid, moment in moments.items()],
    )
