"""Rows of the review log that give cards another interval for the same memory.

A reschedule and a vacation add one such row per card that moves, so that a rebuild
of the card states keeps the new interval; an undo marks the rows as undone.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from srs.models.cards import ReviewKind, SchedulingState
from srs.store.replay import SEED, rebuild_card_states
from srs.store.revlog import insert_reviews, log_row
from srs.store.settings import Options


class ReviewCard(NamedTuple):
    """A card in review."""

    deck: int
    name: str
    """The card's seed for the fuzz: guid and ordinal."""
    is_suspended: bool


def review_cards(
    connection: sqlite3.Connection, decks: Sequence[int] | None = None
) -> dict[int, ReviewCard]:
    """Return the cards in review by id, of these decks (ids); None for all."""
    rows = connection.execute(
        f"""
        select id, deck, {SEED}, suspended = 1
          from cards
         where state = 2 and retired = 0
           and (:all or deck in (select value from json_each(:decks)))
        """,
        {"all": decks is None, "decks": str(list(decks or ()))},
    )
    return {card: ReviewCard(*known) for card, *known in rows}


def add_reschedule_rows(
    connection: sqlite3.Connection,
    options: Options,
    now_ms: int,
    before: Mapping[int, SchedulingState],
    after: Mapping[int, SchedulingState],
) -> list[int]:
    """Log inside a transaction that cards move.

    Args:
        connection: In a transaction.
        options: The user's settings.
        now_ms: UTC milliseconds.
        before: Card states by card id.
        after: The new states of the cards that move.

    Returns:
        The ids of the new rows.
    """
    ids = _free_ids(connection, now_ms, after)
    now, kind = options.moment(now_ms), ReviewKind.RESCHEDULE
    insert_reviews(
        connection,
        [
            log_row(card, replace(now, at_ms=review), kind, before[card], after[card])
            for card, review in ids.items()
        ],
    )
    return list(ids.values())


def _free_ids(
    connection: sqlite3.Connection, now_ms: int, cards: Collection[int]
) -> dict[int, int]:
    """Assign free ids, after the last row of each card and rarely after now."""
    room = len(cards)
    newest = connection.execute("select max(id) from reviews").fetchone()[0] or 0
    first = max(now_ms - room, newest + 1)
    if first + room <= now_ms:
        return dict(zip(cards, range(first, first + room), strict=True))
    # The log reaches up to now or beyond: fill its gaps.
    first = now_ms - 2 * room
    sql = "select card, id, undone from reviews where id >= ? order by id"
    rows = connection.execute(sql, (first,)).fetchall()
    last = {card: review for card, review, undone in rows if not undone}
    taken = {row[1] for row in rows}
    ids: dict[int, int] = {}
    review = first
    for card in sorted(cards, key=lambda card: last.get(card, 0)):
        review = max(review, last.get(card, 0) + 1)
        while review in taken:
            review += 1
        taken.add(review)
        ids[card] = review
    return ids


def runs_of(ids: Iterable[int]) -> list[list[int]]:
    """Return the first and last number of each run of consecutive numbers."""
    runs: list[list[int]] = []
    for number in sorted(ids):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def undo_reschedule_rows(
    connection: sqlite3.Connection, options: Options, runs: list[list[int]]
) -> None:
    """Undo inside a transaction the rows with these ids; see `runs_of`."""
    chosen = """
        id in (select r.id from json_each(:runs) as run join reviews r
                   on r.id between run.value ->> 0 and run.value ->> 1)
    """
    values = {"runs": msgspec.json.encode(runs).decode()}
    sql = f"select card from reviews where {chosen}"
    cards = [row[0] for row in connection.execute(sql, values)]
    connection.execute(f"update reviews set undone = 1 where {chosen}", values)
    rebuild_card_states(connection, options, cards)
