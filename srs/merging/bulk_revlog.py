"""A log that comes in a file: most of it goes in with one statement.

Answers to cards that are new here make up nearly all of a first import.  SQLite
turns them into rows of ours in a thread, while Python computes what the cards carry.
Whatever else a log may hold goes row by row through `srs.merging.anki_revlog`; a test
holds both ways to the same rows.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

import msgspec

from srs.merging.anki_revlog import LONGEST_MS, ORIGIN, interval_in, state_after
from srs.models.cards import SchedulingState, State
from srs.models.incoming import FIRST_MS, LAST_MS, IncomingCard, IncomingReview
from srs.scheduler.fsrs6 import MemoryModel, memory_model
from srs.scheduler.next_states import AnswerTime, step_due
from srs.scheduler.study_day import Calendar
from srs.store.connection import Store

Pairs = Mapping[int, tuple[IncomingCard, str, bool]]
"""By our card: theirs, our deck, whether it is new here."""

_BEFORE = {0: State.LEARNING, 1: State.REVIEW, 2: State.RELEARNING}
"""The state before an answer, by its kind."""

_CHECKED = ("notes", "cards", "anki_notes")

_QUARTER_DAY_MS = 21_600_000

_CARDS = "select * from arriving.cards"
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

# What `srs.merging.anki_revlog` says of a log of answers alone.
_LED = """
    select l.row, l.id, p.ours, l.rating, l.took_ms, l.interval, l.last_interval,
           l.factor, l.kind,
           case l.kind when 0 then l.row > p.first when 2 then 3 else 2 end as before,
           case when l.row = p.last then p.state
                else case n.kind when 0 then 1 when 2 then 3 else 2 end
                end as following
      from arriving.log l
     cross join temp.plain p on p.theirs = l.card
      left join arriving.log n on n.row = l.row + 1
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
# As one text: row by row, each would have to be fetched under Python's lock.
# The state after the last answer to a card is missing: it isn't in the log.
_PACKED = """
    select '[' || group_concat(packed) || ']', '[' || group_concat(id) || ']' from (
        select id, iif(id between {first} and {last},
                   (id / 1000 - 1 + {offset} * 60 - {shift}) / 86400 * 64
                   + case following when 0 then 1 when 1 then 2 when 2 then 3
                     else 0 end * 8
                   + (rating & 7), 0) as packed
          from (select l.row, l.id, l.rating,
                       iif(n.card = l.card, n.kind, 3) as following
                  from log l left join log n on n.row = l.row + 1)
         order by row)
"""
_ENDS = "select min(id), max(id) from log where id between ? and ?"
_PLAIN = """
    create temp table plain (
        theirs integer primary key, ours integer, state integer,
        first integer, last integer)
"""
_FILL = "insert into temp.plain values (?, ?, ?, ?, ?)"


@contextmanager
def attached(store: Store, path: Path | None) -> Iterator[None]:
    """Have the log of a file beside the store, outside any transaction.

    Until the end rows may name others that are still to come: see `LogFile.check`.
    One inside another does nothing.
    """
    databases = {row[1] for row in store.rows("pragma database_list")}
    if path is None or "arriving" in databases:
        yield
        return
    run = store.connection.execute
    run("attach ? as arriving", (str(path),))
    # Nothing is written there: no journal has to name both files.
    run("pragma arriving.journal_mode = memory")
    run("pragma foreign_keys = off")
    try:
        yield
    finally:
        run("pragma foreign_keys = on")
        run("detach arriving")


