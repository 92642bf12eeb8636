"""Exam mode: the order of the queue on the days before an exam."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from simulated_learner import fill, live
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    cards,
    contradictions,
    give,
    make_due,
    new_store,
    numbered,
    set_exam,
    tagged,
)
from store_fixtures import ids as ids_of

from cards.note import ListNote, Note
from srs.forecast.exam import ExamCards, gain
from srs.models.cards import Rating, ReviewKind
from srs.models.exam import Exam
from srs.models.presets import Preset
from srs.store.card_actions import set_due, suspend
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting
from srs.study.due_cards import CardFilter
from srs.study.queue import Queue, build_queue
from srs.study.session import Session

WEIGHTS = {"domain::a": 30.0, "domain::b": 11.0}


def day_of(store: Store, now_ms: int = NOON) -> Queue:
    return build_queue(store, Options(store), CardFilter(), now_ms)


def decks_of(store: Store, chosen: Iterable[int]) -> str:
    sql = "select d.name from cards c join decks d on d.id = c.deck where c.id = ?"
    return "".join(store.row(sql, (card,))[0] for card in chosen)


def test_domains_take_turns_in_proportion_to_their_points(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(6, "domain::b", "B") + tagged(6, "domain::a", "A"))
    add(store, numbered(1, "C"), file="/decks/other.yaml")
    set_exam(store, Exam(TODAY + 20, "", WEIGHTS))

    found = day_of(store)

    assert decks_of(store, found.new) == "ABAAABAABBBBC"
    assert found.new_first
    for deck in "AB":
        own = [card for card in found.new if decks_of(store, [card]) == deck]
        assert own == sorted(own)
    # What was seen before counts: the order of the days is that of one long day.
    for card in list(found.new)[:5]:
        give(store, card, Rating.EASY, NOON)
    assert list(day_of(store).new) == list(found.new)[5:]
    store.close()


def test_a_lack_of_time_leaves_out_no_domain(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    # A card of B has fewer points than one of A.
    add(store, tagged(6, "domain::b", "X::B") + tagged(6, "domain::a", "X::A"))
    save_options(store, "", {"new_per_day": 4})
    set_exam(store, Exam(TODAY + 1, "", WEIGHTS))

    found = day_of(store)

    assert decks_of(store, found.new).replace("X::", "") == "ABAA"
    store.close()


def test_without_points_new_cards_come_in_file_order(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, tagged(3, "domain::b", "B") + tagged(9, "domain::a", "A"))
    set_exam(store, Exam(TODAY + 20))

    assert list(day_of(store).new) == ids_of(store)
    store.close()


@pytest.mark.parametrize("by_query", [False, True])
def test_an_exam_of_other_cards_changes_nothing(tmp_path: Path, by_query: bool) -> None:
    store = new_store(tmp_path)
    add(store, [*numbered(90, "A"), *numbered(90, "B")])
    others = ids_of(store)[90:]
    make_due(store, others[:80])
    deck, chosen = ("", frozenset(others)) if by_query else ("B", None)
    about = CardFilter(deck, chosen)
    without = build_queue(store, Options(store), about, NOON)

    set_exam(store, Exam(TODAY + 5, "A"))

    assert build_queue(store, Options(store), about, NOON) == without
    assert without.overdue == 80
    assert day_of(store).days_to_exam == 5
    suspend(store, ids_of(store)[:90], NOON, suspended=True)
    assert day_of(store).days_to_exam is None
    store.close()


def test_before_an_exam_a_backlog_has_no_cap(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, numbered(110))
    make_due(store, ids_of(store)[:70], 30)
    days = (TODAY - 3,) * 60 + (TODAY,) * 10
    for card, day in zip(ids_of(store), days, strict=False):
        set_due(store, Options(store), [card], NOON, (day, day))
    set_exam(store, Exam(TODAY + 10))

    found = day_of(store)

    assert (len(found.due), len(found.new), found.overdue) == (70, 20, 60)
    assert found.days_to_exam == 10
    save_setting(store, "catch_up", "no")
    assert day_of(store).overdue == 0
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
