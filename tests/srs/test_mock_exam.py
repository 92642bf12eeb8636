"""Mock exams: how questions are drawn, kept, scored, counted and undone."""

from collections import Counter
from collections.abc import Sequence
from itertools import permutations

import msgspec
import pytest
from devices import merge_entries
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from store_fixtures import (
    DAY_MS,
    NOON,
    TODAY,
    Clock,
    add,
    basic,
    contradictions,
    dump,
    give,
    ids,
)

from cards.note import Basic, Choice, Compare, Content, ListNote, Note, Option, Row
from flash.service.context import AppContext
from flash.service.mock_exams import MockWish, NewMock, new_mock
from srs.maintenance.checks import examine
from srs.models.cards import Rating
from srs.models.exam import Exam, exam_text
from srs.models.log_entries import ErasedEntry, MarkEntry, MockEntry
from srs.models.mock_exam import MockAnswer, MockExam, MockQuestion
from srs.store.connection import Store, StoreError
from srs.store.mock_exams import finished_mock_exams, unfinished_mock_exam
from srs.store.note_media import MediaMerge
from srs.store.operations import DUE_TODAY, last_operations
from srs.store.removal import delete_notes
from srs.store.settings import save_options, save_setting
from srs.store.stamps import last_stamp
from srs.store.sync_incoming import EntryMerge
from srs.store.sync_mock_exams import check_mock, merge_mock, mock_entries
from srs.store.undo import undo_operations
from srs.study.mock_questions import MOST_OPTIONS, shares
from srs.study.mock_session import DomainScore, MockSession, score_of


def choices(count: int, domain: str, deck: str = "A") -> list[Note]:
    """Make choices whose right option begins with `right`."""
    return [
        Note(
            Choice(f"{domain} {n}", (f"right {n}", "b", "c", "d"), f"right {n}"),
            deck,
            tags=(f"domain::{domain}",),
        )
        for n in range(count)
    ]


def tagged(content: Content, domain: str) -> Note:
    return Note(content, "A", language="en", tags=(f"domain::{domain}",))


TABLE = Compare(
    ("S3", "EBS", "EFS"),
    {
        "kind": ("object", "block", "file"),
        "durable": ("yes", "no", "yes"),
        "price": Row(("low", "mid", "high"), reverse="Which costs {value}?"),
    },
)


def drawn(
    store: Store, count: int = 65, seed: int = 1, *, counts: bool = False
) -> MockExam:
    app = AppContext(store, lambda: NOON)
    wish = MockWish(questions=count, seed=seed, counts=counts)
    return new_mock(app, wish).exam


def set_weights(store: Store, **weights: float) -> None:
    points = {f"domain::{name}": weight for name, weight in weights.items()}
    save_setting(store, "exam", exam_text(Exam(TODAY + 60, weights=points)), NOON)


@given(
    st.dictionaries(st.text(max_size=2), st.floats(0.01, 100), min_size=1, max_size=8),
    st.integers(0, 200),
)
def test_shares_add_up_and_are_as_near_as_can_be(
    weights: dict[str, float], count: int
) -> None:
    found = shares(weights, count)

    total = sum(weights.values())
    assert sum(found.values()) == count
    for name, weight in weights.items():
        assert abs(found[name] - count * weight / total) < 1 + 1e-9


def test_questions_follow_the_weights_and_the_seed(store: Store) -> None:
    add(store, choices(30, "iam") + choices(30, "logs") + choices(30, "nets"))
    set_weights(store, iam=50, logs=30, nets=20)

    first, same, other = (drawn(store, 20, seed).questions for seed in (1, 1, 2))

    assert Counter(one.domain for one in first) == {
        "domain::iam": 10,
        "domain::logs": 6,
        "domain::nets": 4,
    }
    assert len({one.question for one in first}) == 20
    assert all(one.options[one.right].startswith("right") for one in first)
    assert len({one.right for one in first}) > 2
    assert first == same
    assert first != other


def test_without_weights_domains_count_by_their_cards(store: Store) -> None:
    untagged = [replace(note, tags=()) for note in choices(5, "none")]
    add(store, choices(10, "iam") + untagged)

    found = Counter(one.domain for one in drawn(store, 6).questions)

    assert found == {"domain::iam": 4, "": 2}


