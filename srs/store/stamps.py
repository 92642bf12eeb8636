"""Stamps: a hybrid logical clock that orders changes on all devices.

A stamp is wall milliseconds times 65,536 plus a counter; with the device it is
unique.  Each transaction takes the next stamp, and its rows carry it; `srs.sync` sends
the rows with a later stamp than those sent before.
"""

import sqlite3

STAMP = "(select stamp from clock)"
"""SQL for the stamp of the present transaction."""


def take_stamp(connection: sqlite3.Connection, wall_ms: int) -> None:
    """Advance the clock at the beginning of a transaction.

    Args:
        connection: In a transaction.
        wall_ms: UTC milliseconds now.
    """
    sql = "update clock set stamp = max(?, stamp + 1)"
    connection.execute(sql, (stamp_of(wall_ms),))


def stamp_of(wall_ms: int) -> int:
    """Return the first stamp of a moment, UTC milliseconds."""
    return wall_ms << 16


def last_stamp(connection: sqlite3.Connection) -> int:
    """Return the stamp of the last transaction."""
    return int(connection.execute("select stamp from clock").fetchone()[0])


def stamp_option(connection: sqlite3.Connection, deck: str, name: str) -> None:
    """Record inside a transaction that an option of a deck was set or removed."""
    connection.execute(
        f"""
        insert into option_stamps (deck, name, stamp) values (?, ?, {STAMP})
            on conflict do update set stamp = excluded.stamp, device = ''
        """,
        (deck, name),
    )


def stamp_setting(connection: sqlite3.Connection, name: str) -> None:
    """Record inside a transaction that a setting was set or removed."""
    connection.execute(
        f"""
        insert into setting_stamps (name, stamp) values (?, {STAMP})
            on conflict do update set stamp = excluded.stamp, device = ''
        """,
        (name,),
    )
