"""A rebuild from the log, compared with the scheduler and with what answers left."""

import gc
import random
import sqlite3
from pathlib import Path

import pytest
from replay_reference import replay_reference
from simulated_learner import fill, live
from store_fixtures import NOON, add, new_store, numbered

from srs.models.cards import SchedulingState, State
from srs.models.presets import DEFAULT_PARAMETERS, PARAMETER_RANGES, Preset
from srs.optimizer.reschedule import reschedule_cards
from srs.scheduler.fsrs6 import memory_model, next_memory
from srs.scheduler.study_day import DAY_MS
from srs.stats.calibration import calibration
from srs.store.connection import Store
from srs.store.replay import read_logs, rebuild_cache, replay_cards
from srs.store.settings import Options
from srs.store.statistics import DeckFilter


@pytest.fixture
def lived(tmp_path: Path) -> Store:
    """A store of a learner who answered for a year and a half."""
    store = new_store(tmp_path)
    add(store, numbered(60), NOON)
    ids = [row[0] for row in store.rows("select id from cards")]
    fill(store, live(ids, 540))
    return store


def replayed(store: Store, rollover: int = 4) -> dict[int, SchedulingState]:
    decks = store.rows("select id from decks")
    presets = {deck: Preset() for (deck,) in decks}
    return replay_cards(store.connection, presets, rollover)


def some_parameters(dice: random.Random) -> tuple[float, ...]:
    bounds = zip(DEFAULT_PARAMETERS, PARAMETER_RANGES, strict=True)
    if dice.random() < 0.5:
        return tuple(round(dice.uniform(*ends), 4) for _, ends in bounds)
    return tuple(
        round(min(max(w * dice.uniform(0.7, 1.3), lowest), highest), 4)
        for w, (lowest, highest) in bounds
    )


@pytest.mark.parametrize("seed", range(12))
def test_formulas_equal_fsrs_to_the_last_bit(seed: int) -> None:
    dice = random.Random(seed)
    parameters = some_parameters(dice) if seed else DEFAULT_PARAMETERS
    model = memory_model(parameters)

    for _ in range(30):
        memory, progress = (0.0, 0.0), SchedulingState()
        for _ in range(12):
            elapsed = dice.choice([0, 0, 1, 2, 5, 10, 50, 400, 9000, 2_000_000, -3])
            rating = dice.choice([1, 2, 3, 3, 4])
            theirs = next_memory(progress, rating, elapsed, parameters)
            progress = SchedulingState(
                State.REVIEW, stability=theirs[0], difficulty=theirs[1]
            )

            memory = model(*memory, elapsed, rating)
            assert memory == theirs


def test_replay_agrees_with_the_scheduler(lived: Store) -> None:
    # Rows by hand, an undone answer and offsets of a traveller among them.
    lived.db.execute("update reviews set offset_min = 540 where id % 3 = 0")
    lived.db.execute("update reviews set undone = 1 where id % 11 = 0")
    lived.db.execute("update reviews set rating = 0, kind = 4 where id % 13 = 0")
    lived.db.execute("update reviews set rating = 0, kind = 5 where id % 17 = 0")
    look_at = "update reviews set kind = 3, difficulty = 0 where "
    lived.db.execute(look_at + "id % 5 = 0 and rating > 0")
    cards = "(select min(id) from reviews group by card having card % 4 = 0)"
    lived.db.execute(f"{look_at} rating > 0 and id in {cards}")
    lived.db.execute(f"{look_at} rating > 0 and card in (select max(id) from cards)")

    for rollover in (0, 4, 23):
        found = replayed(lived, rollover)

        assert len(found) == 60
        assert found == {
            card: replay_reference(lived.connection, card, DEFAULT_PARAMETERS, rollover)
            for card in found
        }


def test_replay_agrees_on_rescheduled_cards(lived: Store) -> None:
    # At the end of a log, twice there, in its middle, at its beginning, all of it.
    moves = "update reviews set rating = 0, kind = 5, interval = 7 + id % 90 where "
    ends = "select max(id) from reviews where rating > 0 and card % 4 in ({}) group by card"
    lived.db.execute(f"{moves} id in ({ends.format('0, 1')})")
    lived.db.execute(f"{moves} id in ({ends.format('1')})")
    lived.db.execute(f"{moves} id % 7 = 0")
    firsts = "select min(id) from reviews where card % 5 = 0 group by card"
    lived.db.execute(f"{moves} id in ({firsts})")
    lived.db.execute(f"{moves} card in (select min(id) from cards)")

    found = replayed(lived)

    assert len(found) == 60
    assert found == {
        card: replay_reference(lived.connection, card, DEFAULT_PARAMETERS, 4)
        for card in found
    }


def test_reschedule_in_the_log_moves_only_the_due_day(
    lived: Store,
) -> None:
    options = Options(lived)
    rebuild_cache(lived, options)
    card, last, last_day = lived.row(
        "select id, last_ms, last_day from cards where state = 2"
    )
    before = replayed(lived)
    lived.db.execute(
        "insert into reviews (id, card, origin_ms, rating, duration_ms, state_before, kind,"
        " offset_min, state, step, interval, last_interval, difficulty)"
        " values (:id, :card, :id, 0, 0, 2, 5, 0, 2, 0, 77, 5, 5.0)",
        {"id": last + 9 * DAY_MS, "card": card},
    )

    after = replayed(lived)

    changed = {one for one in after if after[one] != before[one]}
    assert changed == {card}
    assert (after[card].interval, after[card].due_day) == (77, last_day + 77)
    assert after[card].stability == before[card].stability
    assert after[card].reps == before[card].reps


def test_replay_agrees_on_moments_outside_the_calendar(lived: Store) -> None:
    # The first years of the epoch, and years after 2148, as broken clocks give them.
    ends = "select {}(id) from reviews where card % 5 = {} group by card"
    early, late = ends.format("min", 0), ends.format("max", 1)
    lived.db.execute(f"update reviews set id = id % 100000000 where id in ({early})")
    lived.db.execute(f"update reviews set id = id + 4000000000000 where id in ({late})")
    lived.db.execute("update reviews set origin_ms = id")

    found = replayed(lived)

    assert len(found) == 60
    assert max(one.last_day or 0 for one in found.values()) > 0xFFFF
    assert found == {
        card: replay_reference(lived.connection, card, DEFAULT_PARAMETERS, 4)
        for card in found
    }


@pytest.mark.parametrize("lost", ["id % 3 = 0", "1"])
def test_answers_without_a_card_are_ignored(lived: Store, lost: str) -> None:
    lived.connection.execute("pragma foreign_keys = off")
    lived.db.execute("update reviews set rating = 0, kind = 4 where card % 4 = 0")
    lived.db.execute(f"delete from cards where {lost}")
    options, left = Options(lived), dict(lived.rows("select id, deck from cards"))

    found = replayed(lived)

    assert found.keys() == left.keys()
    assert reschedule_cards(lived, options, NOON).cards <= len(left)
    judged = calibration(lived, options, 0, DeckFilter())
    assert (judged.reviews > 0) == bool(left)


def test_a_log_read_in_part_lets_the_store_be_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = new_store(tmp_path)
    add(store, numbered(1))
    fill(store, live([row[0] for row in store.rows("select id from cards")], 9))
    found: list[type[BaseException]] = []
    monkeypatch.setattr("sys.unraisablehook", lambda one: found.append(one.exc_type))
    rows = read_logs(store.connection)
    next(rows)

    store.close()
    del rows
    gc.collect()

    assert sqlite3.ProgrammingError not in found
