"""Pairs of cards that the user confuses.

After a miss the user may record the other card.  It belongs to that answer: when
the answer is undone, the confusion no longer counts.
"""

import sqlite3
from typing import Any

from msgspec import Struct

from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.operations import record_operation


class Confusion(Struct, frozen=True):
    """Two cards that were confused with each other."""

    card: int
    """The smaller id of the two."""
    other: int
    times: int
    """In both directions together."""


def record_confusion(store: Store, review: int, other: int, now_ms: int) -> bool:
    """Record which card a missed one was confused with.

    Args:
        store: The store.
        review: The id of an answer Again.
        other: The other card; it replaces a card recorded before.
        now_ms: UTC milliseconds.

    Returns:
        False if the answer is undone, was no miss, or was to that same card; then
        nothing is written.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    with store.transaction() as connection:
        row = connection.execute(
            "select card from reviews where id = ? and rating = ? and undone = 0",
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


def undo_confusion(connection: sqlite3.Connection, before: dict[str, Any]) -> None:
    """Undo a recorded confusion inside a transaction."""
    review = int(before["review"])
    if before["was"] is None:
        connection.execute("delete from confusions where review = ?", (review,))
    else:
        _write(connection, review, int(before["card"]), int(before["was"]))


def confused_pairs(store: Store) -> tuple[Confusion, ...]:
    """Return the confused pairs, most often confused first.

    Pairs with a suspended or retired card and undone answers are left out.
    """
    rows = store.rows(
        """
        select min(f.card, f.other) as one, max(f.card, f.other) as two, count(*)
          from confusions f
          join reviews r on r.id = f.review and r.undone = 0
          join cards a on a.id = f.card and not (a.suspended or a.retired)
          join cards b on b.id = f.other and not (b.suspended or b.retired)
         group by one, two
         order by count(*) desc, one, two
        """
    )
    return tuple(Confusion(*row) for row in rows)


def partners(store: Store, card: int) -> tuple[int, ...]:
    """Return the cards that `card` was confused with, most often first."""
    return tuple(
        pair.other if pair.card == card else pair.card
        for pair in confused_pairs(store)
        if card in (pair.card, pair.other)
    )
