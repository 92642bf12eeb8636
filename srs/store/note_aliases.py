"""Two notes that are one: added on two devices before they knew each other.

Live notes with the same id and language, or without ids and with the same question,
are one note.  The one that was created first stays; the others are hidden (retired is
2 or more) and lend it their reviews.  All devices derive this from the same notes, and
each merge derives it anew: nothing that is sent depends on it.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator

_LIVE = """
    select guid, created, iif(id <> '', id || char(31) || language, '') as id,
           iif(id = '', text_key, '') as question
      from notes
     where retired = 0 and (id <> '' or text_key <> '')
       and guid not in (select guid from anki_notes)
"""
"""Notes of deck files.  Anki allows several notes with one question."""
_TWICE = f"""
    with live as ({_LIVE})
    select id || char(30) || question, created, guid from live
     where id in (select id from live where id <> '' group by id having count(*) > 1)
        or question in (select question from live where question <> ''
                         group by question having count(*) > 1)
     order by 1, 2, 3
"""
_PAIRS = """
    select a.id, b.id
      from cards a join cards b on b.note = :stays and b.part = a.part
     where a.note = :hidden and a.retired = 0 and b.retired = 0
"""


def show_aliases(connection: sqlite3.Connection) -> set[int]:
    """Undo `hide_aliases` inside a transaction; return the cards that it concerns."""
    lent = "from reviews where own_card is not null"
    rows = connection.execute(f"select card, own_card {lent}").fetchall()
    connection.execute(
        """
        update reviews set card = own_card, own_card = null
         where own_card is not null
        """
    )
    hidden = "select guid from notes where retired > 1"
    sql = f"update cards set retired = retired & 1 where note in ({hidden})"
    connection.execute(sql)
    connection.execute("update notes set retired = retired & 1 where retired > 1")
    return {card for row in rows for card in row}


def hide_aliases(connection: sqlite3.Connection) -> set[int]:
    """Hide all but one of the notes that are one, inside a transaction.

    Returns:
        The cards whose reviews are others now.
    """
    touched: set[int] = set()
    for stays, hidden in _aliases(connection):
        values = {"stays": stays, "hidden": hidden}
        for lender, borrower in connection.execute(_PAIRS, values).fetchall():
            # A review that both have at one moment counts once.
            lent = connection.execute(
                "update or ignore reviews set own_card = card, card = ? where card = ?",
                (borrower, lender),
            )
            if lent.rowcount:
                touched |= {lender, borrower}
        for table, column in (("cards", "note"), ("notes", "guid")):
            sql = f"update {table} set retired = retired | 2 where {column} = ?"
            connection.execute(sql, (hidden,))
    return touched


def _aliases(connection: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Yield the guid of a note that stays with each that is hidden."""
    groups: dict[str, list[str]] = defaultdict(list)
    for key, _, guid in connection.execute(_TWICE).fetchall():
        groups[key].append(guid)
    for stays, *hidden in groups.values():
        for guid in hidden:
            yield stays, guid
