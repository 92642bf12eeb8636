"""A package of 20,000 cards and 200,000 reviews, both ways, beside Anki.

Imports are measured twice, in turn: as a person sees them, a whole process that
starts, opens an empty store or collection and imports; and the call alone, in one that
is open already, with its program loaded.
"""

import io
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
)
from genanki.apkg_schema import APKG_SCHEMA
from stores import NOW_MS, make_store

from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_setting

_RUNS = 3
_IMPORTS = 9
_CARDS, _EACH = 20_000, 10


def flash(*words: str) -> None:
    """Run a command as a person does, a whole process."""
    command = [sys.executable, "-m", "flash", *words]
    subprocess.run(command, check=True, capture_output=True)


def floor(package: Path, target: Path) -> None:
    """Write the rows of a package and deflate them, nothing else."""
    with zipfile.ZipFile(package) as archive, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "rows.db"
        file.write_bytes(archive.read("collection.anki2"))
        source = sqlite3.connect(file)
        rows = {
            name: source.execute(f"select * from {name}").fetchall()
            for name in ("col", "notes", "cards", "revlog")
        }
        source.close()
    begun = time.perf_counter()
    connection = sqlite3.connect(":memory:")
    connection.executescript(APKG_SCHEMA)
    for name, values in rows.items():
        marks = ", ".join("?" * len(values[0]))
        connection.executemany(f"insert into {name} values ({marks})", values)
    connection.commit()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("collection.anki2", connection.serialize())
        archive.writestr("media", "{}")
    target.write_bytes(buffer.getvalue())
    floors.append(time.perf_counter() - begun)


floors: list[float] = []


def timed(job: Callable[[], object]) -> float:
    """Give the median of some runs, seconds."""
    taken = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        job()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


ANKI = """
import sys, time
from anki.collection import (
    Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest
)
collection = Collection(sys.argv[2])
options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
request = ImportAnkiPackageRequest(package_path=sys.argv[1], options=options)
begun = time.perf_counter()
collection.import_anki_package(request)
print(time.perf_counter() - begun)
collection.close()
"""
FLASH = """
import gc, sys, time
from pathlib import Path
import export.anki.collection_import, export.anki.collection_reader
import export.anki.package_file
import srs.merging.merge, srs.store.backups
from flash.service.importing import import_package
from flash.service.context import Opened
from srs.store.opening import open_store
opened = Opened(open_store(Path(sys.argv[2]), 1795000000000), lambda: 1795000000000)
gc.disable()  # as the command does
sys.setswitchinterval(0.0005)
begun = time.perf_counter()
import_package(opened, Path(sys.argv[1]))
print(time.perf_counter() - begun)
opened.store.close()
"""


def called(program: str, package: Path, target: Path) -> tuple[float, float]:
    """Time a process that starts, opens what is empty and imports, and the call."""
    os.sync()  # what others wrote shall not keep it waiting
    words = [sys.executable, "-c", program, str(package), str(target)]
    begun = time.perf_counter()
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return time.perf_counter() - begun, float(done.stdout)


def flash_process(package: Path, folder: Path) -> float:
    """Time `flash import` into no store, or into one that holds it all."""
    os.sync()
    begun = time.perf_counter()
    flash("import", str(package), "--db", str(folder / "started.db"))
    return time.perf_counter() - begun


def imports(package: Path, folder: Path) -> dict[str, float]:
    """Time all imports in turn, and give the median of each, seconds."""
    spent: dict[str, list[float]] = defaultdict(list)
    for run in range(_IMPORTS):
        place = folder / f"run{run}"
        place.mkdir()
        whole, call = called(ANKI, package, place / "started.anki2")
        spent["Anki, whole process"].append(whole)
        spent["flash, whole process"].append(flash_process(package, place))
        spent["Anki, call alone"].append(call)
        _, call = called(FLASH, package, place / "called.db")
        spent["flash, call alone"].append(call)
        spent["flash, nothing new"].append(flash_process(package, place))
        shutil.rmtree(place)
    return {label: statistics.median(seconds) for label, seconds in spent.items()}


def anki_export(collection: Path, target: Path, *, legacy: bool) -> float:
    """Time Anki's own export of the same cards."""
    opened = Collection(str(collection))
    options = ExportAnkiPackageOptions(
        with_scheduling=True, with_deck_configs=True, with_media=True, legacy=legacy
    )
    found = timed(
        lambda: opened.export_anki_package(
            out_path=str(target), options=options, limit=None
        )
    )
    opened.close()
    return found


def main() -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store.db"
        make_store(store, cards=_CARDS, reviews_each=_EACH, folder=folder)
        opened = open_store(store, NOW_MS)
        save_setting(opened, "time_zone", "UTC")
        rebuild_cache(opened, Options(opened))
        opened.close()
        package = folder / "deck.apkg"
        export = timed(
            lambda: flash("export", str(package), "--with-schedule", "--db", str(store))
        )
        for _ in range(_RUNS):
            floor(package, folder / "floor.apkg")
        called(ANKI, package, folder / "started.anki2")
        newest = folder / "newest.apkg"
        their_export = anki_export(folder / "started.anki2", newest, legacy=False)
        taken = imports(newest, folder)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        base = statistics.median(floors)
        print(f"floor (executemany + zip)   {base:6.2f} s")
        print(f"flash export                {export:6.2f} s  {export / base:.2f}")
        print(f"Anki's export               {their_export:6.2f} s")
        for label, seconds in taken.items():
            way = "call alone" if "call" in label else "whole process"
            ratio = seconds / taken[f"Anki, {way}"]
            print(f"import: {label:<20}{seconds:6.2f} s  {ratio:.2f}")
        print(f"largest process             {peak:6.0f} MB")


if __name__ == "__main__":
    main()
