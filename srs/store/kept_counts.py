"""The counts of today's cards as the last writing command kept them.

They are one setting: the stamp of the store, the begin and the end of the study day
(UTC milliseconds), the system's offset from UTC (seconds), and the counts.  Another
stamp, day or offset makes them void: after a journey another study day begins.  This
module imports only sqlite3 and time, because a shell prompt waits for it.
"""

import sqlite3
import time

_NAME = "due_counts"


def read_stamp(connection: sqlite3.Connection) -> int:
    """Return the stamp of the last transaction that changed the store."""
    return int(
        connection.execute("select coalesce(max(stamp), 0) from clock").fetchone()[0]
    )


def keep_counts(
    connection: sqlite3.Connection,
    stamp: int,
    now_ms: int,
    day_ms: tuple[int, int],
    counts: tuple[int, int, int],
) -> None:
    """Keep counts inside a transaction that takes no stamp.

    Args:
        connection: In a transaction.
        stamp: Stamp of the store when they were computed.
        now_ms: UTC milliseconds.
        day_ms: Begin and end of the study day, UTC milliseconds.
        counts: New, learning and due cards.
    """
    value = " ".join(map(str, (stamp, *day_ms, _offset_s(now_ms), *counts)))
    sql = "insert or replace into settings (name, value) values (?, ?)"
    connection.execute(sql, (_NAME, value))


def kept_counts(path: str, now_ms: int) -> tuple[int, int, int] | None:
    """Read the kept counts of a store that exists.

    Args:
        path: The file; it is not migrated or changed.
        now_ms: UTC milliseconds.

    Returns:
        New, learning and due cards; None if they are not those of this moment.
    """
    try:
        connection = sqlite3.connect(path)
        try:
            stamp = read_stamp(connection)
            sql = "select value from settings where name = ?"
            value = connection.execute(sql, (_NAME,)).fetchone()[0]
        finally:
            connection.close()
        kept, begin_ms, end_ms, offset_s, new, learning, due = map(int, value.split())
    except (sqlite3.Error, AttributeError, TypeError, ValueError):
        return None
    is_current = kept == stamp and begin_ms <= now_ms < end_ms
    is_here = is_current and offset_s == _offset_s(now_ms)
    return (new, learning, due) if is_here else None


def _offset_s(at_ms: int) -> int:
    return time.localtime(at_ms // 1000).tm_gmtoff
