"""The review log: what an answer writes, what it refuses, what undoing leaves."""

import pytest
from devices import merge_entries
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    add,
    basic,
    cards,
    contradictions,
    dump,
    give,
    ids,
    new_store,
    numbered,
    shelf,
)

from cards.note import Basic, Note
from srs.models.cards import Rating, ReviewKind, SchedulingState, State, StoredCard
from srs.models.log_entries import ErasedEntry, NoteEntry, ReviewEntry
from srs.models.presets import Preset
from srs.scheduler.next_states import AnswerTime, next_states
from srs.store.card_actions import bury, set_due_today, suspend
from srs.store.connection import Store, StoreError
from srs.store.opening import open_store
from srs.store.operations import DURING_REVIEW
from srs.store.revlog import HistoryLine, history, record, seed_of
from srs.store.settings import Options, save_options
from srs.store.stamps import last_stamp
from srs.store.sync_outgoing import entries_of_note
from srs.store.undo import undo_last

AGAIN, HARD, GOOD, EASY = Rating
MINUTE = 60_000


@pytest.fixture
def card(store: Store) -> int:
    add(store, [basic("one")])
    (made,) = ids(store)
    return made


def shown(store: Store) -> StoredCard:
    return cards(store)["front"]


def cards_of(store: Store) -> dict[int, StoredCard]:
    return {card.id: card for note in shelf(store) for card in note.cards}


def log(store: Store, columns: str) -> list[tuple[object, ...]]:
    return store.rows(f"select {columns} from reviews order by id")


def test_an_answer_is_on_disk_at_once(store: Store, card: int) -> None:
    elsewhere = open_store(store.path, NOON)

    saved = give(store, card, GOOD, NOON)

    assert log(elsewhere, "id, card, rating") == [(NOON, card, 3)]
    assert shown(elsewhere).progress == saved.progress
    elsewhere.close()


def test_the_log_keeps_all_that_a_rebuild_and_anki_need(
    store: Store, card: int
) -> None:
    tokyo = AnswerTime(NOON, 540)
    record(store, shown(store), AGAIN, Preset(), tokyo, duration_ms=4321)
    record(
        store,
        shown(store),
        EASY,
        Preset(),
        AnswerTime(NOON + MINUTE, 540),
        duration_ms=1,
    )

    columns = (
        "id, card, origin_ms, rating, duration_ms, state_before, kind, offset_min, state, step,"
        " interval, last_interval, round(difficulty, 4), undone"
    )
    later, learn = NOON + MINUTE, int(ReviewKind.LEARN)
    assert log(store, columns) == [
        (NOON, card, NOON, 1, 4321, 0, learn, 540, 1, 0, -60, 0, 6.4133, 0),
        (later, card, later, 4, 1, 1, learn, 540, 2, 0, 2, -60, 5.2, 0),
    ]


def test_the_answer_leads_where_the_outcomes_said(store: Store, card: int) -> None:
    before = shown(store)
    expected = next_states(before.progress, Preset(), AnswerTime(NOON), seed_of(before))

    saved = give(store, card, HARD, NOON)

    assert saved.progress == expected[HARD]
    assert shown(store).progress == expected[HARD]


def test_two_answers_in_one_millisecond_have_two_ids(store: Store) -> None:
    add(store, numbered(3))

    for card in ids(store):
        give(store, card, GOOD, NOON)

    assert log(store, "id") == [(NOON,), (NOON + 1,), (NOON + 2,)]
    assert contradictions(store) == []


def test_cards_that_exchange_their_places_are_replayed(store: Store) -> None:
    add(store, [Note(Basic("front", "back", reverse=True), "A")])
    (guid,) = store.row("select guid from notes")
    (note,) = (
        one
        for one in entries_of_note(store.connection, "a" * 16, guid)
        if isinstance(one, NoteEntry)
    )
    first, second = note.cards
    exchanged = (
        replace(first, ordinal=second.ordinal),
        replace(second, ordinal=first.ordinal),
    )
    stamp = last_stamp(store.connection) + 1
    later = replace(note, cards=exchanged, device="b" * 16, stamp=stamp)

    # The ordinal is part of the seed of the fuzz.
    assert merge_entries(store, later).touched == set(ids(store))
    assert store.rows("select ordinal from cards order by id") == [(1,), (0,)]


