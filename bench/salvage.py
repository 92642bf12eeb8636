"""How much of a damaged store comes back: files that are damaged at random.

    PYTHONPATH=. python bench/salvage.py

A store of 1,000 cards and their reviews, damaged in five ways, each many times
with other seeds; `flash doctor --salvage` reads it into a new one.  The mean share
of the rows that were read is printed, and whether the old file was left alone.
"""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from simulated_learner import fill, live
from stores import NOW_MS, write_deck

from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from srs.maintenance.salvage import salvage
from srs.store.connection import StoreError
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options

_TRIALS = 21
_CARDS = 1000
_PAGE = 4096
_TABLES = ("notes", "cards", "reviews")

Damage = Callable[[random.Random, bytearray], None]


def headless(dice: random.Random, data: bytearray) -> None:
    """Lose the header, or the whole first page."""
    size = dice.choice((100, _PAGE))
    data[:size] = dice.choice((bytes(size), dice.randbytes(size)))


def zeroed(dice: random.Random, data: bytearray) -> None:
    """Lose a few pages."""
    for _ in range(dice.randrange(1, 6)):
        at = dice.randrange(1, len(data) // _PAGE) * _PAGE
        data[at : at + _PAGE] = bytes(_PAGE)


def flipped(dice: random.Random, data: bytearray) -> None:
    """Turn single bits anywhere."""
    for _ in range(dice.randrange(1, 60)):
        data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)


def scrambled(dice: random.Random, data: bytearray) -> None:
    """Write something else over a stretch."""
    size = dice.randrange(1, len(data) // 12)
    at = dice.randrange(len(data) - size)
    data[at : at + size] = dice.randbytes(size)


def cut(dice: random.Random, data: bytearray) -> None:
    """Lose the end."""
    del data[dice.randrange(len(data)) :]


WAYS: dict[str, Damage] = {
    "header or first page": headless,
    "pages zeroed": zeroed,
    "bits flipped": flipped,
    "a stretch scrambled": scrambled,
    "cut off anywhere": cut,
}


def whole(folder: Path) -> bytes:
    """Make the store, in one file."""
    deck = folder / "deck.yaml"
    write_deck(deck, _CARDS)
    store = open_store(folder / "whole.db", NOW_MS)
    apply_plan(
        store, make_plan(read_deck(deck).notes, [], FileScope(frozenset())), NOW_MS
    )
    ids = [row[0] for row in store.rows("select id from cards order by id")]
    fill(store, live(ids, 400))
    rebuild_cache(store, Options(store))
    store.connection.execute("pragma journal_mode = delete")
    store.close()
    return store.path.read_bytes()


def counts(path: Path) -> dict[str, int]:
    """Count the rows of a store."""
    store = open_store(path, NOW_MS)
    found = {name: store.row(f"select count(*) from {name}")[0] for name in _TABLES}
    store.close()
    return found


def tried(data: bytes, damage: Damage, seed: int, folder: Path) -> dict[str, int]:
    """Damage the store, read it, and count what came back; none where it can't be."""
    damaged = bytearray(data)
    damage(random.Random(seed), damaged)
    path, target = folder / f"{seed}.db", folder / f"{seed}-new.db"
    path.write_bytes(damaged)
    try:
        salvage(path, target, NOW_MS)
    except StoreError:
        return dict.fromkeys(_TABLES, 0)
    assert path.read_bytes() == bytes(damaged), "the damaged file was written"
    return counts(target)


def main() -> None:
    """Print a table."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = whole(folder)
        before = counts(folder / "whole.db")
        print(f"{_TRIALS} of each; {before}")
        for way, damage in WAYS.items():
            place = folder / way.replace(" ", "-")
            place.mkdir()
            found = [tried(data, damage, seed, place) for seed in range(_TRIALS)]
            shares = (
                100 * sum(one[table] for one in found) / _TRIALS / before[table]
                for table in _TABLES
            )
            told = "  ".join(f"{share:5.1f} %" for share in shares)
            print(f"{way:<22}{told}")


if __name__ == "__main__":
    main()
