"""Adding 100,000 cards, compared with libyaml's events and writing the same rows."""

import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml
from common import NOW_MS, seconds, write_deck

from srs.store.opening import open_store

CARDS = 100_000


def floor(deck: Path, filled: Path, folder: Path) -> float:
    """Read all YAML events, then write the rows of the store `filled`."""
    source = sqlite3.connect(filled)
    tables = {
        name: source.execute(f"select * from {name}").fetchall()
        for name in ("decks", "notes", "cards", "file_bases")
    }
    target = folder / "floor.db"
    target.unlink(missing_ok=True)
    store = open_store(target, NOW_MS)

    def work() -> None:
        for _ in yaml.parse(deck.read_text("utf-8"), Loader=yaml.CBaseLoader):
            pass
        with store.transaction() as connection:
            for name, rows in tables.items():
                marks = ", ".join("?" * len(rows[0]))
                connection.executemany(f"insert into {name} values ({marks})", rows)

    spent = seconds(work)
    store.close()
    return spent


def add(deck: Path, store: Path) -> tuple[float, float]:
    """Run `flash add` as a process; return seconds and peak megabytes."""
    code = (
        "import resource, sys; from flash.__main__ import main;"
        f"code = main(['add', {str(deck)!r}, '--db', {str(store)!r}, '--json']);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,"
        " file=sys.stderr); sys.exit(code)"
    )
    start = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return time.perf_counter() - start, float(done.stderr.split()[-1])


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deck = folder / "deck.yaml"
        write_deck(deck, CARDS)
        print(f"{CARDS} cards, {deck.stat().st_size / 1e6:.1f} MB of YAML")
        floors, firsts, agains, peaks = [], [], [], []
        for run in range(3):
            store = folder / f"{run}.db"
            first, peak = add(deck, store)
            again, peak_again = add(deck, store)
            floors.append(floor(deck, store, folder))
            firsts.append(first)
            agains.append(again)
            peaks.append(max(peak, peak_again))
        base = statistics.median(floors)
        for label, times in (("first", firsts), ("unchanged", agains)):
            median = statistics.median(times)
            print(f"add {label}: {median:.2f} s, {median / base:.2f} x the floor")
        print(f"floor: {base:.2f} s; peak memory {max(peaks):.0f} MB")


if __name__ == "__main__":
    main()
