"""File bases: the text of each note when its deck file was last added, as a hash.

If the file still has that text, nothing was edited in it; if the store has it, the
file may replace it.  The hash covers what a deck file says about a note.
"""

import sqlite3
from collections.abc import Collection, Iterable, Mapping

import msgspec

from cards.note import Note
from srs.store.connection import Store
from srs.store.rows import text_columns
from srs.store.stamps import STAMP

_HASH = """
    text_hash(n.id, d.name, n.language, n.fields, n.extra, n.tags, n.sources,
              n.changed, n.checked, n.recheck)
"""
_BASES = f"""
    select n.anki_id, n.file, {_HASH}
      from notes n join decks d on d.id = n.deck
     where n.file <> '' and n.retired = 0
"""
_MAY_DIFFER = f"""
    (n.stamp = {STAMP} or n.device <> '' or not exists (
     select 1 from file_bases b where b.note = n.anki_id and b.file = n.file))
"""
"""Changed in this transaction, or by another device, or not known in its file."""
_SAVE = "insert or replace into file_bases (note, file, hash)"


def update_bases_of_files(
    connection: sqlite3.Connection,
    files: Collection[str],
    newer: Collection[str] = (),
    joined: Mapping[str, str] | None = None,
) -> None:
    """Update inside a transaction the bases of deck files that were just added.

    Args:
        connection: In a transaction.
        files: The deck files.
        newer: Guids of notes whose text in the store is not that of the file.
        joined: Bases of notes that took a part of the file's text, by guid.
    """
    values = [msgspec.json.encode(list(names)).decode() for names in (files, newer)]
    in_files = "file in (select value from json_each(?1))"
    is_newer = "n.guid in (select value from json_each(?2))"
    is_kept = f"n.file = file_bases.file and n.retired = 0 or {is_newer}"
    connection.execute(
        f"""
        delete from file_bases
         where {in_files}
           and not exists (select 1 from notes n where n.anki_id = note and ({is_kept}))
        """,
        values,
    )
    _define_hash(connection)
    chosen = f"{_BASES} and n.{in_files} and not {is_newer} and {_MAY_DIFFER}"
    connection.execute(f"{_SAVE} {chosen}", values)
    for guid, base in (joined or {}).items():
        sql = f"{_SAVE} select anki_id, file, ? from notes where guid = ?"
        connection.execute(sql, (base, guid))


def edited_elsewhere(store: Store, guids: Collection[str] = ()) -> dict[str, str]:
    """Return the bases of notes that another device wrote last, by guid.

    The base is empty if no deck file here had the note.

    Args:
        store: The store.
        guids: Notes whose base is returned in any case, if they have one: an undo may
            have brought back the text of another device.
    """
    sql = """
        select n.guid, coalesce(b.hash, '')
          from notes n left join file_bases b on b.note = n.anki_id
         where n.device <> ''
            or b.hash is not null
               and n.guid in (select value from json_each(:guids))
    """
    return dict(store.rows(sql, {"guids": msgspec.json.encode(list(guids)).decode()}))


def bases_of_other_texts(connection: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Return note, file and base of changed notes that had another text than the base.

    Args:
        connection: In a transaction that captures changes, see
            `srs.store.change_capture`.
    """
    _define_hash(connection)
    return connection.execute(
        f"""
        select b.note, b.file, b.hash
          from temp.former_notes n
          join decks d on d.id = n.deck
          join file_bases b on b.note = n.anki_id
         where b.hash <> {_HASH}
        """
    ).fetchall()


def put_bases_back(
    connection: sqlite3.Connection, bases: Iterable[tuple[int, str, str]]
) -> None:
    """Put back what `bases_of_other_texts` returned, inside a transaction."""
    for note, file, base in bases:
        connection.execute("delete from file_bases where note = ?", (note,))
        connection.execute(
            """
            insert into file_bases (note, file, hash)
            select anki_id, ?, ? from notes where anki_id = ? and retired = 0
            """,
            (file, base, note),
        )


def note_hash(note: Note) -> str:
    """Return the hash of the text of a note, as it is kept for its file."""
    fields, tags, sources, changed = text_columns(note)
    return _hash(
        *(note.id, note.deck, note.language, fields, note.extra, tags, sources),
        *(changed, note.checked, note.recheck),
    )


def update_bases_of_notes(
    connection: sqlite3.Connection, notes: Collection[int]
) -> None:
    """Update inside a transaction the bases of notes (ids) after an undo."""
    values = (str(list(notes)),)
    chosen = "(select value from json_each(?))"
    connection.execute(f"delete from file_bases where note in {chosen}", values)
    _define_hash(connection)
    connection.execute(f"{_SAVE} {_BASES} and n.anki_id in {chosen}", values)


def _define_hash(connection: sqlite3.Connection) -> None:
    connection.create_function("text_hash", -1, _hash, deterministic=True)


def _hash(*text: str) -> str:
    import hashlib  # noqa: PLC0415 -- loads OpenSSL, slow before a review

    joined = "\x1f".join(text).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()
