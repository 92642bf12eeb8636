"""Exchange with Anki: 20,000 cards and 200,000 reviews, compared with Anki.

Imports are measured in turn, in two ways: as a process that starts, opens an empty
store or collection and imports; and as a single call in a process that has loaded its
modules and opened both files.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

from anki.collection import Collection, ExportAnkiPackageOptions
from common import (
    NOW_MS,
    flash,
    make_store,
    median_seconds,
    package_rows,
    seconds,
    write_rows,
)

from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_setting

_IMPORTS = 9
_CARDS, _EACH = 20_000, 10

ANKI = """
import sys, time
from anki.collection import (
    Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
)
collection = Collection(sys.argv[2])
options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
request = ImportAnkiPackageRequest(package_path=sys.argv[1], options=options)
start = time.perf_counter()
collection.import_anki_package(request)
print(time.perf_counter() - start)
collection.close()
"""
FLASH = """
import gc, sys, time
from pathlib import Path
import export.anki.collection_import, export.anki.collection_reader
import export.anki.package_file
import srs.merging.merge, srs.store.backups
from flash.service.importing import import_package
from flash.service.context import AppContext
from srs.store.opening import open_store
opened = AppContext(open_store(Path(sys.argv[2]), 1795000000000), lambda: 1795000000000)
gc.disable()  # as the command does
start = time.perf_counter()
import_package(opened, Path(sys.argv[1]))
print(time.perf_counter() - start)
opened.store.close()
"""


def timed_call(program: str, package: Path, target: Path) -> tuple[float, float]:
    """Time a whole process that imports, and the call in it."""
    os.sync()  # so that earlier writes don't delay it
    words = [sys.executable, "-c", program, str(package), str(target)]
    start = time.perf_counter()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return time.perf_counter() - start, float(done.stdout)


def flash_process(package: Path, folder: Path) -> float:
    """Time `flash import` into a new store, or into one that has everything."""
    os.sync()
    words = ("import", str(package), "--db", str(folder / "started.db"))
    return seconds(lambda: flash(*words))


def imports(package: Path, folder: Path) -> dict[str, float]:
    """Time all imports in turn; return the median of each."""
    spent: dict[str, list[float]] = defaultdict(list)
    for run in range(_IMPORTS):
        place = folder / f"run{run}"
        place.mkdir()
        whole, call = timed_call(ANKI, package, place / "started.anki2")
        spent["Anki, whole process"].append(whole)
        spent["flash, whole process"].append(flash_process(package, place))
        spent["Anki, call alone"].append(call)
        _, call = timed_call(FLASH, package, place / "called.db")
        spent["flash, call alone"].append(call)
        spent["flash, nothing new"].append(flash_process(package, place))
        shutil.rmtree(place)
    return {label: statistics.median(seconds) for label, seconds in spent.items()}


def anki_export(collection: Path, target: Path, *, legacy: bool) -> float:
    """Time Anki's export of the same cards."""
    opened = Collection(str(collection))
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
    )
    found = median_seconds(
        lambda: opened.export_anki_package(
            out_path=str(target), options=options, limit=None
        )
    )
    opened.close()
    return found


def main() -> None:
    """Measure and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store.db"
        make_store(store, cards=_CARDS, reviews_each=_EACH, folder=folder)
        opened = open_store(store, NOW_MS)
        save_setting(opened, "time_zone", "UTC")
        rebuild_cache(opened, Options(opened))
        opened.close()
        package = folder / "deck.apkg"
        words = ("export", str(package), "--with-schedule", "--db", str(store))
        export = median_seconds(lambda: flash(*words))
        rows = package_rows(package, folder, "col", "notes", "cards", "revlog")
        base = median_seconds(lambda: write_rows(rows, folder / "floor.apkg"))
        timed_call(ANKI, package, folder / "started.anki2")
        newest = folder / "newest.apkg"
        anki_seconds = anki_export(folder / "started.anki2", newest, legacy=False)
        taken = imports(newest, folder)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"floor (executemany + zip)   {base:6.2f} s")
        print(f"flash export                {export:6.2f} s  {export / base:.2f}")
        print(f"Anki's export               {anki_seconds:6.2f} s")
        for label, seconds in taken.items():
            way = "call alone" if "call" in label else "whole process"
            ratio = seconds / taken[f"Anki, {way}"]
            print(f"import: {label:<20}{seconds:6.2f} s  {ratio:.2f}")
        print(f"largest process             {peak:6.0f} MB")


if __name__ == "__main__":
    main()
