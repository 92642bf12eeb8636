"""Actions on cards besides answers: suspend, bury, make due.

Each is one transaction that records what it changed, for `srs.store.undo`.
"""

from collections.abc import Sequence

from srs.models.cards import State
from srs.store.connection import Store
from srs.store.operations import record_operation
from srs.store.revlog import add_manual
from srs.store.rows import CARD_COLUMNS, card_of
from srs.store.settings import Options

SET_KEPT = "update anki_notes set fields = ?, content = ? where guid = ?"
"""Sets the original Anki fields of a note and the content made from them."""

SET_MARKS = "update cards set suspended = ?, flag = ?, marked_ms = ? where id = ?"


def suspend(store: Store, cards: Sequence[int], now_ms: int, *, suspended: bool) -> int:
    """Suspend or unsuspend cards.

    Args:
        store: The store.
        cards: Their ids.
        now_ms: UTC milliseconds.
        suspended: False to unsuspend them.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    return _set(store, cards, now_ms, "suspended", int(suspended))


def bury(store: Store, cards: Sequence[int], now_ms: int, day: int) -> int:
    """Bury cards until the end of a study day; see `suspend`."""
    return _set(store, cards, now_ms, "buried", day)


def _set(
    store: Store, cards: Sequence[int], now_ms: int, column: str, value: int
) -> int:
    # `column` is one of two constants of this module.
    with store.transaction() as connection:
        before: list[tuple[int, int, int]] = []
        for card in cards:
            row = connection.execute(
                f"select {column}, marked_ms from cards where id = ?", (card,)
            ).fetchone()
            if row is not None and row[0] != value:
                before.append((card, *row))
        connection.executemany(
            f"update cards set {column} = ?, marked_ms = max(marked_ms, ?)"
            " where id = ?",
            [
                (value, now_ms if column == "suspended" else 0, card)
                for card, _, _ in before
            ],
        )
        if before:
            name = "bury" if column == "buried" else "suspend"
            if name == "suspend" and not value:
                name = "unsuspend"
            record_operation(
                connection, now_ms, name, {"column": column, "was": before}
            )
    return len(before)


def set_due_today(
    store: Store, options: Options, cards: Sequence[int], now_ms: int
) -> int:
    """Make review cards due today; history and memory stay.

    Args:
        store: The store.
        options: The user's settings.
        cards: Their ids; new ones and those in learning stay as they are.
        now_ms: UTC milliseconds.

    Returns:
        How many changed.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    moment = options.moment(now_ms)
    with store.transaction() as connection:
        done: list[tuple[int, int]] = []
        for card in cards:
            row = connection.execute(
                f"select {CARD_COLUMNS} from cards c"
                " where c.id = ? and c.state = ? and c.due_day > ?",
                (card, int(State.REVIEW), moment.day),
            ).fetchone()
            if row is not None:
                review, day = add_manual(
                    connection, card, moment, card_of(row).progress
                )
                connection.execute(
                    "update cards set due_day = ?1, interval = max(1, ?1 - last_day)"
                    " where id = ?2",
                    (day, card),
                )
                done.append((review, card))
        if done:
            record_operation(connection, now_ms, "forget", {"reviews": done})
    return len(done)


def cards_named(store: Store, name: str, *, retired: bool = False) -> list[int]:
    """Find the cards with a name.

    Args:
        store: The store.
        name: A card's number, or the id or guid of a note for all its cards.
        retired: Find retired cards instead of those in use.

    Returns:
        Ids of cards; empty if nothing has that name.
    """
    if not name:
        return []  # notes without an id have an empty one
    sql = """
        select c.id from cards c join notes n on n.guid = c.note
         where c.retired = :retired and (n.id = :name or n.guid = :name
               or cast(c.id as text) = :name)
         order by c.ordinal
    """
    return [row[0] for row in store.rows(sql, {"name": name, "retired": retired})]
