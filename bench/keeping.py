"""Backups, the way back, the doctor and a salvage of a large store."""

import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from stores import NOW_MS, make_store

from srs.maintenance.doctor import examine, repair_damage
from srs.maintenance.restore import prepared, restore
from srs.maintenance.salvage import salvage
from srs.store.backups import back_up
from srs.store.opening import open_store

CARDS, REVIEWS_EACH = 100_000, 10


def spent(work: Callable[[], object], turns: int = 3) -> float:
    seconds = []
    for _ in range(turns):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "store.db"
        make_store(path, cards=CARDS, reviews_each=REVIEWS_EACH, folder=folder)
        store = open_store(path, NOW_MS)
        repair_damage(store, NOW_MS)
        copy = back_up(store, NOW_MS)
        megabytes = path.stat().st_size / 1e6
        print(f"{CARDS} cards, {CARDS * REVIEWS_EACH} reviews, {megabytes:.0f} MB")

        def put_back() -> None:
            with prepared(path, copy, NOW_MS) as ready:
                restore(path, ready, NOW_MS, copy)

        rows = {
            "copy of the file": spent(lambda: shutil.copyfile(path, folder / "copy")),
            "backup, checked": spent(lambda: back_up(store, NOW_MS)),
            "restore": spent(put_back),
            "doctor": spent(lambda: examine(store, NOW_MS)),
            "salvage": spent(lambda: salvage(copy, folder / "new.db", NOW_MS), 1),
        }
        for label, seconds in rows.items():
            print(f"{label}: {seconds:.2f} s")
        store.close()


if __name__ == "__main__":
    main()
