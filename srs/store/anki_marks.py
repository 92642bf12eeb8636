"""Suspensions and flags as they were last seen in Anki, and when they changed here."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping

_FIELDS = "fields"
"""Stands beside the marks of a card for the fields of its note."""
MARK_TIMES = ""
"""Stands for a collection: when a mark was last changed in any of them, or here."""


def read_anki_marks(
    connection: sqlite3.Connection, collection: str
) -> Mapping[int, Mapping[str, int]]:
    """Return by card the marks last seen in an Anki collection."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    sql = "select card, mark, value from anki_marks where collection = ?"
    for card, mark, value in connection.execute(sql, (collection,)):
        found[card][mark] = value
    return found


def save_anki_marks(
    connection: sqlite3.Connection, rows: Iterable[tuple[int, str, str, int]]
) -> None:
    """Save marks seen in an Anki collection: card, collection, mark, value."""
    # The order of the table takes half the time.
    connection.executemany(
        """
        insert or replace into anki_marks (card, collection, mark, value)
        values (?, ?, ?, ?)
        """,
        sorted(rows),
    )


def fields_seen(connection: sqlite3.Connection, collection: str) -> dict[str, int]:
    """Return when notes were changed in a collection as it was last imported.

    Returns:
        UTC milliseconds by guid, of notes whose fields were taken from it since they
        were added.
    """
    sql = """
        select c.note, max(m.value) from anki_marks m join cards c on c.id = m.card
         where m.collection = ? and m.mark = ? group by c.note
    """
    return dict(connection.execute(sql, (collection, _FIELDS)))


def save_fields_seen(
    connection: sqlite3.Connection, collection: str, rows: Iterable[tuple[int, int]]
) -> None:
    """Remember when notes were changed in a collection: a card, UTC milliseconds."""
    marks = [(card, collection, _FIELDS, at_ms) for card, at_ms in rows]
    save_anki_marks(connection, marks)


def save_mark_times(
    connection: sqlite3.Connection, cards: Iterable[int], mark: str, at_ms: int
) -> None:
    """Remember when a mark was changed here, as for changes in any collection."""
    rows = [(card, MARK_TIMES, mark, at_ms) for card in cards]
    save_anki_marks(connection, rows)


def forget_mark_times(
    connection: sqlite3.Connection, cards: Iterable[int], mark: str
) -> None:
    """Take back `save_mark_times`."""
    connection.executemany(
        "delete from anki_marks where card = ? and collection = ? and mark = ?",
        [(card, MARK_TIMES, mark) for card in cards],
    )
