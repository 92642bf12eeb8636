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
_STANDS_FOR = """
    select h.id, s.id
      from notes hidden
      join notes stays on {same}
      join cards h on h.note = hidden.guid and h.retired & 1 = 0
      join cards s on s.note = stays.guid and s.part = h.part
     where hidden.retired > 1 and stays.retired = 0 and s.retired = 0
       and stays.guid not in (select guid from anki_notes)
"""
_SAME_ID = """
    hidden.id <> '' and stays.id = hidden.id and stays.language = hidden.language
"""
_SAME_QUESTION = """
    hidden.id = '' and stays.id = '' and stays.text_key = hidden.text_key
"""
_BORROWERS = f"""
    select distinct own_card, card from reviews where own_card is not null
     union all {_STANDS_FOR.format(same=_SAME_ID)}
     union all {_STANDS_FOR.format(same=_SAME_QUESTION)}
"""
_COPY_BASE = """
    insert or ignore into file_bases (note, file, hash)
    select stays.anki_id, base.file, base.hash
      from notes stays
      join notes hidden on hidden.guid = :hidden
      join file_bases base on base.note = hidden.anki_id
     where stays.guid = :stays
       and not exists (select 1 from file_bases where note = stays.anki_id)
"""
"""The deck file here has the note that stays, too, under the other guid."""
_DOUBLED = """
    select own.id
      from reviews lent
      join reviews own on own.card = lent.own_card and own.origin_ms = lent.origin_ms
     where lent.own_card is not null
"""
"""Reviews that a hidden card lends and has, too."""
_PAIRS = """
    select a.id, b.id
      from cards a join cards b on b.note = :stays and b.part = a.part
     where a.note = :hidden and a.retired = 0 and b.retired = 0
"""


def borrowers(connection: sqlite3.Connection) -> dict[int, int]:
    """Return the cards of hidden notes, each with the card that stands for it."""
    if not connection.execute("select 1 from notes where retired > 1").fetchone():
        return {}
    found: dict[int, int] = {}
    for hidden, stays in connection.execute(_BORROWERS):
        found.setdefault(hidden, stays)
    return found


def delete_doubled_reviews(connection: sqlite3.Connection) -> int:
    """Delete reviews of hidden cards that they lend, too; return how many.

    Imports of earlier versions inserted them, and no merge could take the others back.
    """
    doubled = connection.execute(_DOUBLED).fetchall()
    connection.executemany("delete from confusions where review = ?", doubled)
    connection.executemany("delete from reviews where id = ?", doubled)
    return len(doubled)


def show_aliases(connection: sqlite3.Connection) -> set[int]:
    """Undo `hide_aliases` inside a transaction; return the cards that it concerns."""
    lent = "from reviews where own_card is not null"
    rows = connection.execute(f"select card, own_card {lent}").fetchall()
    delete_doubled_reviews(connection)
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
        connection.execute(_COPY_BASE, values)
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
