"""Exam mode: weights, intervals, gains and the forecast."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simulated_learner import fill, live
from store_fixtures import (
    NOON,
    TODAY,
    add,
    basic,
    new_store,
    numbered,
    set_exam,
    tagged,
)
from store_fixtures import ids as ids_of

from srs.forecast.exam import (
    by_gain,
    card_weights,
    domain_of,
    exam_policy,
    final_review,
    gain,
    new_order,
)
from srs.forecast.exam_forecast import NoExamCards, forecast_exam
from srs.forecast.habits import AVERAGE
from srs.forecast.simulator import (
    DailyBudget,
    DeckParams,
    SimCard,
    Simulation,
    StudyPolicy,
)
from srs.models.daily_limits import in_all
from srs.models.exam import FINAL_REVIEW_DAYS, Exam, before_exam, exam_text, read_exam
from srs.models.presets import Preset
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options
from srs.study.due_cards import CardFilter
from srs.study.queue import build_queue

PARAMS = DeckParams(Preset())
WEIGHTS = {"domain::a": 30.0, "domain::b": 10.0}


def known(stability: float, last: int, weight: float = 1.0, due: int = 0) -> SimCard:
    return SimCard(PARAMS, stability, 5.0, TODAY + last, TODAY + due, weight)


# Weights


def test_longest_weighted_tag_of_a_card_counts() -> None:
    weights = {"domain::iam": 1.0, "domain::iam::roles": 2.0, "domain::logs": 3.0}

    assert (
        domain_of(["x", "domain::iam::roles::cross"], weights) == "domain::iam::roles"
    )
    assert domain_of(["domain::iamx", "domain::iam"], weights) == "domain::iam"
    assert domain_of(["domain"], weights) == ""


def test_domain_shares_its_points_among_its_cards() -> None:
    domains = {1: "domain::a", 2: "domain::a", 3: "domain::b", 4: ""}

    assert card_weights(domains, WEIGHTS) == {1: 0.375, 2: 0.375, 3: 0.25, 4: 0.0}
    assert card_weights(domains, {}) == dict.fromkeys(domains, 0.25)


@given(
    domains=st.dictionaries(
        st.integers(0, 99), st.sampled_from(["domain::a", "domain::b"]), min_size=1
    )
)
def test_card_weights_sum_up_to_one(domains: dict[int, str]) -> None:
    assert sum(card_weights(domains, WEIGHTS).values()) == pytest.approx(1)


def test_exam_survives_a_round_trip() -> None:
    exam = Exam(TODAY + 9, "A::B", WEIGHTS, 20)

    assert read_exam(exam_text(exam)) == exam
    assert read_exam("") is None


# Intervals


def test_intervals_end_on_the_day_before_the_exam() -> None:
    exam, preset = Exam(TODAY + 30, "A"), Preset(maximum_interval=200)

    assert before_exam(preset, exam, "A::B", TODAY).maximum_interval == 29
    assert before_exam(preset, exam, "A", TODAY + 29).maximum_interval == 1
    assert before_exam(preset, exam, "A", TODAY + 30) is preset
    assert before_exam(preset, exam, "AB", TODAY) is preset
    assert before_exam(preset, None, "A", TODAY) is preset


# Gains


@given(
    stability=st.floats(0.1, 400),
    last=st.integers(-100, -1),
    ahead=st.integers(1, 60),
)
def test_gain_is_at_most_the_weight_of_the_card(
    stability: float, last: int, ahead: int
) -> None:
    found = gain(known(stability, last), TODAY, TODAY + ahead)

    # A miss would cost something: it makes a well known card shorter.
    assert -0.1 < found < 1


def test_weak_and_heavy_cards_come_first() -> None:
    weak, strong = known(3, -20), known(90, -20)
    dear, new = known(90, -20, weight=60.0), SimCard(PARAMS, weight=0.5)

    assert by_gain([strong, weak, dear, new], TODAY, TODAY + 5) == [
        dear,
        new,
        weak,
        strong,
    ]


def test_final_review_brings_back_the_weakest_cards() -> None:
    exam = Exam(TODAY + 3)
    weak, weaker = known(4, -3, due=2), known(3, -3, due=2)
    due, fresh = known(1, -9, due=0), known(5, 0, due=4)
    strong = known(3000, -3, due=900)

    found = list(final_review([strong, weak, due, fresh, weaker], TODAY, exam))

    assert found == [weaker, weak]
    assert list(final_review([weak], TODAY - FINAL_REVIEW_DAYS, exam)) == []


# New cards


@given(
    domains=st.lists(st.sampled_from("abc"), min_size=1, max_size=60),
    learned=st.sets(st.integers(0, 59)),
    time_for=st.integers(1, 60),
)
def test_no_domain_waits_for_the_end_of_another(
    domains: list[str], learned: set[int], time_for: int
) -> None:
    groups, points = dict(enumerate(domains)), {"a": 50.0, "b": 30.0, "c": 20.0}
    weights = card_weights(groups, points)
    cards = {
        card: known(3, -1, weight)
        if card in learned
        else SimCard(PARAMS, weight=weight)
        for card, weight in weights.items()
    }

    order = new_order(cards, groups)

    begun, left = order[:time_for], order[time_for:]
    assert sorted(order) == [card for card in cards if card not in learned]
    seen = Counter(domain for card, domain in groups.items() if card not in left)
    for ahead in {groups[card] for card in begun}:
        assert (own := [card for card in order if groups[card] == ahead]) == sorted(own)
        for behind in {groups[card] for card in left}:
            last, following = seen[ahead] - 0.5, seen[behind] + 0.5
            assert last / points[ahead] <= following / points[behind] + 1e-9


@given(
    domains=st.lists(st.sampled_from("abc"), min_size=30, max_size=60),
)
def test_each_domain_has_its_share_at_any_time(domains: list[str]) -> None:
    groups = dict(enumerate(domains))
    points = {"a": 50.0, "b": 30.0, "c": 20.0}
    cards = {
        card: SimCard(PARAMS, weight=weight)
        for card, weight in card_weights(groups, points).items()
    }

    order = [groups[card] for card in new_order(cards, groups)]

    used = {groups[card] for card in cards}
    total = sum(points[domain] for domain in used)
    for count in range(1, len(order)):
        first = order[:count]
        if any(first.count(domain) == domains.count(domain) for domain in used):
            break
        for domain in used:
            assert abs(first.count(domain) - count * points[domain] / total) <= 1


# The forecast


def lived(folder: Path) -> Store:
    store = new_store(folder)
    notes = tagged(60, "domain::a", "A") + tagged(60, "domain::b", "B")
    add(store, [*notes, basic("beside", "C")])
    fill(store, live(ids_of(store)[:80], 700))
    rebuild_cache(store, Options(store))
    return store


def test_forecast_adds_up(tmp_path: Path) -> None:
    store = lived(tmp_path)
    exam = Exam(TODAY + 40, "", WEIGHTS, minutes=15)
    options = set_exam(store, exam)

    found = forecast_exam(store, options, exam, NOON)

    assert found == forecast_exam(store, options, exam, NOON)
    assert (found.days, found.cards, found.new) == (40, 121, 41)
    assert found.needed_per_day == -(-41 // (40 - FINAL_REVIEW_DAYS))
    assert found.had_minutes == 15
    assert 0 <= found.idle <= found.today <= found.expected <= 1
    assert found.begun == 1
    assert {one.name: one.cards for one in found.domains} == {
        "domain::a": 60,
        "domain::b": 60,
        "": 1,
    }
    assert sum(one.points for one in found.domains) == pytest.approx(1)
    whole = sum(one.points * one.expected for one in found.domains)
    assert whole == pytest.approx(found.expected)
    gains = [one.gain for one in found.domains]
    assert gains == sorted(gains, reverse=True)
    store.close()


def test_the_same_new_cards_a_day_take_the_same_minutes(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(40, "domain::a"))
    save_options(store, "", {"new_per_day": 4, "reviews_per_day": 5})
    options = set_exam(store, Exam(TODAY + 10 + FINAL_REVIEW_DAYS))

    found = forecast_exam(store, options, options.exam or Exam(0), NOON)

    assert found.needed_per_day == found.new_per_day == 4
    assert (found.needed_minutes, found.needed_expected) == (
        found.minutes,
        found.expected,
    )


@pytest.mark.parametrize(
    ("limits", "deck", "new", "begun"),
    [
        ({"D::Sub": 1}, "D", 4, 30),
        ({"D": 2}, "D::Sub", 2, 20),
        ({"D": 3}, "D", 3, 30),
        ({"D::Other": 3, "E": 1}, "", 5, 45),
    ],
    ids=["subdeck", "parent", "both below a parent", "decks at the top"],
)
def test_forecast_keeps_the_limits_of_every_deck(
    limits: dict[str, int], deck: str, new: int, begun: int, tmp_path: Path
) -> None:
    store = new_store(tmp_path)
    decks = {"D::Sub": 20, "D::Other": 20, "E": 20}
    add(store, [one for name, size in decks.items() for one in numbered(size, name)])
    save_options(store, "", {"new_per_day": 4})
    for name, limit in limits.items():
        save_options(store, name, {"new_per_day": limit})
    exam = Exam(TODAY + 10, deck)
    options = set_exam(store, exam)

    found = forecast_exam(store, options, exam, NOON)

    asked = build_queue(store, options, CardFilter(deck), NOON)
    assert found.new_per_day == len(asked.new) == new
    assert round(found.begun * found.cards) == begun
    store.close()


LIMITED = {
    "all decks": {"": 2},
    "the parent": {"": 9, "D": 2},
    "a subdeck": {"": 9, "D::Sub": 1},
    "the parent and a subdeck": {"": 9, "D": 3, "D::Sub": 1},
    "all decks and another": {"": 1, "E": 3},
}


@pytest.mark.parametrize("limits", LIMITED.values(), ids=LIMITED)
@pytest.mark.parametrize("days", [3, 10, 20])
def test_needed_limits_let_all_cards_be_seen(
    limits: dict[str, int], days: int, tmp_path: Path
) -> None:
    store = new_store(tmp_path)
    decks = {"D::Sub": 40, "D::Other": 30, "E": 20}
    add(store, [one for name, size in decks.items() for one in numbered(size, name)])
    for name, limit in limits.items():
        save_options(store, name, {"new_per_day": limit})
    exam = Exam(TODAY + days)
    options = set_exam(store, exam)

    found = forecast_exam(store, options, exam, NOON)

    assert 0 < found.unseen <= 90
    assert {one.deck for one in found.needed_limits} <= set(limits)
    for one in found.needed_limits:
        assert one.new_per_day > limits[one.deck]
        save_options(store, one.deck, {"new_per_day": one.new_per_day})
    enough = forecast_exam(store, Options(store), exam, NOON)
    assert (enough.unseen, enough.unseen_points, enough.needed_limits) == (0, 0, ())
    store.close()


def test_forecast_tells_what_is_not_seen_of_each_domain(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(40, "domain::a", "A") + tagged(40, "domain::b", "B"))
    save_options(store, "", {"new_per_day": 8})
    save_options(store, "B", {"new_per_day": 0})
    exam = Exam(TODAY + 2, "", WEIGHTS)

    found = forecast_exam(store, set_exam(store, exam), exam, NOON)

    begun = {one.name: round(one.begun, 3) for one in found.domains}
    assert begun == {"domain::a": 0.4, "domain::b": 0}
    assert found.begun == pytest.approx(0.2)
    assert found.unseen == 64
    assert found.unseen_points == pytest.approx(0.75 * 0.6 + 0.25)
    store.close()


def test_minutes_cut_the_forecast_and_not_the_need(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(200, "domain::a"))
    exams = [Exam(TODAY + 20, minutes=minutes) for minutes in (0, 4, 1)]

    whole, short, shortest = (
        forecast_exam(store, set_exam(store, exam), exam, NOON) for exam in exams
    )

    assert short.minutes < 4.5 < whole.minutes
    assert short.full_minutes == whole.full_minutes == whole.minutes
    assert short.expected < whole.expected
    assert whole.unseen == short.unseen == 0 < shortest.unseen
    assert shortest.needed_limits == ()
    store.close()


def test_exam_without_weights_uses_domain_tags(tmp_path: Path) -> None:
    store = lived(tmp_path)
    exam = Exam(TODAY + 10, "A")
    options = set_exam(store, exam)

    found = forecast_exam(store, options, exam, NOON)

    assert [(one.name, one.cards) for one in found.domains] == [("domain::a", 60)]
    store.close()


def test_exam_without_cards_is_an_error(tmp_path: Path) -> None:
    store = new_store(tmp_path)

    with pytest.raises(NoExamCards):
        forecast_exam(store, Options(store), Exam(TODAY + 9), NOON)
    store.close()


@pytest.mark.parametrize(("minutes", "days"), [(12, 60), (25, 90), (8, 40)])
def test_exam_mode_gains_points_in_the_same_time(minutes: float, days: int) -> None:
    exam = Exam(TODAY + days)
    budget = DailyBudget(in_all(12), minutes=minutes)

    def points(policy: StudyPolicy, seed: int) -> float:
        cards = [SimCard(PARAMS, weight=1 / 600) for _ in range(600)]
        Simulation(cards, AVERAGE, policy, seed).run(TODAY, days)
        return sum(one.weight * one.recall(exam.day) for one in cards)

    for seed in range(3):
        assert (
            points(exam_policy(exam, budget), seed)
            > points(StudyPolicy(budget), seed) + 0.01
        )
