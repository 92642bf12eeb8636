"""Remove notes: retire them, or delete them with their history.

Retired notes are hidden, and an undo brings them back.  Deletion cuts the review log,
so nothing before it can be undone; the backup that its caller makes is the way back.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cards.translate import _
from srs.store.change_capture import Snapshot, finish_capture, start_capture
from srs.store.connection import Store, StoreError
from srs.store.decks import forget_empty
from srs.store.mock_exams import erase_questions
from srs.store.notes import REMOVED_AT
from srs.store.operations import record_operation
from srs.store.settings import FITTED, write_options, write_setting
from srs.store.stamps import STAMP

_DECKS = "(d.name = :deck or substr(d.name, 1, length(:deck) + 2) = :deck || '::')"
_NOTES = "select note from cards where id in (select value from json_each(:cards))"
_CARDS = f"select c.id from cards c where c.note in ({_NOTES})"


class RemovalSize(Struct, frozen=True):
    """What a removal concerns."""

    notes: int
    """Including retired ones; likewise reviews of retired cards."""
    cards: int
    in_use: int
    """Cards that are not retired."""
    reviews: int
    """Answers."""
    mock_exams: int = 0
    """Finished exams that ask about the notes."""
    in_files: int = 0
    """Notes that a deck file has."""


def removal_size(store: Store, cards: Sequence[int]) -> RemovalSize:
    """Count the notes of some cards, and what belongs to them."""
    row = store.row(
        f"""
        select (select count(distinct note) from cards where note in ({_NOTES})),
               (select count(*) from ({_CARDS})),
               (select count(*) from ({_CARDS} and c.retired = 0)),
               (select count(*) from reviews
                 where rating > 0 and card in ({_CARDS})),
               (select count(*) from mock_exams m
                 where m.undone = 0 and m.finished_ms > 0 and json_valid(m.questions)
                   and exists (select 1 from json_each(m.questions) q
                                where q.value ->> 'guid' in ({_NOTES}))),
               (select count(*) from notes where guid in ({_NOTES}) and line > 0)
        """,
        {"cards": str(list(cards))},
    )
    return RemovalSize(*row)


def retire_notes(store: Store, cards: Sequence[int], about: str, now_ms: int) -> None:
    """Retire the notes of some cards.

    Args:
        store: The store.
        cards: Their ids.
        about: How the user named them.
        now_ms: UTC milliseconds.

    Raises:
        StoreError: The store can't be written; nothing was.
    """
    values = {"cards": str(list(cards)), "now": now_ms}
    with store.transaction() as connection:
        start_capture(connection)
        connection.execute(
            f"""
            update notes set retired = 1, modified = {REMOVED_AT}
             where retired = 0 and guid in ({_NOTES})
            """,
            values,
        )
        count = connection.execute(
            f"update cards set retired = 1 where retired = 0 and note in ({_NOTES})",
            values,
        ).rowcount
        former = Snapshot((0, 0), (0, 0), (), finish_capture(connection))
        before = {"about": about, "cards": count, "former": former}
        record_operation(connection, now_ms, "remove", before)


def erase_notes(
    store: Store,
    cards: Sequence[int],
    about: str,
    now_ms: int,
    *,
    deck: str,
    backup: Path,
    version: int,
) -> None:
    """Delete the notes of some cards with all their cards and reviews.

    Args:
        store: The store.
        cards: Their ids.
        about: How the user named them.
        now_ms: UTC milliseconds.
        deck: A deck that is deleted, too, with its children; empty for none.
        backup: A backup of the store.
        version: The data version of the store when the backup was begun.

    Raises:
        StoreError: The store was changed after the backup or can't be written;
            nothing was.
    """
    with store.transaction() as connection:
        if store.version() != version:
            message = _("another program has changed it since the backup")
            raise StoreError(store.path, message, _("try again"))
        values = {"cards": str(list(cards))}
        count = connection.execute(
            f"select count(*) from ({_CARDS})", values
        ).fetchone()[0]
        rows = connection.execute(f"select distinct note from ({_NOTES})", values)
        guids = [guid for (guid,) in rows]
        connection.executemany(
            f"insert or replace into erased (guid, stamp) values (?, {STAMP})",
            [(guid,) for guid in guids],
        )
        delete_notes(connection, guids)
        if deck:
            _delete_decks(connection, deck)
        before = {"about": about, "cards": count, "backup": backup.name}
        record_operation(connection, now_ms, "delete", before)


def erased_guids(store: Store) -> set[str]:
    """Return the guids of notes that were deleted for good, here or elsewhere.

    A file may have brought one of them back since.
    """
    return {guid for (guid,) in store.rows("select guid from erased")}


def delete_notes(
    connection: sqlite3.Connection, guids: Sequence[str], stamp: int | None = None
) -> None:
    """Delete notes with their cards and reviews inside a transaction.

    Mock exams keep their score without the text of the questions about them.

    Args:
        connection: The store's.
        guids: Which notes.
        stamp: Keep mock exams about them, and media, changed after this stamp.
    """
    values = {"guids": msgspec.json.encode(guids).decode(), "stamp": stamp}
    notes = "select value from json_each(:guids)"
    cards = f"select id from cards where note in ({notes})"
    for statement in (
        f"""
        delete from operations where name in ('answer', 'look', 'confusion')
           and before ->> 'card' in ({cards})
        """,
        f"delete from confusions where card in ({cards}) or other in ({cards})",
        f"delete from reviews where card in ({cards})",
        f"delete from cards where note in ({notes})",
        f"delete from anki_notes where guid in ({notes})",
        f"""
        delete from note_media
         where guid in ({notes}) and (:stamp is null or stamp <= :stamp)
        """,
        f"delete from notes where guid in ({notes})",
    ):
        connection.execute(statement, values)
    erase_questions(connection, guids, stamp)


def _delete_decks(connection: sqlite3.Connection, deck: str) -> None:
    """Delete the decks and what was set for them."""
    sql = f"select d.id, d.name from decks d where {_DECKS}"
    decks = dict(connection.execute(sql, {"deck": deck}))
    for name in decks.values():
        write_options(connection, name, {})
        write_setting(connection, FITTED + name, "")
    forget_empty(connection, decks)  # a card may be in another deck than its note
