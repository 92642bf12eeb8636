"""Reading a collection of Anki out of its database, of whatever schema.

The database is a stranger's: it is opened read-only, only plain tables are asked,
and the work is bounded by its size.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from export.anki.anki_model import LATEST_S, AnkiCard, AnkiNote, Collection
from export.anki.collection_schemas import read_schema11, read_schema18
from export.anki.package_file import Package
from export.anki.protobuf import MalformedMessage
from export.anki.revlog_copy import bound, copy_log
from export.files import PackageError

_TABLES = ("col", "notes", "cards", "revlog")
_FARTHEST_MIN = 26 * 60
"""No place on earth has a clock that is further from UTC."""
_HEADER = b"SQLite format 3\0"

_NOTES = """
    select cast(id as integer), cast(guid as text), cast(mid as integer),
           cast(mod as integer), cast(tags as text), cast(flds as text)
      from notes order by id
"""
# What a filtered deck has borrowed is read as it is at home.
_CARDS = """
    select cast(id as integer), cast(nid as integer),
           cast(iif(odid <> 0, odid, did) as integer), cast(ord as integer),
           cast(mod as integer), cast(type as integer), cast(queue as integer),
           cast(iif(odid <> 0 and odue <> 0, odue, due) as integer),
           cast(ivl as integer), cast(factor as integer), cast(left as integer),
           cast(flags as integer) & 7
      from cards order by nid, ord
"""


def read_collection(package: Package, path: Path, folder: Path) -> Collection:
    """Read all that flash takes over; see `start_reading`."""
    with start_reading(package, path, folder) as read:
        return read()


@contextmanager
def start_reading(
    package: Package, path: Path, folder: Path
) -> Iterator[Callable[[], Collection]]:
    """Begin to unpack a collection and to copy its log, in a thread.

    Args:
        package: From `open_package`.
        path: The file, to name it in errors.
        folder: An empty one, kept for as long as the collection is used.

    Returns:
        What waits for the collection and reads it.  Its log may still be on the
        way then: see `Collection.reviews`.

    Raises:
        PackageError: When it is read: the collection is damaged, or of a schema
            that flash doesn't know.
    """
    file, log = folder / "collection", folder / "log.db"

    def copied() -> dict[int, int]:
        with _damage_told(path), _opened(file):
            return copy_log(file, log)

    with ThreadPoolExecutor(1) as aside:
        unpacking = aside.submit(package.write_collection, file)
        copying = aside.submit(copied)

        def read() -> Collection:
            unpacking.result()
            with _damage_told(path), _opened(file) as connection:
                try:
                    return _read(connection, log, copying.result)
                except sqlite3.OperationalError as error:
                    if "decode" not in str(error):
                        raise
                    # A wrong character is shown as such; nearly no file has one.
                    connection.text_factory = _lenient
                    return _read(connection, log, copying.result)

        yield read


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, MalformedMessage, ValueError, OverflowError) as error:
        message = f"damaged collection: {error}"
        hint = "run 'Check Database' in Anki and export it once more"
        raise PackageError(str(path), message, hint) from None


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    size = file.stat().st_size
    _check_whole(file, size)
    uri = f"{file.as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(uri, uri=True)) as connection:
        connection.execute("pragma trusted_schema = off")
        connection.execute("pragma query_only = on")
        connection.create_collation("unicase", _unicase)
        bound(connection, size)
        _check_tables(connection)
        yield connection


def _check_whole(file: Path, size: int) -> None:
    """Refuse a database that was cut off: some of its tables would seem empty."""
    with file.open("rb") as opened:
        header = opened.read(100)
    if header[:16] != _HEADER:
        raise ValueError("no database")
    page = int.from_bytes(header[16:18], "big")
    pages = int.from_bytes(header[28:32], "big")
    changed, valid = header[24:28], header[92:96]
    if changed == valid and pages * (65536 if page == 1 else page) > size:
        raise ValueError("cut off")


def _lenient(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")


def _unicase(one: str, other: str) -> int:
    one, other = one.casefold(), other.casefold()
    return (one > other) - (one < other)


def _check_tables(connection: sqlite3.Connection) -> None:
    sql = "select name, coalesce(sql, '') from sqlite_master where type = 'table'"
    plain = {
        str(name).lower()
        for name, made in connection.execute(sql)
        if not str(made).lower().startswith("create virtual")
    }
    missing = [name for name in _TABLES if name not in plain]
    if missing:
        raise ValueError(f"no table '{missing[0]}'")


def _read(
    connection: sqlite3.Connection, log: Path, reviews: Callable[[], dict[int, int]]
) -> Collection:
    row = connection.execute(
        "select cast(ver as integer), cast(crt as integer) from col"
    ).fetchone()
    if row is None:
        raise ValueError("no settings")
    version, created = row
    if version == 11:
        about: Any = read_schema11(connection)
    elif version in (15, 16, 17, 18):
        about = read_schema18(connection)
    else:
        raise ValueError(f"schema {version} is none that flash knows")
    if not 0 <= created < LATEST_S or not 0 <= about["rollover"] < 24:
        raise ValueError("settings out of range")
    if abs(about["minutes_west"] or 0) > _FARTHEST_MIN:
        raise ValueError("settings out of range")
    losses: list[str] = []
    notes = [_note(row) for row in _rows(connection, _NOTES)]
    cards = [AnkiCard(*row) for row in _rows(connection, _CARDS)]
    return Collection(
        created_s=created,
        notes=notes,
        cards=cards,
        losses=losses,
        log=log,
        reviews=reviews,
        **about,
    )


def _rows(connection: sqlite3.Connection, sql: str) -> Iterator[tuple[Any, ...]]:
    for row in connection.execute(sql):
        if None in row:
            raise ValueError("a row without its values")
        yield row


def _note(row: tuple[int, str, int, int, str, str]) -> AnkiNote:
    number, guid, notetype, modified, tags, fields = row
    split = tuple(fields.split("\x1f"))
    return AnkiNote(number, guid, notetype, modified, tuple(tags.split()), split)
