"""The forecast holds what a review will ask if each day's share is done."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import DAY_MS, NOON, TODAY, Clock, add, basic, give, ids, new_store

from cards.note import Basic, ListNote, Note
from srs.models.cards import Rating
from srs.models.exam import Exam, exam_text
from srs.store.card_actions import bury, set_due, suspend
from srs.store.connection import Store
from srs.store.settings import Options, save_options, save_setting
from srs.study.day_counts import day_counts, day_statistics
from srs.study.day_report import day_report
from srs.study.due_cards import CardFilter
from srs.study.due_forecast import due_forecast
from srs.study.queue import build_queue
from srs.study.session import Session

DAYS = 8
HOUR_MS = DAY_MS // 24
ALL = CardFilter()


def forecast(store: Store, card_filter: CardFilter = ALL) -> tuple[int, ...]:
    return due_forecast(store, Options(store), card_filter, NOON, DAYS)


def tomorrow_of(store: Store) -> int:
    """Return what the end of a review says of tomorrow."""
    tomorrow = day_report(store, Options(store), ALL, NOON).tomorrow
    return tomorrow.learning + tomorrow.due


def worked_off(store: Store, card_filter: CardFilter) -> list[int]:
    """Take away what each day asks, and count it."""
    found = []
    for day in range(DAYS):
        now_ms = NOON + day * DAY_MS
        queue = build_queue(store, Options(store), card_filter, now_ms)
        asked = [*queue.due, *(card for _, card in queue.learning)]
        found.append(len(asked))
        suspend(store, list(asked), now_ms, suspended=True)
    return found


def due_on(store: Store, days: list[int]) -> None:
    """Make cards due so many days from today; every third is one of siblings."""
    notes: list[Note] = []
    while (count := sum(3 if n % 3 == 0 else 1 for n in range(len(notes)))) < len(days):
        deck = ("A", "A::B", "C")[len(notes) % 3]
        text = str(len(notes))
        is_list = len(notes) % 3 == 0
        content = ListNote(text, ("a", "b", "c")) if is_list else Basic(text, "b")
        notes.append(Note(content, deck))
        assert count < 1000
    add(store, notes)
    for card, day in zip(ids(store), days, strict=False):
        set_due(store, Options(store), [card], NOON - 30 * DAY_MS, (TODAY + day,) * 2)


def put_in_learning(store: Store, steps: list[int]) -> None:
    """Put the last cards in learning, due so many hours from now."""
    for card, hours in zip(reversed(ids(store)), steps, strict=False):
        store.connection.execute(
            "update cards set state = 1, due_day = null, due_ms = ? where id = ?",
            (NOON + hours * HOUR_MS, card),
        )


@settings(max_examples=30, deadline=None)
@given(
    days=st.one_of(
        st.lists(st.integers(-3, DAYS), max_size=25),
        st.lists(st.integers(-9, 2), min_size=80, max_size=130),
    ),
    limit=st.sampled_from([0, 3, 9999]),
    deck=st.sampled_from(["", "A", "C"]),
    catch_up=st.booleans(),
    buried=st.integers(0, 3),
    answered=st.integers(0, 5),
    exam=st.sampled_from([None, 1, 3, 6, 12]),
    steps=st.lists(st.integers(-30, 24 * DAYS), max_size=8),
)
def test_the_forecast_is_what_the_reviews_will_ask(
    days: list[int],
    limit: int,
    deck: str,
    catch_up: bool,
    buried: int,
    answered: int,
    exam: int | None,
    steps: list[int],
) -> None:
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        due_on(store, days)
        put_in_learning(store, steps)
        save_options(store, "A", {"reviews_per_day": limit})
        save_setting(store, "catch_up", "yes" if catch_up else "no")
        if exam is not None:
            save_setting(store, "exam", exam_text(Exam(TODAY + exam, "A")))
        bury(store, ids(store)[:buried], NOON, TODAY)
        session = Session(store, Clock(), CardFilter(deck, only="due"))
        for _ in range(answered):
            if session.next() is not None:
                session.answer(Rating.EASY, 900)
        chosen = CardFilter(deck)

        found = forecast(store, chosen)

        today = day_counts(store, Options(store), chosen, NOON)
        assert found[0] == today.due + today.learning
        # The answered cards come back, too.
        suspend(
            store,
            [card for (card,) in store.rows("select card from reviews where rating")],
            NOON,
            suspended=True,
        )
        coming = forecast(store, chosen)
        assert list(coming) == worked_off(store, chosen)
        store.close()


def test_a_backlog_is_spread_over_the_coming_days(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(180)])
    set_due(store, Options(store), ids(store), NOON - 9 * DAY_MS, (TODAY - 5,) * 2)

    assert forecast(store) == (50, 50, 50, 30, 0, 0, 0, 0)
    stats = day_statistics(store, Options(store), "", NOON, full=False).overview
    assert (stats.due, stats.overdue, sum(stats.forecast)) == (50, 130, 180)
    store.close()


def test_tomorrow_is_the_same_in_the_review_and_the_forecast(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(180)])
    set_due(store, Options(store), ids(store), NOON - 9 * DAY_MS, (TODAY - 5,) * 2)
    for number, card in enumerate(build_queue(store, Options(store), ALL, NOON).due):
        give(store, card, Rating.EASY, NOON - 900 + number)

    # The average day has 50 reviews now.
    assert forecast(store)[:2] == (0, tomorrow_of(store)) == (0, 75)
    store.close()


def test_learning_cards_are_due_with_their_next_step(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(4)])
    put_in_learning(store, [1, 17, 18, 45])

    assert forecast(store)[:4] == (1, 2, 1, 0)
    stats = day_statistics(store, Options(store), "", NOON, full=False).overview
    assert (stats.due, stats.forecast[:3]) == (1, (1, 2, 1))
    assert tomorrow_of(store) == 1 + 2
    bury(store, ids(store)[3:], NOON, TODAY)
    assert (forecast(store)[:3], tomorrow_of(store)) == ((0, 3, 1), 3)
    store.close()


def test_the_backlog_of_other_decks_caps_this_one(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(n), "A") for n in range(70)])
    add(store, [basic(f"C{n}", "C") for n in range(60)], file="/decks/c.yaml")
    options, chosen = Options(store), ids(store)
    set_due(store, options, chosen[:70], NOON - DAY_MS, (TODAY + 1,) * 2)
    set_due(store, options, chosen[70:], NOON - 9 * DAY_MS, (TODAY - 5,) * 2)

    assert forecast(store, CardFilter("A"))[:3] == (0, 50, 20)
    store.close()


def test_cards_beyond_a_limit_are_due_on_the_next_days(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(7)])
    set_due(store, Options(store), ids(store), NOON - 9 * DAY_MS, (TODAY,) * 2)
    save_options(store, "A", {"reviews_per_day": 3})

    assert forecast(store)[:4] == (3, 3, 1, 0)
    store.close()


def test_before_an_exam_no_day_is_capped(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(120)])
    set_due(store, Options(store), ids(store), NOON - 9 * DAY_MS, (TODAY - 5,) * 2)
    save_setting(store, "exam", exam_text(Exam(TODAY + 20, "A")))

    assert forecast(store)[:2] == (120, 0)
    store.close()


def test_the_last_days_before_an_exam_ask_cards_early(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(number)) for number in range(12)])
    save_setting(store, "exam", exam_text(Exam(TODAY + 8, "A")))
    for number, card in enumerate(ids(store)):
        give(store, card, Rating.EASY, NOON - 900 + number)

    assert forecast(store)[:3] == (0, tomorrow_of(store), 0) == (0, 12, 0)
    store.close()