def test_a_review_of_a_deleted_note_waits(store: Store, card: int) -> None:
    give(store, card, GOOD, NOON)
    (guid,) = store.row("select guid from notes")
    sent = list(entries_of_note(store.connection, "a" * 16, guid))
    (review,) = (one for one in sent if isinstance(one, ReviewEntry))
    stamp = last_stamp(store.connection) + 10
    again = replace(review, at=NOON + 1, device="b" * 16, stamp=stamp + 1)

    merging = merge_entries(
        store, review, ErasedEntry(guid, stamp, "b" * 16), again, one_by_one=True
    )

    assert merging.parked == [(again, "erased")]
    assert store.rows("select card from reviews") == []


def test_a_clock_put_back_does_not_turn_the_order_of_answers(
    store: Store, card: int
) -> None:
    give(store, card, EASY, NOON)
    give(store, card, AGAIN, NOON - 3 * DAY_MS)
    give(store, card, GOOD, NOON - 5 * DAY_MS)

    assert log(store, "id, rating") == [(NOON, 4), (NOON + 1, 1), (NOON + 2, 3)]
    assert contradictions(store) == []


def answered_elsewhere(store: Store, card: int) -> None:
    give(store, card, GOOD, NOON + 1)


def suspended_elsewhere(store: Store, card: int) -> None:
    suspend(store, [card], NOON, suspended=True)


def retired_elsewhere(store: Store, card: int) -> None:
    add(store, [])


def answered_anew_elsewhere(store: Store, card: int) -> None:
    undo_last(store, Options(store))
    give(store, card, AGAIN, NOON + 5)


def undone_elsewhere(store: Store, card: int) -> None:
    undo_last(store, Options(store))


@pytest.mark.parametrize(
    "meanwhile",
    [
        answered_elsewhere,
        answered_anew_elsewhere,
        suspended_elsewhere,
        retired_elsewhere,
        undone_elsewhere,
    ],
)
def test_an_answer_to_a_card_changed_meanwhile_is_refused(
    store: Store, card: int, meanwhile: object
) -> None:
    give(store, card, AGAIN, NOON)
    seen = shown(store)
    elsewhere = open_store(store.path, NOON)
    assert callable(meanwhile)
    meanwhile(elsewhere, card)
    before = dump(store)

    saved = record(store, seen, GOOD, Preset(), AnswerTime(NOON + 2), duration_ms=1)

    assert saved is None
    assert dump(store) == before
    elsewhere.close()


def test_an_answer_given_and_undone_elsewhere_is_no_obstacle(
    store: Store, card: int
) -> None:
    seen = shown(store)
    give(store, card, AGAIN, NOON)
    undo_last(store, Options(store))

    saved = record(store, seen, GOOD, Preset(), AnswerTime(NOON), duration_ms=1)

    assert saved is not None
    assert saved.review == NOON + 1
    assert log(store, "rating, undone") == [(1, 1), (3, 0)]


def test_an_answer_that_can_not_be_written_leaves_nothing(
    store: Store, card: int
) -> None:
    store.connection.execute("pragma busy_timeout = 0")
    elsewhere = open_store(store.path, NOON)

    with elsewhere.transaction(), pytest.raises(StoreError):
        give(store, card, GOOD, NOON)

    assert log(store, "id") == []
    assert shown(store).progress == SchedulingState()
    elsewhere.close()


def test_an_undone_answer_stays_in_the_log_as_void(store: Store, card: int) -> None:
    give(store, card, AGAIN, NOON)
    after_one = shown(store)
    give(store, card, EASY, NOON + MINUTE)

    undone = undo_last(store, Options(store))

    assert undone is not None
    assert (undone.operation.name, undone.card) == ("answer", card)
    assert shown(store) == after_one
    assert history(store, card) == [
        HistoryLine(
            at_ms=NOON + MINUTE,
            offset_min=0,
            rating=4,
            interval=2,
            duration_ms=900,
            kind=0,
            undone=True,
        ),
        HistoryLine(
            at_ms=NOON,
            offset_min=0,
            rating=1,
            interval=-60,
            duration_ms=900,
            kind=0,
            undone=False,
        ),
    ]


def test_all_steps_can_be_undone_also_after_a_restart(store: Store) -> None:
    add(store, numbered(3))
    one, two, three = ids(store)
    fresh = store.rows("select * from cards")
    give(store, one, GOOD, NOON)
    suspend(store, [one, two], NOON, suspended=True)
    bury(store, [three], NOON, TODAY)
    suspend(store, [two], NOON, suspended=False)
    give(store, two, AGAIN, NOON + 1)
    store.close()

    again = open_store(store.path, NOON + DAY_MS)
    options = Options(again)
    undone = [undo_last(again, options) for _ in range(5)]

    assert [one and (one.operation.name, one.card) for one in undone] == [
        ("answer", two),
        ("unsuspend", two),
        ("bury", three),
        ("suspend", None),
        ("answer", one),
    ]
    assert again.rows("select * from cards") == fresh
    again.close()


