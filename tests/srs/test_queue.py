"""The queue of a day: which cards, their order, limits."""

from collections import Counter, deque
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    add,
    basic,
    give,
    ids,
    make_due,
    new_store,
    numbered,
)

from cards.note import ListNote, Note
from srs.models.cards import Rating
from srs.models.exam import Exam, exam_text
from srs.models.presets import DEFAULT_PARAMETERS
from srs.store.card_actions import bury, suspend
from srs.store.connection import Store
from srs.store.settings import Options, save_options, save_setting
from srs.store.undo import undo_last
from srs.study.due_cards import CardFilter
from srs.study.queue import Counts, Queue, build_queue

AGAIN, HARD, GOOD, EASY = Rating
MINUTE = 60_000


def queue(
    store: Store, card_filter: CardFilter | None = None, now_ms: int = NOON
) -> Queue:
    return build_queue(store, Options(store), card_filter or CardFilter(), now_ms)


def by_deck(store: Store, chosen: Iterator[int] | list[int]) -> dict[str, int]:
    decks = dict(
        store.rows("select c.id, d.name from cards c join decks d on d.id = c.deck")
    )
    return dict(Counter(decks[card] for card in chosen))


def main_cards(queue: Queue) -> list[int]:
    """Take reviews and new cards until none is left."""
    found = []
    while (card := queue.next_main()) is not None:
        found.append(card)
    return found


def test_new_cards_come_in_file_order(store: Store) -> None:
    add(store, numbered(30))

    assert list(queue(store).new) == ids(store)[:20]


def test_the_longest_overdue_comes_first(store: Store) -> None:
    add(store, numbered(3))
    one, two, three = ids(store)
    make_due(store, [two], 30)
    make_due(store, [three], 20)
    make_due(store, [one], 10)

    assert list(queue(store).due) == [two, three, one]


def test_a_review_is_due_from_the_start_of_its_day(store: Store) -> None:
    add(store, numbered(1))
    save_options(store, "", {"fuzz": False})
    saved = give(store, ids(store)[0], EASY, NOON)
    day = TODAY + saved.progress.interval
    start = Options(store).calendar.start_ms(day)

    assert [len(queue(store, now_ms=at).due) for at in (start - 1, start)] == [0, 1]


def test_the_queue_has_learning_cards_that_are_due_later_today(store: Store) -> None:
    add(store, numbered(3))
    one, two, three = ids(store)
    give(store, one, GOOD, NOON)
    give(store, two, AGAIN, NOON)

    found = queue(store)

    assert sorted(found.learning) == [
        (NOON + MINUTE + 1, two),
        (NOON + 10 * MINUTE, one),
    ]
    assert found.counts() == Counts(new=1, learning=2, due=0)
    assert found.counts().total == 3


def test_a_step_across_the_rollover_belongs_to_tomorrow(store: Store) -> None:
    add(store, numbered(1))
    evening = NOON + 15 * 3_600_000 + 55 * MINUTE
    give(store, ids(store)[0], GOOD, evening)

    today, tomorrow = (
        queue(store, now_ms=at).learning for at in (evening, evening + 6 * MINUTE)
    )

    assert today == []
    assert [card for _, card in tomorrow] == ids(store)


def test_suspended_and_buried_cards_are_not_in_the_queue(store: Store) -> None:
    add(store, numbered(6))
    one, two, three, four, five, six = ids(store)
    make_due(store, [one, two])
    suspend(store, [one, four], NOON, suspended=True)
    bury(store, [two, five], NOON, TODAY)
    give(store, six, AGAIN, NOON)
    bury(store, [six], NOON, TODAY)

    today, tomorrow = queue(store), queue(store, now_ms=NOON + DAY_MS)

    assert (list(today.new), list(today.due), today.learning) == ([three], [], [])
    assert (list(tomorrow.new), list(tomorrow.due)) == ([three, five], [two])
    assert [card for _, card in tomorrow.learning] == [six]


def test_retired_cards_are_not_asked(store: Store) -> None:
    add(store, numbered(2))
    one, two = ids(store)
    make_due(store, [one, two])
    add(store, numbered(1))

    assert list(queue(store).due) == [one]


def test_a_card_buried_on_another_day_is_asked(store: Store) -> None:
    add(store, numbered(3))
    make_due(store, ids(store)[:1])
    give(store, ids(store)[1], AGAIN, NOON - 2 * DAY_MS)
    for days, card in enumerate(ids(store), 1):
        bury(store, [card], NOON - days * DAY_MS, TODAY - days)

    assert queue(store).counts() == Counts(new=1, learning=1, due=1)


