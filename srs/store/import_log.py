"""Insert a review log of Anki that was copied to a file, in a few statements.

Anki logs an answer and the resulting interval; the states before and after it follow
from the neighbouring rows of the card, up to the next reset.
"""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import msgspec
from msgspec import Struct

from srs.scheduler.study_day import DAY_MS, Calendar
from srs.store.connection import Store
from srs.store.free_ids import FreeIds
from srs.store.revlog import ReviewRow, insert_reviews
from srs.store.rows import ANKI_LOG
from srs.store.stamps import STAMP
from srs.store.sync_state import is_bound

_TABLES = """
    create temp table pairs (
        theirs integer primary key,
        ours   integer not null,
        state  integer not null,
        is_new integer not null,
        due_ms integer  -- of a card in learning
    ) strict;
    create temp table known (
        id     integer not null,
        card   integer not null,
        answer integer not null,
        primary key (id, card)
    ) strict, without rowid;
    create temp table lives (
        first        integer primary key,  -- rows of the log
        last         integer not null,
        card         integer not null,
        first_answer integer
    ) strict;
    create index temp.lives_card on lives (card);
"""
_DROP = "drop table temp.pairs; drop table temp.known; drop table temp.lives;"
_KNOWN = """
    insert or ignore into temp.known
    select l.id, p.ours, l.rating > 0
      from temp.pairs p
      join (select id, card, rating from arriving.log
            union all select id, card, rating from arriving.crams) l
        on l.card = p.theirs
     where not p.is_new
       and (exists (select 1 from reviews r
                     where r.card = p.ours and r.origin_ms = l.id)
            or exists (select 1 from reviews r
                        where r.id = l.id and r.card = p.ours))
"""
# Other devices may have the reviews of an import that was undone.
_REVIVE = """
    update reviews set undone = 0
     where undone = 1 and origin <> '' and origin not like 'web:%'
       and (origin_ms, card) in (select id, card from temp.known)
    returning id, card, rating > 0
"""
# A life of a card goes from its first row, or the row after a reset, to the next reset.
_LIVES = """
    insert into temp.lives
    with starts as (
        select a.row as first, a.card,
               lead(a.row, 1, (select max(row) + 1 from arriving.log))
                   over (order by a.row) - 1 as last
          from arriving.log a
          left join arriving.log b on b.row = a.row - 1
         where b.card is not a.card or (b.kind = 4 and b.factor = 0)
    )
    select first, last, card,
           (select min(l.row) from arriving.log l
             where l.row between first and last and l.rating > 0)
      from starts
"""
# 0 new, 1 learning, 2 review, 3 relearning, as in `State`.
_STATES = """
    select l.*, p.ours, (l.kind = 4 and l.factor = 0) as is_reset,
           case when l.rating > 0 then
                    case l.kind when 0 then l.row > v.first_answer
                                when 2 then 3 else 2 end
                when l.row = v.first then 0
                when b.rating > 0 then
                    case b.kind when 0 then b.row > v.first_answer
                                when 2 then 3 else 2 end
                else 2 end as before,
           iif(n.card is not l.card, p.due_ms, null) as due_ms,
           case when n.card is not l.card then p.state
                when n.rating = 0 or n.kind = 3 then 0
                when n.kind = 0 then n.row > coalesce(v.first_answer, n.row)
                                     and not (l.kind = 4 and l.factor = 0)
                when n.kind = 2 then 3 else 2 end as following,
           case when l.rating = 0 then
                    (select a.id from arriving.log a
                      where a.row between v.first and l.row - 1 and a.rating > 0
                      order by a.row desc limit 1) end as last_answer
      from temp.lives v
     cross join temp.pairs p on p.theirs = v.card
     cross join arriving.log l on l.row between v.first and v.last
      left join arriving.log b on b.row = l.row - 1
      left join arriving.log n on n.row = l.row + 1
"""
_AFTER = f"""
    select *, case when following > 0 then following
                   when rating = 0 or interval > 0 then 2
                   when before < 2 then 1 else 3 end as after
      from ({_STATES})
"""
# A learning step that crosses the rollover is logged in days, a lapse of scheduler v1
# with the interval after relearning: the card knows when it is due.  With FSRS, the
# interval of a due date set by hand counts from the last answer.
_ROWS = f"""
    select id, ours as card, id as origin_ms, rating,
           iif(duration_ms between 0 and 2147483647, duration_ms, 2147483648)
           as duration_ms,
           before, kind, offset_of(id) as offset_min, after as state, 0 as step,
           case when rating > 0 and after = 2
                then iif(interval > 0, interval, max(1, -interval / 86400))
                when rating > 0 and interval > 0 and due_ms > id
                then -max(1, (due_ms - id) / 1000)
                when rating > 0
                then iif(interval < 0, interval, -max(1, interval) * 86400)
                when is_reset then 0
                when kind = 5 or last_answer is null then max(0, interval)
                when factor between 100 and 1100
                then day_of(last_answer) + interval - day_of(id)
                else interval end as interval,
           last_interval,
           iif(factor between 100 and 1100, (factor / 1000.0 - 0.1) * 9 + 1, 0.0)
           as difficulty,
           iif(factor > 1100, factor, 0) as ease, '{ANKI_LOG}' as origin
      from ({_AFTER})
"""
# The state is that before the next answer; a cram review doesn't change it.
_CRAM_ROWS = f"""
    select c.id, p.ours as card, c.id as origin_ms, c.rating,
           iif(c.duration_ms between 0 and 2147483647, c.duration_ms, 2147483648)
           as duration_ms,
           coalesce(s.before, p.state) as before, c.kind,
           offset_of(c.id) as offset_min, coalesce(s.before, p.state) as state,
           0 as step, c.interval, c.last_interval, 0.0 as difficulty, 0 as ease,
           '{ANKI_LOG}' as origin
      from arriving.crams c
      join temp.pairs p on p.theirs = c.card
      left join ({_STATES}) s on s.row = (
           select min(l.row) from temp.lives v
             join arriving.log l on l.row between v.first and v.last
            where v.card = c.card and l.id > c.id)
"""
_IS_NEW = """
    not exists (select 1 from temp.known k where k.id = s.id and k.card = s.card)
"""
_NEW = """
    select json_group_array(s.id), json_group_array(distinct s.card),
           count(*) filter (where s.rating > 0)
      from (select l.id, p.ours as card, l.rating
              from arriving.{table} l join temp.pairs p on p.theirs = l.card) s
     where {is_new}
"""
_INSERT = f"""
    insert or ignore into reviews ({", ".join(ReviewRow._fields)}, stamp)
    select s.*, {STAMP} from ({{rows}}) s where {{is_new}}
"""
# Another review has the same millisecond.
_CLASHING = f"""
    select s.* from ({{rows}}) s
     where {_IS_NEW}
       and exists (select 1 from reviews r where r.id = s.id and r.card <> s.card)
       and not exists (select 1 from reviews r
                        where r.card = s.card and r.origin_ms = s.id)
"""
# Those of a card that is hidden, for which another one stands.
_LEND = f"""
    update reviews set own_card = ?2
     where card = (select ours from temp.pairs where theirs = ?1)
       and stamp = {STAMP} and own_card is null
       and exists (select 1 from {{table}} l
                    where l.id = reviews.origin_ms and l.card = ?1)
"""


