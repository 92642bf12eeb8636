"""Exporting 100,000 cards, beside a floor, genanki as it is, and Anki itself.

The floor writes the same rows with one statement for each table into a database
in memory and deflates it; it renders nothing and reads nothing.
"""

import io
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import genanki
from anki.collection import Collection, ExportAnkiPackageOptions
from anki.import_export_pb2 import ExportLimit, ImportAnkiPackageRequest
from genanki.apkg_schema import APKG_SCHEMA
from stores import make_store

from export.anki_models import basic_model

CARDS = 100_000
_RUNS = 3


def unpacked(package: Path, folder: Path) -> Path:
    """Take the database out of a package."""
    with zipfile.ZipFile(package) as archive:
        target = folder / "rows.db"
        target.write_bytes(archive.read("collection.anki2"))
    return target


def floor(rows: dict[str, list[tuple[object, ...]]], target: Path) -> None:
    """Write rows and deflate them."""
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


def ours(store: Path, target: Path) -> None:
    """Run `flash export` as a person does, a whole process."""
    command = [sys.executable, "-m", "flash", "export", str(target), "--db", str(store)]
    subprocess.run(command, check=True, capture_output=True)


def as_it_is(rows: dict[str, list[tuple[object, ...]]], target: Path) -> None:
    """Give genanki the same notes: our note type, the fields already rendered."""
    deck = genanki.Deck(1_795_000_002, "Bench")
    for row in rows["notes"]:
        fields = str(row[6]).split("\x1f")
        tags = str(row[5]).split()
        note = genanki.Note(model=basic_model(), fields=fields, guid=row[1], tags=tags)
        deck.add_note(note)
    genanki.Package(deck).write_to_file(str(target))


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = folder / "store.db"
        make_store(store, cards=CARDS, reviews_each=0, folder=folder)
        package = folder / "ours.apkg"
        ours(store, package)
        source = sqlite3.connect(unpacked(package, folder))
        rows = {
            table: source.execute(f"select * from {table}").fetchall()
            for table in ("notes", "cards")
        }
        collection = Collection(str(folder / "collection.anki2"))
        collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(package))
        )
        options = ExportAnkiPackageOptions(legacy=True)
        runs: dict[str, Callable[[], object]] = {
            "floor": lambda: floor(rows, folder / "floor.apkg"),
            "flash export": lambda: ours(store, package),
            "genanki as it is": lambda: as_it_is(rows, folder / "genanki.apkg"),
            "Anki": lambda: collection.export_anki_package(
                out_path=str(folder / "anki.apkg"),
                options=options,
                limit=ExportLimit(whole_collection={}),
            ),
        }
        spent: dict[str, list[float]] = {label: [] for label in runs}
        for _ in range(_RUNS):
            for label, run in runs.items():
                start = time.perf_counter()
                run()
                spent[label].append(time.perf_counter() - start)
        collection.close()
        base = statistics.median(spent["floor"])
        for label, seconds in spent.items():
            median = statistics.median(seconds)
            print(f"{label:<18}{median:6.2f} s  {median / base:5.2f} x the floor")
        print(f"{package.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
