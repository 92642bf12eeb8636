"""How many rows `flash doctor --salvage` recovers from a damaged store.

    PYTHONPATH=.:tests python bench/salvage.py

A store of 1,000 cards and their reviews is damaged at random in five ways, many times
each.  The script prints the mean share of recovered rows and checks that the damaged
file was not written to.
"""

import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from common import NOW_MS, card_ids, new_store
from simulated_learner import fill, live

from srs.maintenance.salvage import salvage
from srs.store.connection import StoreError
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options

_TRIALS = 21
_CARDS = 1000
_PAGE = 4096
_TABLES = ("notes", "cards", "reviews")

Damage = Callable[[random.Random, bytearray], None]


def headless(rng: random.Random, data: bytearray) -> None:
    """Lose the header, or the whole first page."""
    size = rng.choice((100, _PAGE))
    data[:size] = rng.choice((bytes(size), rng.randbytes(size)))


def zeroed(rng: random.Random, data: bytearray) -> None:
    """Lose a few pages."""
    for _ in range(rng.randrange(1, 6)):
        at = rng.randrange(1, len(data) // _PAGE) * _PAGE
        data[at : at + _PAGE] = bytes(_PAGE)


def flipped(rng: random.Random, data: bytearray) -> None:
    """Flip single bits anywhere."""
    for _ in range(rng.randrange(1, 60)):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def scrambled(rng: random.Random, data: bytearray) -> None:
    """Overwrite a range."""
    size = rng.randrange(1, len(data) // 12)
    at = rng.randrange(len(data) - size)
    data[at : at + size] = rng.randbytes(size)


def cut(rng: random.Random, data: bytearray) -> None:
    """Lose the end."""
    del data[rng.randrange(len(data)) :]


WAYS: dict[str, Damage] = {
    "header or first page": headless,
    "pages zeroed": zeroed,
    "bits flipped": flipped,
    "range overwritten": scrambled,
    "truncated": cut,
}


def whole(folder: Path) -> bytes:
    """Create the store as a single file."""
    store = new_store(folder / "whole.db", folder / "deck.yaml", _CARDS)
    fill(store, live(card_ids(store), 400))
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


def recovered(data: bytes, damage: Damage, seed: int, folder: Path) -> dict[str, int]:
    """Damage the store, salvage it, and count the recovered rows."""
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
            found = [recovered(data, damage, seed, place) for seed in range(_TRIALS)]
            shares = (
                100 * sum(rows[table] for rows in found) / _TRIALS / before[table]
                for table in _TABLES
            )
            line = "  ".join(f"{share:5.1f} %" for share in shares)
            print(f"{way:<22}{line}")


if __name__ == "__main__":
    main()
