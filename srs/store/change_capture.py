"""Capture notes and cards before a plan changes them, in a compact form.

While the run writes, triggers of its own connection copy each row that it changes;
new rows have ids without a gap, so that the first and the last say all.  The line
at which a note stands in its file is no part of it: the file stays as it is.
"""

import base64
import sqlite3
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from srs.store.decks import forget_empty
from srs.store.file_bases import put_bases_back, update_bases_of_notes
from srs.store.notes import deck_id, stamp_notes_of

_TABLES = {
    "notes": (
        *("anki_id", "id", "text_key", "kind", "deck", "language", "fields", "extra"),
        *("tags", "sources", "changed", "checked", "recheck", "file", "line"),
        *("retired", "modified"),
    ),
    "cards": ("id", "part", "deck", "retired"),
}
"""The columns that a plan may change, the id first."""
OWN_CARD = "exists (select 1 from notes n where n.guid = note and n.device = '')"
"""Of a card: no other device has changed its note since."""
_UNSENT = "not exists (select 1 from sync_segments)"
LATER_MS = 1000
"""By how much a text that an undo or redo brings back is later than the other one.

Anki compares whole seconds, and takes only a later text than it has.
"""
_MOST_STEPS = 60


def came_back(now_ms: int, then_ms: int) -> bool:
    """Return True if undo and redo alone led from one text of a note to another.

    Args:
        now_ms: When the later one counts as changed, UTC milliseconds.
        then_ms: The same of the earlier one.
    """
    steps, rest = divmod(now_ms - then_ms, LATER_MS)
    return not rest and 0 < steps <= _MOST_STEPS


class Changed(Struct, frozen=True):
    """Rows of a table that changed in the same columns."""

    table: str
    columns: tuple[str, ...]
    ids: list[int]
    """The first id, then the differences between consecutive ids."""
    values: list[list[Any]]
    """The old values, by column."""


class Snapshot(Struct, frozen=True):
    """What an undo of a plan needs."""

    notes: tuple[int, int]
    """The first id of new notes, and the first id after them."""
    cards: tuple[int, int]
    decks: tuple[int, ...]
    """Ids of new decks."""
    was: str
    """`Changed` rows and the names of their decks, compressed."""
    bases: tuple[tuple[int, str, str], ...] = ()
    """Of notes whose text was not that of their file, see `srs.store.file_bases`."""


def start_capture(connection: sqlite3.Connection) -> None:
    """Start to copy rows before they change, until `finish_capture`."""
    for table, columns in _TABLES.items():
        names, old = ", ".join(columns), ", ".join(f"old.{one}" for one in columns)
        connection.execute(
            f"create temp table former_{table} ({columns[0]} integer primary key,"
            f" {', '.join(columns[1:])})"
        )
        connection.execute(
            f"create temp trigger watch_{table} before update on main.{table} begin"
            f" insert or ignore into former_{table} ({names}) values ({old}); end"
        )


def finish_capture(connection: sqlite3.Connection) -> str:
    """Stop copying and compress the changes; empty if there are none."""
    groups = [one for table in _TABLES for one in _differences(connection, table)]
    for table in _TABLES:
        connection.execute(f"drop trigger temp.watch_{table}")
        connection.execute(f"drop table temp.former_{table}")
    if not groups:
        return ""
    decks = dict(connection.execute("select id, name from decks"))
    used = {
        deck: decks[deck]
        for group in groups
        for column, values in zip(group.columns, group.values, strict=True)
        if column == "deck"
        for deck in values
    }
    packed = zlib.compress(msgspec.json.encode((groups, used)), 6)
    return base64.b85encode(packed).decode()


def _differences(connection: sqlite3.Connection, table: str) -> Iterator[Changed]:
    own, *columns = _TABLES[table]
    names = ", ".join(f"{side}.{one}" for side in ("f", "t") for one in columns)
    sql = f"""
        select t.{own}, {names}
          from temp.former_{table} f join main.{table} t on t.{own} = f.{own}
         order by t.{own}
    """
    groups: dict[tuple[str, ...], list[tuple[Any, ...]]] = defaultdict(list)
    width = len(columns)
    for row in connection.execute(sql):
        old, new = row[1 : width + 1], row[width + 1 :]
        which = [i for i in range(width) if old[i] != new[i]]
        key = tuple(columns[i] for i in which)
        if set(key) - {"line"}:
            groups[key].append((row[0], *(old[i] for i in which)))
    for key, rows in groups.items():
        ids, *values = (list(column) for column in zip(*rows, strict=True))
        yield Changed(table, key, _deltas(ids), values)


def _deltas(ids: Sequence[int]) -> list[int]:
    return [one - before for before, one in zip((0, *ids), ids, strict=False)]


