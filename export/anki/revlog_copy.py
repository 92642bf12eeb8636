"""The review log of a collection, copied into a database of flash's own.

Hundreds of thousands of rows stay out of Python: they are cleaned and put in
order here, and `srs.merging.bulk_revlog` takes them in.  The store never opens a
stranger's database.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec

from srs.models.incoming import LOG_CARDS, LOG_TABLES

_COPY = """
    insert into log (id, card, rating, interval, last_interval, factor, took_ms, kind)
    select coalesce(cast(id as integer), 0) as moment,
           coalesce(cast(cid as integer), 0) as card,
           coalesce(cast(ease as integer), 0), coalesce(cast(ivl as integer), 0),
           coalesce(cast(lastIvl as integer), 0),
           coalesce(cast(factor as integer), 0), coalesce(cast(time as integer), 0),
           coalesce(cast(type as integer), 0)
      from theirs.revlog not indexed
     order by card, moment
"""


_STEPS_PER_BYTE = 200
_STEPS_AT_ONCE = 1_000_000


def bound(connection: sqlite3.Connection, size: int) -> None:
    """Stop a connection from taking more steps than a file of this size needs."""
    left = [(size * _STEPS_PER_BYTE) // _STEPS_AT_ONCE + 100]

    def count() -> bool:
        left[0] -= 1
        return left[0] < 0

    connection.set_progress_handler(count, _STEPS_AT_ONCE)


def copy_log(collection: Path, target: Path) -> dict[int, int]:
    """Copy the log, by card and moment.

    Args:
        collection: The database, found to hold a plain table `revlog`.
        target: The database to make.

    Returns:
        How many reviews each card has, by its id.

    Raises:
        sqlite3.Error: The collection is damaged.
    """
    with closing(sqlite3.connect(target, uri=True, isolation_level=None)) as copy:
        for name in ("journal_mode", "synchronous", "trusted_schema"):
            copy.execute(f"pragma {name} = off")
        copy.execute("pragma cache_size = -65536")
        bound(copy, collection.stat().st_size)
        uri = f"{collection.as_uri()}?mode=ro&immutable=1"
        copy.execute("attach ? as theirs", (uri,))
        copy.executescript(LOG_TABLES)
        copy.execute(_COPY)
        copy.execute(LOG_CARDS)
        # As one text: row by row, each would have to wait for Python's lock.
        counts = "select coalesce(json_group_object(card, count), '{}') from cards"
        found = copy.execute(counts).fetchone()[0]
        return msgspec.json.decode(found, type=dict[int, int])