def test_a_poor_domain_is_filled_and_the_rest_reported(store: Store) -> None:
    lists = [
        tagged(ListNote("Colours", ("red", "blue")), "poor"),
        tagged(ListNote("Numbers", ("one", "two", "red")), "rich"),
    ]
    add(store, [*choices(40, "rich"), *choices(2, "poor"), *lists])
    set_weights(store, rich=50, poor=50)
    app = AppContext(store, lambda: NOON)

    found = new_mock(app, MockWish(questions=16, seed=3))

    poor = [one for one in found.exam.questions if one.domain == "domain::poor"]
    assert sorted(one.is_made for one in poor) == [False, False, True, True]
    assert (found.made, found.lacking) == (2, {"domain::poor": 4})
    for one in poor:
        if one.is_made:
            # "red" is in both lists, so it is never a wrong option.
            assert one.options[one.right] in ("red", "blue")
            assert set(one.options) - {one.options[one.right]} == {"one", "two"}


def test_questions_are_made_of_tables(store: Store) -> None:
    add(store, [tagged(TABLE, "a")])

    found = {one.question: one for one in drawn(store, 20).questions}

    # The row `durable` has only two different cells.
    assert sorted(found) == [
        "EBS: kind?",
        "EBS: price?",
        "EFS: kind?",
        "EFS: price?",
        "S3: kind?",
        "S3: price?",
        "Which costs high?\n\nS3 · EBS · EFS",
        "Which costs low?\n\nS3 · EBS · EFS",
        "Which costs mid?\n\nS3 · EBS · EFS",
    ]
    kind = found["EBS: kind?"]
    assert sorted(kind.options) == ["block", "file", "object"]
    assert kind.options[kind.right] == "block"
    price = found["Which costs mid?\n\nS3 · EBS · EFS"]
    assert (sorted(price.options), price.options[price.right]) == (
        ["EBS", "EFS", "S3"],
        "EBS",
    )


def test_pinned_options_stay_last_and_many_are_cut(store: Store) -> None:
    many = tuple(str(n) for n in range(20))
    add(
        store,
        [
            tagged(Choice("pinned", ("a", "b", Option("none", "last")), "a"), "a"),
            tagged(Choice("many", many, "7"), "a"),
        ],
    )

    for seed in range(5):
        found = {one.question: one for one in drawn(store, 2, seed).questions}
        assert found["pinned"].options[-1] == "none"
        assert len(found["many"].options) == MOST_OPTIONS
        assert found["many"].options[found["many"].right] == "7"


def drawn_and_handed_in(store: Store, count: int, seed: int) -> NewMock:
    """Draw an exam, begun as many minutes after noon as its seed says; hand it in."""
    clock = Clock(NOON + seed * 60_000)
    found = new_mock(AppContext(store, clock), MockWish(questions=count, seed=seed))
    MockSession(store, clock, found.exam).hand_in()
    return found


@pytest.mark.parametrize("count", [3, 4, 5, 7, 12])
def test_what_was_asked_longest_ago_comes_first(store: Store, count: int) -> None:
    add(store, [*choices(6, "a"), tagged(TABLE, "a")])
    last = dict.fromkeys((one.key for one in drawn(store, 20).questions), 0)
    assert len(last) == 15

    for seed in range(1, 13):
        found = drawn_and_handed_in(store, count, seed)

        asked = {one.key for one in found.exam.questions}
        assert len(asked) == count
        assert found.repeated == sum(last[key] > 0 for key in asked)
        left_out = [last[key] for key in last.keys() - asked]
        assert max(last[key] for key in asked) <= min(left_out)
        last |= dict.fromkeys(asked, seed)


def test_choices_come_before_questions_that_are_made(store: Store) -> None:
    add(store, [*choices(6, "a"), tagged(TABLE, "a")])

    made = [drawn_and_handed_in(store, 4, seed).made for seed in (1, 2, 3)]

    assert made == [0, 2, 4]


def test_a_seed_draws_the_same_questions_after_other_exams(store: Store) -> None:
    add(store, choices(9, "a"))

    first, second, *_others = (
        drawn_and_handed_in(store, 4, seed).exam.questions for seed in (1, 2, 3)
    )

    assert drawn(store, 4, 1).questions == first
    assert drawn(store, 4, 2).questions == second


def test_only_exams_that_were_handed_in_count_as_asked(store: Store) -> None:
    add(store, choices(4, "a"))
    drawn(store, 2, 1)

    first = drawn_and_handed_in(store, 2, 2)
    undo_operations(store, 1)
    again = drawn_and_handed_in(store, 4, 3)

    assert (first.repeated, again.repeated) == (0, 0)