def test_the_final_review_leaves_out_cards_seen_today(store: Store) -> None:
    add(store, numbered(2))
    seen_today, seen_before = ids(store)
    # With these parameters a second review on the same day gains a lot.
    parameters = [*DEFAULT_PARAMETERS]
    parameters[17] = parameters[18] = 2.0
    save_options(store, "", {"parameters": parameters, "learning_steps": []})
    give(store, seen_before, HARD, NOON - DAY_MS)
    store.db.execute(
        "update cards set due_day = :day where state = 2", {"day": TODAY + 1}
    )
    give(store, seen_today, HARD, NOON - MINUTE)
    save_setting(store, "exam", exam_text(Exam(TODAY + 4)))

    found = queue(store)

    assert (list(found.due), found.ahead) == ([seen_before], {seen_before})


# Limits


def test_a_deck_limits_new_cards_and_reviews_per_day(store: Store) -> None:
    add(store, numbered(12))
    save_options(store, "A", {"new_per_day": 3, "reviews_per_day": 2})
    make_due(store, ids(store)[:6])

    assert queue(store).counts() == Counts(new=3, learning=0, due=2)


def test_the_limits_of_all_parents_apply(store: Store) -> None:
    decks = ["A", "A::B", "A::B::C", "A::D", "E"]
    add(store, [note for deck in decks for note in numbered(10, deck)])
    save_options(store, "A", {"new_per_day": 12})
    save_options(store, "A::B", {"new_per_day": 7})
    save_options(store, "A::B::C", {"new_per_day": 9})
    save_options(store, "A::D", {"new_per_day": 1})

    whole = by_deck(store, list(queue(store).new))
    branch = by_deck(store, list(queue(store, CardFilter("A::B")).new))
    leaf = by_deck(store, list(queue(store, CardFilter("A::B::C")).new))

    assert whole == {"A": 10, "A::B": 2, "E": 10}
    assert branch == {"A::B": 7}
    assert leaf == {"A::B::C": 7}


def test_a_child_cannot_exceed_the_limit_of_its_parent(store: Store) -> None:
    add(store, [*numbered(5, "A"), *numbered(5, "A::B")])
    save_options(store, "A", {"new_per_day": 4})
    for card in ids(store)[:3]:
        give(store, card, GOOD, NOON - MINUTE)

    assert len(queue(store, CardFilter("A::B")).new) == 1


def test_todays_answers_count_towards_todays_limits_only(store: Store) -> None:
    add(store, numbered(20))
    save_options(store, "", {"new_per_day": 5, "reviews_per_day": 4})
    make_due(store, ids(store)[:6])
    chosen = ids(store)
    for card in (*chosen[:3], *chosen[6:8]):
        give(store, card, EASY, NOON)

    today, tomorrow = queue(store), queue(store, now_ms=NOON + DAY_MS)

    assert today.counts() == Counts(new=3, learning=0, due=1)
    assert tomorrow.counts() == Counts(new=5, learning=0, due=3)


def test_learning_steps_count_towards_no_limit(store: Store) -> None:
    add(store, numbered(5))
    save_options(store, "", {"new_per_day": 2})
    card = ids(store)[0]
    for minute in range(5):
        give(store, card, AGAIN, NOON + minute * MINUTE)

    assert len(queue(store).new) == 1


def test_the_number_of_new_cards_can_be_overridden(store: Store) -> None:
    add(store, [*numbered(30, "A"), *numbered(3, "B")])
    save_options(store, "A", {"new_per_day": 2})
    give(store, ids(store)[0], GOOD, NOON)

    found = [len(queue(store, CardFilter(new=count)).new) for count in (0, 1, 5, 100)]

    assert found == [0, 0, 4, 32]


def test_a_chosen_number_counts_new_cards_of_the_deck(
    store: Store,
) -> None:
    add(
        store,
        [basic(f"{deck} {n}", deck) for deck in ("A", "B", "B::C") for n in "123"],
    )
    first = {name: card for card, name in decks_of_cards(store)}

    for deck, left in (("A", 2), ("B::C", 1), ("B", 0)):
        give(store, first[deck], GOOD, NOON)
        found = queue(store, CardFilter("B", new=2))
        assert len(found.new) == left


def decks_of_cards(store: Store) -> list[tuple[int, str]]:
    return store.rows("select c.id, d.name from cards c join decks d on d.id = c.deck")


def test_an_undone_answer_does_not_count_towards_limits(store: Store) -> None:
    add(store, numbered(5))
    save_options(store, "", {"new_per_day": 1})
    give(store, ids(store)[0], GOOD, NOON)
    used_up = len(queue(store).new)
    undo_last(store, Options(store))

    assert (used_up, list(queue(store).new)) == (0, ids(store)[:1])


