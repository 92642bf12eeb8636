"""Shared by the benchmarks: reproducible decks and stores, timing, package rows."""

import io
import random
import sqlite3
import statistics
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from genanki.apkg_schema import APKG_SCHEMA

from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from srs.store.connection import Store
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store

NOW_MS = 1_795_000_000_000
_DAY_MS = 86_400_000
_WORDS = """
key policy bucket object stream shard consumer producer role account region endpoint
gateway subnet route table rule group log metric alarm event target detector finding
score secret rotation version lambda function queue topic
""".split()

Rows = Mapping[str, Sequence[tuple[object, ...]]]
"""Rows of an Anki database by table."""


def seconds(job: Callable[[], object]) -> float:
    """Time one call."""
    start = time.perf_counter()
    job()
    return time.perf_counter() - start


def median_seconds(job: Callable[[], object], runs: int = 3) -> float:
    """Time several calls and return the median."""
    return statistics.median(seconds(job) for _ in range(runs))


def medians(jobs: Mapping[str, Callable[[], object]], runs: int) -> dict[str, float]:
    """Time all jobs in turn, several times, and return the median of each."""
    taken: dict[str, list[float]] = {label: [] for label in jobs}
    for _ in range(runs):
        for label, job in jobs.items():
            taken[label].append(seconds(job))
    return {label: statistics.median(times) for label, times in taken.items()}


def flash(*words: str) -> None:
    """Run a command as a process of its own."""
    command = [sys.executable, "-m", "flash", *words]
    subprocess.run(command, check=True, capture_output=True)


def write_deck(path: Path, cards: int) -> None:
    """Write a deck of about 130 bytes per card, a sixth of them with Markdown."""
    rng = random.Random(7)
    lines = ["deck: Bench::Large", "language: en", "tags: [bench]", "cards:"]
    for number in range(cards):
        words = " ".join(rng.choice(_WORDS) for _ in range(7))
        answer = " ".join(rng.choice(_WORDS) for _ in range(5))
        if number % 6 == 0:
            answer = f"`{answer.split()[0]}` and **{answer.split()[1]}**"
        lines.append(f"  - front: What of number {number} is the {words}?")
        lines.append(f'    back: "{answer}"')
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def new_store(path: Path, deck: Path, cards: int) -> Store:
    """Write a deck of that many cards and add it to a new store."""
    write_deck(deck, cards)
    store = open_store(path, NOW_MS - 400 * _DAY_MS)
    plan = make_plan(read_deck(deck).notes, [], FileScope(frozenset()))
    apply_plan(store, plan, NOW_MS)
    return store


def card_ids(store: Store) -> list[int]:
    """List the ids of all cards."""
    return [row[0] for row in store.rows("select id from cards order by id")]


def make_store(path: Path, *, cards: int, reviews_each: int, folder: Path) -> None:
    """Create a store with that many cards and reviews of each card."""
    store = new_store(path, folder / f"deck-{cards}.yaml", cards)
    rng = random.Random(11)
    ids = card_ids(store)
    reviews: list[tuple[int, ...]] = []
    states: list[tuple[object, ...]] = []
    at = NOW_MS - 365 * _DAY_MS
    step = 364 * _DAY_MS // max(1, len(ids) * reviews_each)
    for repetition in range(reviews_each):
        for card in ids:
            at += step
            interval = 2 * (repetition + 1) + rng.randrange(20)
            rating = 1 if rng.random() < 0.1 else 3
            is_first = repetition == 0
            row = (at, card, at, rating, 4000, 0 if is_first else 2, int(not is_first))
            reviews.append((*row, 0, 2, 0, interval, 2 * repetition, 5))
            if repetition == reviews_each - 1:
                day = at // _DAY_MS
                due = max(day + interval, NOW_MS // _DAY_MS - rng.randrange(30, 60))
                due += rng.randrange(0, 90)
                memory = (2, 12.5, 5.0, interval, due, at, day, reviews_each)
                states.append((*memory, card))
    with store.transaction() as connection:
        connection.executemany(
            "insert into reviews (id, card, origin_ms, rating, duration_ms,"
            " state_before, kind,"
            " offset_min, state, step, interval, last_interval, difficulty)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            reviews,
        )
        connection.executemany(
            "update cards set state = ?, stability = ?, difficulty = ?, interval = ?,"
            " due_day = ?, last_ms = ?, last_day = ?, reps = ? where id = ?",
            states[: len(states) - len(states) // 10],
        )
    store.connection.execute("pragma wal_checkpoint(truncate)")
    store.close()


def package_rows(package: Path, folder: Path, *tables: str) -> Rows:
    """Read tables of an Anki package."""
    file = folder / "rows.db"
    with zipfile.ZipFile(package) as archive:
        file.write_bytes(archive.read("collection.anki2"))
    source = sqlite3.connect(file)
    rows = {name: source.execute(f"select * from {name}").fetchall() for name in tables}
    source.close()
    return rows


def write_rows(rows: Rows, target: Path, level: int | None = None) -> None:
    """Write a package with one statement per table: the floor of an export."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(APKG_SCHEMA)
    for name, values in rows.items():
        marks = ", ".join("?" * len(values[0]))
        connection.executemany(f"insert into {name} values ({marks})", values)
    connection.commit()
    buffer = io.BytesIO()
    with zipfile.ZipFile(
        buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=level
    ) as archive:
        archive.writestr("collection.anki2", connection.serialize())
        archive.writestr("media", "{}")
    target.write_bytes(buffer.getvalue())
    connection.close()