def test_suspended_and_other_decks_are_not_asked(store: Store) -> None:
    add(store, [*choices(3, "x"), *choices(3, "y", "B")])
    store.connection.execute(
        "update cards set suspended = 1 where id = ?", ids(store)[:1]
    )

    found = new_mock(AppContext(store, lambda: NOON), MockWish("A", 10)).exam

    assert {one.domain for one in found.questions} == {"domain::x"}
    assert len(found.questions) == 2


def take(session: MockSession, answers: Sequence[int | None]) -> None:
    """Answer: 0 is right, another number wrong, None nothing."""
    for position, answer in enumerate(answers):
        session.go(position)
        if answer is not None:
            asked = session.exam.questions[position]
            session.choose((asked.right + answer) % len(asked.options))


def test_answers_marks_and_places(store: Store, clock: Clock) -> None:
    add(store, choices(4, "x"))
    session = MockSession(store, clock, drawn(store, 4))

    session.choose(1)
    session.go(2)
    session.mark()
    assert session.go_to_open()
    assert session.position == 3
    session.choose(0)
    assert session.go_to_open()
    assert session.position == 1
    session.choose(2)
    session.choose(None)
    session.choose(3)
    session.go(99)
    assert session.position == 3
    session.go(-1)
    assert session.position == 0

    stored = unfinished_mock_exam(store)
    assert stored == session.exam
    assert session.exam.answers == (
        MockAnswer(1),
        MockAnswer(3),
        MockAnswer(None, is_marked=True),
        MockAnswer(0),
    )
    assert (session.exam.unanswered, session.exam.marked) == ((2,), (2,))


def test_time_runs_only_while_the_exam_is_open(store: Store, clock: Clock) -> None:
    add(store, choices(4, "x"))
    session = MockSession(store, clock, drawn(store, 4))
    assert session.left_ms() == 4 * 2 * 60_000

    clock.now_ms += 100_000
    session.choose(0)
    clock.now_ms += 20_000
    session.pause()
    clock.now_ms += DAY_MS
    stored = unfinished_mock_exam(store)
    assert stored is not None
    again = MockSession(store, clock, stored)

    assert again.left_ms() == 360_000
    assert again.position == 1
    clock.now_ms -= 50_000
    assert again.left_ms() == 360_000
    clock.now_ms += DAY_MS
    assert again.left_ms() == 0
    again.hand_in()
    assert (again.is_finished, again.exam.spent_ms) == (True, 480_000)


def test_the_score_in_total_and_by_domain(store: Store, clock: Clock) -> None:
    add(store, choices(5, "x") + choices(5, "y"))
    session = MockSession(store, clock, drawn(store, 10))
    take(session, [0, 0, 0, 0, 0, 0, 0, 1, 1, None])
    session.hand_in()

    found = score_of(session.exam)

    assert (found.questions, found.right, found.share) == (10, 7, 0.7)
    assert (round(found.low, 3), round(found.high, 3)) == (0.397, 0.892)
    by_domain = {one.domain: one for one in found.domains}
    assert set(by_domain) == {"domain::x", "domain::y"}
    assert sum(one.right for one in found.domains) == 7
    assert found.domains[0].right <= found.domains[1].right
    assert by_domain["domain::x"] == DomainScore(
        "domain::x", 5, by_domain["domain::x"].right
    )
    assert session.exam.misses == (7, 8, 9)
    assert finished_mock_exams(store) == [session.exam]
    assert unfinished_mock_exam(store) is None


def learned(store: Store) -> None:
    """Answer every card so that it is in review."""
    for index, card in enumerate(ids(store)):
        give(store, card, Rating.EASY, NOON - 5 * DAY_MS + index)


def states(store: Store) -> list[tuple[object, ...]]:
    return store.rows(
        "select id, state, stability, due_day, lapses from cards order by id"
    )


def test_the_schedule_stays_unless_misses_count(store: Store, clock: Clock) -> None:
    add(store, choices(4, "x"))
    learned(store)
    before = states(store)
    session = MockSession(store, clock, drawn(store, 4))
    take(session, [0, 1, 1, None])
    session.hand_in()
    assert states(store) == before

    counted = MockSession(store, clock, drawn(store, 4, counts=True))
    clock.now_ms += 8_000
    take(counted, [0, 1, 1, None])
    counted.hand_in()

    again = store.rows(
        "select rating, duration_ms from reviews where id >= ? and undone = 0", (NOON,)
    )
    assert again == [(1, 2000), (1, 2000)]
    assert [row[4] for row in states(store)].count(1) == 2
    assert contradictions(store) == []
    (step,) = last_operations(store, 1)
    assert (step.name, step.count, step.reviews) == ("mock", 4, 2)

    undo_operations(store, 1)

    assert states(store) == before
    assert finished_mock_exams(store) == [session.exam]
    assert contradictions(store) == []


