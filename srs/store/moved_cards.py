"""Move cards that no deck file has to other decks, with their notes."""

import sqlite3
from collections import defaultdict
from collections.abc import Mapping, Sequence

from msgspec import Struct

from cards.names import renamed_deck
from srs.store.change_capture import Snapshot, finish_capture, start_capture
from srs.store.connection import Store
from srs.store.decks import (
    Pair,
    deck_ids,
    decks_with_settings,
    forget_empty,
    move_deck_settings,
    rename_decks,
)
from srs.store.note_writer import rebuild_moved_cards
from srs.store.notes import deck_id, stamp_notes_of
from srs.store.operations import record_operation
from srs.store.settings import Options


class CardMoves(Struct, frozen=True):
    """Cards and notes that change their decks, by their decks before and after.

    A card may be in another deck than its note, as in Anki.
    """

    cards: Mapping[Pair, Sequence[int]]
    notes: Mapping[Pair, Sequence[str]]
    """Their guids."""


def moves_of_deck(store: Store, old: str, new: str) -> CardMoves:
    """Return what a new name of a deck moves, in it and in its children.

    Retired cards are moved, too: they come back where the others are.  What a deck
    file has is left out, as its file names the deck.
    """
    cards: dict[Pair, list[int]] = defaultdict(list)
    notes: dict[Pair, list[str]] = defaultdict(list)
    values = {"decks": str(deck_ids(store, old))}
    in_decks = "deck in (select value from json_each(:decks)) and n.line = 0"
    sql = f"""
        select d.name, c.id from cards c join notes n on n.guid = c.note
          join decks d on d.id = c.deck where c.{in_decks} order by c.id
    """
    for name, card in store.rows(sql, values):
        cards[name, renamed_deck(name, old, new)].append(card)
    sql = f"""
        select d.name, n.guid from notes n join decks d on d.id = n.deck
         where n.{in_decks} order by n.anki_id
    """
    for name, guid in store.rows(sql, values):
        notes[name, renamed_deck(name, old, new)].append(guid)
    return CardMoves(cards, notes)


def move_cards(
    store: Store, moves: CardMoves, now_ms: int, *, renamed: Pair | None = None
) -> int:
    """Move cards in one transaction, as one operation that can be undone.

    Args:
        store: The store.
        moves: Of notes that no deck file has.
        now_ms: UTC milliseconds.
        renamed: The old and the new name of a deck whose settings and exam follow if
            no note is left in it.

    Returns:
        The number of cards in use that moved.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    if not any((*moves.cards.values(), *moves.notes.values())):
        return 0
    with store.transaction() as connection:
        start_capture(connection)
        made, left = _write(connection, moves)
        pairs = _renamed(store, renamed) if renamed else []
        rename_decks(connection, pairs)
        by_deck = {pair: set(guids) for pair, guids in moves.notes.items()}
        pairs += move_deck_settings(connection, by_deck, (1 << 63) - 1)
        rebuild_moved_cards(connection, Options(store), moves.cards)
        was = finish_capture(connection)
        count = _in_use(connection, moves)
        names = {new for _old, new in (*moves.cards, *moves.notes)}
        before = {
            "about": renamed[1] if renamed else min(names),
            "cards": count,
            "former": Snapshot((0, 0), (0, 0), tuple(made), was),
            "renamed": pairs,
        }
        forget_empty(connection, left)
        record_operation(connection, now_ms, "move", before)
        return count


def _write(
    connection: sqlite3.Connection, moves: CardMoves
) -> tuple[list[int], set[int]]:
    """Write the decks; return the ids of new decks, and of those that were left."""
    decks: dict[str, int] = dict(connection.execute("select name, id from decks"))
    made: list[int] = []
    for name in {new for _old, new in (*moves.cards, *moves.notes)} - decks.keys():
        decks[name] = deck_id(connection, name)
        made.append(decks[name])
    cards = [
        (decks[new], card) for (_, new), some in moves.cards.items() for card in some
    ]
    connection.executemany("update cards set deck = ? where id = ?", cards)
    # The text was not changed: Anki may have a later one.
    notes = [
        (decks[new], guid) for (_, new), some in moves.notes.items() for guid in some
    ]
    connection.executemany("update notes set deck = ? where guid = ?", notes)
    # Last: the state that others know is kept when its deck changes.
    stamp_notes_of(connection, [card for _deck, card in cards])
    return made, {decks[old] for old, _new in (*moves.cards, *moves.notes)}


def _renamed(store: Store, names: Pair) -> list[Pair]:
    """Return the decks with settings that a new name leaves without notes."""
    old, new = names
    sql = """
        select 1 from notes where retired = 0
           and deck in (select value from json_each(:decks))
    """
    if store.row(sql, {"decks": str(deck_ids(store, old))}):
        return []
    having = decks_with_settings(store.connection)
    pairs = [(name, renamed_deck(name, old, new)) for name in sorted(having)]
    return [(name, now) for name, now in pairs if now != name and now not in having]


def _in_use(connection: sqlite3.Connection, moves: CardMoves) -> int:
    cards = [card for some in moves.cards.values() for card in some]
    sql = """
        select count(*) from cards
         where retired = 0 and id in (select value from json_each(?))
    """
    return int(connection.execute(sql, (str(cards),)).fetchone()[0])
