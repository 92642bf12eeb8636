"""Review sessions: questions, answers, undo, and two sessions at a time."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from msgspec.structs import replace
from store_fixtures import (
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
    shelf,
    undone,
)

from cards.note import Choice, ListNote, Note, Option
from srs.models.cards import Rating, State
from srs.models.exam import Exam, exam_text
from srs.models.retirements import RetiredCard
from srs.store.card_actions import set_due_today, suspend
from srs.store.connection import Store, StoreError
from srs.store.notes import stored_note_of
from srs.store.opening import open_store
from srs.store.operations import last_operations
from srs.store.removal import delete_notes, retire_notes
from srs.store.settings import Options, save_options, save_setting
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.limits import SessionLimits
from srs.study.queue import Counts
from srs.study.results import Summary
from srs.study.session import Session

AGAIN, HARD, GOOD, EASY = Rating
MINUTE = 60_000

Begin = Callable[..., Session]


@pytest.fixture
def begin(store: Store, clock: Clock) -> Iterator[Begin]:
    """Start a session on its own connection, as a terminal does."""
    begun: list[Session] = []

    def make(
        card_filter: CardFilter | None = None, limits: SessionLimits | None = None
    ) -> Session:
        session = Session(open_store(store.path, NOON), clock, card_filter, limits)
        begun.append(session)
        return session

    yield make
    for session in begun:
        session.close()


def asked(session: Session) -> str | None:
    prompt = session.next()
    return None if prompt is None else prompt.question.question


def answers(store: Store) -> list[tuple[int, int]]:
    return store.rows("select rating, undone from reviews order by id")


def test_the_question_stays_until_it_is_answered(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()

    first = session.next()
    clock.turn(minutes=5)

    assert session.next() is first
    session.answer(EASY, 1000)
    assert asked(session) == "A 001"


def test_an_answer_is_on_disk_when_it_returns(store: Store, begin: Begin) -> None:
    add(store, numbered(1))
    session = begin()
    session.next()

    session.answer(GOOD, 1000)

    assert answers(store) == [(3, 0)]
    assert contradictions(store) == []


def test_the_offered_intervals_are_those_stored(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(4))
    make_due(store, ids(store)[:2])
    session = begin()
    for rating in Rating:
        assert session.next() is not None
        shown = session.next_states()

        answered = session.answer(rating, 1000)

        assert answered.state == shown[rating]
        clock.turn(minutes=0.1)


def test_answering_without_a_question_raises(begin: Begin) -> None:
    session = begin()

    assert session.next() is None
    assert session.counts() == Counts(0, 0, 0)
    assert session.waiting_ms() is None
    with pytest.raises(LookupError):
        session.next_states()
    with pytest.raises(LookupError):
        session.answer(GOOD, 1)


def test_counts_include_the_present_question(store: Store, begin: Begin) -> None:
    add(store, numbered(4))
    make_due(store, ids(store)[:1])
    give(store, ids(store)[1], AGAIN, NOON - 10 * MINUTE)
    session = begin()
    found = [session.counts()]

    for _ in range(4):
        session.next()
        found.append(session.counts())
        session.answer(EASY, 1)

    assert found == [
        Counts(new=2, learning=1, due=1),
        Counts(new=2, learning=1, due=1),
        Counts(new=2, learning=0, due=1),
        Counts(new=1, learning=0, due=1),
        Counts(new=1, learning=0, due=0),
    ]
    assert session.counts() == Counts(0, 0, 0)


def test_a_learning_card_is_asked_once_it_is_due(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(1))
    session = begin()
    session.next()
    session.answer(AGAIN, 1000)

    assert session.next() is None
    assert session.waiting_ms() == MINUTE
    clock.turn(minutes=1)
    assert asked(session) == "A 000"
    assert session.waiting_ms() is None


def test_going_ahead_shows_learning_cards_before_they_are_due(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()
    for _ in range(2):
        session.next()
        session.answer(AGAIN, 1000)

    session.go_ahead()
    prompt = session.next()

    assert prompt is not None
    assert (prompt.ahead, prompt.question.question) == (True, "A 000")
    assert session.answer(EASY, 1).applied


def test_a_due_learning_card_comes_before_other_cards(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(3))
    session = begin()
    session.next()
    session.answer(AGAIN, 1000)
    assert asked(session) == "A 001"
    clock.turn(minutes=2)

    session.answer(EASY, 1000)

    assert asked(session) == "A 000"


def test_the_queue_is_rebuilt_at_the_rollover(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(4))
    save_options(store, "", {"new_per_day": 1})
    session = begin()
    session.next()
    session.answer(EASY, 1)
    assert session.next() is None
    assert session.done_today() == 1

    clock.turn(minutes=16 * 60)
    before = session.next()
    clock.turn(minutes=0.05)

    # 04:00:00 is the last second of the day before.
    assert before is None
    assert asked(session) == "A 001"
    assert session.done_today() == 0


def test_a_question_shown_over_the_rollover_can_be_answered(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(1))
    session = begin()
    prompt = session.next()
    clock.turn(minutes=17 * 60)

    assert session.next() is prompt
    assert session.answer(GOOD, 1).applied
    assert contradictions(store) == []


def test_a_card_shown_since_yesterday_is_buried_for_today(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()
    first = asked(session)
    clock.turn(days=1)
    assert asked(session) == first

    session.bury()

    assert store.rows("select max(buried) from cards") == [(TODAY + 1,)]
    assert asked(session) not in (None, first)


def test_suspended_and_buried_cards_are_not_asked(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(3))
    session = begin()

    session.next()
    session.suspend()
    session.next()
    session.bury()

    assert asked(session) == "A 002"
    session.answer(EASY, 1)
    assert session.next() is None
    clock.turn(days=1)
    assert asked(session) == "A 001"


@pytest.mark.parametrize("way", ["suspend", "bury"])
def test_a_sibling_replaces_a_suspended_or_buried_card(
    store: Store, begin: Begin, way: str
) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")])
    session = begin()
    first = session.next()
    getattr(session, way)()
    second = session.next()

    assert first is not None
    assert second is not None
    assert second.card.id != first.card.id
    session.answer(EASY, 1)
    assert session.next() is None


@pytest.mark.parametrize(
    ("card_filter", "left"),
    [
        (CardFilter(), 3),
        (CardFilter("A"), 1),
        (CardFilter("B"), 2),
        (CardFilter(cards=frozenset()), 0),
    ],
)
def test_the_day_is_that_of_all_cards_whatever_was_chosen(
    store: Store, begin: Begin, card_filter: CardFilter, left: int
) -> None:
    add(store, [basic("zero", "A"), basic("one", "B::C"), basic("two", "B")])
    for card in ids(store):
        give(store, card, EASY, NOON - 30 * 86_400_000)

    session = begin(card_filter)
    if session.next() is not None:
        session.answer(EASY, 900)
        left -= 1
    report, whole = session.day_report(), begin(CardFilter()).day_report()

    assert report is not None
    assert report == replace(whole, left=Counts(0, 0, left))


def test_siblings_wait_until_tomorrow(store: Store, clock: Clock, begin: Begin) -> None:
    add(store, [Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A")])
    session = begin()
    session.next()
    session.answer(EASY, 1)

    assert session.next() is None
    clock.turn(days=1)
    assert session.next() is not None


def test_a_suspended_leech_does_not_come_back_today(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(1))
    save_options(store, "", {"leech_threshold": 1, "leech_suspend": True})
    make_due(store, ids(store))
    session = begin()
    session.next()

    answered = session.answer(AGAIN, 1)

    assert (answered.became_leech, answered.suspended) == (True, True)
    assert (session.counts(), session.waiting_ms()) == (Counts(0, 0, 0), None)
    clock.turn(minutes=30)
    assert session.next() is None


def test_options_are_shuffled_each_time_but_pins_stay(
    store: Store, clock: Clock, begin: Begin
) -> None:
    loose = tuple(Option(f"option {n}") for n in range(6))
    pinned = Option("none of these", pin="last")
    choice = Choice("Which?", (pinned, *loose), "option 0")
    add(store, [Note(choice, "A")])
    orders = set()
    for _ in range(5):
        clock.turn(minutes=1)
        prompt = begin().next()
        assert prompt is not None
        assert prompt.question.options[-1] == pinned
        assert set(prompt.question.options) == {pinned, *loose}
        orders.add(prompt.question.options)

    assert len(orders) > 1


def test_the_question_stays_if_an_answer_cannot_be_saved(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(1))
    session = begin()
    prompt = session.next()
    session.store.connection.execute("pragma busy_timeout = 0")

    with store.transaction(), pytest.raises(StoreError):
        session.answer(GOOD, 1)

    assert session.next() is prompt
    assert session.answer(GOOD, 1).applied
    assert answers(store) == [(3, 0)]


# Undo


def test_undo_shows_the_card_again(store: Store, clock: Clock, begin: Begin) -> None:
    add(store, numbered(3))
    session = begin()
    first = session.next()
    session.answer(AGAIN, 1)
    clock.turn(minutes=0.1)
    session.next()

    assert undone(session) == "answer"

    assert session.next() == first
    assert session.counts() == Counts(new=3, learning=0, due=0)
    assert session.done() == 0
    session.answer(EASY, 1)
    assert answers(store) == [(1, 1), (4, 0)]


def test_undoing_another_sessions_answer_keeps_our_count(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(3))
    mine, other = begin(), begin()
    assert mine.next() is not None
    mine.answer(GOOD, 0)
    other.next()
    other.answer(EASY, 0)

    assert undone(mine) == "answer"

    assert mine.summary().answered == 1


def test_everything_can_be_undone_after_a_restart(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(4))
    fresh = store.rows("select * from cards")
    session = begin()
    for rating in (AGAIN, EASY):
        session.next()
        session.answer(rating, 1)
    session.next()
    session.suspend()
    session.next()
    session.bury()
    clock.turn(days=3)

    again = begin()
    said = [undone(again) for _ in range(5)]

    assert said == [
        "bury",
        "suspend",
        "answer",
        "answer",
        None,
    ]
    assert asked(again) == "A 000"
    assert store.rows("select * from cards") == fresh


def test_undoing_an_unsuspend_does_not_ask_the_card(store: Store, begin: Begin) -> None:
    add(store, numbered(2))
    one = ids(store)[0]
    suspend(store, [one], NOON, suspended=True)
    suspend(store, [one], NOON, suspended=False)
    session = begin()

    assert undone(session) == "unsuspend"

    assert asked(session) == "A 001"


def test_undoing_an_answer_to_a_retired_card_asks_another(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()
    session.next()
    session.answer(GOOD, 1)
    add(store, [basic("A 001")])

    session.undo()

    assert asked(session) == "A 001"


# Two sessions


def test_a_card_answered_in_another_session_is_not_recorded(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    one, other = begin(), begin()
    one.next()
    other.next()
    one.answer(EASY, 1)

    answered = other.answer(AGAIN, 1)

    assert (answered.applied, answered.state) == (False, None)
    assert answers(store) == [(4, 0)]
    assert other.done() == 0
    assert asked(other) == "A 001"
    assert contradictions(store) == []


ELSEWHERE = {
    "removed": lambda store, card: retire_notes(store, [card], "x", NOON),
    "suspended": lambda store, card: suspend(store, [card], NOON, suspended=True),
}
"""What another session does with the card that is shown."""


def delete(store: Store, card: int) -> None:
    guid = stored_note_of(store, card).guid
    with store.transaction() as connection:
        delete_notes(connection, [guid])


@pytest.mark.parametrize("step", ["answer", "suspend", "bury"])
@pytest.mark.parametrize(
    ("elsewhere", "obstacle"),
    [*((act, name) for name, act in ELSEWHERE.items()), (delete, "removed")],
)
def test_a_step_on_a_card_dealt_with_elsewhere_says_why(
    store: Store,
    begin: Begin,
    step: str,
    elsewhere: Callable[[Store, int], object],
    obstacle: str,
) -> None:
    add(store, numbered(3))
    session = begin()
    session.next()
    assert (session.counts().total, session.done_today()) == (3, 0)
    elsewhere(store, ids(store)[0])
    steps = len(last_operations(store))

    found = (
        session.answer(GOOD, 1).obstacle
        if step == "answer"
        else getattr(session, step)()
    )

    assert found == obstacle
    assert len(last_operations(store)) == steps
    assert asked(session) == "A 001"
    assert (session.counts().total, session.done_today()) == (2, 0)


def test_a_card_buried_elsewhere_is_not_buried_again(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    one, other = begin(), begin()
    one.next()
    other.next()

    assert one.bury() == ""
    assert other.bury() == "buried"
    assert len(last_operations(store)) == 2


def test_only_finished_cards_count_as_done(store: Store, begin: Begin) -> None:
    add(store, numbered(5))
    session = begin()
    session.next()
    session.done_today()
    delete(store, ids(store)[1])

    session.answer(EASY, 1)
    seen = [asked(session), session.done_today()]
    session.suspend()
    seen += [asked(session), session.done_today()]
    session.bury()
    seen += [asked(session), session.done_today()]

    assert seen == ["A 002", 1, "A 003", 1, "A 004", 1]


@pytest.mark.parametrize("cram", [None, CramOptions()], ids=["daily", "cram"])
def test_a_card_deleted_by_an_edit_is_not_done(
    store: Store, clock: Clock, cram: CramOptions | None
) -> None:
    add(store, numbered(5))
    shown: list[int] = []

    def reread(_file: str) -> list[RetiredCard]:
        retire_notes(store, shown, "x", NOON)
        return []

    session = Session(
        store,
        clock,
        CardFilter(new=9),
        cram=cram,
        reread=reread,
        take_text=lambda *_: [],
    )
    session.next()
    session.done_today()
    session.answer(EASY, 1)
    kept = asked(session)
    session.reload()
    assert (asked(session), session.done_today()) == (kept, 1)
    shown += [one.card.id for one in [session.next()] if one]

    session.reload()

    assert asked(session) != kept
    assert (session.done_today(), session.counts().total) == (1, 3)


@pytest.mark.parametrize("step", ["suspend", "bury"])
@pytest.mark.parametrize("cram", [None, CramOptions()], ids=["daily", "cram"])
def test_undoing_a_step_without_an_answer_leaves_what_is_done(
    store: Store, clock: Clock, step: str, cram: CramOptions | None
) -> None:
    add(store, numbered(5))
    session = Session(store, clock, CardFilter(new=9), cram=cram)
    session.next()
    session.done_today()
    session.answer(EASY, 1)
    session.next()
    getattr(session, step)()
    session.next()

    assert undone(session) == step
    session.next()

    assert (session.done_today(), session.counts().total) == (1, 4)


def test_an_undone_answer_to_a_deleted_card_is_not_done(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(3))
    session = begin()
    session.next()
    session.done_today()
    session.answer(EASY, 1)
    retire_notes(store, ids(store)[:1], "x", NOON)

    session.undo()

    while session.undo() is not None:
        session.next()
    session.next()
    assert (session.done_today(), session.counts().total) == (0, 2)


def test_a_suspended_card_in_learning_counts_as_done(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()
    session.next()
    session.answer(AGAIN, 1)
    assert begin().done_today() == 0

    suspend(store, ids(store)[:1], NOON, suspended=True)

    assert begin().done_today() == 1


def test_an_answer_is_undone_where_another_step_came_after_it(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    session = begin()
    session.next()
    session.answer(EASY, 1)
    add(store, [*numbered(2), basic("new")])

    assert undone(session) == "answer"
    assert asked(session) == "A 000"
    assert answers(store) == [(4, 1)]
    assert undone(session) is None
    assert [(one.name, one.undone) for one in last_operations(store)] == [
        ("add", False),
        ("answer", True),
        ("add", False),
    ]


def test_an_answer_of_another_review_is_not_undone_out_of_order(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(2))
    first = begin()
    first.next()
    first.answer(EASY, 1)
    add(store, [*numbered(2), basic("new")])
    session = begin()
    shown = session.next()

    assert undone(session) is None
    later = session.later_operation()

    assert later is not None
    assert later.name == "add"
    assert session.next() is shown


def test_an_undone_answer_is_asked_again_past_the_limit(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(3))
    session = begin(limits=SessionLimits(minutes=1))
    session.next()
    session.answer(EASY, 1)
    clock.turn(minutes=2)
    assert session.is_over()

    session.undo()
    again = (session.is_over(), asked(session))
    session.answer(GOOD, 1)

    assert again == (False, "A 000")
    assert session.is_over()


def test_cards_handled_in_another_session_are_not_asked(
    store: Store, begin: Begin
) -> None:
    add(store, numbered(4))
    make_due(store, ids(store)[:1])
    one, other = begin(), begin()
    for deal in (
        lambda: one.answer(EASY, 1),
        one.suspend,
        one.bury,
    ):
        one.next()
        deal()

    assert asked(other) == "A 003"


def test_a_card_in_learning_in_another_session_comes_later(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(1))
    one, other = begin(), begin()
    one.next()
    other.next()
    one.answer(AGAIN, 1)

    other.answer(GOOD, 1)

    assert other.next() is None
    assert other.waiting_ms() == MINUTE
    clock.turn(minutes=1)
    assert asked(other) == "A 000"


def test_a_long_pause_counts_as_a_minute(store: Store) -> None:
    add(store, numbered(1))
    session = Session(store, Clock())
    session.next()

    session.answer(GOOD, 3 * 3_600_000)

    assert session.summary().duration_ms == 60_000
    assert store.row("select duration_ms from reviews") == (60_000,)


def test_the_summary_counts_the_session(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(5))
    save_options(store, "", {"fuzz": False, "learning_steps": []})
    session = begin()
    for rating, took in ((AGAIN, 1000), (HARD, 2000), (EASY, 3000)):
        session.next()
        session.answer(rating, took)
        clock.turn(minutes=1)

    assert session.summary() == Summary(
        answered=3, correct=2, again=1, duration_ms=6000
    )


def test_a_session_may_limit_answers_or_minutes(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(3))
    by_count, by_time = (
        begin(limits=SessionLimits(limit=1)),
        begin(limits=SessionLimits(minutes=10)),
    )
    endless = begin()
    before = [session.is_over() for session in (by_count, by_time, endless)]

    by_count.next()
    by_count.answer(GOOD, 1)
    clock.turn(minutes=10)

    after = [session.is_over() for session in (by_count, by_time, endless)]
    assert (before, after) == ([False] * 3, [True, True, False])


def test_cards_of_the_day_count_over_all_sessions(
    store: Store, clock: Clock, begin: Begin
) -> None:
    add(store, numbered(3))
    for _ in range(2):
        session = begin()
        session.next()
        session.answer(EASY, 1)
        clock.turn(minutes=0.1)

    assert (session.done(), session.done_today()) == (1, 2)


# Random histories


class Life(RuleBasedStateMachine):
    """Two sessions on one store, with a clock that jumps.

    What the test knows of it: before every step it writes the cards down, so
    that undoing must bring them back exactly.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.clock = Clock()
        self.before: list[list[tuple]] = []

    @initialize(
        zone=st.sampled_from(["UTC", "America/New_York", "Asia/Tokyo"]),
        steps=st.sampled_from([[60, 600], [], [86_400]]),
    )
    def make_store(self, zone: str, steps: list[int]) -> None:
        self.store = new_store(Path(self.folder.name), zone)
        threats = Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "A::B")
        add(self.store, [*numbered(3), threats, *numbered(2, "C")])
        options = {
            "learning_steps": steps,
            "relearning_steps": steps[:1],
            "leech_threshold": 2,
            "leech_suspend": True,
            "new_per_day": 4,
        }
        save_options(self.store, "", options)
        self.sessions = [self._session(), self._session()]

    def _session(self) -> Session:
        return Session(open_store(self.store.path, NOON), self.clock)

    def _cards(self) -> list[tuple]:
        return self.store.rows("select * from cards order by id")

    def _is_changed(self, session: Session) -> bool:
        """Return True if the card on a screen was handled in the other session."""
        prompt = session.next()
        assert prompt is not None
        now, shown = cards_by_id(self.store)[prompt.card.id], prompt.card.progress
        # A due day set by hand is not an answer.
        answered = (now.progress.reps, now.progress.last_ms)
        return now.suspended or answered != (shown.reps, shown.last_ms)

    @rule(which=st.integers(0, 1), rating=st.sampled_from(Rating))
    def answer(self, which: int, rating: Rating) -> None:
        session = self.sessions[which]
        prompt = session.next()
        if prompt is None:
            return
        stale, before = self._is_changed(session), self._cards()
        shown = session.next_states()

        answered = session.answer(rating, 1000)

        assert answered.applied != stale
        if stale:
            assert self._cards() == before
            return
        assert answered.state is not None
        assert answered.state.interval == shown[rating].interval
        stored = cards_by_id(open_store(self.store.path, NOON))[prompt.card.id]
        assert stored.progress == answered.state
        self.before.append(before)

    @rule(which=st.integers(0, 1), buried=st.booleans())
    def suspend_or_bury(self, which: int, buried: bool) -> None:
        session = self.sessions[which]
        if session.next() is None:
            return
        before = self._cards()
        if buried:
            session.bury()
        else:
            session.suspend()
        if self._cards() != before:
            self.before.append(before)

    @rule(days=st.integers(-1, 25))
    def prepare_for_an_exam(self, days: int) -> None:
        day = Options(self.store).calendar.day(self.clock.now_ms) + days
        text = exam_text(Exam(day, "A")) if days >= 0 else ""
        save_setting(self.store, "exam", text)

    @rule(rating=st.sampled_from(Rating), new=st.integers(0, 2))
    def cram(self, rating: Rating, new: int) -> None:
        store = open_store(self.store.path, NOON)
        session = Session(store, self.clock, CardFilter(new=new), cram=CramOptions())
        if session.next() is not None:
            before = self._cards()
            assert session.answer(rating, 1000).applied
            assert self._cards() == before
            self.before.append(before)
        session.close()

    @rule(pick=st.randoms(use_true_random=False))
    def unsuspend(self, pick: random.Random) -> None:
        chosen = [pick.choice(ids(self.store))]
        before = self._cards()
        if suspend(self.store, chosen, self.clock.now_ms, suspended=False):
            self.before.append(before)

    @rule(pick=st.randoms(use_true_random=False))
    def set_due(self, pick: random.Random) -> None:
        chosen = pick.sample(ids(self.store), 2)
        before, options = self._cards(), self.sessions[0].options
        if set_due_today(self.store, options, chosen, self.clock.now_ms):
            self.before.append(before)

    @precondition(lambda self: self.before)
    @rule(which=st.integers(0, 1), steps=st.integers(1, 3))
    def undo(self, which: int, steps: int) -> None:
        for _ in range(min(steps, len(self.before))):
            assert self.sessions[which].undo() is not None
            assert self._cards() == self.before.pop()

    @rule(which=st.integers(0, 1))
    def go_ahead(self, which: int) -> None:
        self.sessions[which].go_ahead()

    @rule(minutes=st.sampled_from([0, 0.01, 1, 10, 600, -1, -10, -3000]))
    def move_the_clock(self, minutes: float) -> None:
        self.clock.turn(minutes=minutes)

    @rule(days=st.integers(1, 40))
    def let_days_pass(self, days: int) -> None:
        self.clock.turn(days=days)

    @rule(which=st.integers(0, 1))
    def restart(self, which: int) -> None:
        self.sessions[which].close()
        self.sessions[which] = self._session()

    @invariant()
    def the_cards_follow_from_the_log(self) -> None:
        assert contradictions(self.store) == []

    @invariant()
    def only_what_may_be_asked_is_asked(self) -> None:
        for session in self.sessions:
            prompt = session.next()
            if prompt is None:
                continue
            assert not prompt.card.retired
            assert prompt.card.progress.state in State
            assert session.counts().total >= 1

    @invariant()
    def the_log_is_in_order_and_each_step_can_be_undone(self) -> None:
        standing = "select count(*) from operations where undone = 0 and name <> 'add'"
        assert self.store.row(standing) == (len(self.before),)
        rows = self.store.rows("select card, id from reviews order by card, rowid")
        assert rows == sorted(rows)

    def teardown(self) -> None:
        for session in self.sessions:
            session.close()
        self.store.close()
        self.folder.cleanup()


def cards_by_id(store: Store) -> dict:
    return {card.id: card for note in list(shelf(store)) for card in note.cards}


Life.TestCase.settings = settings(max_examples=25, stateful_step_count=30)
TestLife = pytest.mark.slow(Life.TestCase)
