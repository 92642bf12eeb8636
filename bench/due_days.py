"""Time the import of cards whose due day differs from their log, and of the same ones.

Usage: python bench/due_days.py [CARDS]
"""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from cards.note import Basic, Note
from export.anki.revlog_copy import copy_log
from srs.merging.merge import merge
from srs.models.incoming import Incoming, IncomingCard, IncomingNote
from srs.store.opening import open_store
from srs.store.settings import Options, save_setting

NOW_MS = 1_795_435_200_000
DAY_MS = 86_400_000
REVIEWS = 10


def incoming(folder: Path, cards: int, days_later: int) -> Incoming:
    """Make cards with a log, due some days later than it says."""
    collection = folder / f"{days_later}.anki2"
    start = NOW_MS - 400 * DAY_MS
    with closing(sqlite3.connect(collection)) as connection:
        connection.execute(
            "create table revlog (id, cid, usn, ease, ivl, lastIvl, factor, time, type)"
        )
        rows = (
            (start + n * 30 * DAY_MS + card, card, -1, 3, 30, 30, 500, 9000, n > 0)
            for card in range(1, cards + 1)
            for n in range(REVIEWS)
        )
        connection.executemany("insert into revlog values (?,?,?,?,?,?,?,?,?)", rows)
        connection.commit()
    log = folder / f"{days_later}.log"
    copy_log(collection, log)
    due = (start + (REVIEWS - 1) * 30 * DAY_MS) // DAY_MS + 30 + days_later
    notes = tuple(
        IncomingNote(
            f"g{card}",
            card,
            Note(Basic(f"q{card}", "a"), "D"),
            {0: "front"},
            0,
            (
                IncomingCard(
                    *(card, 0, 2, due, None, 0, 30, 0, 0, False, False, 0, NOW_MS)
                ),
            ),
        )
        for card in range(1, cards + 1)
    )
    return Incoming(notes, log=log)


def main() -> None:
    """Print both times and their ratio."""
    cards = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    times: list[float] = []
    for days_later in (0, 5):
        with TemporaryDirectory() as name:
            folder = Path(name)
            store = open_store(folder / "store.db", NOW_MS)
            save_setting(store, "time_zone", "UTC")
            values = incoming(folder, cards, days_later)
            start = perf_counter()
            done = merge(store, Options(store), values, NOW_MS)
            times.append(perf_counter() - start)
            print(f"{done.rescheduled} of {cards} cards moved: {times[-1]:.2f} s")
            store.close()
    print(f"ratio {times[1] / times[0]:.2f}")


if __name__ == "__main__":
    main()
