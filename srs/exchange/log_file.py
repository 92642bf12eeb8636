"""A log that comes in a file: most of it goes in with one statement.

Answers to cards that are new here make up nearly all of a first import.  SQLite
turns them into rows of ours while another thread computes what the cards carry.
Whatever else a log may hold goes row by row through `srs.exchange.foreign_log`; a test
holds both ways to the same rows.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from srs.calendar import Calendar
from srs.exchange.foreign_log import LONGEST_MS, ORIGIN
from srs.exchange.incoming import IncomingCard, IncomingReview
from srs.formulas import MILLISECOND, Model, memory_model
from srs.memory import Progress
from srs.rebuild import progress_after
from srs.schedule import Moment
from srs.store import Store

Pairs = Mapping[int, tuple[IncomingCard, str, bool]]
"""By our card: theirs, our deck, whether it is new here."""

_QUARTER_DAY_MS = 21_600_000

_CARDS = "select card, first, count, plain and kind = 0 from arriving.cards"
_KNOWN = """
    select l.card, count(*)
      from arriving.log l
      join temp.known k on k.theirs = l.card
     group by l.card
    having min(exists (select 1 from reviews r
                        where r.card = k.ours and r.origin_ms = l.id)
            or exists (select 1 from reviews r
                        where r.id = l.id and r.card = k.ours))
"""

# What `srs.exchange.foreign_log` says of a log of answers alone.
_LED = """
    select l.row, l.id, p.ours, l.rating, l.took_ms, l.interval, l.last_interval,
           l.factor, l.kind,
           case l.kind when 0 then l.row > p.first when 2 then 3 else 2 end as before,
           case when l.row = p.last then p.state
                else case n.kind when 0 then 1 when 2 then 3 else 2 end
                end as following
      from {schema}log l
     cross join {plain} p on p.theirs = l.card
      left join {schema}log n on n.row = l.row + 1
"""
_AFTER = """
    case when following > 0 then following when interval > 0 then 2
         when before < 2 then 1 else 3 end
"""
_INTERVAL = f"""
    case when {_AFTER} = 2
         then iif(interval > 0, interval, max(1, -interval / 86400))
         else iif(interval < 0, interval, -max(1, interval) * 86400) end
"""

_INSERT = """
    insert into reviews (id, card, origin_ms, rating, took_ms, before, kind,
                         offset_min, state, step, interval, last_interval,
                         difficulty, ease, origin)
    select id, ours, id, rating,
           iif(took_ms between 0 and {longest} - 1, took_ms, {longest}),
           before, kind, {offset}, {after}, 0, {interval}, last_interval,
           iif(factor between 100 and 1100, (factor / 1000.0 - 0.1) * 9 + 1, 0.0),
           iif(factor > 1100, factor, 0), '{origin}'
      from ({led})
"""
_PACKED = """
    select id * 256 + ((id / 1000 - 1 + {offset} * 60 - {shift}) / 86400
                       - id / 86400000 + 2) * 64 + {after} * 8 + rating
      from ({led}) order by row
"""
_LAST = "select ours, {interval} from ({led} where l.row = p.last)"
_PLAIN = """
    create temp table {name} (
        theirs integer primary key, ours integer, state integer,
        first integer, last integer)