class Restored(Struct):
    """What `restore_snapshot` did."""

    moved: list[int] = []
    """The cards that are in another deck than before."""
    notes: list[int] = []
    """The notes that changed back."""
    left: int = 0
    """Notes that another device has changed since, which stay as they are."""


def restore_snapshot(
    connection: sqlite3.Connection, former: Snapshot, *, is_own: bool = True
) -> Restored:
    """Restore notes and cards inside a transaction.

    New ones vanish.  One that has a row in the review log, if only of an answer
    that was undone, or that other devices may have, is retired instead: the log is
    never cut.  A note that another device has changed since stays as it is.

    Args:
        connection: In a transaction.
        former: What there was.
        is_own: The texts were changed in flash, so that Anki may have got them; else
            they came from there.
    """
    done = Restored()
    times = _put_rows_back(connection, former.was, done) if former.was else {}
    cards = {"first": former.cards[0], "end": former.cards[1]}
    notes = {"first": former.notes[0], "end": former.notes[1]}
    within = f"id >= :first and id < :end and {OWN_CARD}"
    connection.execute(
        f"""
        delete from cards where {within} and {_UNSENT}
           and not exists (select 1 from reviews r where r.card = cards.id)
        """,
        cards,
    )
    connection.execute(f"update cards set retired = 1 where {within}", cards)
    within = "anki_id >= :first and anki_id < :end"
    sql = f"select count(*) from notes where {within} and device <> ''"
    done.left += connection.execute(sql, notes).fetchone()[0]
    within += " and device = ''"
    connection.execute(
        f"""
        delete from notes where {within} and {_UNSENT}
           and not exists (select 1 from cards c where c.note = notes.guid)
        """,
        notes,
    )
    sql = f"update notes set retired = 1, modified = created where {within}"
    connection.execute(sql, notes)
    stamp_notes_of(connection, done.moved, only_own=True)
    if is_own:
        _date_after(connection, times)
    forget_empty(connection, former.decks)
    update_bases_of_notes(connection, done.notes)
    put_bases_back(connection, former.bases)
    return done


def _times(connection: sqlite3.Connection, notes: Sequence[int]) -> dict[int, int]:
    """Return when notes were changed."""
    sql = """
        select anki_id, modified from notes
         where anki_id in (select value from json_each(?))
    """
    return dict(connection.execute(sql, (str(list(notes)),)))


def _date_after(connection: sqlite3.Connection, times: Mapping[int, int]) -> None:
    """Date texts that came back after the undone ones, which are of these times."""
    # The time of a retired note says whether the user has removed it.
    sql = """
        update notes set modified = ?1
         where anki_id = ?2 and modified < ?3 and retired = 0 and device = ''
    """
    rows = [(at_ms + LATER_MS, note, at_ms) for note, at_ms in times.items()]
    connection.executemany(sql, rows)


def _put_rows_back(
    connection: sqlite3.Connection, was: str, done: Restored
) -> dict[int, int]:
    """Put rows back; return when the texts were changed that they replace."""
    groups, names = _unpacked(was)
    # A deck that was emptied and deleted returns with its id, if that is still free.
    sql = "insert or ignore into decks (id, name) values (?, ?)"
    connection.executemany(sql, names.items())
    decks = {deck: deck_id(connection, name) for deck, name in names.items()}
    times: dict[int, int] = {}
    for group in groups:
        ids = list(_sums(group.ids))
        if group.table == "cards" and "deck" in group.columns:
            done.moved += ids
        if group.table == "notes":
            done.notes += ids
            times |= _times(connection, ids)
        own, *known = _TABLES[group.table]
        columns = [one for one in known if one in group.columns]
        chosen = [
            [decks[deck] for deck in values] if column == "deck" else values
            for column, values in zip(group.columns, group.values, strict=True)
        ]
        changes = ", ".join(f"{column} = ?" for column in columns)
        is_here = "device = ''" if group.table == "notes" else OWN_CARD
        if set(columns) <= {"file", "line"}:
            is_here = "true"  # other devices have places of their own
        changed = connection.executemany(
            f"update {group.table} set {changes} where {own} = ? and {is_here}",
            zip(*chosen, ids, strict=True),
        ).rowcount
        if group.table == "notes":
            done.left += len(ids) - changed
    return times


def _unpacked(was: str) -> tuple[list[Changed], dict[int, str]]:
    text = zlib.decompress(base64.b85decode(was))
    return msgspec.json.decode(text, type=tuple[list[Changed], dict[int, str]])


def former_rows(was: str) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Yield the rows of `finish_capture`: table, id, and the old values by column."""
    for group in _unpacked(was)[0]:
        for key, *values in zip(_sums(group.ids), *group.values, strict=True):
            yield group.table, key, dict(zip(group.columns, values, strict=True))


def _sums(deltas: Sequence[int]) -> Iterator[int]:
    total = 0
    for delta in deltas:
        total += delta
        yield total
