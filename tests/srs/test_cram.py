"""Cram: which cards it asks, what it logs, and that it changes no card."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    basic,
    contradictions,
    give,
    ids,
    make_due,
    new_store,
    numbered,
    overview_of,
    undone,
)

from cards.note import ListNote, Note
from srs.models.cards import Rating, Review, State
from srs.optimizer.training import read_training_set
from srs.stats.retention import Retention
from srs.store.card_actions import bury, suspend
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.revlog import history, logged
from srs.store.settings import Options, save_options
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.queue import Counts
from srs.study.results import Summary
from srs.study.session import Session

AGAIN, HARD, GOOD, EASY = Rating

Begin = Callable[..., Session]


@pytest.fixture
def begin(store: Store, clock: Clock) -> Iterator[Begin]:
    """Start a cram or scheduled session on its own connection."""
    begun: list[Session] = []

    def make(
        card_filter: CardFilter | None = None,
        limits: SessionLimits | None = None,
        *,
        forgotten: int | None = None,
        scheduled: bool = False,
    ) -> Session:
        cram = None if scheduled else CramOptions(forgotten)
        opened = open_store(store.path, NOON)
        session = Session(opened, clock, card_filter, limits, cram=cram)
        begun.append(session)
        return session

    yield make
    for session in begun:
        session.close()


def asked(session: Session) -> str | None:
    prompt = session.next()
    return None if prompt is None else prompt.question.question


def run_through(session: Session, *ratings: Rating) -> list[str]:
    """Answer with the ratings, then Good; return the questions asked."""
    found: list[str] = []
    for rating in (*ratings, *[GOOD] * 50):
        question = asked(session)
        if question is None:
            return found
        found.append(question)
        session.answer(rating, 1000)
    raise AssertionError(found)


def carried(store: Store) -> list[Any]:
    return store.rows("select * from cards order by id")


# Which cards


def test_cram_asks_all_learned_cards(store: Store, begin: Begin) -> None:
    add(store, numbered(6))
    learned = ids(store)[:4]
    make_due(store, learned[:1], days_ago=30)
    make_due(store, learned[1:2], days_ago=1)
    give(store, learned[2], AGAIN, NOON - 60_000)

    assert set(run_through(begin())) == {"A 000", "A 001", "A 002"}


def test_the_weakest_cards_come_first_and_equal_ones_shuffled(
    store: Store, begin: Begin, clock: Clock
) -> None:
    add(store, numbered(30))
    cards = ids(store)
    make_due(store, cards[:10], days_ago=1)
    make_due(store, cards[10:20], days_ago=20)
    make_due(store, cards[20:], days_ago=90)

    order = run_through(begin())
    again = run_through(begin())
    clock.turn(days=1)
    tomorrow = run_through(begin())

    tens = [[int(one[2:]) // 10 for one in run] for run in (order, tomorrow)]
    assert tens == [[2] * 10 + [1] * 10 + [0] * 10] * 2
    assert order == again
    assert order[:10] != sorted(order[:10])
    assert order != tomorrow


def test_new_cards_come_last_and_only_on_request(store: Store, begin: Begin) -> None:
    add(store, numbered(5))
    make_due(store, ids(store)[4:])

    assert run_through(begin()) == ["A 004"]
    assert run_through(begin(CardFilter(new=2))) == ["A 004", "A 000", "A 001"]


def test_forgotten_cards_are_chosen_by_study_days(store: Store, begin: Begin) -> None:
    add(store, numbered(5))
    one, two, three, undone, _ = ids(store)
    make_due(store, ids(store)[:4])
    four_oclock = NOON - 8 * 3_600_000
    give(store, one, AGAIN, four_oclock + 1000)
    give(store, two, AGAIN, four_oclock)
    give(store, three, GOOD, NOON)
    give(store, undone, AGAIN, NOON)
    store.db.execute(
        "update reviews set undone = 1 where card = ? and rating = 1", [undone]
    )

    assert run_through(begin(forgotten=1)) == ["A 000"]
    assert set(run_through(begin(forgotten=2))) == {"A 000", "A 001"}


def test_a_card_missed_in_a_cram_counts_as_forgotten(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    make_due(store, ids(store))
    missed = asked(session := begin())
    session.answer(AGAIN, 1)

    assert run_through(begin(forgotten=1)) == [missed]


def test_a_cram_can_be_filtered_by_deck_and_cards(store: Store, begin: Begin) -> None:
    add(store, [basic("a", "A"), basic("b", "A::B"), basic("c", "C")])
    make_due(store, ids(store))

    assert set(run_through(begin(CardFilter("A")))) == {"a", "b"}
    assert run_through(begin(CardFilter(cards=frozenset(ids(store)[1:2])))) == ["b"]


def test_suspended_retired_and_buried_cards_are_left_out(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(4))
    cards = ids(store)
    make_due(store, cards)
    suspend(store, cards[:1], NOON, suspended=True)
    bury(store, cards[1:2], NOON, NOON // DAY_MS)
    add(store, numbered(3))

    assert run_through(begin()) == ["A 002"]


def test_a_cram_ignores_siblings_and_deck_limits(store: Store, begin: Begin) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering", "Denial")), "A")])
    save_options(store, "", {"reviews_per_day": 1, "new_per_day": 0})
    make_due(store, ids(store))

    assert len(run_through(begin())) == 3


def test_an_unknown_card_comes_back_a_few_cards_later(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(12))
    make_due(store, ids(store))

    order = run_through(begin(), AGAIN, HARD)

    assert len(order) == 14
    assert order[5] == order[0]
    assert order[10] == order[1]
    assert len(set(order)) == 12


def test_the_only_card_comes_back_at_once(store: Store, begin: Begin) -> None:
    add(store, numbered(1))
    make_due(store, ids(store))

    assert run_through(begin(), AGAIN, AGAIN, EASY) == ["A 000"] * 3


def test_cram_counts_the_cards_left(store: Store, begin: Begin) -> None:
    add(store, numbered(3))
    make_due(store, ids(store))
    session = begin()
    seen = []
    for rating in (AGAIN, GOOD, EASY, GOOD):
        session.next()
        seen.append((session.counts(), session.done_today()))
        session.answer(rating, 500)

    assert session.next() is None
    assert [(counts.total, done) for counts, done in seen] == [
        (3, 0),
        (3, 0),
        (2, 1),
        (1, 2),
    ]
    assert (session.counts(), session.done_today()) == (Counts(0, 0, 0), 3)
    assert session.waiting_ms() is None
    assert session.summary() == Summary(
        answered=4, correct=3, again=1, duration_ms=2000, name="cram"
    )


def test_a_cram_may_limit_answers(store: Store, begin: Begin) -> None:
    add(store, numbered(3))
    make_due(store, ids(store))
    session = begin(limits=SessionLimits(limit=2))
    for _ in range(2):
        assert not session.is_over()
        session.next()
        session.answer(GOOD, 1)

    assert session.is_over()


def test_a_cram_continues_over_the_rollover(
    store: Store, begin: Begin, clock: Clock
) -> None:
    add(store, numbered(3))
    make_due(store, ids(store))
    session = begin()
    known = asked(session)
    session.answer(GOOD, 1)
    clock.turn(days=1)

    rest = run_through(session)

    assert len(rest) == 2
    assert known not in rest


def test_a_card_buried_after_the_rollover_is_not_asked(
    store: Store, begin: Begin, clock: Clock
) -> None:
    add(store, numbered(3))
    make_due(store, ids(store))
    session = begin()
    session.next()
    session.answer(GOOD, 1)
    clock.turn(days=1)
    bury(store, ids(store), clock(), TODAY + 1)

    assert run_through(session) == []


# What is logged


def test_a_cram_review_is_logged_and_keeps_the_card(store: Store, begin: Begin) -> None:
    add(store, numbered(2))
    card = ids(store)[0]
    give(store, card, EASY, NOON - DAY_MS)
    before = carried(store)
    (interval,) = store.row("select interval from cards where id = ?", [card])
    session = begin()
    session.next()

    answered = session.answer(AGAIN, 2500)

    assert answered.applied
    assert session.next_states() == {} if session.next() else False
    assert carried(store) == before
    row = store.rows(
        "select id, card, rating, duration_ms, state_before, kind, state, step, interval,"
        " last_interval, difficulty, ease, undone from reviews where id >= ?",
        [NOON],
    )
    state = State.REVIEW
    assert row == [
        (NOON, card, 1, 2500, state, 3, state, 0, interval, interval, 0.0, 0, 0)
    ]
    assert contradictions(store) == []


@pytest.mark.parametrize("rating", Rating)
def test_a_new_card_stays_new_in_a_cram(
    store: Store, begin: Begin, rating: Rating
) -> None:
    add(store, numbered(1))
    before = carried(store)
    session = begin(CardFilter(new=1))
    session.next()
    session.answer(rating, 1)

    assert carried(store) == before
    assert contradictions(store) == []
    rebuild_cache(store, Options(store))
    assert carried(store) == before

    scheduled = begin(scheduled=True)
    assert asked(scheduled) == "A 000"
    assert scheduled.answer(GOOD, 1).applied
    assert contradictions(store) == []


def test_a_cram_does_not_change_the_days_queue(
    store: Store, begin: Begin, clock: Clock
) -> None:
    threats = Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")
    add(store, [threats, *numbered(3)])
    make_due(store, ids(store)[2:4])
    save_options(store, "", {"new_per_day": 2, "reviews_per_day": 1})
    before = begin(scheduled=True)
    counts, first = before.counts(), asked(before)

    run_through(begin(CardFilter(new=9)), AGAIN)
    clock.turn(minutes=5)
    after = begin(scheduled=True)

    assert (after.counts(), asked(after)) == (counts, first)
    assert after.done_today() == 0


def test_cram_reviews_count_as_work_but_not_for_memory(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    make_due(store, ids(store), days_ago=25)
    before = overview_of(store, NOON)
    lessons = read_training_set(store, [1], 4)

    run_through(begin(), AGAIN)
    after = overview_of(store, NOON + 1000)

    assert (before.streak, after.streak) == (0, 1)
    assert (after.reviewed_today, after.seconds_today) == (3, 3.0)
    nothing = Retention(0, 0)
    assert (after.young_retention, after.mature_retention) == (nothing, nothing)
    assert (after.due, after.forecast) == (before.due, before.forecast)
    assert read_training_set(store, [1], 4) == lessons


def test_a_cram_review_is_logged_as_anki_logs_it(store: Store, begin: Begin) -> None:
    add(store, numbered(1))
    session = begin(CardFilter(new=1))
    session.next()
    session.answer(HARD, 700)

    card = ids(store)[0]
    assert list(logged(store)) == [Review(NOON, card, 2, 0, 0, 0.0, 0, 700, 3)]
    (line,) = history(store, card)
    assert (line.rating, line.look) == (2, True)


def test_a_later_cram_review_does_not_delay_an_answer(
    store: Store, begin: Begin, clock: Clock
) -> None:
    add(store, numbered(1))
    session = begin(CardFilter(new=1))
    session.next()
    session.answer(GOOD, 1)
    clock.turn(minutes=-30)

    scheduled = begin(scheduled=True)
    scheduled.next()
    scheduled.answer(GOOD, 1)

    assert store.row("select last_ms from cards") == (NOON - 30 * 60_000,)
    assert contradictions(store) == []


# Undo, and two sessions


def test_a_cram_takes_no_scheduled_answer_back(store: Store, begin: Begin) -> None:
    add(store, numbered(2))
    make_due(store, ids(store)[:1])
    session = begin()
    shown = session.next()

    assert undone(session) is None
    assert session.next() is shown
    session.suspend()
    assert undone(session) == "suspend"


def test_undoing_a_cram_review_shows_the_card_again(store: Store, begin: Begin) -> None:
    add(store, numbered(3))
    make_due(store, ids(store))
    before = carried(store)
    session = begin()
    first = asked(session)
    session.answer(AGAIN, 1)
    second = asked(session)

    assert undone(session) == "look"

    assert (asked(session), session.counts().total, session.done()) == (first, 3, 0)
    session.answer(GOOD, 1)
    assert (asked(session), session.counts().total) == (second, 2)
    assert carried(store) == before
    rows = store.rows(
        "select rating, undone from reviews where id >= ? order by id", [NOON]
    )
    assert rows == [(1, 1), (3, 0)]


def test_undoing_a_cram_review_keeps_the_scheduled_question(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    give(store, ids(store)[0], EASY, NOON - DAY_MS)
    run_through(begin())
    scheduled = begin(scheduled=True)
    assert asked(scheduled) == "A 001"

    scheduled.undo()

    assert asked(scheduled) == "A 001"
    assert scheduled.counts().total == 1


def test_a_card_answered_elsewhere_is_asked_again_in_a_cram(
    store: Store, begin: Begin, clock: Clock
) -> None:
    add(store, numbered(1))
    make_due(store, ids(store))
    cram, scheduled = begin(), begin(scheduled=True)
    cram.next()
    scheduled.next()
    scheduled.answer(AGAIN, 1)
    clock.turn(minutes=1)

    assert not cram.answer(GOOD, 1).applied

    assert cram.counts().total == 1
    cram.next()
    assert cram.answer(GOOD, 1).applied
    assert contradictions(store) == []


def test_a_cram_review_elsewhere_does_not_reject_an_answer(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(1))
    make_due(store, ids(store))
    scheduled = begin(scheduled=True)
    scheduled.next()
    run_through(begin(), AGAIN)

    assert scheduled.answer(GOOD, 1).applied
    assert contradictions(store) == []


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["day", "day", "cram", "cram", "undo", "wait"]),
        st.sampled_from(Rating),
    ),
    max_size=40,
)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_cram_reviews_never_change_cards(
    steps: list[tuple[str, Rating]],
) -> None:
    found = []
    for with_crams in (True, False):
        with TemporaryDirectory() as folder:
            store = new_store(Path(folder))
            threats = Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")
            add(store, [threats, *numbered(4)])
            found.append(_run_steps(store, steps, with_crams=with_crams))
            assert contradictions(store) == []
            before = carried(store)
            rebuild_cache(store, Options(store))
            assert carried(store) == before
            store.close()

    assert found[0] == found[1]


def _run_steps(
    store: Store, steps: list[tuple[str, Rating]], *, with_crams: bool
) -> tuple[list[Any], Counts]:
    """Run the steps; undo takes back the last one of either kind."""
    clock = Clock()
    standing: list[str] = []
    for step, rating in steps:
        clock.turn(days=0.6 if step == "wait" else 0.001)
        is_cram = step == "cram"
        if step == "undo" and standing:
            if standing.pop() == "day" or with_crams:
                Session(store, clock).undo()
        elif step == "day" or (is_cram and with_crams):
            cram = CramOptions() if is_cram else None
            session = Session(store, clock, CardFilter(new=2), cram=cram)
            if session.next() is not None:
                session.answer(rating, 1000)
                standing.append(step)
        elif is_cram:
            # The other history may cram here; this one only counts the step.
            session = Session(store, clock, CardFilter(new=2), cram=CramOptions())
            if session.next() is not None:
                standing.append(step)
    return carried(store), Session(store, clock).counts()
