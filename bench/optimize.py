"""Fitting parameters and replaying the log, compared with Anki and fsrs.

The logs have 10,000, 100,000 and 1,000,000 reviews of a simulated learner.  flash
reads its store and fits; Anki does the same with its collection.  The optimizer of
`fsrs` needs torch and pandas: pass a Python that has them with `--torch PYTHON`; it
gets the smallest log.

    PYTHONPATH=.:tests python bench/optimize.py
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import fsrs
from anki.collection import Collection
from anki.deck_config_pb2 import UpdateDeckConfigsRequest
from common import NOW_MS, card_ids, flash, median_seconds, new_store, seconds
from simulated_learner import Row, fill, live

from srs.models.presets import DEFAULT_PARAMETERS
from srs.optimizer.fit import fit
from srs.optimizer.training import read_training_set
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options

_SIZES = (10_000, 100_000, 1_000_000)
_DAYS = 1100
_EACH = 12.84
"""Approximate number of reviews per card in that time."""

_TORCH = """
import json, sys, time
from datetime import datetime, timezone
from fsrs import Rating, ReviewLog
from fsrs.optimizer import Optimizer
rows = json.load(sys.stdin)
logs = [ReviewLog(card, Rating(rating), datetime.fromtimestamp(at / 1000, timezone.utc),
                  None) for at, card, rating in rows]
start = time.perf_counter()
Optimizer(logs).compute_optimal_parameters()
print(time.perf_counter() - start)
"""


def store_with(folder: Path, reviews: int) -> tuple[Store, list[Row]]:
    """Create a store with about that many reviews."""
    cards = round(reviews / _EACH)
    store = new_store(folder / f"{reviews}.db", folder / f"{reviews}.yaml", cards)
    rows = live(card_ids(store), _DAYS)
    fill(store, rows)
    rebuild_cache(store, Options(store))
    return store, rows


def collection_with(folder: Path, rows: Sequence[Row]) -> Collection:
    """Create an Anki collection with the same log."""
    collection = Collection(str(folder / f"{len(rows)}.anki2"))
    collection.set_config("fsrs", True)
    many = collection.db.executemany
    cards = sorted({row[1] for row in rows})
    many(
        "insert into notes values (?, ?, 1, 0, -1, '', 'a', 0, 0, 0, '')",
        [(card, str(card)) for card in cards],
    )
    many(
        "insert into cards values (?, ?, 1, 0, 0, -1, 2, 2, 1, 9, 2500, 5, 0, 0, 0, 0,"
        " 0, '')",
        [(card, card) for card in cards],
    )
    many(
        "insert into revlog values (?, ?, -1, ?, ?, ?, 2500, ?, ?)",
        [(r[0], r[1], r[2], r[8], r[9], r[3], r[5]) for r in rows],
    )
    return collection


def fit_here(store: Store) -> None:
    """Read the log and fit, without the evaluation, which Anki doesn't do."""
    decks = [row[0] for row in store.rows("select id from decks")]
    training_set = read_training_set(store, decks, Options(store).rollover)
    fit(training_set, DEFAULT_PARAMETERS, seen=NOW_MS * 2)


def fit_in_anki(collection: Collection) -> None:
    """Let Anki read its log and fit."""
    collection._backend.compute_fsrs_params(  # noqa: SLF001 - as Anki's screens do
        search="",
        current_params=[],
        ignore_revlogs_before_ms=0,
        num_of_relearning_steps=1,
        health_check=False,
    )


def fit_with_torch(python: str, rows: Sequence[Row]) -> float:
    """Let the optimizer of `fsrs` fit; return seconds."""
    sent = json.dumps([[row[0], row[1], row[2]] for row in rows])
    done = subprocess.run(
        [python, "-c", _TORCH], input=sent, text=True, check=True, capture_output=True
    )
    return float(done.stdout.split()[-1])


def rebuild_in_anki(collection: Collection, change: float) -> None:
    """Let Anki recompute every memory state, as after *Optimize*."""
    known = collection._backend.get_deck_configs_for_update(1)  # noqa: SLF001
    config = known.all_config[0].config
    w = DEFAULT_PARAMETERS
    config.config.fsrs_params_6[:] = [w[0] + change, *w[1:]]
    request = UpdateDeckConfigsRequest(
        target_deck_id=1, configs=[config], fsrs=True, fsrs_reschedule=False
    )
    collection.decks.update_deck_configs(request)


def rebuild_with_fsrs(rows: Sequence[Row]) -> None:
    """Replay every answer with `fsrs`."""
    engine = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    cards: dict[int, fsrs.Card] = {}
    for row in rows:
        card = cards.get(row[1]) or fsrs.Card(card_id=row[1])
        moment = datetime.fromtimestamp(row[0] / 1000, UTC)
        cards[row[1]], _ = engine.review_card(card, fsrs.Rating(row[2]), moment)


def show(name: str, spent: float) -> None:
    """Print a line of the table."""
    print(f"  {name:<26}{spent:8.2f} s")


def rebuilds(store: Store, collection: Collection, rows: Sequence[Row]) -> None:
    """Recompute every memory state in each way."""
    options = Options(store)
    changes = iter((0.01, 0.02, 0.03))
    show("rebuild, flash", median_seconds(lambda: rebuild_cache(store, options)))
    show(
        "rebuild, Anki",
        median_seconds(lambda: rebuild_in_anki(collection, next(changes))),
    )
    show("rebuild, fsrs in a loop", median_seconds(lambda: rebuild_with_fsrs(rows)))
    firsts = [reschedule(store, fresh=True) for _ in range(5)]
    show("flash reschedule", statistics.median(firsts))
    again = [reschedule(store, number, fresh=number == 1) for number in (1, 2, 3)]
    show("the third in a row", again[-1])


def reschedule(store: Store, number: int = 1, *, fresh: bool) -> float:
    """Run `flash reschedule` on a copy, so that nearly every card moves."""
    copy = store.path.with_suffix(".copy.db")
    if fresh:
        store.connection.execute("pragma wal_checkpoint(truncate)")
        shutil.copy(store.path, copy)
    opened = open_store(copy, NOW_MS)
    save_options(opened, "", {"desired_retention": (0.9, 0.87, 0.93, 0.85)[number]})
    opened.close()
    os.sync()  # so that earlier writes don't delay it
    return seconds(lambda: flash("reschedule", "--db", str(copy)))


def measure(folder: Path, reviews: int, torch: str) -> None:
    """Print the results for a log of about that many reviews."""
    store, rows = store_with(folder, reviews)
    collection = collection_with(folder, rows)
    print(f"{len(rows)} reviews")
    show("optimize, flash", median_seconds(lambda: fit_here(store)))
    show("optimize, Anki", median_seconds(lambda: fit_in_anki(collection)))
    if torch and reviews == _SIZES[0]:
        show("optimize, fsrs and torch", fit_with_torch(torch, rows))
    if reviews == _SIZES[-1]:
        rebuilds(store, collection, rows)
    collection.close()
    store.close()


def main(words: Sequence[str]) -> None:
    """Measure."""
    torch = words[words.index("--torch") + 1] if "--torch" in words else ""
    for reviews in _SIZES:
        with tempfile.TemporaryDirectory() as name:
            measure(Path(name), reviews, torch)


if __name__ == "__main__":
    main(sys.argv[1:])
