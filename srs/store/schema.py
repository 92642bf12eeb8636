"""The tables of the store, created and changed only by migrations.

`notes` and `reviews` are the source of truth; the scheduling columns of `cards` are
a cache of the log and can be rebuilt.  Times are UTC milliseconds, study days are
days since 1970-01-01.  A migration never changes once it is released.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

VERSION = 3
"""The newest schema, also written as `pragma user_version`."""

_FIRST = """
create table settings (
    name  text primary key,
    value text not null
) strict;

create table presets (
    deck    text primary key,  -- '' holds everywhere
    options text not null      -- JSON of what differs from the parents
) strict;

create table decks (
    id   integer primary key,
    name text not null unique
) strict;

create table notes (
    anki_id  integer primary key,  -- time-like, never changes
    guid     text not null unique,
    id       text not null,     -- '' where the author gave none
    text_key text not null,
    kind     text not null,
    deck     integer not null references decks (id),
    language text not null,
    fields   text not null,     -- JSON of the content
    extra    text not null,
    tags     text not null,     -- JSON list
    sources  text not null,     -- JSON list
    changed  text not null,     -- JSON, '' where nothing changed
    checked  text not null,     -- YYYY-MM-DD or ''
    recheck  text not null,
    file     text not null,
    line     integer not null,
    retired  integer not null default 0,
    created  integer not null,
    modified integer not null
) strict;

create table cards (
    id         integer primary key,
    note       text not null references notes (guid),
    ordinal    integer not null,
    part       text not null,
    deck       integer not null references decks (id),
    position   integer not null,
    state      integer not null default 0,
    step       integer not null default 0,
    stability  real,
    difficulty real,
    interval   integer not null default 0,
    due_ms     integer,
    due_day    integer,
    last_ms    integer,
    last_day   integer,
    reps       integer not null default 0,
    lapses     integer not null default 0,
    suspended  integer not null default 0,
    buried     integer not null default 0,  -- study day until whose end it rests
    leech      integer not null default 0,
    flag       integer not null default 0,
    retired    integer not null default 0,
    unique (note, ordinal)
) strict;

create index cards_new on cards (position, id)
 where state = 0 and suspended = 0 and retired = 0;
create index cards_learning on cards (due_ms, id)
 where due_ms is not null and suspended = 0 and retired = 0;
create index cards_due on cards (due_day, id)
 where due_day is not null and suspended = 0 and retired = 0;

create table reviews (
    id            integer primary key,  -- UTC milliseconds, unique over all cards
    card          integer not null references cards (id),
    origin_ms     integer not null,     -- the id where it was given
    rating        integer not null,     -- 1 to 4; 0 a manual change
    took_ms       integer not null,
    before        integer not null,     -- state before it
    kind          integer not null,     -- as in Anki's log
    offset_min    integer not null,     -- minutes east of UTC there and then
    state         integer not null,     -- where it led to
    step          integer not null,
    interval      integer not null,     -- days, or seconds below 0
    last_interval integer not null,
    difficulty    real not null,
    origin        text not null default '',
    void          integer not null default 0,
    unique (card, origin_ms)
) strict;

create table operations (
    id     integer primary key,
    at_ms  integer not null,
    name   text not null,
    before text not null,  -- JSON of what undoing it needs
    undone integer not null default 0
) strict;

create table readers (
    pid     integer not null,
    host    text not null,
    started integer not null,
    primary key (pid, host)
) strict;
"""


def m001_first(db: "Database") -> None:
    """Create the first tables."""
    _run(db, _FIRST, 1)


_EXCHANGE = """
-- Anki's ease, per mille, where an answer was scheduled by SM-2.
alter table reviews add column ease integer not null default 0;

-- When it was last suspended, taken up or flagged, UTC milliseconds.
alter table cards add column marked_ms integer not null default 0;

create table anki_notetypes (
    id    integer primary key,
    model text not null  -- JSON as in Anki's schema 11
) strict;

create table anki_notes (
    guid     text primary key references notes (guid),
    notetype integer not null references anki_notetypes (id),
    fields   text not null,  -- as Anki has them, parted by U+001F
    shown    text not null,  -- JSON: which field holds which text of the content
    content  text not null   -- JSON of the content that was made of them
) strict;
"""


def m002_exchange(db: "Database") -> None:
    """Add what an exchange with Anki needs."""
    _run(db, _EXCHANGE, 2)


_CONFUSIONS = """
-- On a miss the person may name the card that it was mixed up with.
create table confusions (
    review integer primary key references reviews (id),
    card   integer not null references cards (id),
    other  integer not null references cards (id)
) strict;
"""


def m003_confusions(db: "Database") -> None:
    """Add the confused cards."""
    _run(db, _CONFUSIONS, 3)


def migrations() -> "Migrations":
    """Return the migrations; they run once each, in this order."""
    from sqlite_utils import Migrations

    found = Migrations("flash")
    for migration in (m001_first, m002_exchange, m003_confusions):
        found()(migration)
    return found


def _run(db: "Database", script: str, version: int) -> None:
    for statement in script.split(";\n"):
        if statement.strip():
            db.execute(statement)
    db.execute(f"pragma user_version = {version}")
