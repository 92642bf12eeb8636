"""Exporting 100,000 cards, compared with a floor, genanki and Anki.

The floor writes the same rows into a database in memory and deflates it; it reads
and renders nothing.  Anki is measured twice: the same job (new collection, add the
notes, export), and the export alone from a collection that has the notes.
"""

import tempfile
from pathlib import Path

import genanki
from anki.collection import AddNoteRequest, Collection, ExportAnkiPackageOptions
from anki.import_export_pb2 import ExportLimit, ImportAnkiPackageRequest
from common import Rows, flash, make_store, medians, package_rows, write_rows

from export.anki.flash_note_types import BASIC_ID, basic_model, cloze_model

CARDS = 100_000
_RUNS = 3


def genanki_export(rows: Rows, target: Path) -> None:
    """Export the same notes with genanki: our note types, fields already rendered."""
    deck = genanki.Deck(1_795_000_002, "Bench")
    for row in rows["notes"]:
        model = basic_model() if row[2] == BASIC_ID else cloze_model()
        fields, tags = str(row[6]).split("\x1f"), str(row[5]).split()
        note = genanki.Note(model=model, fields=fields, guid=row[1], tags=tags)
        deck.add_note(note)
    genanki.Package(deck).write_to_file(str(target))


def anki_from_notes(rows: Rows, folder: Path) -> None:
    """Export the same notes with Anki, fields already rendered."""
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
        store, package = folder / "store.db", folder / "flash.apkg"
        make_store(store, cards=CARDS, reviews_each=0, folder=folder)
        flash("export", str(package), "--db", str(store))
        rows = package_rows(package, folder, "notes", "cards")
        collection = Collection(str(folder / "collection.anki2"))
        collection.import_anki_package(
            ImportAnkiPackageRequest(package_path=str(package))
        )
        result = medians(
            {
                "floor": lambda: write_rows(rows, folder / "floor.apkg"),
                "flash export": lambda: flash(
                    "export", str(package), "--db", str(store)
                ),
                "genanki alone": lambda: genanki_export(rows, folder / "genanki.apkg"),
                "Anki, from the notes": lambda: anki_from_notes(rows, folder),
                "Anki, export alone": lambda: anki_export(
                    collection, folder / "anki.apkg"
                ),
            },
            _RUNS,
        )
        collection.close()
        for label, spent in result.items():
            print(f"{label:<23}{spent:6.2f} s  {spent / result['floor']:5.2f} x floor")
        print(f"{package.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
