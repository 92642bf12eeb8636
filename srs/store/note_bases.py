"""What notes were like before they were edited on this device.

A trigger keeps the state that other devices may have when it is edited.  If two devices
edit the same state of a note, what each of them changed is known, and can be joined.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import msgspec

from cards.note import Note
from srs.store.rows import note_of

_KEPT_STAMPS = 7 * 86_400_000 << 16
"""How long a state is kept after its edit was sent: a week, as files may be late."""


def note_base(connection: sqlite3.Connection, guid: str, stamp: int) -> Note | None:
    """Return the state of a note that was edited here.

    Args:
        connection: The store's.
        guid: Which note.
        stamp: The stamp of that state.

    Returns:
        None if another state was edited, or if the note was retired in it.
    """
    sql = """
        select b.text from note_bases b join notes n on n.anki_id = b.note
         where n.guid = ? and b.stamp = ?
    """
    found = connection.execute(sql, (guid, stamp)).fetchone()
    row = msgspec.json.decode(found[0]) if found else None
    return note_of(row) if row and not row[15] else None


def is_last_state(connection: sqlite3.Connection, guid: str, stamp: int) -> bool:
    """Return True if the state of a note with this stamp is the present one."""
    sql = "select 1 from notes where guid = ? and stamp = ?"
    return connection.execute(sql, (guid, stamp)).fetchone() is not None


@contextmanager
def keeping_bases(
    connection: sqlite3.Connection, guids: Iterable[str]
) -> Iterator[None]:
    """Keep the states that were edited, in a transaction, while edits are joined.

    The joined edit comes from the same state as both, so that a third one of that
    state can be joined, too.
    """
    sql = """
        select b.* from note_bases b join notes n on n.anki_id = b.note
         where n.guid in (select value from json_each(?))
    """
    names = msgspec.json.encode(list(guids)).decode()
    rows = connection.execute(sql, (names,)).fetchall()
    yield
    connection.executemany("insert or replace into note_bases values (?, ?, ?)", rows)


def forget_note_bases(connection: sqlite3.Connection, sent: int) -> None:
    """Forget states inside a transaction that no other device edits any more.

    Args:
        connection: In a transaction.
        sent: The stamp up to which the changes of this device were sent before.
    """
    connection.execute(
        """
        delete from note_bases where note in (
            select anki_id from notes join note_bases on note = anki_id
             where device <> ''
                or notes.stamp <= min(?, (select stamp from clock) - ?))
        """,
        (sent, _KEPT_STAMPS),
    )
