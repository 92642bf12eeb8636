"""The open store of a command."""

import sqlite3
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import MsgspecError

from cards.translate import _
from flash.clock import read_clock
from flash.interrupts import is_interrupted
from flash.paths import store_path
from srs.store.backups import is_lost
from srs.store.connection import Store, StoreError, reading
from srs.store.kept_counts import keep_counts, read_stamp
from srs.store.opening import open_store
from srs.store.settings import Options

if TYPE_CHECKING:
    from srs.study.queue import Queue

_BY_ODD_ROWS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    MsgspecError,
    sqlite3.IntegrityError,
    sqlite3.OperationalError,
)
"""Errors that rows raise which flash never writes."""


def file_stats(files: Iterable[str]) -> list[tuple[str, int, int]]:
    """Return path, time of change (ns) and size of the files that can be read."""
    found = []
    for file in files:
        with suppress(OSError, ValueError):
            stat = Path(file).stat()
            found.append((file, stat.st_mtime_ns, stat.st_size))
    return found


class AppContext:
    """The store, its settings and the clock."""

    def __init__(self, store: Store, clock: Callable[[], int]) -> None:
        """Keep an open store and a clock."""
        self.store, self.clock = store, clock

    @property
    def options(self) -> Options:
        """The settings in the store."""
        return Options(self.store)

    def now(self) -> int:
        """Return the current time, UTC milliseconds."""
        return self.clock()

    def today(self) -> int:
        """Return the current study day."""
        return self.options.calendar.day(self.now())


@contextmanager
def open_app(db: Path | None) -> Iterator[AppContext]:
    """Open the store while a command runs.

    Args:
        db: Database file; None for the default.

    Raises:
        StoreError: The store can't be opened, the disk fails, or rows that flash
            never writes make the command fail.
        FlashError: `$FLASH_NOW` is not a time.
    """
    path, clock = chosen_store(db)
    store = open_store(path, clock())
    app = AppContext(store, clock)
    try:
        with reading(path):
            stamp = read_stamp(store.connection)
            yield app
            if read_stamp(store.connection) != stamp:
                # Without them `flash due` takes longer.
                with suppress(StoreError, *_BY_ODD_ROWS):
                    queue_today(app)
    except _BY_ODD_ROWS as error:
        if is_interrupted():
            raise
        known = _explained(store, clock(), error)
        if known is None:
            raise
        raise known from None
    finally:
        store.close()


def queue_today(app: AppContext) -> "Queue":
    """Return what a review would still ask today, and keep the counts."""
    from srs.study.due_cards import CardFilter  # noqa: PLC0415 - after a change only
    from srs.study.queue import build_queue  # noqa: PLC0415 - as above

    now_ms, store = app.now(), app.store
    stamp = read_stamp(store.connection)
    queue = build_queue(store, app.options, CardFilter(), now_ms)
    counts = queue.counts()
    calendar, day = app.options.calendar, app.today()
    day_ms = calendar.start_ms(day), calendar.start_ms(day + 1)
    with suppress(StoreError), store.transaction(stamped=False) as connection:
        three = counts.new, counts.learning, counts.due
        keep_counts(connection, stamp, now_ms, day_ms, three)
    return queue


def queue_of(db: Path | None) -> "Queue":
    """Return what a review would still ask today; nothing without a store.

    Args:
        db: Database file; None for the default.
    """
    from srs.study.queue import Queue  # noqa: PLC0415 - as above

    path, _clock = chosen_store(db)
    if not path.exists() and not is_lost(path):
        return Queue([], deque(), deque(), 0)
    with open_app(db) as app:
        return queue_today(app)


def _explained(store: Store, now_ms: int, error: Exception) -> StoreError | None:
    """Find damage in the store that explains an error; None for a bug of flash."""
    from flash.messages.checks import (  # noqa: PLC0415 - rare, and loads much
        fix_text,
        problem_text,
    )
    from srs.maintenance.checks import first_damage  # noqa: PLC0415 - as above

    found = first_damage(store, now_ms)
    damage = (MsgspecError, UnicodeDecodeError, sqlite3.Error)
    if found is None and isinstance(error, damage):
        hint = _("see flash doctor, or go back to a backup with flash restore")
        return StoreError(store.path, str(error), hint)
    if found is None:
        return None
    message = _("cannot be used: {problem}").format(problem=problem_text(found))
    fixable = _("'flash doctor --fix' fixes it")
    return StoreError(
        store.path, message, fixable if found.is_fixable else fix_text(found)
    )


def chosen_store(db: Path | None) -> tuple[Path, Callable[[], int]]:
    """Return the path of the store, which is not opened, and the clock.

    Raises:
        FlashError: `$FLASH_NOW` is not a time.
    """
    return store_path(db), read_clock()