_CENTURY_MS = 36_525 * DAY_MS


class AddedReviews(Struct):
    """What `insert_log` did."""

    ids: list[int] = []
    """The new rows."""
    answers: int = 0
    """How many of them are answers, and not changes by hand."""
    cards: set[int] = set()
    """Cards with new reviews other than cram reviews."""
    known: int = 0
    """Answers that were there."""
    has_known: bool = False
    """Whether any row was there."""
    shifted: int = 0
    """New rows whose millisecond was taken by another one."""
    invalid: int = 0


def _constant_offset(connection: sqlite3.Connection, calendar: Calendar) -> int | None:
    """Return the offset from UTC of all reviews; None if it changes."""
    sql = """
        select min(id), max(id) from (select id from arriving.log
                                      union all select id from arriving.crams)
    """
    first, last = connection.execute(sql).fetchone()
    if first is None or last - first > _CENTURY_MS:
        return None
    days = range(first, last + DAY_MS, DAY_MS)
    offsets = set(map(calendar.offset_of, days))
    return offsets.pop() if len(offsets) == 1 else None


def _insert_rows(
    connection: sqlite3.Connection, rows: str, table: str, added: AddedReviews
) -> set[int]:
    """Insert the rows of one table; return their cards."""
    run = connection.execute
    is_new = _IS_NEW if added.has_known else "true"
    new = run(_NEW.format(table=table, is_new=is_new)).fetchone()
    ids, cards = (msgspec.json.decode(found, type=list[int]) for found in new[:2])
    if not ids:
        return set()
    # "returning" would take as long as the insert itself.
    inserted = run(_INSERT.format(rows=rows, is_new=is_new)).rowcount
    if inserted < len(ids):
        clashing = [
            ReviewRow(*row) for row in run(_CLASHING.format(rows=rows)).fetchall()
        ]
        free = FreeIds(connection)
        kept = Counter(ids)
        kept.subtract(row.id for row in clashing)
        moved = [insert_moved(connection, row, free) for row in clashing]
        ids = [*kept.elements(), *moved]
        added.shifted += len(moved)
    added.ids += ids
    added.answers += new[2]
    return set(cards)


