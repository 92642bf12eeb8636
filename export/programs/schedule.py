"""What other programs say about a card: when it is due, and how it was answered."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from msgspec import Struct

from cards.note import Note
from export.anki.revlog_copy import LOG_COLUMNS, LOG_TABLES
from srs.models.cards import ReviewKind, State
from srs.models.incoming import Loss
from srs.scheduler.study_day import DAY_S


class LoggedAnswer(Struct, frozen=True, order=True):
    """One answer in the log of a program."""

    at_ms: int
    """UTC milliseconds."""
    rating: int
    """1 to 4."""
    interval: int
    """The interval that it led to: days, or seconds below 0."""
    duration_ms: int = 0


class CardSchedule(Struct, frozen=True):
    """When a card is due, and its log."""

    due_day: int
    """Days from 1970-01-01, in local time."""
    due_ms: int | None
    """The moment, if it is known; it decides the day."""
    interval: int
    """Days; without a log but with FSRS the stability, rounded."""
    ease: int = 0
    """Per mille, from SM-2; 0 with FSRS."""
    difficulty: float = 0.0
    """FSRS, 1 to 10; 0 with SM-2."""
    last_ms: int = 0
    """The last answer, UTC milliseconds."""
    reps: int = 0
    lapses: int = 0
    state: State = State.REVIEW
    answers: tuple[LoggedAnswer, ...] = ()


class MovedNote(Struct, frozen=True):
    """A note of another program with the schedules of its cards."""

    note: Note
    schedules: dict[int, CardSchedule]
    """By ordinal; new cards have none."""
    suspended: frozenset[int] = frozenset()
    """Ordinals."""


class Moved(Struct, frozen=True):
    """What was read from another program."""

    notes: tuple[MovedNote, ...]
    losses: tuple[Loss, ...] = ()
    root: Path | None = None
    """The folder from which all notes name their media; None for that of each note."""


def in_order(answers: Iterable[LoggedAnswer]) -> tuple[LoggedAnswer, ...]:
    """Sort the answers of a card; those of one moment get moments in a row."""
    found: list[LoggedAnswer] = []
    for one in sorted(answers):
        at_ms = max(one.at_ms, found[-1].at_ms + 1) if found else one.at_ms
        found.append(LoggedAnswer(at_ms, one.rating, one.interval, one.duration_ms))
    return tuple(found)


def whole_interval(seconds: float) -> int:
    """Return an interval as in a log: days, or seconds below 0 within a day."""
    days = round(seconds / DAY_S)
    return days or -max(1, round(seconds))


def write_log(
    target: Path, cards: Iterable[tuple[int, Sequence[LoggedAnswer]]]
) -> None:
    """Write a log as `srs.store.import_log` reads it.

    Args:
        target: The database to create.
        cards: The id of each card with its answers in order.
    """
    rows = (row for card, answers in sorted(cards) for row in _rows(card, answers))
    marks = ", ".join("?" * len(LOG_COLUMNS.split(",")))
    with closing(connect(target)) as log, log:
        log.executescript(LOG_TABLES)
        log.executemany(f"insert into log ({LOG_COLUMNS}) values ({marks})", rows)


def _rows(card: int, answers: Sequence[LoggedAnswer]) -> Iterator[tuple[int, ...]]:
    kind, last = ReviewKind.LEARN, 0
    for one in answers:
        row = (one.at_ms, card, one.rating, one.interval, last, 0, one.duration_ms)
        yield (*row, int(kind))
        last = one.interval
        if last > 0:
            kind = ReviewKind.REVIEW
        elif kind is ReviewKind.REVIEW:
            kind = ReviewKind.RELEARN