"""
_FILL = "insert into temp.{name} values (?, ?, ?, ?, ?)"


@contextmanager
def attached(store: Store, path: Path | None) -> Iterator[None]:
    """Have the log of a file beside the store, outside any transaction.

    One inside another does nothing.
    """
    databases = {row[1] for row in store.rows("pragma database_list")}
    if path is None or "arriving" in databases:
        yield
        return
    store.connection.execute("attach ? as arriving", (str(path),))
    try:
        yield
    finally:
        store.connection.execute("detach arriving")


class LogFile:
    """The log of an attached file, sorted out by what its cards need."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        pairs: Pairs,
        calendar: Calendar,
    ) -> None:
        """Find out which cards hold nothing but answers.

        Args:
            connection: In a transaction, the file attached.
            path: The file.
            pairs: The cards that arrive.
            calendar: Study days where the person is.
        """
        self._connection, self._path = connection, path
        self._calendar, self._pairs = calendar, pairs
        self._plain: list[tuple[int, int, int, int, int]] = []
        self._others: set[int] = set()
        self._sort_out()
        self.known = self._count_known()
        """Rows of cards that hold nothing but known ones."""
        self._offset = self._offsets()

    def _sort_out(self) -> None:
        ours = {
            theirs.id: (card, theirs.state, is_new)
            for card, (theirs, _, is_new) in self._pairs.items()
        }
        twice = len(ours) < len(self._pairs)
        for theirs, first, count, plain in self._connection.execute(_CARDS):
            if theirs not in ours:
                continue
            card, state, is_new = ours[theirs]
            if plain and is_new and not twice:
                self._plain.append((theirs, card, state, first, first + count - 1))
            else:
                self._others.add(theirs)

    def _count_known(self) -> int:
        """Leave cards aside whose whole log is here."""
        known = [
            (theirs.id, card)
            for card, (theirs, _, is_new) in self._pairs.items()
            if not is_new and theirs.id in self._others
        ]
        if not known:
            return 0
        run = self._connection.execute
        run("create temp table known (theirs integer primary key, ours integer)")
        self._connection.executemany("insert or ignore into known values (?, ?)", known)
        found = dict(run(_KNOWN))
        run("drop table temp.known")
        self._others.difference_update(found)
        return sum(found.values())

    def _offsets(self) -> str:
        """Write the offset from UTC as SQL, by the moments at which it changes."""
        if not self._plain:
            return "0"
        sql = """
            select min(id), max(id) from arriving.log
             where card in (select card from arriving.cards where plain)
        """
        early, late = self._connection.execute(sql).fetchone()
        offset_of = self._calendar.offset_of
        offset, whens = offset_of(early), ""
        for at in range(early, late + _QUARTER_DAY_MS, _QUARTER_DAY_MS):
            if offset_of(at) != offset:
                moment = _changed(offset_of, at - _QUARTER_DAY_MS, at)
                whens += f" when id < {moment} then {offset}"
                offset = offset_of(at)
        return f"case{whens} else {offset} end" if whens else str(offset)

    def insert(self) -> bool:
        """Add the answers to new cards.

        Returns:
            False where a moment is taken: then nothing was added, and every card
            is among the others.
        """
        if not self._plain:
            return True
        run = self._connection.execute
        run("savepoint bulk")
        run(_PLAIN.format(name="plain"))
        self._connection.executemany(_FILL.format(name="plain"), self._plain)
        try:
            run(self._sql(_INSERT, "arriving.", "temp.plain"))
        except sqlite3.IntegrityError:
            run("rollback to bulk")
            self._others.update(row[0] for row in self._plain)
            return False
        finally:
            run("release bulk")
        run("drop table temp.plain")
        return True

    def _sql(self, sql: str, schema: str, plain: str) -> str:
        words = {
            "led": _LED.format(schema=schema, plain=plain),
            "offset": self._offset,
            "after": _AFTER,
            "interval": _INTERVAL,
            "longest": LONGEST_MS,
            "origin": ORIGIN,
            "shift": self._calendar.rollover * 3600,
        }
        return sql.format(**words)

    def progresses(
        self, parameters_of: Callable[[str], tuple[float, ...]]
    ) -> tuple[dict[int, Progress], list[int]]:
        """Compute what these cards carry; may run in a thread of its own.

        Args:
            parameters_of: The parameters of FSRS-6 for the name of a deck.

        Returns:
            By our card what it carries, and the moments of all answers.
        """
        with closing(sqlite3.connect(self._path)) as connection:
            run = connection.execute
            run(_PLAIN.format(name="plain"))
            connection.executemany(_FILL.format(name="plain"), self._plain)
            packed = run(self._sql(_PACKED, "main.", "temp.plain"))
            answers: list[int] = [row[0] for row in packed]
            intervals = dict(run(self._sql(_LAST, "main.", "temp.plain")))
        models: dict[str, Model] = {}
        found: dict[int, Progress] = {}
        rollover, offset_of = self._calendar.rollover, self._calendar.offset_of
        at = 0
        for _, card, _, first, last in self._plain:
            end = at + last - first + 1
            deck = self._pairs[card][1]
            if deck not in models:
                models[deck] = memory_model(parameters_of(deck))
            given = answers[at:end]
            moment = given[-1] // MILLISECOND
            found[card] = progress_after(
                given,
                models[deck](given),
                Moment(moment, offset_of(moment), rollover),
                0,
                intervals[card],
            )
            at = end
        return found, [answer // MILLISECOND for answer in answers]

    def others(self) -> dict[int, list[IncomingReview]]:
        """Give the log of the other cards, by their ids."""
        found: dict[int, list[IncomingReview]] = defaultdict(list)
        if self._others:
            rows = self._connection.execute(
                """
                select id, card, rating, interval, last_interval, factor, took_ms, kind
                  from arriving.log
                 where card in (select value from json_each(?)) order by row
                """,
                (str(list(self._others)),),
            )
            for row in rows:
                found[row[1]].append(IncomingReview(*row))
        return found


def _changed(offset_of: Callable[[int], int], early: int, late: int) -> int:
    """Find the first moment of another offset."""
    before = offset_of(early)
    while late - early > 1:
        middle = (early + late) // 2
        if offset_of(middle) == before:
            early = middle
        else:
            late = middle
    return late
