"""Writing a package from 100,000 notes in memory, beside a floor and others.

Unlike `package.py`, which runs the whole command with the store, this measures
the writer alone.  The floor writes the same rows with one statement for each table
into a database in memory and deflates it as the writer does.
"""

import gc
import io
import random
import sqlite3
import statistics
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import genanki
from anki.collection import Collection, ExportAnkiPackageOptions
from anki.generic_pb2 import Empty
from anki.import_export_pb2 import ExportLimit, ImportAnkiPackageRequest
from genanki.apkg_schema import APKG_SCHEMA

from cards.note import Basic, Choice, Cloze, Content, ListNote, Note
from cards.questions import parts_of
from cards.text.html import cached_html
from export.anki.flash_note_types import BASIC_ID, basic_model, cloze_model
from export.anki.package_writer import Creation, Written, write_package
from srs.models.cards import StoredCard, StoredNote

NOTES = 100_000
_RUNS = 3
_NOW_MS = 1_795_000_000_000
_WORDS = "key policy bucket stream shard role region gateway subnet rule metric".split()
Rows = dict[str, list[tuple[object, ...]]]


def content(number: int, chance: random.Random) -> Content:
    """Make a note of a mix: most are plain, a sixth has Markdown."""
    words = " ".join(chance.choice(_WORDS) for _ in range(7))
    first, *_, last = words.split()
    match number % 20:
        case 0:
            return Cloze(
                f"Number {number}: {{{{c1::{words}}}}} and {{{{c2::{last}}}}}."
            )
        case 1:
            return ListNote(f"Number {number}", (f"{first} 1", f"{last} 2", words))
        case 2:
            return Choice(f"Which {words} {number}?", (first, f"no {last}"), first)
        case 3 | 4 | 5:
            return Basic(f"Who is `{first}` {number}?", f"`{last}` and **{words}**")
        case 6 if number % 100 == 6:
            return Basic(f"What is {number}?", f"- {words}\n- *{last}*")
        case _:
            return Basic(f"What of number {number} is the {words}?", words)


def material() -> list[StoredNote]:
    chance = random.Random(5)
    notes: list[StoredNote] = []
    card = _NOW_MS
    for number in range(NOTES):
        note = Note(content(number, chance), "Bench::Large", tags=("bench",))
        cards: list[StoredCard] = []
        for ordinal, part in enumerate(parts_of(note.content)):
            card += 1
            cards.append(StoredCard(card, f"g{number}", ordinal, part, card - _NOW_MS))
        stored = StoredNote(f"g{number}", _NOW_MS + number, note, _NOW_MS, tuple(cards))
        notes.append(stored)
    return notes


def rows_of(package: Path, folder: Path) -> Rows:
    with zipfile.ZipFile(package) as archive:
        (folder / "rows.db").write_bytes(archive.read("collection.anki2"))
    source = sqlite3.connect(folder / "rows.db")
    tables = ("notes", "cards")
    rows = {name: source.execute(f"select * from {name}").fetchall() for name in tables}
    source.close()
    return rows


def floor(rows: Rows, target: Path) -> None:
    connection = sqlite3.connect(":memory:")
    connection.executescript(APKG_SCHEMA)
    for name, values in rows.items():
        marks = ", ".join("?" * len(values[0]))
        connection.executemany(f"insert into {name} values ({marks})", values)
    connection.commit()
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("collection.anki2", connection.serialize())
        archive.writestr("media", "{}")
    target.write_bytes(buffer.getvalue())
    connection.close()


def ours(notes: list[StoredNote], target: Path) -> Written:
    cached_html.cache_clear()
    return write_package(target, notes, Creation(1_577_851_200, 0))


def genanki_as_it_is(rows: Rows, target: Path) -> None:
    """Give genanki the same notes, their fields already rendered by us."""
    deck = genanki.Deck(1_795_000_002, "Bench::Large")
    for row in rows["notes"]:
        model = basic_model() if row[2] == BASIC_ID else cloze_model()
        fields, tags = str(row[6]).split("\x1f"), str(row[5]).split()
        note = genanki.Note(model=model, fields=fields, guid=row[1], tags=tags)
        deck.add_note(note)
    genanki.Package(deck).write_to_file(str(target))


def measure(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Give the median seconds of each, all taken in turn."""
    spent: dict[str, list[float]] = {label: [] for label in runs}
    for _ in range(_RUNS):
        for label, run in runs.items():
            start = time.perf_counter()
            run()
            spent[label].append(time.perf_counter() - start)
    return {label: statistics.median(seconds) for label, seconds in spent.items()}


def main() -> None:
    notes = material()
    # As `flash export` does: a short run that makes values and no cycles.
    gc.disable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = folder / "ours.apkg"
        written = ours(notes, package)
        rows = rows_of(package, folder)
        collection = Collection(str(folder / "collection.anki2"))
        request = ImportAnkiPackageRequest(package_path=str(package))
        collection.import_anki_package(request)
        options = ExportAnkiPackageOptions(legacy=True, with_media=True)
        whole = ExportLimit(whole_collection=Empty())
        medians = measure(
            {
                "floor": lambda: floor(rows, folder / "floor.apkg"),
                "flash": lambda: ours(notes, package),
                "genanki as it is": lambda: genanki_as_it_is(
                    rows, folder / "genanki.apkg"
                ),
                "Anki": lambda: collection.export_anki_package(
                    out_path=str(folder / "anki.apkg"), options=options, limit=whole
                ),
            }
        )
        collection.close()
        size = package.stat().st_size
    print(f"{written.notes} notes, {written.cards} cards, {size / 1e6:.1f} MB")
    for label, seconds in medians.items():
        print(f"{label:<18}{seconds:6.2f} s  {seconds / medians['floor']:5.2f} x floor")


if __name__ == "__main__":
    main()
