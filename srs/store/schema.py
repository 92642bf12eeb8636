"""The tables of the store, created and changed only by migrations.

`notes` and `reviews` are the source of truth; the scheduling columns of `cards` are
a cache of the log and can be rebuilt.  Times are UTC milliseconds, study days are
days since 1970-01-01.  A migration never changes once it is released.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from srs.store.rows import ANKI_CARD, ANKI_LOG
from srs.store.sync_schema import (
    DEVICE_TABLES,
    DUE_STAMPS_DROPPED,
    NOTE_BASES,
    STAMP_TRIGGERS,
    SYNC_TABLES,
    SYNC_VALUES,
)

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

VERSION = 11
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
-- On a miss the person may name the card that it was confused with.
create table confusions (
    review integer primary key references reviews (id),
    card   integer not null references cards (id),
    other  integer not null references cards (id)
) strict;
"""


def m003_confusions(db: "Database") -> None:
    """Add the confused cards."""
    _run(db, _CONFUSIONS, 3)


_SYNC = """
alter table reviews rename column took_ms to duration_ms;
alter table reviews rename column before to state_before;
alter table reviews rename column void to undone;

-- For a sync between devices.  uid is unique; device is '' for this one; stamps are
-- those of the hybrid logical clock, see srs.store.stamps.
alter table reviews add column uid text not null default '';
alter table reviews add column device text not null default '';
alter table reviews add column stamp integer not null default 0;
alter table reviews add column undone_stamp integer not null default 0;

-- The part with which a card was created; never changes, unique in its note.
alter table cards add column uid text not null default '';

alter table notes add column device text not null default '';
alter table notes add column stamp integer not null default 0;

create table clock (
    stamp integer not null  -- the last one that was taken or seen; one row
) strict;
insert into clock values (0);

-- When a mark of a card was last set: suspended, buried or flag.
create table mark_stamps (
    card   integer not null references cards (id) on delete cascade,
    mark   text not null,
    stamp  integer not null,
    device text not null default '',
    primary key (card, mark)
) strict, without rowid;

create table option_stamps (
    deck   text not null,
    name   text not null,
    stamp  integer not null,
    device text not null default '',
    primary key (deck, name)
) strict, without rowid;

create table setting_stamps (
    name   text primary key,
    stamp  integer not null,
    device text not null default ''
) strict, without rowid;

-- The marks that a card had when an Anki collection was last read.
create table anki_marks (
    card       integer not null references cards (id) on delete cascade,
    collection text not null,
    mark       text not null,
    value      integer not null,
    primary key (card, collection, mark)
) strict, without rowid;

-- The text of a note when its deck file was last added, as a hash.
create table file_bases (
    file text not null,
    guid text not null references notes (guid) on delete cascade,
    hash text not null,
    primary key (file, guid)
) strict, without rowid;

create index file_bases_note on file_bases (guid);

drop table readers
"""

RETIRED_REVERSE = "retired_reverse"
"""Setting: how many cards the next line retired, until `flash add` has said so."""
_RETIRE_REVERSE = f"""
insert into settings (name, value)
select '{RETIRED_REVERSE}', count(*) from cards
 where retired = 0 and part like '%' || char(31) || '<' having count(*) > 0;
update cards set retired = 1 where part like '%' || char(31) || '<'
"""
"""A row of a table is asked from value to subject only if its file says so."""

_SYNC_INDEXES = """
create unique index reviews_uid on reviews (uid) where uid <> '';
create unique index cards_uid on cards (note, uid) where uid <> ''
"""

_DECK_FILES = """
create table deck_files (
    file       text primary key,
    changed_ns integer not null,  -- its modification time
    size       integer not null
) strict, without rowid;

-- Of no known state, so the next review adds them; not those of an installed flash.
insert into deck_files (file, changed_ns, size)
select distinct file, 0, 0 from notes
 where retired = 0 and line > 0 and file <> '' and file not like '%/cards/decks/%'
"""