class BulkRevlog:
    """The log of an attached file, sorted out by what its cards need."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, calendar: Calendar
    ) -> None:
        """Take a file that is attached.

        Args:
            connection: In a transaction.
            path: The file.
            calendar: Study days where the person is.
        """
        self._connection, self._path, self._calendar = connection, path, calendar
        self._pairs: Pairs = {}
        self._plain: list[tuple[int, int, int, int, int]] = []
        self._ends: list[tuple[int, int, int, int]] = []
        """For each of them the last moment and interval, answers and lapses."""
        self._others: set[int] = set()
        self._offset, self._packed, self._moments = "0", "[]", "[]"
        self.known = 0
        """Rows of cards that hold nothing but known ones."""
        self.moments: list[int] = []
        """Of the answers from which progress was computed."""

    def pack(self) -> None:
        """Write every answer as a number; may run in a thread of its own."""
        # Nobody writes to the file, and SQLite needn't look at its locks.
        uri = f"{self._path.as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as file:
            early, late = file.execute(_ENDS, (FIRST_MS, LAST_MS)).fetchone()
            if early is not None:
                self._offset = self._offsets(early, late)
                found = file.execute(self._sql(_PACKED)).fetchone()
                self._packed, self._moments = found

    def _offsets(self, early: int, late: int) -> str:
        """Write the offset from UTC as SQL, by the moments at which it changes."""
        offset_of = self._calendar.offset_of
        offset, whens = offset_of(early), ""
        for at in range(early, late + _QUARTER_DAY_MS, _QUARTER_DAY_MS):
            if offset_of(at) != offset:
                moment = _changed(offset_of, at - _QUARTER_DAY_MS, at)
                whens += f" when id < {moment} then {offset}"
                offset = offset_of(at)
        return f"case{whens} else {offset} end" if whens else str(offset)

    def sort_out(self, pairs: Pairs) -> None:
        """Find out which cards hold nothing but answers.

        Args:
            pairs: The cards that arrive.
        """
        self._pairs = pairs
        ours = {theirs.id: card for card, (theirs, _, _) in pairs.items()}
        twice = len(ours) < len(pairs)
        for row in self._connection.execute(_CARDS):
            theirs, first, count, lapses, kind, at, interval, plain = row
            if theirs not in ours:
                continue
            card = ours[theirs]
            known, _, is_new = pairs[card]
            if plain and is_new and not twice:
                before = _BEFORE[kind] if count > 1 else State.NEW
                state = known.state or state_after(State.NEW, interval, before)
                interval = interval_in(state, interval)
                self._plain.append((theirs, card, state, first, first + count - 1))
                self._ends.append((at, interval, count, lapses))
            else:
                self._others.add(theirs)
        self.known = self._count_known()
        # Here, as the threads would hinder each other row by row.
        self._connection.execute(_PLAIN)
        self._connection.executemany(_FILL, self._plain)

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

    def insert(self) -> bool:
        """Add the answers to new cards; may run in a thread of its own.

        Returns:
            False where a moment is taken: then nothing was added, and every card
            is among the others.
        """
        run = self._connection.execute
        run("savepoint bulk")
        try:
            run(self._sql(_INSERT))
        except sqlite3.IntegrityError:
            run("rollback to bulk")
            self._others.update(row[0] for row in self._plain)
            return False
        finally:
            run("release bulk")
        return True

    def check(self) -> None:
        """Make sure that every row names one that is there, as the store demands.

        Raises:
            sqlite3.IntegrityError: One doesn't.
        """
        run = self._connection.execute
        lost = "select 1 from temp.plain where ours not in (select id from cards)"
        checks = (f"pragma foreign_key_check({name})" for name in _CHECKED)
        if any(run(sql).fetchone() for sql in (lost, *checks)):
            raise sqlite3.IntegrityError("FOREIGN KEY constraint failed")
        run("drop table temp.plain")

    def _sql(self, sql: str) -> str:
        words = {
            "led": _LED,
            "offset": self._offset,
            "after": _AFTER,
            "interval": _INTERVAL,
            "longest": LONGEST_MS,
            "origin": ORIGIN,
            "shift": self._calendar.rollover * 3600,
            "first": FIRST_MS,
            "last": LAST_MS,
        }
        return sql.format(**words)

    def progresses(
        self, parameters_of: Callable[[str], tuple[float, ...]]
    ) -> dict[int, SchedulingState]:
        """Compute what these cards carry, once the log is packed.

        Args:
            parameters_of: The parameters of FSRS-6 for the name of a deck.

        Returns:
            By our card what it carries.
        """
        answers, moments = (
            msgspec.json.decode(text, type=list[int])
            for text in (self._packed, self._moments)
        )
        models: dict[str, MemoryModel] = {}
        found: dict[int, SchedulingState] = {}
        rollover, offset_of = self._calendar.rollover, self._calendar.offset_of
        for one, (at, interval, *counts) in zip(self._plain, self._ends, strict=True):
            _, card, state, first, last = one
            deck = self._pairs[card][1]
            if deck not in models:
                models[deck] = memory_model(parameters_of(deck))
            given, due = answers[first - 1 : last], None
            if state != State.REVIEW:
                due = step_due(AnswerTime(at, offset_of(at), rollover), -interval)
            found[card] = progress_after(
                given[-1] | state << 3,
                at,
                _memory(models[deck], given),
                0,
                interval,
                due,
                (counts[0], counts[1]),
            )
            self.moments += moments[first - 1 : last]
        return found

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


def _memory(model: MemoryModel, packed: list[int]) -> tuple[float, float]:
    memory, last = (0.0, 0.0), 0
    for answer in packed:
        day = answer >> 6
        memory = model(*memory, day - last, answer & 7)
        last = day
    return memory


_STATES = tuple(State)


def progress_after(
    answer: int,
    moment_ms: int,
    memory: tuple[float, float],
    step: int,
    interval: int,
    due_ms: int | None,
    counts: tuple[int, int],
) -> SchedulingState:
    """Say where the last answer to a card led.

    Args:
        answer: It, packed.
        moment_ms: When it was given, UTC milliseconds.
        memory: Stability (days) and difficulty (1 to 10) after it.
        step: Index into the steps.
        interval: Days when positive, seconds when negative.
        due_ms: When a card in learning is due, UTC milliseconds.
        counts: Answers and lapses.
    """
    state, day = _STATES[answer >> 3 & 3], answer >> 6 & 0xFFFF
    in_review = state is State.REVIEW
    # In the order of the fields: names cost time, and there are many cards.
    return SchedulingState(
        state,
        step,
        memory[0],
        memory[1],
        interval,
        None if in_review else due_ms,
        day + interval if in_review else None,
        moment_ms,
        day,
        *counts,
    )
