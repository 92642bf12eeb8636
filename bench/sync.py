"""Measure a sync: the first sending, a new device, a day of answers, an answer.

    PYTHONPATH=. python bench/sync.py [--cards 100000] [--reviews-each 10]

Seconds of processor time, so that other work on the machine matters little.  The log is
a folder; `--encrypted` measures with a key.
"""

import argparse
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from common import NOW_MS, make_store

from flash.service.carriers import join_key, own_keys
from flash.service.context import AppContext
from flash.service.sync import apply_sync, plan_sync
from srs.models.cards import Rating
from srs.store.notes import stored_note_of
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.revlog import record
from srs.store.settings import Options

_DAY_REVIEWS = 200
_LATER_MS = 3_600_000
_ROUNDS = 9


def show(what: str, job: Callable[[], object], limit: float = 0.0) -> float:
    """Time one call, print it with its limit, and return the seconds."""
    start = time.process_time()
    job()
    seconds = time.process_time() - start
    verdict = f"  (at most {limit:.1f})" if limit else ""
    print(f"{what:32} {seconds:8.2f} s{verdict}", flush=True)
    return seconds


def sync(db: Path, log: Path) -> None:
    """Synchronize a store as the command does."""
    with closing(open_store(db, NOW_MS)) as store:
        app = AppContext(store, lambda: NOW_MS)
        apply_sync(app, plan_sync(app, str(log)))


def answer(db: Path, count: int, later_ms: int = 0) -> float:
    """Answer cards; return seconds for each answer, without opening the store."""
    with closing(open_store(db, NOW_MS)) as store:
        options = Options(store)
        rows = store.rows("select id from cards order by id limit :n", {"n": count})
        notes = [stored_note_of(store, row[0]) for row in rows]
        start = time.process_time()
        for number, note in enumerate(notes):
            moment = options.moment(NOW_MS + later_ms + 1_000 * number)
            preset = options.preset(note.note.deck)
            record(store, note.cards[0], Rating.GOOD, preset, moment, duration_ms=900)
        return (time.process_time() - start) / count


def answers(stores: Sequence[Path]) -> list[float]:
    """Answer cards in stores by turns; return the median milliseconds of each."""
    rounds = [
        [1000 * answer(db, _DAY_REVIEWS, turn * _LATER_MS) for db in stores]
        for turn in range(_ROUNDS)
    ]
    return [statistics.median(one) for one in zip(*rounds, strict=True)]


def rebuild(db: Path) -> None:
    """Rebuild all card states."""
    with closing(open_store(db, NOW_MS)) as store:
        rebuild_cache(store, Options(store))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cards", type=int, default=100_000)
    parser.add_argument("--reviews-each", type=int, default=10)
    parser.add_argument("--encrypted", action="store_true")
    wanted = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        one, other, log = folder / "one.db", folder / "other.db", folder / "log"
        log.mkdir()
        size = {"cards": wanted.cards, "folder": folder}
        each = wanted.reviews_each
        adding = show(
            "making a store with the notes",
            lambda: make_store(folder / "notes.db", reviews_each=0, **size),
        )
        make_store(one, reviews_each=each, **size)
        if wanted.encrypted:
            with closing(open_store(one, NOW_MS)) as store:
                (key,) = own_keys(store)
            with closing(open_store(other, NOW_MS)) as store:
                join_key(store, key)
        building = show("rebuild of all states", lambda: rebuild(one))
        alone = folder / "alone.db"
        shutil.copy(one, alone)
        show("first sending", lambda: sync(one, log), 25)
        written = sum(file.stat().st_size for file in log.rglob("*.flashlog"))
        print(f"{'size of the log':32} {written / 1e6:8.1f} MB  (at most 60)")
        receiving = 3 * (adding + building)
        show("receiving into an empty store", lambda: sync(other, log), receiving)
        never, synced = answers([alone, one])
        print(f"{'an answer, never synchronized':32} {never:8.3f} ms")
        print(f"{'an answer':32} {synced:8.3f} ms  (at most {1.1 * never:.3f})")
        show("sending these answers", lambda: sync(one, log))
        show("receiving these answers", lambda: sync(other, log))
        answer(one, _DAY_REVIEWS, _ROUNDS * _LATER_MS)
        show("sending a day of answers", lambda: sync(one, log), 0.5)
        show("receiving a day of answers", lambda: sync(other, log), 0.5)
        show("nothing to do", lambda: sync(other, log))
        shutil.rmtree(log)


if __name__ == "__main__":
    main()
