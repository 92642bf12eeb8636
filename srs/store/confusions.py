"""Pairs of cards that a person mixes up.

On a miss the person may name the other card; that belongs to the very answer, so
an answer that is undone takes its confusion along.
"""

import sqlite3
from typing import Any

from msgspec import Struct

from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.operations import record_operation


class Confusion(Struct, frozen=True):
    """Two cards that were taken for one another."""

    card: int
    """The one with the smaller id."""
    other: int
    times: int
    """In either direction."""


def record_confusion(store: Store, review: int, other: int, now_ms: int) -> bool:
    """Write down with which card a missed one was mixed up.

    Args:
        store: The store.
        review: The id of an answer Again.
        other: The card that was meant; it takes the place of one named before.
        now_ms: UTC milliseconds.

    Returns:
        False where the answer no longer stands, was no miss, or was to that very
        card; then nothing is written.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        row = connection.execute(
            "select card from reviews where id = ? and rating = ? and void = 0",
            (review, int(Rating.AGAIN)),
        ).fetchone()
        if row is None or row[0] == other or not _is_card(connection, other):
            return False
        was = connection.execute(
            "select other from confusions where review = ?", (review,)
        ).fetchone()
        _write(connection, review, row[0], other)
        before = {"review": review, "card": row[0], "was": was and was[0]}
        record_operation(connection, now_ms, "confusion", before)
    return True


def _is_card(connection: sqlite3.Connection, card: int) -> bool:
    found = connection.execute("select 1 from cards where id = ?", (card,))
    return found.fetchone() is not None


def _write(connection: sqlite3.Connection, review: int, card: int, other: int) -> None:
    connection.execute(
        "insert or replace into confusions (review, card, other) values (?, ?, ?)",
        (review, card, other),
    )


def undo_confusion(connection: sqlite3.Connection, before: dict[str, Any]) -> str:
    """Take a confusion back inside a transaction; gives what was done, for people."""
    review = int(before["review"])
    if before["was"] is None:
        connection.execute("delete from confusions where review = ?", (review,))
    else:
        _write(connection, review, int(before["card"]), int(before["was"]))
    return "took back which card was mixed up"


def confused_pairs(store: Store) -> tuple[Confusion, ...]:
    """Give the pairs of cards in use that were mixed up, the most often first.

    Both cards are neither suspended nor retired; confusions of answers that were
    undone don't count.
    """
    rows = store.rows(
        """
        select min(f.card, f.other) as one, max(f.card, f.other) as two, count(*)
          from confusions f
          join reviews r on r.id = f.review and r.void = 0
          join cards a on a.id = f.card and not (a.suspended or a.retired)
          join cards b on b.id = f.other and not (b.suspended or b.retired)
         group by one, two
         order by count(*) desc, one, two
        """
    )
    return tuple(Confusion(*row) for row in rows)


def partners(store: Store, card: int) -> tuple[int, ...]:
    """Give the cards with which one was mixed up, the most often first."""
    return tuple(
        pair.other if pair.card == card else pair.card
        for pair in confused_pairs(store)
        if card in (pair.card, pair.other)
    )
