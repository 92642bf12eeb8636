"""Answers of browsers: each one once, also late, twice, or in another order."""

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import DAY_MS, NOON, Clock, add, contradictions, give, ids, numbered

from srs.merging.browser_answers import MergedAnswer, merge_answer
from srs.models.browser_answers import BrowserAnswer, seen_token
from srs.models.cards import Rating, State, StoredCard
from srs.store.browsers import card_named, store_id
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.operations import last_operations
from srs.store.settings import Options
from srs.store.undo import undo_last, undo_operation
from srs.study.session import Session

MINUTE_MS = 60_000


@pytest.fixture
def card(store: Store) -> StoredCard:
    add(store, numbered(1))
    return present(store)


def present(store: Store) -> StoredCard:
    (found,) = store.rows("select note, uid from cards")
    card = card_named(store, *found)
    assert card is not None
    return card


def test_two_servers_that_begin_together_agree_on_the_store(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = open_store(store.path, NOON)
    begin = Store.transaction

    def after_the_other(own: Store, **options: bool) -> object:
        monkeypatch.setattr(Store, "transaction", begin)
        store_id(other)
        return begin(own, **options)

    monkeypatch.setattr(Store, "transaction", after_the_other)

    assert store_id(store) == store_id(other)
    other.close()


def given_at(
    card: StoredCard, at_ms: int, rating: Rating = Rating.GOOD, **more: object
) -> BrowserAnswer:
    """Make an answer with an id that follows from its moment."""
    name = f"{at_ms:032x}"
    answer = BrowserAnswer(
        name, card.guid, card.part, at_ms, rating, 900, seen=seen_token(card)
    )
    return replace(answer, **more)


def merge(store: Store, answer: BrowserAnswer, now_ms: int) -> MergedAnswer:
    return merge_answer(store, Options(store), answer, now_ms)


def log(store: Store) -> list[tuple[int, int]]:
    return store.rows("select origin_ms, rating from reviews where undone = 0")


def test_an_answer_is_recorded_as_a_review_does(store: Store, card: StoredCard) -> None:
    merged = merge(store, given_at(card, NOON), NOON)

    assert merged.status == "recorded"
    assert merged.recorded is not None
    assert merged.recorded.progress == present(store).progress
    assert present(store).progress.state is State.LEARNING
    assert [one.name for one in last_operations(store, 1)] == ["answer"]


def test_the_same_answer_twice_counts_once(store: Store, card: StoredCard) -> None:
    answer = given_at(card, NOON)

    first, again = merge(store, answer, NOON), merge(store, answer, NOON + 5)

    assert (first.status, again.status) == ("recorded", "duplicate")
    assert log(store) == [(NOON, 3)]


def test_an_undone_answer_stays_undone_when_sent_again(
    store: Store, card: StoredCard
) -> None:
    answer = given_at(card, NOON)
    merge(store, answer, NOON)
    undo_last(store, Options(store))

    assert merge(store, answer, NOON).status == "undone"
    assert log(store) == []


def test_an_answer_to_an_old_card_is_refused_at_once(
    store: Store, card: StoredCard
) -> None:
    give(store, card.id, Rating.GOOD, NOON)

    merged = merge(store, given_at(card, NOON + 1000), NOON + 2000)

    assert merged == MergedAnswer("stale", card.id)
    assert log(store) == [(NOON, 3)]


def test_an_answer_that_waited_counts(store: Store, card: StoredCard) -> None:
    give(store, card.id, Rating.GOOD, NOON)

    merged = merge(store, given_at(card, NOON + 1000), NOON + 60_000)

    assert merged.status == "recorded"
    assert log(store) == [(NOON, 3), (NOON + 1000, 3)]
    assert contradictions(store) == []


def test_a_late_answer_changes_what_came_after_it(
    store: Store, card: StoredCard
) -> None:
    """Again on the phone, then Good here: the interval of Good is computed anew."""
    late = given_at(card, NOON - 30 * MINUTE_MS, Rating.AGAIN)
    kept = give(store, card.id, Rating.EASY, NOON).progress

    merge(store, late, NOON + MINUTE_MS)

    after = present(store).progress
    assert (after.reps, after.state) == (2, State.REVIEW)
    assert after.stability != kept.stability
    assert contradictions(store) == []


def test_the_order_of_late_answers_does_not_matter(store: Store) -> None:
    add(store, numbered(2))
    states = []
    for card, order in zip(ids(store), ((0, 1, 2), (2, 0, 1)), strict=True):
        guid, uid = store.row("select note, uid from cards where id = :c", {"c": card})
        shown = card_named(store, guid, uid)
        assert shown is not None
        moments = [NOON, NOON + 20 * MINUTE_MS, NOON + 60 * MINUTE_MS]
        ratings = [Rating.GOOD, Rating.AGAIN, Rating.GOOD]
        answers = [
            given_at(shown, at_ms, rating, id=f"{card + at_ms:032x}")
            for at_ms, rating in zip(moments, ratings, strict=True)
        ]
        for index in order:
            merge(store, answers[index], NOON + 2 * 60 * MINUTE_MS)
        progress = card_named(store, guid, uid).progress  # type: ignore[union-attr]
        states.append(
            (
                progress.state,
                progress.step,
                progress.reps,
                (progress.due_ms or 0) // 1000,
            )
        )

    assert states[0] == states[1]
    assert contradictions(store) == []


def test_an_answer_of_the_future_is_given_now(store: Store, card: StoredCard) -> None:
    merge(store, given_at(card, NOON + 10 * MINUTE_MS), NOON)

    assert log(store) == [(NOON, 3)]


def test_a_clock_that_is_behind_keeps_the_order(store: Store, card: StoredCard) -> None:
    give(store, card.id, Rating.GOOD, NOON)
    answer = given_at(present(store), NOON - 10 * MINUTE_MS)

    merged = merge(store, answer, NOON + 11 * MINUTE_MS)

    assert merged.recorded is not None
    assert log(store) == [(NOON, 3), (NOON + 1, 3)]


def test_a_repeated_card_is_never_stale(store: Store, card: StoredCard) -> None:
    """The page showed a learning card again before the reply to its first answer."""
    merge(store, given_at(card, NOON, Rating.AGAIN), NOON + MINUTE_MS)
    second = given_at(card, NOON + MINUTE_MS, repeat=True)

    merged = merge(store, second, NOON + MINUTE_MS)

    assert merged.status == "recorded"
    assert present(store).progress.step == 1


def test_a_suspended_card_keeps_an_answer_that_waited(
    store: Store, card: StoredCard
) -> None:
    store.connection.execute("update cards set suspended = 1")

    merged = merge(store, given_at(card, NOON), NOON + MINUTE_MS)

    assert merged.status == "recorded"
    assert present(store).suspended
    assert contradictions(store) == []


def test_an_answer_to_a_card_that_is_gone_is_unknown(
    store: Store, card: StoredCard
) -> None:
    lost = given_at(card, NOON, guid="gone")

    assert merge(store, lost, NOON) == MergedAnswer("unknown")


def test_a_cram_answer_leaves_the_schedule(store: Store, card: StoredCard) -> None:
    before = give(store, card.id, Rating.EASY, NOON).progress
    shown = present(store)
    answer = given_at(shown, NOON + MINUTE_MS, seen=seen_token(shown, "cram"))

    assert merge(store, answer, NOON + MINUTE_MS).status == "recorded"
    assert present(store).progress == before
    assert len(log(store)) == 2


def test_an_answer_is_undone_unless_another_came_after_it(
    store: Store, card: StoredCard
) -> None:
    merge(store, given_at(card, NOON), NOON)
    (operation,) = store.row("select max(id) from operations")
    give(store, card.id, Rating.GOOD, NOON + MINUTE_MS)

    with store.transaction():
        assert undo_operation(store, Options(store), operation) is None
    undo_last(store, Options(store))
    with store.transaction():
        undone = undo_operation(store, Options(store), operation)

    assert undone is not None
    assert present(store).progress == card.progress


def test_a_terminal_and_a_browser_answer_different_cards(
    store: Store, clock: Clock
) -> None:
    add(store, numbered(2))
    session = Session(store, clock)
    asked = session.next()
    assert asked is not None
    merge(store, given_at(asked.card, clock()), clock())

    answered = session.answer(Rating.GOOD, 900)

    assert not answered.applied
    assert len(log(store)) == 1


steps = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 40), st.sampled_from(list(Rating))),
    min_size=1,
    max_size=5,
)
examples = count()


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps, data=st.data())
def test_any_order_of_posts_leaves_each_answer_once(
    store: Store, steps: list[tuple[int, int, Rating]], data: st.DataObject
) -> None:
    # The store stays: each example has a file and a day of its own.
    number = next(examples)
    file, start = f"/decks/{number}.yaml", NOON + number * DAY_MS
    add(store, numbered(3, f"Deck {number}"), start, file)
    names = store.rows(
        "select c.note, c.uid from cards c join notes n on n.guid = c.note"
        " where n.file = :file",
        {"file": file},
    )
    shown = [card for name in names if (card := card_named(store, *name))]
    answers = [
        given_at(shown[card], start + minute * MINUTE_MS + index, rating)
        for index, (card, minute, rating) in enumerate(steps)
    ]
    posts = data.draw(st.permutations([*answers, *answers]))

    for post in posts:
        merge(store, post, start + 120 * MINUTE_MS)

    expected = sorted((one.guid, one.at, int(one.rating)) for one in answers)
    found = store.rows(
        "select c.note, r.origin_ms, r.rating from reviews r"
        " join cards c on c.id = r.card where r.id >= :start order by 1, 2, 3",
        {"start": start},
    )
    assert found == expected
    assert contradictions(store) == []
