"""What a store knows of its log: places, segments, devices, entries kept aside."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from msgspec import Struct

from srs.store.connection import Store
from srs.store.settings import write_setting
from srs.store.stamps import last_stamp

LOG, PLACE, DEVICE, GIT = "sync_log", "sync_place", "sync_device", "sync_git"
ENCRYPTED = "sync_encrypted"
"""Settings: id of the log, the address used last, the device of own rows, the address
that git carries, and whether nothing is to be sent without a key."""

_STAMPED = (
    *("notes", "reviews", "mark_stamps", "option_stamps", "setting_stamps"),
    *("confusion_stamps", "erased", "orphan_cards", "mock_exams"),
    "note_media",
)
"""Tables whose rows name the device that wrote them."""

NEVER = 1 << 62
"""Later than every stamp."""

LARGEST_NUMBER = 10**12
"""No device counts on from a larger number of an entry: someone has made that up."""


class Chosen(Struct, frozen=True):
    """The rows to send: those with later stamps than these."""

    own: int = -1
    others: int = -1
    """For rows that other devices wrote."""
    guid: str = ""
    """Only of this note; empty for all."""


class Segment(Struct, frozen=True):
    """A file of the log: entries of a device by their numbers."""

    device: str
    first: int
    last: int
    size: int


class Device(Struct, frozen=True):
    """A device as its segments describe it."""

    id: str
    name: str
    last: int
    """The latest stamp that was seen of it."""
    start: int
    """What it wrote before this number it wrote again later."""
    entries: int = 0
    """Its entries that were merged or written here."""


def file_device(store: Store, card: int) -> str:
    """Return the name of the device that has the deck file of a card; '' for none."""
    row = store.row(
        """
        select coalesce(nullif(d.name, ''), n.file_device)
          from cards c
          join notes n on n.guid = c.note
          left join sync_devices d on d.device = n.file_device
         where c.id = :card
        """,
        {"card": card},
    )
    return str(row[0]) if row else ""


def is_bound(connection: sqlite3.Connection) -> bool:
    """Return True if something of the store is in a log, or came from one."""
    return connection.execute("select 1 from sync_segments").fetchone() is not None


def logs(store: Store) -> frozenset[str]:
    """Return the ids of the logs that the store belongs to; none before the first."""
    is_in_one = is_bound(store.connection)
    return frozenset(store.setting(LOG).split() if is_in_one else ())


def bind(store: Store, log: str, address: str, device: str) -> None:
    """Remember the log, its address and the id of this device, in a transaction.

    Rows of an earlier device, of which this store is a copy, get its id, and are sent
    again: nobody knows which of them it sent itself.
    """
    connection, was = store.connection, store.setting(DEVICE)
    for name, value in ((LOG, log), (PLACE, address), (DEVICE, device)):
        if store.setting(name) != value:
            write_setting(connection, name, value)
    if was and was != device:
        _relabel(connection, "", was)
        _relabel(connection, device, "")
        connection.execute("update sync_places set others = min(others, sent)")


def _relabel(connection: sqlite3.Connection, old: str, new: str) -> None:
    for table in _STAMPED:
        sql = f"update {table} set device = ? where device = ?"
        connection.execute(sql, (new, old))
    connection.execute(
        """
        update reviews set undone_device = ?
         where undone_device = ? and undone_stamp > 0
        """,
        (new, old),
    )


def sent_to(connection: sqlite3.Connection, address: str) -> Chosen:
    """Return up to which stamps rows were sent to a place."""
    sql = "select sent, others from sync_places where address = ?"
    row = connection.execute(sql, (address,)).fetchone()
    return Chosen(*row) if row else Chosen()


def save_sent(connection: sqlite3.Connection, address: str, stamp: int) -> None:
    """Remember inside a transaction that all rows up to a stamp were sent."""
    connection.execute(
        "insert or replace into sync_places (address, sent, others) values (?, ?, ?)",
        (address, stamp, NEVER),
    )


def save_arrival(connection: sqlite3.Connection, address: str, stamp: int) -> None:
    """Note inside a transaction that entries from this stamp on came from a place.

    They are sent to the other places of the log.
    """
    connection.execute(
        "update sync_places set others = min(others, ?) where address <> ?",
        (stamp - 1, address),
    )


@contextmanager
def snapshot(store: Store) -> Iterator[int]:
    """Read the store as it is now, whatever is written meanwhile.

    Yields:
        The last stamp.
    """
    store.connection.execute("begin")
    try:
        yield last_stamp(store.connection)
    finally:
        store.connection.execute("rollback")


def known_segments(store: Store, address: str) -> set[Segment]:
    """Return the segments at a place that were merged or written."""
    sql = "select device, first, last, size from sync_segments where address = :a"
    return {Segment(*row) for row in store.rows(sql, {"a": address})}


def save_segments(
    connection: sqlite3.Connection, address: str, segments: Iterable[Segment]
) -> None:
    """Remember inside a transaction segments that were merged or written."""
    connection.executemany(
        "insert or replace into sync_segments values (?, ?, ?, ?, ?)",
        [(address, one.device, one.first, one.last, one.size) for one in segments],
    )


def forget_segments(
    connection: sqlite3.Connection, address: str, segments: Iterable[Segment]
) -> None:
    """Forget inside a transaction segments that are gone or damaged."""
    connection.executemany(
        "delete from sync_segments"
        " where address = ? and device = ? and first = ? and last = ?",
        [(address, one.device, one.first, one.last) for one in segments],
    )


def devices(store: Store) -> list[Device]:
    """Return the devices that wrote into the log."""
    sql = """
        select d.device, d.name, d.last, d.start,
               coalesce(sum(s.last - s.first + 1), 0)
          from sync_devices d left join sync_segments s on s.device = d.device
         group by d.device order by d.device
    """
    return [Device(*row) for row in store.rows(sql)]


def save_device(connection: sqlite3.Connection, device: Device) -> None:
    """Remember a device inside a transaction, with the name that it had last."""
    start = device.start if device.start <= LARGEST_NUMBER else 1
    connection.execute(
        f"""
        insert into sync_devices (device, name, last, start) values (?, ?, ?, ?)
            on conflict do update
            set name = iif(excluded.last >= last, excluded.name, name),
                last = max(last, excluded.last),
                start = max(iif(start > {LARGEST_NUMBER}, 1, start), excluded.start)
        """,
        (device.id, device.name, device.last, start),
    )


def parked_entries(connection: sqlite3.Connection) -> list[bytes]:
    """Return the entries that are kept aside."""
    return [row[0] for row in connection.execute("select entry from sync_parked")]


def take_parked(connection: sqlite3.Connection) -> list[bytes]:
    """Take out, inside a transaction, the entries that were kept aside."""
    found = parked_entries(connection)
    connection.execute("delete from sync_parked")
    return found


def park(connection: sqlite3.Connection, entries: Sequence[tuple[bytes, str]]) -> None:
    """Keep encoded entries aside, each with a reason, inside a transaction."""
    connection.executemany(
        "insert or replace into sync_parked (entry, reason) values (?, ?)", entries
    )


def parked(store: Store) -> dict[str, int]:
    """Count the entries that are kept aside and reported, by reason."""
    sql = """
        select reason, count(*) from sync_parked where reason <> 'erased' group by 1
    """
    return dict(store.rows(sql))


def follow_clock(connection: sqlite3.Connection, stamp: int) -> None:
    """Let the clock follow a stamp that was seen, inside a transaction."""
    connection.execute("update clock set stamp = max(stamp, ?)", (stamp,))


def mixed_cards(connection: sqlite3.Connection) -> set[int]:
    """Return the cards that were answered on several devices or imported.

    The results of late answers depend on options, too.
    """
    sql = """
        select card from reviews where undone = 0
         group by card having count(distinct origin || device) > 1
    """
    return {row[0] for row in connection.execute(sql)}