def insert_moved(connection: sqlite3.Connection, row: ReviewRow, ids: FreeIds) -> int:
    """Insert a review with the next free id; return the id."""
    moment = ids.take(row.id)
    insert_reviews(connection, [row._replace(id=moment)])
    return moment


@contextmanager
def attached_log(store: Store, path: Path | None) -> Iterator[None]:
    """Attach a log to the store; outside of transactions.

    Args:
        store: The store.
        path: From `export.anki.revlog_copy`; None or a second call does nothing.
    """
    attached = {row[1] for row in store.rows("pragma database_list")}
    if path is None or "arriving" in attached:
        yield
        return
    run = store.connection.execute
    run("attach ? as arriving", (str(path),))
    # Nothing is written to it, so no journal has to name both files.
    run("pragma arriving.journal_mode = memory")
    try:
        yield
    finally:
        run("detach arriving")


def insert_log(
    connection: sqlite3.Connection,
    pairs: Iterable[tuple[int, int, int, bool, int | None]],
    calendar: Calendar,
    *,
    revived: bool,
    lenders: Mapping[int, int],
) -> AddedReviews:
    """Insert the reviews of the attached log that the store doesn't have.

    Args:
        connection: In a transaction.
        pairs: For each card the other program's id, our id, its state there,
            whether this merge added it, and when it is due there if in learning.
        calendar: Study days in the user's time zone.
        revived: Count reviews again that were undone, if other devices have them.
        lenders: Our hidden card by the other program's id, where ours of the pair is
            the card that stands for it.
    """
    connection.create_function("day_of", 1, calendar.day, deterministic=True)
    run = connection.execute
    connection.create_function("offset_of", 1, calendar.offset_of, deterministic=True)
    for statement in filter(str.strip, _TABLES.split(";")):
        run(statement)
    connection.executemany("insert into temp.pairs values (?, ?, ?, ?, ?)", pairs)
    run(_LIVES)
    added = AddedReviews(ids=[], cards=set())
    added.has_known = run(_KNOWN).rowcount > 0
    added.known = run("select count(*) from temp.known where answer").fetchone()[0]
    if revived and is_bound(connection):
        again = run(_REVIVE).fetchall()
        answers = sum(is_answer for _, _, is_answer in again)
        added.ids += [review for review, _, _ in again]
        added.cards |= {card for _, card, _ in again}
        added.answers += answers
        added.known -= answers
    rows = _ROWS
    offset = _constant_offset(connection, calendar)
    if offset is not None:
        # A call of Python for each row takes a third of the insert.
        rows = rows.replace("offset_of(id)", str(offset))
    added.cards |= _insert_rows(connection, rows, "log", added)
    _insert_rows(connection, _CRAM_ROWS, "crams", added)
    for table in ("arriving.log", "arriving.crams"):
        connection.executemany(_LEND.format(table=table), lenders.items())
    sql = """
        select coalesce(sum(i.count), 0)
          from arriving.invalid i join temp.pairs p on p.theirs = i.card
    """
    added.invalid = run(sql).fetchone()[0]
    for statement in filter(str.strip, _DROP.split(";")):
        run(statement)
    return added


def cards_without_log(
    connection: sqlite3.Connection, cards: Collection[int]
) -> set[int]:
    """Return those of some cards (ids) that have no row in the log, but undone ones."""
    sql = """
        select value from json_each(?)
         where not exists (
               select 1 from reviews r where r.card = value and r.undone = 0)
    """
    return {row[0] for row in connection.execute(sql, (str(list(cards)),))}
