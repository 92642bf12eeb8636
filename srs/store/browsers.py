"""Browsers that are paired with a store, and what they have sent.

A browser sends each step with an id that it made itself.  The id is saved in the
transaction of the step, so that a step which is sent twice is done once.
"""

import secrets
import sqlite3

from msgspec import Struct

from srs.models.cards import StoredCard
from srs.store.connection import Store
from srs.store.note_aliases import borrowers
from srs.store.rows import CARD_COLUMNS, card_of

_HOUR_MS = 3_600_000
_ID = "browser_store"
"""Setting: an id that is neither undone nor sent to other devices."""


class PairedBrowser(Struct, frozen=True):
    """A paired browser."""

    name: str
    paired_ms: int
    seen_ms: int
    """When it last sent a request, to the hour."""


def add_browser(store: Store, name: str, cookie: str, now_ms: int) -> str:
    """Save a browser; return its name, with a number if another one has it.

    Args:
        store: The store.
        name: Such as `Firefox on Linux`.
        cookie: The SHA-256 of its cookie.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: The store can't be written.
    """
    with store.transaction(stamped=False) as connection:
        taken = {row[0] for row in connection.execute("select name from browsers")}
        unique, count = name, 1
        while unique in taken:
            count += 1
            unique = f"{name} {count}"
        connection.execute(
            "insert into browsers (name, cookie, paired_ms, seen_ms)"
            " values (?, ?, ?, ?)",
            (unique, cookie, now_ms, now_ms),
        )
    return unique


def browser_of(store: Store, cookie: str, now_ms: int) -> PairedBrowser | None:
    """Return the browser with a cookie, and save that it was seen; None if unknown."""
    sql = "select name, paired_ms, seen_ms from browsers where cookie = :cookie"
    row = store.row(sql, {"cookie": cookie})
    if row is None:
        return None
    found = PairedBrowser(*row)
    if now_ms - found.seen_ms >= _HOUR_MS:
        with store.transaction(stamped=False) as connection:
            sql = "update browsers set seen_ms = ? where name = ?"
            connection.execute(sql, (now_ms, found.name))
    return found


def browsers(store: Store) -> list[PairedBrowser]:
    """List the paired browsers, the first one first."""
    sql = "select name, paired_ms, seen_ms from browsers order by paired_ms, name"
    return [PairedBrowser(*row) for row in store.rows(sql)]


def remove_browser(store: Store, name: str) -> bool:
    """Unpair a browser; return False if none has this name."""
    with store.transaction(stamped=False) as connection:
        sql = "delete from browsers where name = ?"
        return bool(connection.execute(sql, (name,)).rowcount)


def forget_browsers(store: Store) -> None:
    """Unpair all browsers, in a backup that is about to be restored."""
    with store.transaction(stamped=False) as connection:
        connection.execute("delete from browsers")


def store_id(store: Store) -> str:
    """Return the identifier by which browsers recognize this store and its copies.

    Raises:
        StoreError: The store can't be written.
    """
    sql = "select value from settings where name = :name"
    row = store.row(sql, {"name": _ID})
    if row is None:
        with store.transaction(stamped=False) as connection:
            # Another process may have made one.
            new = "insert or ignore into settings (name, value) values (?, ?)"
            connection.execute(new, (_ID, secrets.token_hex(8)))
        row = store.row(sql, {"name": _ID})
    return str(row[0])


class Step(Struct, frozen=True):
    """A step of a browser that was done."""

    operation: int
    """The id of its operation; 0 where nothing had to change."""
    review: int | None
    """The id of its row in the review log, if it is an answer."""
    card: int | None
    """Its card, unless nothing had to change."""
    undone: bool


def find_step(store: Store, key: str) -> Step | None:
    """Return the step with an id; None if it was never done."""
    sql = """
        select s.operation, s.review,
               coalesce(r.card, json_extract(o.before, '$.was[0][0]')),
               coalesce(r.undone, o.undone, 0)
          from browser_steps s
          left join reviews r on r.id = s.review
          left join operations o on o.id = s.operation
         where s.id = :key
    """
    row = store.row(sql, {"key": key})
    if row is None:
        return None
    operation, review, card, undone = row
    return Step(operation, review, card, bool(undone))


def save_step(
    connection: sqlite3.Connection,
    key: str,
    *,
    review: int | None = None,
    changed: bool = True,
) -> None:
    """Save the id of a step inside its transaction, after its operation.

    Args:
        connection: In a transaction.
        key: The id that the browser made.
        review: The row in the review log, if the step is an answer.
        changed: Whether there is an operation.
    """
    connection.execute(
        """
        insert into browser_steps (id, operation, review)
        values (?1, iif(?3, (select max(id) from operations), 0), ?2)
        """,
        (key, review, changed),
    )


def card_named(store: Store, guid: str, uid: str) -> StoredCard | None:
    """Return the card with a name that is the same on every device.

    If its note was hidden since, it is the card that stands for it now.
    """
    sql = f"""
        select {CARD_COLUMNS} from cards c where c.note = :guid and c.uid = :uid
    """
    row = store.row(sql, {"guid": guid, "uid": uid})
    if row is None:
        return None
    card = card_of(row)
    stays = borrowers(store.connection).get(card.id) if card.retired else None
    if stays is None:
        return card
    sql = f"select {CARD_COLUMNS} from cards c where c.id = :card"
    return card_of(store.row(sql, {"card": stays}))


def uid_of(store: Store, card: int) -> str:
    """Return the part with which a card was created, its name in its note."""
    row = store.row("select uid from cards where id = :card", {"card": card})
    return str(row[0])


def free_moment(connection: sqlite3.Connection, card: int, at_ms: int) -> int:
    """Return the first moment from one on that no row of the log has."""
    sql = """
        select 1 from reviews where id = ?1
        union all select 1 from reviews where card = ?2 and origin_ms = ?1
    """
    while connection.execute(sql, (at_ms, card)).fetchone():
        at_ms += 1
    return at_ms
