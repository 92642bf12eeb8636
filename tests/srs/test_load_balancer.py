"""Load balancing: even days, easy days and vacations."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from store_fixtures import (
    NOON,
    TODAY,
    Clock,
    add,
    contradictions,
    make_due,
    new_store,
    numbered,
)
from store_fixtures import ids as ids_of

from srs.models.cards import Rating
from srs.scheduler.fuzz import fuzz_factor, fuzz_range
from srs.scheduler.load_balancer import DueCounts
from srs.scheduler.study_day import day_date
from srs.store.connection import Store
from srs.store.queue import due_counts
from srs.store.settings import Options, away_days, save_options, save_setting
from srs.study.session import Session

USUAL = (1.0,) * 7
# A Monday.
MONDAY = 20_780
FACTORS = [n / 500 for n in range(500)]


def chosen(
    load: DueCounts, lower: int, upper: int, easy: tuple[float, ...] = USUAL
) -> Counter[int]:
    """Count the days picked for all fuzz factors."""
    return Counter(
        load.picker(MONDAY, factor, easy, even=True)(lower, upper) for factor in FACTORS
    )


def test_monday_is_a_monday() -> None:
    assert f"{day_date(MONDAY):%A}" == "Monday"


def test_a_day_with_few_cards_is_preferred() -> None:
    load = DueCounts({MONDAY + 9: 40, MONDAY + 10: 5, MONDAY + 11: 40})

    found = chosen(load, 9, 11)

    assert found.most_common(1)[0][0] == 10
    assert found[10] > 400


def test_days_are_weighed_as_in_anki() -> None:
    load = DueCounts({MONDAY + 8: 3, MONDAY + 9: 2, MONDAY + 10: 7})
    weights = {8: 3**-2.15 * 8**-3, 9: 2**-2.15 * 9**-3, 10: 7**-2.15 * 10**-3}

    found = chosen(load, 8, 10)

    total = sum(weights.values())
    for day, weight in weights.items():
        assert found[day] == pytest.approx(500 * weight / total, abs=1)


def test_long_intervals_are_not_balanced() -> None:
    load = DueCounts({MONDAY + 95: 400})

    found = chosen(load, 94, 97)

    assert found == {94: 125, 95: 125, 96: 125, 97: 125}


def test_the_longest_balanced_interval_is_90_days() -> None:
    load = DueCounts({MONDAY + 90: 400})

    assert chosen(load, 87, 90)[90] == 0
    assert chosen(load, 88, 91)[90] == 125


def test_a_free_weekday_gets_no_card_if_another_day_is_open() -> None:
    no_sunday = (1, 1, 1, 1, 1, 1, 0.0)

    assert 6 not in chosen(DueCounts({}), 4, 8, no_sunday)
    assert chosen(DueCounts({}), 6, 6, no_sunday) == {6: 500}
    # Also beyond the balanced days: 97 days later is a Sunday.
    assert 97 not in chosen(DueCounts({}), 94, 99, no_sunday)


def test_an_easy_weekday_gets_its_share() -> None:
    half_saturday = (1, 1, 1, 1, 1, 0.5, 1)
    counts = {MONDAY + day: 10 for day in (3, 4, 6, 7)}

    light = chosen(DueCounts({**counts, MONDAY + 5: 4}), 3, 7, half_saturday)
    half = chosen(DueCounts({**counts, MONDAY + 5: 5}), 3, 7, half_saturday)
    full = chosen(DueCounts({**counts, MONDAY + 5: 6}), 3, 7, half_saturday)

    assert light[5] > 0
    assert half[5] > 0
    assert 5 not in full


def test_vacation_days_stay_empty() -> None:
    load = DueCounts({}, away=((MONDAY + 5, MONDAY + 7),))

    assert set(chosen(load, 4, 8)) == {4, 8}
    assert set(chosen(load, 5, 7)) == {5, 6, 7}


@given(
    counts=st.dictionaries(st.integers(1, 40), st.integers(0, 300)),
    easy=st.tuples(*[st.sampled_from([0.0, 0.3, 0.5, 1.0])] * 7),
    away=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9)), max_size=3),
    interval=st.floats(1, 400),
    factor=st.floats(0, 1, exclude_max=True),
    even=st.booleans(),
)
def test_the_picked_day_is_in_range_and_reproducible(
    counts: dict[int, int],
    easy: tuple[float, ...],
    away: list[tuple[int, int]],
    interval: float,
    factor: float,
    even: bool,
) -> None:
    spans = [(MONDAY + first, MONDAY + first + more) for first, more in away]
    load = DueCounts({MONDAY + day: n for day, n in counts.items()}, spans)
    lower, upper = fuzz_range(interval, 1, 36500)

    days = load.picker(MONDAY, factor, easy, even=even)(lower, upper)

    assert lower <= days <= upper
    assert load.picker(MONDAY, factor, easy, even=even)(lower, upper) == days


def answer_all(store: Store, rating: Rating = Rating.GOOD) -> Counter[str]:
    """Answer the due cards and count the weekdays on which they are due again."""
    session = Session(store, Clock())
    while session.next() is not None:
        shown = session.next_states()[rating]
        saved = session.answer(rating, 900)
        assert saved.state is not None
        assert saved.state.interval == shown.interval
    rows = store.rows("select due_day from cards where due_day > :d", {"d": TODAY})
    return Counter(f"{day_date(day):%a}" for (day,) in rows)


def test_easy_days_apply_to_answers_and_survive_a_rebuild(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(120), NOON)
    save_setting(store, "catch_up", "no")
    make_due(store, ids_of(store), days_ago=9)
    save_options(store, "", {"easy_days": [1, 1, 1, 1, 1, 0, 0]})

    found = answer_all(store)

    assert sum(found.values()) == 120
    assert "Sat" not in found
    assert "Sun" not in found
    assert contradictions(store) == []
    store.close()


def test_a_heavy_day_gets_fewer_cards(tmp_path: Path) -> None:
    heavy = TODAY + 42

    def landed(name: str, balance: bool) -> int:
        folder = tmp_path / name
        folder.mkdir()
        store = new_store(folder)
        add(store, numbered(180), NOON)
        save_setting(store, "catch_up", "no")
        make_due(store, ids_of(store), days_ago=9)
        store.db.execute(
            "update cards set due_day = ? where id in"
            " (select id from cards order by id limit 60)",
            (heavy,),
        )
        save_options(store, "", {"load_balance": balance})
        answer_all(store)
        count = due_counts(store, TODAY).count(heavy)
        store.close()
        return count - 60

    assert landed("luck", False) > 10
    assert landed("even", True) < 5


def test_due_counts_cover_the_days_after_today(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(3), NOON)
    make_due(store, ids_of(store)[:2], days_ago=1)
    due = dict(
        store.rows("select due_day, count(*) from cards where due_day > 0 group by 1")
    )

    load = due_counts(store, TODAY)

    assert {day: load.count(day) for day in due} == due
    store.db.execute("update cards set suspended = 1")
    assert all(due_counts(store, TODAY).count(day) == 0 for day in due)
    store.close()


def test_due_counts_follow_moved_cards() -> None:
    load = DueCounts({MONDAY + 1: 1})

    load.move(MONDAY + 1, MONDAY + 2)
    load.move(MONDAY + 1, MONDAY + 2)
    load.move(None, MONDAY + 3)
    load.move(MONDAY + 3, None)

    assert [load.count(MONDAY + day) for day in (1, 2, 3)] == [0, 2, 0]


def test_vacations_are_parsed(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    save_setting(store, "away", "2027-05-01 2026-12-24..2027-01-02")

    assert [
        tuple(str(day_date(end)) for end in span) for span in Options(store).away
    ] == [("2026-12-24", "2027-01-02"), ("2027-05-01", "2027-05-01")]
    store.close()


@pytest.mark.parametrize("text", ["soon", "2026-13-01", "2027-01-02..2026-12-24", ".."])
def test_invalid_vacations_are_rejected(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        away_days(text)


def test_equal_days_are_picked_at_random() -> None:
    load = DueCounts({})

    found = {
        load.picker(MONDAY, fuzz_factor(f"card:{n}"), USUAL, even=True)(9, 12)
        for n in range(60)
    }

    assert found == {9, 10, 11, 12}