def test_undo_brings_back_the_leech_that_an_exam_suspended(
    store: Store, clock: Clock
) -> None:
    add(store, choices(2, "x"))
    learned(store)
    save_options(store, "", {"leech_threshold": 1, "leech_suspend": True})
    before = states(store)
    session = MockSession(store, clock, drawn(store, 2, counts=True))
    take(session, [0, 1])
    session.hand_in()
    suspended = "select sum(suspended) from cards"
    assert store.row(suspended) == (1,)

    undo_operations(store, 1)

    assert store.row(suspended) == (0,)
    assert states(store) == before


@pytest.mark.parametrize("is_exam", [True, False], ids=["exam", "answer"])
def test_undo_leaves_a_card_suspended_that_is_so_elsewhere(
    store: Store, clock: Clock, is_exam: bool
) -> None:
    add(store, choices(1, "x"))
    learned(store)
    save_options(store, "", {"leech_threshold": 1, "leech_suspend": True})
    if is_exam:
        session = MockSession(store, clock, drawn(store, 1, counts=True))
        take(session, [1])
        session.hand_in()
    else:
        give(store, ids(store)[0], Rating.AGAIN, NOON)
    suspend_elsewhere(store, ids(store)[0])

    undo_operations(store, 1)

    assert store.rows("select suspended, lapses from cards") == [(1, 0)]


def suspend_elsewhere(store: Store, card: int) -> None:
    """Merge that another device has suspended a card."""
    sql = "select note, uid from cards where id = :card"
    ((guid, uid),) = store.rows(sql, {"card": card})
    stamp = last_stamp(store.connection) + 1
    merge_entries(store, MarkEntry(guid, uid, "suspended", 1, stamp, "b" * 16))


def test_predicted_is_what_is_recalled_today(store: Store) -> None:
    add(store, choices(4, "x"))
    assert drawn(store, 4).predicted == 0
    learned(store)
    assert 0.9 < drawn(store, 4).predicted < 1


def test_a_missed_card_is_made_due_or_confused(store: Store, clock: Clock) -> None:
    add(store, choices(3, "x"))
    learned(store)
    session = MockSession(store, clock, drawn(store, 2))
    take(session, [1, 1])
    session.hand_in()
    before = states(store)

    assert session.make_due(0)
    assert not session.make_due(0)
    (found,) = [
        one
        for one in session.confusion_candidates(1, "x")
        if one.question not in {asked.question for asked in session.exam.questions}
    ]
    assert session.confused_with(1, found.card)

    names = [step.name for step in last_operations(store, 3)]
    assert names == ["confusion", "look", DUE_TODAY]
    undo_operations(store, 3)
    assert states(store) == before
    assert store.rows("select * from confusions") == []


def test_a_card_that_is_gone_is_left_alone(store: Store, clock: Clock) -> None:
    add(store, choices(3, "x"))
    session = MockSession(store, clock, drawn(store, 3, counts=True))
    take(session, [1, 1, 1])
    add(store, [basic("another")])
    session.hand_in()

    assert score_of(session.exam).right == 0
    assert session.prompt(0) is None
    assert not session.make_due(0)
    assert session.confusion_candidates(0, "x") == ()
    assert not session.confused_with(0, ids(store)[0])
    assert store.rows("select * from reviews") == []


def test_a_new_exam_drops_an_unfinished_one(store: Store) -> None:
    add(store, choices(3, "x"))

    first, second = drawn(store, 3), drawn(store, 2)

    assert second.id > first.id
    assert unfinished_mock_exam(store) == second


def test_doctor_deletes_an_unreadable_mock_exam(store: Store) -> None:
    add(store, choices(3, "x"))
    drawn(store, 3)
    store.connection.execute("update mock_exams set answers = '[('")

    found = examine(store, NOON).findings

    assert [one.code for one in found] == ["dangling_mock_exams"]


@pytest.mark.parametrize("content", [Basic("a", "b"), ListNote("l", ("a", "b"))])
def test_a_deck_without_options_is_an_error(store: Store, content: Content) -> None:
    add(store, [Note(content, "A")])

    with pytest.raises(Exception, match="no card can be asked with options"):
        drawn(store)


def test_an_exam_of_the_log_is_checked() -> None:
    asked = (MockQuestion("g", "u", "", "q", ("a", "b"), 1),)
    entry = MockEntry("x", 1, "0" * 16, 1, "", "", asked, (MockAnswer(0),), *[1] * 6)
    check_mock(entry)

    for wrong in (
        {"uid": ""},
        {"answers": ()},
        {"answers": (MockAnswer(2),)},
        {"answers": (MockAnswer(-1),)},
        {"questions": (replace(asked[0], right=2),)},
    ):
        with pytest.raises(ValueError):
            check_mock(replace(entry, **wrong))


