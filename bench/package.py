"""Exporting 100,000 cards, beside a floor, genanki as it is, and Anki itself.

The floor writes the same rows with one statement for each table into a database
in memory and deflates it; it renders nothing and reads nothing.  Anki is measured
twice: doing the same job, from notes to a package (a new collection, the notes added
to it, exported), and exporting alone, from a collection that holds them already.
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
from anki.collection import AddNoteRequest, Collection, ExportAnkiPackageOptions
from anki.import_export_pb2 import ExportLimit, ImportAnkiPackageRequest
from genanki.apkg_schema import APKG_SCHEMA
from stores import make_store

from export.anki.flash_note_types import basic_model

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


def anki_from_notes(rows: dict[str, list[tuple[object, ...]]], folder: Path) -> None:
    """Let Anki make a package of the same notes, their fields already rendered."""
    with tempfile.TemporaryDirectory(dir=folder) as name:
        collection = Collection(str(Path(name) / "new.anki2"))
        deck = collection.decks.id("Bench")
        notetype = collection.models.by_name("Basic")
        requests: list[AddNoteRequest] = []
        for row in rows["notes"]:
            note = collection.new_note(notetype)
            note.fields[:] = str(row[6]).split("\x1f")[:2]
            note.tags = str(row[5]).split()
            requests.append(AddNoteRequest(note, deck))
        collection.add_notes(requests)
        anki_export(collection, folder / "made.apkg")
        collection.close()


def anki_export(collection: Collection, target: Path) -> None:
    collection.export_anki_package(
        out_path=str(target),
        options=ExportAnkiPackageOptions(legacy=True),
        limit=ExportLimit(whole_collection={}),
    )


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
        runs: dict[str, Callable[[], object]] = {
            "floor": lambda: floor(rows, folder / "floor.apkg"),
            "flash export": lambda: ours(store, package),
            "genanki as it is": lambda: as_it_is(rows, folder / "genanki.apkg"),
            "Anki, from the notes": lambda: anki_from_notes(rows, folder),
            "Anki, its export alone": lambda: anki_export(
                collection, folder / "anki.apkg"
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
            print(f"{label:<23}{median:6.2f} s  {median / base:5.2f} x the floor")
        print(f"{package.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
