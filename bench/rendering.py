"""Compare the cards of a package with Anki's own rendering.

Needs the package `anki`. Prints the differences that docs/anki.md doesn't name, and
exits with 1 if there are any.

    PYTHONPATH=.:tests python bench/rendering.py deck.apkg collection.colpkg
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from anki_rendering import differences, has_several_cloze_fields, opened

from flash.service.context import AppContext
from flash.service.importing import import_package
from srs.store.notes import stored_notes
from srs.store.opening import open_store

_LONGEST = 300


def compare(file: Path, folder: Path, shown: int) -> int:
    now_ms = int(time.time() * 1000)
    store = open_store(folder / "flash.db", now_ms)
    start = time.perf_counter()
    done = import_package(AppContext(store, lambda: now_ms), file)
    seconds = time.perf_counter() - start
    notes = list(stored_notes(store))
    collection = opened(file, folder)
    found = list(differences(collection, notes))
    cards = sum(len(note.cards) for note in notes)
    several = sum(
        has_several_cloze_fields(collection, card.id)
        for note in notes
        for card in note.cards
    )
    print(
        f"{file}: {cards} cards, imported in {seconds:.1f} s, {len(found)} differences"
    )
    print(f"  not compared: {several} cards with clozes in several fields")
    losses = Counter((loss.reason, loss.detail) for loss in done.losses)
    for (reason, detail), count in losses.items():
        print(f"  left out: {count} {reason} {detail}")
    for one in found[:shown]:
        print(f"  card {one.card}, {one.side}")
        print(f"    Anki:  {one.anki[:_LONGEST]}\n    flash: {one.flash[:_LONGEST]}")
    collection.close()
    store.close()
    return len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--show", type=int, default=10, help="differences per file")
    given = parser.parse_args()
    count = 0
    for file in given.files:
        with tempfile.TemporaryDirectory() as folder:
            count += compare(file, Path(folder), given.show)
    sys.exit(1 if count else 0)


if __name__ == "__main__":
    main()