def test_of_two_versions_of_an_exam_the_later_one_counts(store: Store) -> None:
    me, other = "0" * 16, "1" * 16
    asked = (MockQuestion("g", "u", "", "q", ("a", "b"), 1),)
    first = MockEntry(
        *("x", 5, me, NOON, "", "X", asked, (MockAnswer(0),)),
        *(60_000, 1, 0, 0.5, 1, NOON),
    )
    same_moment = replace(first, uid="y", device=other)
    undone = replace(first, stamp=6, device=other, undone=1)
    for entries in permutations([first, same_moment, undone]):
        with store.transaction() as connection:
            connection.execute("delete from mock_exams")
            for entry in entries:
                merge_mock(connection, entry, me)

        (exam,) = finished_mock_exams(store)
        sent = mock_entries(store.connection, "1", {"me": me})

        assert exam.questions == asked
        found = {replace(one, begun=NOON) for one in sent}
        assert found == {same_moment, undone}


@pytest.mark.parametrize(("undone_at", "left"), [(7, ["", "q"]), (9, ["q", "q"])])
def test_a_deletion_erases_texts_in_the_exams_before_it(
    store: Store, undone_at: int, left: list[str]
) -> None:
    me, other = "0" * 16, "1" * 16
    asked = tuple(
        MockQuestion(guid, "u", "", "q", ("a", "b"), 1) for guid in ("h", "g")
    )
    exam = MockEntry(
        *("x", 5, me, NOON, "", "X", asked, (MockAnswer(0),) * 2),
        *(60_000, 1, 0, 0.5, 1, NOON),
    )
    undone = replace(exam, stamp=undone_at, device=other, undone=1)
    for entries in permutations([exam, undone, ErasedEntry("h", 8, other)]):
        with store.transaction() as connection:
            connection.execute("delete from mock_exams")
            connection.execute("delete from erased")
            merge = EntryMerge(connection, me, MediaMerge(connection, me, bool), {})
            for entry in entries:
                merge.merge([entry])

        ((stamp, questions),) = store.rows("select stamp, questions from mock_exams")
        texts = [one["question"] for one in msgspec.json.decode(questions)]
        assert (stamp, texts) == (undone_at, left)
        assert merge.parked == []


def delete_first(store: Store, exam: MockExam) -> MockQuestion:
    """Delete the note of the first question; return the question."""
    with store.transaction() as connection:
        delete_notes(connection, [exam.questions[0].guid])
    return exam.questions[0]


def test_a_deleted_note_leaves_the_score_of_its_exams(store: Store) -> None:
    add(store, choices(4, "iam"))
    session = MockSession(store, Clock(), drawn(store, 4))
    session.choose(session.exam.questions[0].right)
    session.hand_in()

    asked = delete_first(store, session.exam)
    (exam,) = finished_mock_exams(store)

    assert score_of(exam) == score_of(session.exam)
    assert exam.questions[0] == replace(asked, question="", options=("",) * 4)
    assert exam.questions[1:] == session.exam.questions[1:]
    assert asked.question not in "".join(dump(store))


def test_an_open_exam_goes_on_when_a_note_is_deleted(store: Store) -> None:
    add(store, choices(4, "iam"))
    session = MockSession(store, Clock(), drawn(store, 4))
    session.choose(1)

    delete_first(store, session.exam)
    session.go(1)
    session.choose(2)
    stored = unfinished_mock_exam(store)

    assert stored is not None
    assert [one.chosen for one in stored.answers] == [1, 2, None, None]


def test_an_answer_to_a_dropped_exam_is_an_error(store: Store) -> None:
    add(store, choices(4, "iam"))
    session = MockSession(store, Clock(), drawn(store, 4))
    drawn(store, 4)

    for step in (session.mark, session.pause, session.hand_in):
        with pytest.raises(StoreError, match="dropped or handed in elsewhere"):
            step()


def test_an_exam_is_handed_in_once(store: Store) -> None:
    add(store, choices(4, "iam"))
    first, second = (
        MockSession(store, Clock(), exam) for exam in [drawn(store, 4)] * 2
    )
    first.hand_in()

    with pytest.raises(StoreError, match="dropped or handed in elsewhere"):
        second.hand_in()

    assert [one.name for one in last_operations(store)] == ["mock", "add"]
