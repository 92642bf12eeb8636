"""A package of 20,000 cards and 200,000 reviews, both ways, beside Anki.

flash is a whole process each time; Anki's side is the call alone, in a collection
that is open already.
"""

import io
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from anki.collection import (
    Collection,
    ExportAnkiPackageOptions,
    ImportAnkiPackageOptions,
    ImportAnkiPackageRequest,
)
from genanki.apkg_schema import APKG_SCHEMA
from stores import NOW_MS, make_store

from srs.cache import rebuild_cache
from srs.options import Options, save_setting
from srs.store import open_store

_RUNS = 3
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


def anki_import(package: Path, folder: Path) -> float:
    """Time Anki's own import into an empty collection."""
    taken = []
    for run in range(_RUNS):
        collection = Collection(str(folder / f"import{run}.anki2"))
        options = ImportAnkiPackageOptions(with_scheduling=True, with_deck_configs=True)
        request = ImportAnkiPackageRequest(package_path=str(package), options=options)
        begun = time.perf_counter()
        collection.import_anki_package(request)
        taken.append(time.perf_counter() - begun)
        collection.close()
    return statistics.median(taken)


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
        theirs = anki_import(package, folder)
        there = folder / "import0.anki2"
        newest = folder / "newest.apkg"
        their_export = anki_export(there, newest, legacy=False)

        def take() -> None:
            for old in folder.glob("fresh*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            flash("import", str(newest), "--db", str(folder / "fresh.db"))

        ours = timed(take)
        again = timed(
            lambda: flash("import", str(newest), "--db", str(folder / "fresh.db"))
        )
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        base = statistics.median(floors)
        print(f"floor (executemany + zip)   {base:6.2f} s")
        print(f"flash export                {export:6.2f} s  {export / base:.2f}")
        print(f"Anki's export               {their_export:6.2f} s")
        print(f"Anki's import               {theirs:6.2f} s")
        print(f"flash import                {ours:6.2f} s  {ours / theirs:.2f}")
        print(f"flash import, again         {again:6.2f} s")
        print(f"largest process             {peak:6.0f} MB")


if __name__ == "__main__":
    main()
