"""Backup, restore and doctor of a large store."""

import shutil
import tempfile
from pathlib import Path

from common import NOW_MS, make_store, median_seconds

from srs.maintenance.checks import examine, repair
from srs.maintenance.restore import prepared, restore
from srs.store.backups import back_up
from srs.store.opening import open_store

CARDS, REVIEWS_EACH = 100_000, 10


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "store.db"
        make_store(path, cards=CARDS, reviews_each=REVIEWS_EACH, folder=folder)
        store = open_store(path, NOW_MS)
        repair(store, NOW_MS)
        copy = back_up(store, NOW_MS)
        megabytes = path.stat().st_size / 1e6
        print(f"{CARDS} cards, {CARDS * REVIEWS_EACH} reviews, {megabytes:.0f} MB")

        def restore_copy() -> None:
            with prepared(path, copy, NOW_MS) as ready:
                restore(path, ready, NOW_MS, copy)

        results = {
            "file copy": median_seconds(lambda: shutil.copyfile(path, folder / "copy")),
            "backup, checked": median_seconds(lambda: back_up(store, NOW_MS)),
            "restore": median_seconds(restore_copy),
            "doctor": median_seconds(lambda: examine(store, NOW_MS)),
        }
        for label, spent in results.items():
            print(f"{label}: {spent:.2f} s")
        store.close()


if __name__ == "__main__":
    main()
