"""Fitting parameters, and computing all memory states anew, beside Anki and fsrs.

Logs of 10,000, 100,000 and 1,000,000 reviews of a learner who doesn't exist.
flash reads its store and fits; Anki does the same with its collection, both from
the call to its result.  The optimiser of `fsrs` wants torch and pandas: name a
Python that has them with `--torch PYTHON`, it is given the smallest log.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import fsrs
from anki.collection import Collection
from anki.deck_config_pb2 import UpdateDeckConfigsRequest
from simulated_learner import Row, fill, live
from stores import NOW_MS, write_deck

from cards.deckfile.reader import read_deck
from cards.identity.matching import FileScope, make_plan
from srs.models.presets import DEFAULT_PARAMETERS
from srs.optimizer.fit import fit
from srs.optimizer.training import read_training_set
from srs.store.connection import Store
from srs.store.note_writer import apply_plan
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options

_RUNS = 3
_SIZES = (10_000, 100_000, 1_000_000)
_DAYS = 1100
_EACH = 12.84
"""Reviews of a card in so many days, about."""

_TORCH = """
import json, sys, time
from datetime import datetime, timezone
from fsrs import Rating, ReviewLog
from fsrs.optimizer import Optimizer
rows = json.load(sys.stdin)
logs = [ReviewLog(card, Rating(rating), datetime.fromtimestamp(at / 1000, timezone.utc),
                  None) for at, card, rating in rows]
begun = time.perf_counter()
Optimizer(logs).compute_optimal_parameters()
print(time.perf_counter() - begun)
"""


def store_with(folder: Path, reviews: int) -> tuple[Store, list[Row]]:
    """Make a store whose log has about so many reviews."""
    cards = round(reviews / _EACH)
    deck = folder / f"{reviews}.yaml"
    write_deck(deck, cards)
    store = open_store(folder / f"{reviews}.db", NOW_MS)
    notes = read_deck(deck).notes
    apply_plan(store, make_plan(notes, [], FileScope(frozenset())), NOW_MS)
    ids = [row[0] for row in store.rows("select id from cards order by id")]
    rows = live(ids, _DAYS)
    fill(store, rows)
    rebuild_cache(store, Options(store))
    return store, rows


def collection_with(folder: Path, rows: Sequence[Row]) -> Collection:
    """Make a collection of Anki with the same log."""
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


def timed(job: Callable[[], object]) -> float:
    """Give the median of some runs, seconds."""
    taken = []
    for _ in range(_RUNS):
        begun = time.perf_counter()
        job()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def fit_here(store: Store) -> None:
    """Read the log and fit; without the judgement, which Anki doesn't make."""
    decks = [row[0] for row in store.rows("select id from decks")]
    material = read_training_set(store, decks, Options(store).rollover)
    fit(material, DEFAULT_PARAMETERS, seen=NOW_MS * 2)


def fit_in_anki(collection: Collection) -> None:
    """Let Anki read its log and fit."""
    collection._backend.compute_fsrs_params(  # noqa: SLF001 - its own screens do so
        search="",
        current_params=[],
        ignore_revlogs_before_ms=0,
        num_of_relearning_steps=1,
        health_check=False,
    )


def fit_with_torch(python: str, rows: Sequence[Row]) -> float:
    """Let the optimiser of `fsrs` fit; seconds."""
    sent = json.dumps([[row[0], row[1], row[2]] for row in rows])
    done = subprocess.run(
        [python, "-c", _TORCH], input=sent, text=True, check=True, capture_output=True
    )
    return float(done.stdout.split()[-1])


def rebuild_in_anki(collection: Collection, nudge: float) -> None:
    """Let Anki compute every memory state anew, as after *Optimize*."""
    known = collection._backend.get_deck_configs_for_update(1)  # noqa: SLF001
    config = known.all_config[0].config
    w = DEFAULT_PARAMETERS
    config.config.fsrs_params_6[:] = [w[0] + nudge, *w[1:]]
    request = UpdateDeckConfigsRequest(
        target_deck_id=1, configs=[config], fsrs=True, fsrs_reschedule=False
    )
    collection.decks.update_deck_configs(request)


def rebuild_with_fsrs(rows: Sequence[Row]) -> None:
    """Let `fsrs` answer every card again, one answer after another."""
    engine = fsrs.Scheduler(
        learning_steps=(), relearning_steps=(), enable_fuzzing=False
    )
    cards: dict[int, fsrs.Card] = {}
    for row in rows:
        card = cards.get(row[1]) or fsrs.Card(card_id=row[1])
        moment = datetime.fromtimestamp(row[0] / 1000, UTC)
        cards[row[1]], _ = engine.review_card(card, fsrs.Rating(row[2]), moment)


def show(name: str, seconds: float) -> None:
    """Print a line of the table."""
    print(f"  {name:<26}{seconds:8.2f} s")


def rebuilds(store: Store, collection: Collection, rows: Sequence[Row]) -> None:
    """Compute every memory state anew, in each way there is."""
    options = Options(store)
    nudges = iter((0.01, 0.02, 0.03))
    show("rebuild, flash", timed(lambda: rebuild_cache(store, options)))
    show("rebuild, Anki", timed(lambda: rebuild_in_anki(collection, next(nudges))))
    show("rebuild, fsrs in a loop", timed(lambda: rebuild_with_fsrs(rows)))
    firsts = [rescheduled(store, fresh=True) for _ in range(5)]
    show("flash reschedule", statistics.median(firsts))
    again = [rescheduled(store, number, fresh=number == 1) for number in (1, 2, 3)]
    show("the third in a row", again[-1])


def rescheduled(store: Store, number: int = 1, *, fresh: bool) -> float:
    """Let the command move nearly every card of a copy, as a whole process; seconds."""
    copy = store.path.with_suffix(".copy.db")
    if fresh:
        store.connection.execute("pragma wal_checkpoint(truncate)")
        shutil.copy(store.path, copy)
    opened = open_store(copy, NOW_MS)
    save_options(opened, "", {"desired_retention": (0.9, 0.87, 0.93, 0.85)[number]})
    opened.close()
    os.sync()  # what others wrote shall not keep it waiting
    command = [sys.executable, "-m", "flash", "reschedule", "--db", str(copy)]
    begun = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun


def measure(folder: Path, reviews: int, torch: str) -> None:
    """Print the figures of a log of about so many reviews."""
    store, rows = store_with(folder, reviews)
    collection = collection_with(folder, rows)
    print(f"{len(rows)} reviews")
    show("optimise, flash", timed(lambda: fit_here(store)))
    show("optimise, Anki", timed(lambda: fit_in_anki(collection)))
    if torch and reviews == _SIZES[0]:
        show("optimise, fsrs and torch", fit_with_torch(torch, rows))
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
