"""The simulated learner, the user's habits, and the workload by retention."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from simulated_learner import fill, live
from store_fixtures import DAY_MS, NOON, TODAY, add, ids, new_store, numbered

from srs.forecast.habits import AVERAGE, Habits, average_day, read_habits
from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    Simulation,
    StudyPolicy,
    sampled,
)
from srs.forecast.workload import RETENTIONS, workload
from srs.models.cards import SchedulingState, State
from srs.models.daily_limits import in_all
from srs.models.presets import Preset
from srs.scheduler.fsrs6 import forgetting_curve, interval_days, next_memory
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options

PRESET = Preset()
PARAMS = DeckParams(PRESET)
ALWAYS = Habits((0, 0, 1, 0), (0, 1, 0), new_s=20, recalled_s=10, forgotten_s=30)
FREE = StudyPolicy(DailyBudget(in_all(0)))


def known(stability: float = 10.0, due: int = 0, last: int = -10) -> SimCard:
    return SimCard(PARAMS, stability, 5.0, TODAY + last, TODAY + due)


def test_recall_and_memory_match_the_scheduler() -> None:
    card = known()

    assert card.recall(TODAY) == forgetting_curve(PRESET.parameters[20])(10.0, 10)
    assert PARAMS.after(10.0, 5.0, TODAY - 10, TODAY, 3) == next_memory(
        SchedulingState(State.REVIEW, stability=10.0, difficulty=5.0),
        3,
        10,
        PRESET.parameters,
    )
    assert 10.0 * PARAMS.days_per_stability == pytest.approx(
        interval_days(10.0, PRESET)
    )


def test_same_seed_gives_the_same_days() -> None:
    def simulated(seed: int) -> list[tuple[int, int, float]]:
        cards = [SimCard(PARAMS) for _ in range(60)]
        days = Simulation(
            cards, AVERAGE, StudyPolicy(DailyBudget(in_all(4))), seed
        ).run(TODAY, 60)
        return [(day.reviews, day.new, day.seconds) for day in days]

    assert simulated(1) == simulated(1)
    assert simulated(1) != simulated(2)


def test_day_keeps_its_limits() -> None:
    cards = [known(due=-1) for _ in range(30)]

    few = Simulation(
        [replace(s) for s in cards],
        ALWAYS,
        StudyPolicy(DailyBudget(in_all(0), in_all(7))),
        0,
    )
    short = Simulation(cards, ALWAYS, StudyPolicy(DailyBudget(in_all(0), minutes=1)), 0)

    assert [day.reviews for day in few.run(TODAY, 3)] == [7, 7, 7]
    assert all(60 <= day.seconds < 90 for day in short.run(TODAY, 3))


def test_fractions_of_new_cards_per_day_add_up() -> None:
    cards = [SimCard(PARAMS) for _ in range(10)]

    days = Simulation(cards, ALWAYS, StudyPolicy(DailyBudget(in_all(0.5))), 0).run(
        TODAY, 20
    )

    assert [day.new for day in days] == [0, 1] * 10
    assert all(one.stability for one in cards)


def test_answered_card_is_due_after_its_interval() -> None:
    card = known()

    (day,) = Simulation([card], ALWAYS, FREE, 0).run(TODAY, 1)

    assert (day.reviews, card.last_day) == (1, TODAY)
    wanted = interval_days(card.stability, PRESET)
    assert abs(card.due_day - TODAY - wanted) < 0.2 * wanted


def test_recall_follows_the_forgetting_curve() -> None:
    cards = [known(due=0, last=-30) for _ in range(4000)]
    expected = cards[0].recall(TODAY)

    Simulation(cards, ALWAYS, FREE, 0).run(TODAY, 1)

    recalled = sum(one.stability > 10 for one in cards) / len(cards)
    assert recalled == pytest.approx(expected, abs=0.02)


def test_sample_keeps_the_order() -> None:
    assert sampled([1, 2, 3], 5, 0) == [1, 2, 3]
    assert sampled(range(1000), 10, 3) == sorted(sampled(range(1000), 10, 3))


def test_habits_match_the_log(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(100), NOON)
    rows = live(ids(store), 300)
    fill(store, rows)
    last = rows[-1][0]
    decks = [row[0] for row in store.rows("select id from decks")]

    found = read_habits(store, last, decks)
    none = read_habits(store, last, [])

    first = [row for row in rows if row[4] == 0]
    share = sum(row[2] == 3 for row in first) / len(first)
    assert found.first[2] == pytest.approx(share, abs=0.05)
    assert sum(found.first) == pytest.approx(1)
    assert sum(found.recalled) == pytest.approx(1)
    assert 2 < found.recalled_s < 11
    assert none.recalled == pytest.approx(AVERAGE.recalled)
    assert replace(none, recalled=AVERAGE.recalled) == AVERAGE
    store.close()


def test_average_day_ignores_today_and_idle_days(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(9), NOON)
    cards = ids(store)
    fill(
        store,
        [
            (NOON - days * DAY_MS + n, card, 3, 30_000, 2, 1, 2, 0, 5, 5)
            for days, count in ((9, 4), (5, 8), (0, 9))
            for n, card in enumerate(cards[:count])
        ],
    )

    assert average_day(store, 4, TODAY) == (6.0, 3.0)
    store.close()


def test_higher_retention_costs_and_retains_more(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(150), NOON)
    fill(store, live(ids(store)[:100], 200))
    rebuild_cache(store, Options(store))
    save_options(store, "", {"desired_retention": 0.85})
    decks = [row[0] for row in store.rows("select id from decks")]

    found = workload(store, Options(store), NOON, decks, days=200, new=1)
    again = workload(store, Options(store), NOON, decks, days=200, new=1)

    assert found == again
    assert (found.cards, found.new, found.present) == (150, 50, 0.85)
    assert tuple(one.retention for one in found.choices) == RETENTIONS
    first, *_, last = found.choices
    assert first.minutes < last.minutes
    assert first.remembered < last.remembered <= 150
    assert all(one.begun == 150 for one in found.choices)
    store.close()


def test_each_deck_at_the_top_has_its_own_limits(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    for deck in ("A::One", "B"):
        add(store, numbered(50, deck), NOON, f"{deck}.yaml")
    save_options(store, "", {"reviews_per_day": 2, "new_per_day": 1})
    decks = {name: key for key, name in store.rows("select id, name from decks")}
    options = Options(store)

    one = workload(store, options, NOON, [decks["B"]], "B", days=50)
    both = workload(store, options, NOON, list(decks.values()), days=50)
    few = workload(store, options, NOON, list(decks.values()), days=50, new=1)

    assert {found.begun for found in one.choices} == {50}
    assert {found.begun for found in both.choices} == {100}
    assert {found.begun for found in few.choices} == {50}
    assert both.choices[-1].reviews > 3
    assert (both.choices[0].limited, both.choices[-1].limited) == (False, True)
    store.close()


def test_limits_of_children_and_parents_apply_together(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [*numbered(50, "A::One"), *numbered(50, "A::Two")], NOON)
    save_options(store, "A", {"new_per_day": 2})
    save_options(store, "A::One", {"new_per_day": 1})
    decks = {name: key for key, name in store.rows("select id, name from decks")}

    def begun(*names: str) -> set[int]:
        chosen = [decks[name] for name in names]
        found = workload(store, Options(store), NOON, chosen, "A", days=20)
        return {one.begun for one in found.choices}

    both, child = begun("A::One", "A::Two"), begun("A::One")
    save_options(store, "A::One", {"new_per_day": 9})

    assert (both, child, begun("A::One")) == ({40}, {20}, {40})
    store.close()


def test_empty_store_has_an_empty_workload(tmp_path: Path) -> None:
    store = new_store(tmp_path)

    found = workload(store, Options(store), NOON, [], days=30)

    assert (found.cards, found.remembered) == (0, 0)
    assert {one.minutes for one in found.choices} == {0.0}
    store.close()
