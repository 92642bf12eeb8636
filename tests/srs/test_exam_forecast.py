"""Exam mode: weights, intervals, the order of the queue, and the forecast."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from simulated_learner import fill, live
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    basic,
    cards,
    contradictions,
    give,
    make_due,
    new_store,
    numbered,
)
from store_fixtures import ids as ids_of

from cards.note import ListNote, Note
from srs.forecast.exam import (
    ExamCards,
    by_gain,
    card_weights,
    domain_of,
    exam_policy,
    final_review,
    gain,
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
from srs.models.cards import Rating, ReviewKind
from srs.models.exam import FINAL_REVIEW_DAYS, Exam, before_exam, exam_text, read_exam
from srs.models.presets import Preset
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.study.due_cards import CardFilter
from srs.study.queue import Queue, build_queue
from srs.study.session import Session

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


# The queue


def tagged(count: int, tag: str, deck: str = "A") -> list[Note]:
    return [replace(note, tags=(tag,)) for note in numbered(count, deck)]


def set_exam(store: Store, exam: Exam) -> Options:
    save_setting(store, "exam", exam_text(exam))
    return Options(store)


def day_of(store: Store, now_ms: int = NOON) -> Queue:
    return build_queue(store, Options(store), CardFilter(), now_ms)


def test_new_cards_of_heavy_domains_come_first(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(4, "domain::b", "A") + tagged(4, "domain::a", "B"))
    set_exam(store, Exam(TODAY + 20, "", WEIGHTS))

    found = day_of(store)

    by_deck = [
        store.row("select deck from cards where id = :c", {"c": c})[0]
        for c in found.new
    ]
    names = dict(store.rows("select id, name from decks"))
    assert [names[deck] for deck in by_deck] == ["B"] * 4 + ["A"] * 4
    assert found.new_first
    store.close()


def test_reviews_are_sorted_by_gain_and_others_come_last(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [*numbered(3, "A"), *numbered(1, "Z")])
    chosen = ids_of(store)
    for card, days in zip(chosen, (20, 60, 30, 90), strict=True):
        make_due(store, [card], days)
    exam = Exam(TODAY + 10, "A")
    options = set_exam(store, exam)
    cards = ExamCards(store, options, exam, TODAY).cards

    found = list(day_of(store).due)

    assert found[-1] == chosen[3]
    gains = [gain(cards[card], TODAY, exam.day) for card in found[:-1]]
    assert gains == sorted(gains, reverse=True)
    assert chosen[3] not in cards
    store.close()


def test_siblings_are_asked_on_one_day_before_an_exam(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [Note(ListNote("three", ("x", "y", "z")), "A")])
    for card in ids_of(store):
        give(store, card, Rating.EASY, NOON - 30 * DAY_MS)

    alone = len(day_of(store).due)
    set_exam(store, Exam(TODAY + 5))

    assert (alone, len(day_of(store).due)) == (1, 3)
    store.close()


def test_weak_cards_come_early_in_the_last_days(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(2))
    card, other = ids_of(store)
    give(store, card, Rating.EASY, NOON - 2 * DAY_MS)
    give(store, other, Rating.EASY, NOON - 2 * DAY_MS)
    store.db.execute("update cards set stability = 4000 where id = ?", (other,))

    before = day_of(store)
    set_exam(store, Exam(TODAY + 4))
    found = day_of(store)

    assert (list(before.due), list(found.due)) == ([], [card])
    assert found.ahead == {card}
    store.close()


def test_early_answer_counts_and_is_logged_as_early(
    tmp_path: Path,
) -> None:
    store = new_store(tmp_path)
    add(store, numbered(1))
    (card,) = ids_of(store)
    give(store, card, Rating.EASY, NOON - 2 * DAY_MS)
    before = cards(store)["front"].progress
    set_exam(store, Exam(TODAY + 4))
    session = Session(store, Clock())

    prompt = session.next()
    answered = session.answer(Rating.GOOD, 900)

    assert prompt is not None
    assert answered.applied
    after = cards(store)["front"].progress
    assert (after.stability or 0) > (before.stability or 0)
    assert after.due_day == TODAY + 3
    kind = store.row("select kind from reviews order by id desc")[0]
    assert kind == ReviewKind.EARLY
    assert contradictions(store) == []
    assert session.next() is None
    store.close()


def test_every_card_is_due_again_before_the_exam(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(40))
    fill(store, live(ids_of(store), 600))
    rebuild_cache(store, Options(store))
    now = NOON
    exam = Exam(TODAY + 12)
    set_exam(store, exam)
    save_setting(store, "catch_up", "no")
    session = Session(store, Clock(now))

    while session.next() is not None:
        shown = session.next_states()
        assert all((one.due_day or 0) < exam.day for one in shown.values())
        session.answer(Rating.EASY, 900)

    assert (
        store.row(
            "select max(due_day) from cards where reps > 0 and last_day = :d",
            {"d": TODAY},
        )[0]
        == exam.day - 1
    )
    store.close()


def test_past_exam_changes_nothing(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(5))
    make_due(store, ids_of(store), 30)
    without = day_of(store)

    set_exam(store, Exam(TODAY))

    assert day_of(store) == without
    assert Options(store).preset_on("A", TODAY) == Preset()
    store.close()


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
    budget = DailyBudget(new=12, minutes=minutes)

    def points(policy: StudyPolicy, seed: int) -> float:
        cards = [SimCard(PARAMS, weight=1 / 600) for _ in range(600)]
        Simulation(cards, AVERAGE, policy, seed).run(TODAY, days)
        return sum(one.weight * one.recall(exam.day) for one in cards)

    for seed in range(3):
        assert (
            points(exam_policy(exam, budget), seed)
            > points(StudyPolicy(budget), seed) + 0.01
        )
