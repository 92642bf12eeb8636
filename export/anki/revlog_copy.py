"""Copy the review log of a collection to a database of our own.

A log can have a million rows: SQLite cleans and sorts them, and the store reads the
copy, see `srs.store.import_log`.  The store never opens an untrusted database.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from export.database_file import limit_steps

LOG_TABLES = """
    create table log (                      -- answers and manual changes
        row           integer primary key,  -- by card, then by moment
        id            integer not null,     -- UTC milliseconds
        card          integer not null,
        rating        integer not null,     -- 1 to 4; 0 for a manual change
        interval      integer not null,     -- days, or seconds below 0
        last_interval integer not null,
        factor        integer not null,     -- difficulty (100 to 1100), else ease
        duration_ms       integer not null,
        kind          integer not null      -- a ReviewKind
    ) strict;
    create table crams (
        row           integer primary key,
        id            integer not null,
        card          integer not null,
        rating        integer not null,
        interval      integer not null,
        last_interval integer not null,
        factor        integer not null,
        duration_ms       integer not null,
        kind          integer not null
    ) strict;
    create table invalid (card integer primary key, count integer not null) strict;
"""
_VALID = """
    id between 1 and 32503679999999  -- the year 3000
    and rating between 0 and 4 and kind between 0 and 5
    and interval between -(1 << 40) and 1 << 40
    and (rating > 0) = (kind < 4)
"""
_CRAM = "kind = 3 and factor < 100"
# Without the index: a sort is faster than looking up each row.
_READ = """
    create temp view anki_log as
    select coalesce(cast(id as integer), 0) as id,
           coalesce(cast(cid as integer), 0) as card,
           coalesce(cast(ease as integer), 0) + {shift} as rating,
           coalesce(cast(ivl as integer), 0) as interval,
           coalesce(cast(lastIvl as integer), 0) as last_interval,
           coalesce(cast(factor as integer), 0) as factor,
           coalesce(cast(time as integer), 0) as duration_ms,
           coalesce(cast(type as integer), 0) as kind
      from theirs.revlog not indexed
"""
# Scheduler v1 had three buttons in learning and relearning: Again, Good, Easy.
_V1_SHIFT = "(type in (0, 2) and ease in (2, 3))"
LOG_COLUMNS = "id, card, rating, interval, last_interval, factor, duration_ms, kind"
_COPY = f"""
    insert into log ({LOG_COLUMNS})
    select {LOG_COLUMNS} from anki_log
     where {_VALID} and not ({_CRAM}) order by card, id
"""
_COPY_OTHERS = f"""
    insert into crams ({LOG_COLUMNS})
    select {LOG_COLUMNS} from anki_log where {_VALID} and {_CRAM} order by card, id;
    insert into invalid
    select card, count(*) from anki_log where not ({_VALID}) group by card;
"""


def copy_log(collection: Path, target: Path, *, is_v1: bool = False) -> None:
    """Copy the log.

    Args:
        collection: A database with a plain table `revlog`.
        target: The database to create.
        is_v1: The answers were given with scheduler v1.

    Raises:
        sqlite3.Error: The collection is damaged.
    """
    with closing(sqlite3.connect(target, uri=True, isolation_level=None)) as copy:
        for name in ("journal_mode", "synchronous", "trusted_schema"):
            copy.execute(f"pragma {name} = off")
        copy.execute("pragma cache_size = -65536")
        limit_steps(copy, collection.stat().st_size)
        uri = f"{collection.as_uri()}?mode=ro&immutable=1"
        copy.execute("attach ? as theirs", (uri,))
        copy.executescript(LOG_TABLES)
        copy.execute(_READ.format(shift=_V1_SHIFT if is_v1 else "0"))
        copied = copy.execute(_COPY).rowcount
        # Most logs have no others: finding none takes half as long as the copy.
        if copied < copy.execute("select count(*) from theirs.revlog").fetchone()[0]:
            copy.executescript(_COPY_OTHERS)
