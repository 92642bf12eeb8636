"""Read a collection of Anki from its database, of any schema.

The database is untrusted: it is opened read-only, only plain tables are queried, and
the work is bounded by the size of the file.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cards.translate import _
from export.anki.anki_model import LATEST_S, AnkiCard, AnkiNote, Collection
from export.anki.collection_schemas import read_schema11, read_schema18
from export.anki.package_file import CollectionFiles
from export.anki.protobuf import MalformedMessage
from export.anki.revlog_copy import copy_log
from export.database_file import opened
from export.files import PackageError

_TABLES = ("col", "notes", "cards", "revlog")
_MAX_OFFSET_MIN = 26 * 60
"""Larger than any offset from UTC."""

_NOTES = """
    select cast(id as integer), cast(guid as text), cast(mid as integer),
           cast(mod as integer), cast(tags as text), cast(flds as text),
           cast(coalesce(data, '') as text)
      from notes order by id
"""
# A card in a filtered deck is read as in its home deck.
_CARDS = """
    select cast(id as integer), cast(nid as integer),
           cast(iif(odid <> 0, odid, did) as integer), cast(ord as integer),
           cast(mod as integer), cast(type as integer), cast(queue as integer),
           cast(iif(odid <> 0 and odue <> 0, odue, due) as integer),
           cast(ivl as integer), cast(factor as integer), cast(left as integer),
           cast(flags as integer) & 7,
           cast(coalesce(reps, 0) as integer), cast(coalesce(lapses, 0) as integer)
      from cards order by nid, ord
"""
_REVIEW_COUNTS = """
    select coalesce(cast(cid as integer), 0) as card, sum(reviews)
      from (select cid, count(*) as reviews from revlog group by cid) group by card
"""


def read_collection(package: CollectionFiles, path: Path, folder: Path) -> Collection:
    """Unpack and read a collection.

    Args:
        package: From `open_package`, or a folder.
        path: The file, for errors.
        folder: An empty folder that is kept while the collection is used.

    Raises:
        PackageError: The collection is damaged or has an unknown schema.
    """
    file, log = folder / "collection", folder / "log.db"
    package.write_collection(file)
    with _damage_reported(path), opened(file, _TABLES) as connection:
        connection.create_collation("unicase", _unicase)
        try:
            return _read(connection, file, log)
        except sqlite3.OperationalError as error:
            if "decode" not in str(error):
                raise
            # Replace invalid UTF-8; nearly no file has any.
            connection.text_factory = _lenient
            return _read(connection, file, log)


@contextmanager
def _damage_reported(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, MalformedMessage, ValueError, OverflowError) as error:
        message = _("damaged collection: {error}").format(error=error)
        hint = _("run 'Check Database' in Anki and export again")
        raise PackageError(str(path), message, hint) from None


def _lenient(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _unicase(one: str, other: str) -> int:
    one, other = one.casefold(), other.casefold()
    return (one > other) - (one < other)


def _read(connection: sqlite3.Connection, file: Path, log: Path) -> Collection:
    row = connection.execute(
        "select cast(ver as integer), cast(crt as integer) from col"
    ).fetchone()
    if row is None:
        raise ValueError("no row in 'col'")
    version, created = row
    if version == 11:
        settings: Any = read_schema11(connection)
    elif version in (15, 16, 17, 18):
        settings = read_schema18(connection)
    else:
        raise ValueError(f"unknown schema {version}")
    if not 0 <= created < LATEST_S or not 0 <= settings["rollover"] < 24:
        raise ValueError("settings out of range")
    if abs(settings["minutes_west"] or 0) > _MAX_OFFSET_MIN:
        raise ValueError("settings out of range")
    log.unlink(missing_ok=True)
    copy_log(file, log, is_v1=settings.pop("is_v1"))
    return Collection(
        created_s=created,
        notes=[_note(row) for row in _rows(connection, _NOTES)],
        cards=[AnkiCard(*row) for row in _rows(connection, _CARDS)],
        log=log,
        review_counts=dict(_rows(connection, _REVIEW_COUNTS)),
        **settings,
    )


def _rows(connection: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    for row in connection.execute(sql):
        if None in row:
            raise ValueError("a row with null values")
        yield row


def _note(row: tuple[int, str, int, int, str, str, str]) -> AnkiNote:
    number, guid, notetype, modified, tags, fields, data = row
    split = tuple(fields.split("\x1f"))
    return AnkiNote(number, guid, notetype, modified, tuple(tags.split()), split, data)
