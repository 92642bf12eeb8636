"""Writing a package of 100,000 notes in memory, compared with a floor and others.

`package.py` measures the whole command with the store; this is the writer alone.
"""

import gc
import random
import tempfile
from pathlib import Path

from anki.collection import Collection, ExportAnkiPackageOptions
from anki.generic_pb2 import Empty
from anki.import_export_pb2 import ExportLimit, ImportAnkiPackageRequest
from common import NOW_MS, medians, package_rows, write_rows
from package import genanki_export

from cards.note import Basic, Choice, Cloze, Content, ListNote, Note
from cards.questions import parts_of
from cards.text.html import cached_html
from export.anki.package_writer import Creation, Written, write_package
from srs.models.cards import StoredCard, StoredNote

NOTES = 100_000
_RUNS = 3
_WORDS = "key policy bucket stream shard role region gateway subnet rule metric".split()


def content(number: int, rng: random.Random) -> Content:
    """Create one of a mix of notes: most plain, a sixth with Markdown."""
    words = " ".join(rng.choice(_WORDS) for _ in range(7))
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


def make_notes() -> list[StoredNote]:
    rng = random.Random(5)
    notes: list[StoredNote] = []
    card = NOW_MS
    for number in range(NOTES):
        note = Note(content(number, rng), "Bench::Large", tags=("bench",))
        cards: list[StoredCard] = []
        for ordinal, part in enumerate(parts_of(note.content)):
            card += 1
            cards.append(StoredCard(card, f"g{number}", ordinal, part, card - NOW_MS))
        stored = StoredNote(f"g{number}", NOW_MS + number, note, NOW_MS, tuple(cards))
        notes.append(stored)
    return notes


def flash_export(notes: list[StoredNote], target: Path) -> Written:
    cached_html.cache_clear()
    return write_package(target, notes, Creation(1_577_851_200, 0))


def main() -> None:
    notes = make_notes()
    # As `flash export` does: a short run that creates no reference cycles.
    gc.disable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        package = folder / "flash.apkg"
        written = flash_export(notes, package)
        rows = package_rows(package, folder, "notes", "cards")
        collection = Collection(str(folder / "collection.anki2"))
        request = ImportAnkiPackageRequest(package_path=str(package))
        collection.import_anki_package(request)
        options = ExportAnkiPackageOptions(legacy=True, with_media=True)
        whole = ExportLimit(whole_collection=Empty())
        result = medians(
            {
                "floor": lambda: write_rows(rows, folder / "floor.apkg", level=1),
                "flash": lambda: flash_export(notes, package),
                "genanki alone": lambda: genanki_export(rows, folder / "genanki.apkg"),
                "Anki": lambda: collection.export_anki_package(
                    out_path=str(folder / "anki.apkg"), options=options, limit=whole
                ),
            },
            _RUNS,
        )
        collection.close()
        size = package.stat().st_size
    print(f"{written.notes} notes, {written.cards} cards, {size / 1e6:.1f} MB")
    for label, spent in result.items():
        print(f"{label:<18}{spent:6.2f} s  {spent / result['floor']:5.2f} x floor")


if __name__ == "__main__":
    main()