def test_a_card_brought_forward_keeps_its_memory(
    store: Store,
) -> None:
    add(store, numbered(2))
    one, two = ids(store)
    give(store, one, EASY, NOON)
    before = cards_of(store)
    tomorrow = NOON + DAY_MS

    changed = set_due_today(store, Options(store), [one, two], tomorrow)

    after = cards_of(store)
    assert changed == 1
    assert after[one].progress == replace(
        before[one].progress, due_day=TODAY + 1, interval=1
    )
    assert after[two] == before[two]
    assert contradictions(store) == []
    undo_last(store, Options(store))
    assert cards_of(store) == before


def test_a_card_brought_forward_survives_a_clock_set_back(
    store: Store, card: int
) -> None:
    give(store, card, EASY, NOON)
    set_due_today(store, Options(store), [card], NOON - DAY_MS)
    middle = contradictions(store)
    give(store, card, GOOD, NOON - 2 * DAY_MS)

    assert (middle, contradictions(store)) == ([], [])
    assert log(store, "id, rating") == [(NOON, 4), (NOON + 1, 0), (NOON + 2, 3)]


def test_suspending_what_is_suspended_is_no_step(store: Store, card: int) -> None:
    changed = [suspend(store, [card, 7], NOON, suspended=True) for _ in range(2)]

    assert changed == [1, 0]
    assert store.rows("select name from operations") == [("add",), ("suspend",)]


# Leeches


def forgotten(store: Store, card: int, times: int) -> list[int]:
    """Forget a card again and again; give the lapses that rang the alarm."""
    alarms, now = [], NOON
    give(store, card, EASY, now)
    for lapse in range(1, times + 1):
        now += 30 * DAY_MS
        saved = give(store, card, AGAIN, now)
        assert saved.progress.lapses == lapse
        if saved.became_leech:
            alarms.append(lapse)
        if saved.suspended:
            suspend(store, [card], now, suspended=False)
        give(store, card, EASY, now + MINUTE)
    return alarms


@pytest.mark.parametrize(
    ("threshold", "expected"),
    [(8, [8, 12, 16]), (5, [5, 8, 11, 14, 17]), (1, list(range(1, 18)))],
)
def test_a_leech_is_told_at_the_threshold_and_each_half(
    store: Store, card: int, threshold: int, expected: list[int]
) -> None:
    save_options(store, "", {"leech_threshold": threshold})

    assert forgotten(store, card, 17) == expected
    assert (shown(store).leech, shown(store).suspended) == (True, False)
    assert contradictions(store) == []


def test_a_leech_is_suspended_where_the_deck_wants_it(store: Store, card: int) -> None:
    save_options(store, "A", {"leech_suspend": True, "leech_threshold": 2})
    give(store, card, EASY, NOON)
    give(store, card, AGAIN, NOON + 30 * DAY_MS)
    give(store, card, EASY, NOON + 30 * DAY_MS + MINUTE)
    before = shown(store)

    saved = give(store, card, AGAIN, NOON + 60 * DAY_MS)
    leech = shown(store)
    undo_last(store, Options(store))

    assert (saved.became_leech, saved.suspended) == (True, True)
    assert (leech.leech, leech.suspended) == (True, True)
    assert shown(store) == before


# The cache and the log

steps = st.lists(
    st.tuples(
        st.integers(0, 3),
        st.sampled_from([*Rating, "undo", "bring forward"]),
        st.sampled_from([0, 1, 999, 60_000, 600_000, 4 * 3_600_000, DAY_MS, 9 * DAY_MS])
        | st.integers(-2 * DAY_MS, 60 * DAY_MS),
    ),
    max_size=25,
)


@pytest.mark.slow
@settings(max_examples=40)
@given(steps=steps, zone=st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo"]))
def test_what_a_card_knows_always_follows_from_the_log(
    steps: list[tuple[int, Rating | str, int]],
    zone: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    store = new_store(tmp_path_factory.mktemp("log"), zone)
    add(store, numbered(4))
    chosen, now = ids(store), NOON
    for which, action, later in steps:
        now += later
        if isinstance(action, Rating):
            give(store, chosen[which], action, now)
        elif action == "bring forward":
            set_due_today(store, Options(store), chosen[: which + 1], now)
        else:
            undo_last(store, Options(store), DURING_REVIEW)

    assert contradictions(store) == []
    learned = [card.progress for card in cards(store).values()]
    assert all(p.reps or p == SchedulingState(state=State.NEW) for p in learned)
    store.close()
