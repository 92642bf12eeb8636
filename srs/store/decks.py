"""Decks: their names, and settings that follow a renamed deck."""

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence

from srs.store.connection import Store
from srs.store.settings import FITTED, own_options, write_options, write_setting

Pair = tuple[str, str]
"""The name of a deck before and after."""


def deck_names(store: Store) -> list[str]:
    """Return the names of all decks."""
    return [row[0] for row in store.rows("select name from decks order by name")]


def deck_names_by_id(store: Store) -> dict[int, str]:
    """Read the names of all decks by their ids."""
    return dict(store.rows("select id, name from decks"))


def deck_ids(store: Store, deck: str) -> list[int]:
    """Return the ids of a deck and its children; of all decks for an empty name."""
    rows = store.rows(
        "select id from decks where :deck = '' or name = :deck"
        " or substr(name, 1, :width) = :deck || '::'",
        {"deck": deck, "width": len(deck) + 2},
    )
    return [row[0] for row in rows]


def decks_with_cards(store: Store) -> set[str]:
    """Return the names of the decks that have cards in use."""
    rows = store.rows(
        "select distinct d.name from cards c join decks d on d.id = c.deck"
        " where c.retired = 0"
    )
    return {name for (name,) in rows}


def root_decks(store: Store) -> list[str]:
    """Return the root decks that have cards in use."""
    return sorted({name.split("::")[0] for name in decks_with_cards(store)})


def move_deck_settings(
    connection: sqlite3.Connection, moved: Mapping[Pair, Collection[str]], first: int
) -> list[Pair]:
    """Move settings to decks whose notes have all moved, inside a transaction.

    Args:
        connection: In a transaction, the notes being where they belong.
        moved: The guids of the notes that moved, by their decks before and after.
        first: The first id of notes that are new.

    Returns:
        The decks that count as renamed and had settings of their own, or an exam.
    """
    if not moved:
        return []
    run = connection.execute
    having = {row[0] for row in run("select deck from presets where deck <> ''")}
    found: list[Pair] = []
    for deck in sorted(decks_with_settings(connection)):
        name = _new_name(deck, moved)
        if not name or name in having or _lives_in(connection, deck):
            continue
        came = {
            one for pair, guids in moved.items() for one in guids if _of(pair, deck)
        }
        # Notes that were there before had no such settings.
        if _lives_in(connection, name, first) <= came:
            found.append((deck, name))
    rename_decks(connection, found)
    return found


def rename_decks(connection: sqlite3.Connection, pairs: Iterable[Pair]) -> None:
    """Move the settings of decks to new names, inside a transaction."""
    for old, new in pairs:
        own = own_options(connection, old)
        if own:
            write_options(connection, new, own)
            write_options(connection, old, {})
        write_setting(connection, FITTED + new, _setting(connection, FITTED + old))
        write_setting(connection, FITTED + old, "")
        if _exam_deck(connection) == old:
            sql = (
                "select json_set(value, '$.deck', ?) from settings where name = 'exam'"
            )
            exam = connection.execute(sql, (new,)).fetchone()[0]
            write_setting(connection, "exam", exam)


def decks_with_settings(connection: sqlite3.Connection) -> set[str]:
    """Return the decks that have options of their own, or the exam."""
    having = {row[0] for row in connection.execute("select deck from presets")}
    return (having | {_exam_deck(connection)}) - {""}


def decks_without_notes(connection: sqlite3.Connection) -> set[str]:
    """Return the decks that have options or the exam, but no notes in them or below."""
    having = decks_with_settings(connection)
    return {deck for deck in having if not _lives_in(connection, deck)}


def forget_empty(
    connection: sqlite3.Connection, decks: Collection[int] | None = None
) -> int:
    """Delete empty decks, inside a transaction.

    Args:
        connection: In a transaction.
        decks: Their ids; None for all empty decks.

    Returns:
        How many were deleted.
    """
    if decks is not None and not decks:
        return 0
    return connection.execute(
        """
        delete from decks
         where (?1 is null or id in (select value from json_each(?1)))
           and id not in (select deck from notes union select deck from cards)
        """,
        (None if decks is None else str(list(decks)),),
    ).rowcount


def _exam_deck(connection: sqlite3.Connection) -> str:
    sql = "select value ->> 'deck' from settings where name = 'exam'"
    row = connection.execute(sql).fetchone()
    return (row[0] or "") if row else ""


def _setting(connection: sqlite3.Connection, name: str) -> str:
    sql = "select value from settings where name = ?"
    row = connection.execute(sql, (name,)).fetchone()
    return row[0] if row else ""


def _new_name(deck: str, moved: Collection[Pair]) -> str:
    """Find the new name of a deck whose notes and children have moved."""
    names: set[str] = set()
    for before, after in moved:
        if _of((before, after), deck):
            end = before[len(deck) :]
            names.add(after.removesuffix(end) if after.endswith(end) else "")
    return names.pop() if len(names) == 1 else ""


def _of(pair: Pair, deck: str) -> bool:
    return f"{pair[0]}::".startswith(f"{deck}::")


def _lives_in(
    connection: sqlite3.Connection, deck: str, end: int = (1 << 63) - 1
) -> set[str]:
    """Return the notes of a deck and its children with Anki ids below `end`."""
    sql = """
        select n.guid from notes n join decks d on d.id = n.deck
         where n.retired = 0 and n.anki_id < :end
           and (d.name = :deck or substr(d.name, 1, :width) = :deck || '::')
    """
    values = {"deck": deck, "width": len(deck) + 2, "end": end}
    return {row[0] for row in connection.execute(sql, values)}


def card_ids(
    store: Store, decks: Sequence[int], *, suspended: bool = True
) -> list[int]:
    """Return the ids of the cards in decks (ids), by default with suspended ones."""
    sql = """
        select id from cards
         where deck in (select value from json_each(:decks))
           and (:suspended or suspended = 0)
    """
    values = {"decks": str(list(decks)), "suspended": suspended}
    return [row[0] for row in store.rows(sql, values)]


def tag_names(store: Store) -> list[str]:
    """Return the tags of all notes."""
    sql = "select distinct t.value from notes n, json_each(n.tags) t order by 1"
    return [row[0] for row in store.rows(sql)]


def tag_counts(store: Store) -> dict[str, int]:
    """Count the cards in use by tag."""
    sql = """
        select t.value, count(*)
          from cards c
          join notes n on n.guid = c.note
          join json_each(n.tags) t
         where c.retired = 0
         group by 1 order by 1
    """
    return dict(store.rows(sql))
