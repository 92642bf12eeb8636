"""Measure a sync: the first sending, a new device, a day of answers, an answer.

    PYTHONPATH=. python bench/sync.py [--cards 100000] [--reviews-each 10]

Seconds of processor time, so that other work on the machine matters little.
"""

import argparse
import shutil
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from common import NOW_MS, make_store

from flash.service.context import AppContext
from flash.service.sync import apply_sync, plan_sync
from srs.models.cards import Rating
from srs.store.notes import stored_note_of
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.revlog import record
from srs.store.settings import Options

_DAY_REVIEWS = 200


def show(what: str, job: Callable[[], object]) -> None:
    """Time one call and print it."""
    start = time.process_time()
    job()
    print(f"{what:32} {time.process_time() - start:8.2f} s")


def sync(db: Path, log: Path) -> None:
    """Synchronise a store as the command does."""
    with closing(open_store(db, NOW_MS)) as store:
        app = AppContext(store, lambda: NOW_MS)
        apply_sync(app, plan_sync(app, str(log)))


def answer(db: Path, count: int) -> float:
    """Answer cards; return seconds for each answer, without opening the store."""
    with closing(open_store(db, NOW_MS)) as store:
        options = Options(store)
        rows = store.rows("select id from cards order by id limit :n", {"n": count})
        notes = [stored_note_of(store, row[0]) for row in rows]
        start = time.process_time()
        for number, note in enumerate(notes):
            moment = options.moment(NOW_MS + 1_000 * number)
            preset = options.preset(note.note.deck)
            record(store, note.cards[0], Rating.GOOD, preset, moment, duration_ms=900)
        return (time.process_time() - start) / count


def rebuild(db: Path) -> None:
    """Rebuild all card states."""
    with closing(open_store(db, NOW_MS)) as store:
        rebuild_cache(store, Options(store))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--reviews-each", type=int, default=10)
    wanted = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        one, other, log = folder / "one.db", folder / "other.db", folder / "log"
        log.mkdir()
        size = {"cards": wanted.cards, "folder": folder}
        each = wanted.reviews_each
        show(
            "making a store with the notes",
            lambda: make_store(folder / "notes.db", reviews_each=0, **size),
        )
        make_store(one, reviews_each=each, **size)
        show("rebuild of all states", lambda: rebuild(one))
        show("first sending", lambda: sync(one, log))
        written = sum(file.stat().st_size for file in log.rglob("*.flashlog"))
        print(f"{'size of the log':32} {written / 1e6:8.1f} MB")
        show("receiving into an empty store", lambda: sync(other, log))
        print(f"{'an answer':32} {1000 * answer(one, _DAY_REVIEWS):8.3f} ms")
        show("sending a day of answers", lambda: sync(one, log))
        show("receiving a day of answers", lambda: sync(other, log))
        show("nothing to do", lambda: sync(other, log))
        shutil.rmtree(log)


if __name__ == "__main__":
    main()
