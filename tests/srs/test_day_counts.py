"""One meaning of "due": every command counts what a review would ask."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    basic,
    give,
    ids,
    new_store,
    overview_of,
)

from cards.note import Basic, ListNote, Note
from srs.models.cards import Rating
from srs.models.day_counts import Backlog, DayCounts
from srs.store.card_actions import bury, set_due, suspend
from srs.store.connection import Store
from srs.store.settings import Options, save_options
from srs.study.day_counts import day_counts, decks_of_day
from srs.study.day_report import day_report
from srs.study.due_cards import CardFilter
from srs.study.session import Session

ALL = CardFilter()


def counts(store: Store) -> DayCounts:
    return day_counts(store, Options(store), ALL, NOON)


def fill(store: Store, states: list[int], limits: tuple[int, int]) -> None:
    """Make cards per number: new, due, overdue, in learning, buried, suspended.

    Two further notes have siblings, which 7 and 8 make due.
    """
    notes = [basic(f"{n}", ("A", "A::B", "C")[n % 3]) for n in range(len(states))]
    siblings = [Note(ListNote(deck, ("a", "b", "c")), deck) for deck in ("C", "A")]
    add(store, [*notes, *siblings])
    options = Options(store)
    for card, state in zip(ids(store), states, strict=False):
        if state in (1, 4):
            set_due(store, options, [card], NOON - DAY_MS, (TODAY, TODAY))
        if state == 2:
            set_due(store, options, [card], NOON - 9 * DAY_MS, (TODAY - 5, TODAY - 5))
        if state == 3:
            give(store, card, Rating.AGAIN, NOON - 60_000)
        if state in (4, 5):
            bury(store, [card], NOON, TODAY)
        if state == 6:
            suspend(store, [card], NOON, suspended=True)
    for group in {7, 8} & set(states):
        chosen = ids(store)[-3:] if group == 7 else ids(store)[-6:-3]
        set_due(store, options, chosen, NOON - DAY_MS, (TODAY, TODAY))
    new, reviews = limits
    save_options(store, "A", {"new_per_day": new, "reviews_per_day": reviews})


states = st.lists(st.integers(0, 8), max_size=12)
limits = st.tuples(st.integers(0, 3), st.integers(0, 3))


@settings(max_examples=25)
@given(states, limits)
def test_all_commands_agree_about_due(
    states: list[int], limits: tuple[int, int]
) -> None:
    with TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        fill(store, states, limits)
        options, found = Options(store), counts(store)
        total = found.new + found.learning + found.due

        session = Session(store, Clock(), ALL)
        shown = session.counts()
        roots = [
            line
            for line in decks_of_day(store, options, NOON)[0]
            if "::" not in line.deck
        ]
        stats = overview_of(store, NOON)
        left = day_report(store, options, ALL, NOON).left

        names = ("new", "learning", "due", "overdue", "buried")
        sums = DayCounts(*(sum(getattr(one, n) for one in roots) for n in names))
        assert sums == found
        assert (shown.new, shown.learning, shown.due) == (
            found.new,
            found.learning,
            found.due,
        )
        assert left == shown
        assert (stats.due, stats.overdue) == (found.due + found.learning, found.overdue)
        session.go_ahead()
        asked = 0
        while session.next() is not None:
            session.answer(Rating.EASY, 1)
            asked += 1
        assert asked == total
        after = counts(store)
        assert (after.new, after.learning, after.due) == (0, 0, 0)
        assert (after.overdue, after.buried) == (found.overdue, found.buried)
        store.close()


def test_cards_beyond_the_limit_are_overdue(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    fill(store, [1, 0, 0, 1, 0, 0, 2, 0, 0], (0, 2))

    assert counts(store) == DayCounts(new=4, due=2, overdue=1)
    store.close()


def test_while_catching_up_the_rest_is_overdue(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic(str(n)) for n in range(128)])
    set_due(store, Options(store), ids(store), NOON - 9 * DAY_MS, (TODAY - 5,) * 2)

    backlog = Backlog(50, 128, 0)
    assert counts(store) == DayCounts(due=50, overdue=78, backlog=backlog)
    assert decks_of_day(store, Options(store), NOON)[1] == backlog
    store.close()


def test_siblings_of_an_answered_card_are_buried(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [Note(Basic("front", "back", reverse=True), "A")])
    set_due(store, Options(store), ids(store), NOON - 60_000, (TODAY, TODAY))
    assert counts(store) == DayCounts(due=1, buried=1)

    session = Session(store, Clock(), ALL)
    session.next()
    session.answer(Rating.GOOD, 900)

    assert counts(store) == DayCounts(buried=1)
    (line,) = decks_of_day(store, Options(store), NOON)[0]
    assert (line.due, line.overdue, line.buried) == (0, 0, 1)
    save_options(store, "A", {"bury_siblings": False})
    assert counts(store) == DayCounts(due=1)
    store.close()


def test_a_sibling_of_a_card_beyond_the_limit_is_overdue(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [Note(Basic("front", "back", reverse=True), "A")])
    set_due(store, Options(store), ids(store), NOON - 60_000, (TODAY, TODAY))
    save_options(store, "A", {"reviews_per_day": 0})

    assert counts(store) == DayCounts(overdue=2)
    store.close()