_CARD_ROWS = f"""
-- These rows were made for what cards of Anki said; Anki's log has none like it.
update reviews set origin = '{ANKI_CARD}'
 where origin = '{ANKI_LOG}' and rating = 0 and kind = 4 and state_before = 2
   and last_interval = 0 and duration_ms = 0;
insert or ignore into anki_marks (card, collection, mark, value)
select id, '', 'suspended', marked_ms from cards where marked_ms > 0
"""


_MOCK_EXAMS = """
create table mock_exams (
    id          integer primary key,  -- UTC milliseconds when it began
    deck        text not null,        -- '' for all decks
    name        text not null,
    limit_ms    integer not null,
    seed        integer not null,
    counts      integer not null,     -- 1: wrong answers count as Again
    predicted   real not null,        -- share of the points, 0 to 1
    questions   text not null,        -- JSON, as they are asked
    answers     text not null,        -- JSON, one for each question
    spent_ms    integer not null,
    finished_ms integer not null,     -- 0 before it is handed in
    undone      integer not null default 0,
    uid         text not null unique,
    device      text not null default '',
    stamp       integer not null
) strict
"""


_FIRST_BASES = """
insert into file_bases (guid, file, hash)
select n.guid, n.file, first_hash(n.id, d.name, n.language, n.fields, n.extra, n.tags,
                                  n.sources, n.changed, n.checked, n.recheck)
  from notes n join decks d on d.id = n.deck
 where n.file <> '' and n.retired = 0
"""


def _first_hash(*text: str) -> str:
    """Hash a text as this schema does, whatever `srs.store.file_bases` does by now."""
    import hashlib  # noqa: PLC0415 -- loads OpenSSL, slow before a review

    joined = "\x1f".join(text).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def m004_sync(db: "Database") -> None:
    """Add what a sync between devices needs; drop the table of open reviews."""
    _run(db, _SYNC, 4)
    _run(db, _RETIRE_REVERSE, 4)
    _run(db, SYNC_VALUES, 4)
    _run(db, _SYNC_INDEXES, 4)
    db.conn.create_function("first_hash", -1, _first_hash, deterministic=True)
    db.execute(_FIRST_BASES)
    for trigger in STAMP_TRIGGERS:
        db.execute(trigger)


def m005_deck_files(db: "Database") -> None:
    """Add the deck files as they were; mark rows that are not of Anki's log."""
    _run(db, _DECK_FILES, 5)
    _run(db, _CARD_ROWS, 5)


def m006_mock_exams(db: "Database") -> None:
    """Add the mock exams."""
    _run(db, _MOCK_EXAMS, 6)


def m007_device_log(db: "Database") -> None:
    """Add what is known of the device log."""
    _run(db, SYNC_TABLES, 7)


def m008_devices(db: "Database") -> None:
    """Add paired browsers, and media and deck files of other devices."""
    _run(db, DEVICE_TABLES, 8)


def m009_due_days(db: "Database") -> None:
    """Drop the stamps of due days set by hand."""
    _run(db, DUE_STAMPS_DROPPED, 9)


def m010_late_answers(db: "Database") -> None:
    """Change nothing: opening rebuilds the cards with late answers."""
    _run(db, (), 10)


def m011_note_bases(db: "Database") -> None:
    """Add what notes were like before they were edited here."""
    _run(db, NOTE_BASES, 11)


def migrations() -> "Migrations":
    """Return the migrations; they run once each, in this order."""
    from sqlite_utils import Migrations

    found = Migrations("flash")
    for migration in (
        m001_first,
        m002_exchange,
        m003_confusions,
        m004_sync,
        m005_deck_files,
        m006_mock_exams,
        m007_device_log,
        m008_devices,
        m009_due_days,
        m010_late_answers,
        m011_note_bases,
    ):
        found()(migration)
    return found


def _run(db: "Database", script: str | Iterable[str], version: int) -> None:
    for statement in script.split(";\n") if isinstance(script, str) else script:
        if statement.strip():
            db.execute(statement)
    db.execute(f"pragma user_version = {version}")