@pytest.mark.slow
@settings(max_examples=40)
@given(
    limits=st.dictionaries(
        st.sampled_from(["A", "A::B", "A::B::C", "D"]), st.integers(0, 6)
    ),
    card_filter=st.sampled_from(["", "A", "A::B", "D"]),
)
def test_no_deck_ever_shows_more_than_its_limit(
    limits: dict[str, int], card_filter: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    store = new_store(tmp_path_factory.mktemp("limits"))
    decks = ["A", "A::B", "A::B::C", "D"]
    add(store, [note for deck in decks for note in numbered(4, deck)])
    for deck, limit in limits.items():
        save_options(store, deck, {"new_per_day": limit})
    options = Options(store)

    shown = by_deck(store, list(queue(store, CardFilter(card_filter)).new))

    for deck in decks:
        under = sum(
            count
            for name, count in shown.items()
            if f"{name}::".startswith(f"{deck}::")
        )
        assert under <= options.preset(deck).new_per_day
    store.close()


# Siblings


def test_one_card_of_a_note_a_day(store: Store) -> None:
    add(
        store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering", "Repudiation")), "A")]
    )
    one, two, three = ids(store)

    first = list(queue(store).new)
    give(store, one, EASY, NOON)
    same_day = list(queue(store).new)
    next_day = list(queue(store, now_ms=NOON + DAY_MS).new)

    assert (first, same_day, next_day) == ([one], [], [two])


def test_a_review_comes_before_a_new_sibling(store: Store) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")])
    _, two = ids(store)
    make_due(store, [two])

    found = queue(store)

    assert (list(found.new), list(found.due)) == ([], [two])


def test_siblings_of_a_learning_card_are_buried(store: Store) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")])
    one, _ = ids(store)
    give(store, one, GOOD, NOON - DAY_MS)

    found = queue(store)

    assert ([card for _, card in found.learning], list(found.new)) == ([one], [])


def test_sibling_burying_can_be_turned_off(store: Store) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")])
    save_options(store, "", {"bury_siblings": False})

    assert list(queue(store).new) == ids(store)


def test_a_buried_sibling_does_not_count_towards_limits(store: Store) -> None:
    add(store, [Note(ListNote("L", ("x", "y", "z")), "A"), *numbered(3)])
    save_options(store, "", {"new_per_day": 3})
    chosen = ids(store)

    assert list(queue(store).new) == [chosen[0], chosen[3], chosen[4]]


# Filters


def test_a_queue_can_be_filtered_by_deck_and_cards(store: Store) -> None:
    add(store, [basic("1", "A"), basic("2", "A::B"), basic("3", "AB")])
    one, two, three = ids(store)

    def found(deck: str = "", *cards: int) -> list[int]:
        return list(queue(store, CardFilter(deck, frozenset(cards) or None)).new)

    assert found("A") == [one, two]
    assert found("A::B") == [two]
    assert found("B") == []
    assert found("", one, three) == [one, three]
    assert found("A", two, three) == [two]


# Mixing


def pattern(new: int, due: int) -> str:
    """Render the order of a day: `n` is a new card, `.` a review."""
    cards = Queue([], deque(range(due)), deque(range(1000, 1000 + new)), TODAY)
    return "".join("n" if card >= 1000 else "." for card in main_cards(cards))


@pytest.mark.parametrize(
    ("new", "due", "expected"),
    [
        (0, 4, "...."),
        (3, 0, "nnn"),
        (1, 4, "..n.."),
        (2, 4, ".n..n."),
        (3, 3, ".n.n.n"),
        (4, 2, "nn.n.n"),
    ],
)
def test_new_cards_are_mixed_with_reviews(new: int, due: int, expected: str) -> None:
    assert pattern(new, due) == expected


@given(new=st.integers(1, 40), due=st.integers(0, 250))
def test_new_cards_are_spread_evenly(new: int, due: int) -> None:
    order = pattern(new, due)

    runs = [len(run) for run in order.split("n")]
    assert (order.count("n"), order.count(".")) == (new, due)
    assert max(runs) <= due / new + 1
    between = runs[1:-1]
    assert not between or max(between) - min(between) <= 1


# The clock


def test_a_day_follows_time_zone_and_rollover(store: Store) -> None:
    add(store, numbered(1))
    save_options(store, "", {"fuzz": False})
    save_setting(store, "time_zone", "Asia/Tokyo")
    save_setting(store, "rollover", "6")
    give(store, ids(store)[0], EASY, NOON)

    evening = NOON + 7 * DAY_MS + 8 * 3_600_000
    found = [
        len(queue(store, now_ms=evening + minutes * MINUTE).due) for minutes in (59, 61)
    ]

    # 20:59 and 21:01 UTC are 5:59 and 6:01 of the next day in Tokyo.
    assert found == [0, 1]
