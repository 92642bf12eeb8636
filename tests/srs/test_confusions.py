"""Confused cards: recorded, counted, searched and drilled in pairs."""

import pytest
from store_fixtures import (
    NOON,
    Clock,
    add,
    basic,
    both_ways,
    contradictions,
    give,
    ids,
    make_due,
    numbered,
    shelf,
    undone,
)

from cards.note import Basic, Choice, Cloze, ListNote, Note
from srs.models.cards import Rating
from srs.store.card_actions import bury, suspend
from srs.store.card_search import MAX_FOUND, find_candidates
from srs.store.confusions import Confusion, confused_pairs, partners, record_confusion
from srs.store.connection import Store, StoreError
from srs.store.settings import Options
from srs.store.undo import undo_last
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.session import Session

AGAIN, HARD, GOOD, EASY = Rating


def confuse(store: Store, card: int, other: int, at_ms: int = NOON) -> int:
    """Miss a card, record what it was confused with, return the review id."""
    review = give(store, card, AGAIN, at_ms).review
    assert record_confusion(store, review, other, at_ms)
    return review


def table(store: Store) -> list[tuple[int, int, int]]:
    return store.rows("select review, card, other from confusions order by review")


# Recording


def test_a_confusion_belongs_to_the_missed_answer(store: Store) -> None:
    add(store, numbered(2))
    one, other = ids(store)

    review = confuse(store, one, other)

    assert table(store) == [(review, one, other)]
    assert contradictions(store) == []


def test_a_confusion_can_be_replaced_and_undone(
    store: Store,
) -> None:
    add(store, numbered(3))
    one, other, third = ids(store)
    review = confuse(store, one, other)
    record_confusion(store, review, third, NOON)
    found = [table(store)]
    for _ in range(2):
        undone = undo_last(store, Options(store))
        assert undone is not None
        assert (undone.operation.name, undone.card) == ("confusion", None)
        found.append(table(store))

    assert found == [[(review, one, third)], [(review, one, other)], []]
    assert store.row("select undone from reviews") == (0,)


def test_only_misses_that_are_not_undone_have_confusions(
    store: Store,
) -> None:
    add(store, numbered(2))
    one, other = ids(store)
    good = give(store, one, GOOD, NOON - 1000).review
    missed = give(store, one, AGAIN, NOON).review
    undo_last(store, Options(store))
    stands = give(store, other, AGAIN, NOON + 1).review
    before = store.rows("select * from operations")

    written = [
        record_confusion(store, good, other, NOON),
        record_confusion(store, missed, other, NOON),
        record_confusion(store, 7, other, NOON),
        record_confusion(store, stands, other, NOON),
        record_confusion(store, stands, 12345, NOON),
    ]

    assert (written, table(store)) == ([False] * 5, [])
    assert store.rows("select * from operations") == before


def test_an_undone_answer_undoes_its_confusion(store: Store) -> None:
    add(store, numbered(2))
    one, other = ids(store)
    confuse(store, one, other)
    review = confuse(store, one, other, NOON + 1)
    assert confused_pairs(store) == (Confusion(one, other, 2),)

    store.db.execute("update reviews set undone = 1 where id = ?", [review])

    assert confused_pairs(store) == (Confusion(one, other, 1),)
    assert len(table(store)) == 2


def test_pairs_are_counted_in_both_directions(
    store: Store,
) -> None:
    add(store, numbered(4))
    a, b, c, d = ids(store)
    for at, (card, other) in enumerate([(a, d), (c, b), (b, c), (b, a)]):
        confuse(store, card, other, NOON + at)

    assert confused_pairs(store) == (
        Confusion(b, c, 2),
        Confusion(a, b, 1),
        Confusion(a, d, 1),
    )
    assert partners(store, b) == (c, a)


def test_pairs_with_suspended_or_retired_cards_are_left_out(store: Store) -> None:
    add(store, numbered(4))
    a, b, c, d = ids(store)
    confuse(store, a, b)
    confuse(store, c, d, NOON + 1)
    suspend(store, [b], NOON, suspended=True)
    add(store, [basic("A 000"), basic("A 001"), basic("A 002")])

    assert confused_pairs(store) == ()


def test_nothing_is_written_if_the_store_refuses(store: Store) -> None:
    add(store, numbered(2))
    one, other = ids(store)
    review = give(store, one, AGAIN, NOON).review
    store.connection.execute("pragma query_only = on")

    with pytest.raises(StoreError):
        record_confusion(store, review, other, NOON)

    assert table(store) == []


# Searching


SHELF = [
    Note(
        Basic("Who keeps the key with SSE-C?", "The **customer**"), "S3", tags=("key",)
    ),
    Note(Basic("Who keeps the key with SSE-S3?", "Amazon S3"), "S3"),
    Note(Basic("What is a KMS key policy?", "a resource policy"), "KMS", tags=("key",)),
    Note(Basic("What signs a JWT?", "a private KEY"), "Web"),
    Note(Cloze("{{c1::KMS}} encrypts, {{c2::CloudHSM::a module}} keeps"), "KMS"),
    Note(ListNote("STRIDE", ("Spoofing", "Tampering")), "Web"),
    Note(Choice("Which port?", ("80", "443"), "443"), "Web"),
    Note(both_ways(("KMS", "HSM"), {"tenancy": ("multi", "single")}), "KMS"),
    Note(Basic("What ends a `Deny`?", 'Effect: "Deny"\\n'), "Web"),
    Note(Basic("暗号化のキーは？", "ＫＭＳキー　（共有）"), "日本", language="ja"),
]


def found(
    store: Store, text: str, asked: str = "Who keeps the key with SSE-C?"
) -> list:
    (card,) = store.row(
        "select c.id from cards c join notes n on n.guid = c.note"
        " where n.fields ->> 'front' = ?",
        [asked],
    )
    (missed,) = [c for note in shelf(store) for c in note.cards if c.id == card]
    return [one.question for one in find_candidates(store, missed, text)]


FINDS = {
    "part of a word": ("ustom", []),
    "the likeliest first": (
        "key",
        [
            "Who keeps the key with SSE-S3?",
            "What is a KMS key policy?",
            "What signs a JWT?",
        ],
    ),
    "every word counts": ("key  POLICY", ["What is a KMS key policy?"]),
    "width and case": ("ｋｍｓ　キー", ["暗号化のキーは？"]),
    "Japanese": ("暗号", ["暗号化のキーは？"]),
    "half width": ("ｷｰは", ["暗号化のキーは？"]),
    "a hidden text": (
        "cloudhsm",
        ["KMS encrypts, [a module] keeps", "[…] encrypts, CloudHSM keeps"],
    ),
    "an item": (
        "tampering",
        ["STRIDE\n\n- Spoofing\n- […]", "STRIDE\n\n- […]\n- Tampering"],
    ),
    "a choice": ("443", ["Which port?"]),
    "a cell": (
        "hsm single",
        ["HSM: tenancy?", "Which has tenancy = single?\n\nKMS · HSM"],
    ),
    "quotes and backslashes": ('"deny"\\', ["What ends a `Deny`?"]),
    "marks inside a word": ("deny?", ["What ends a `Deny`?"]),
    "no name of a field": ("front", []),
    "nothing": ("zebra", []),
}


@pytest.mark.parametrize(("text", "questions"), FINDS.values(), ids=FINDS.keys())
def test_a_card_is_found_by_a_part_of_its_text(
    store: Store, text: str, questions: list[str]
) -> None:
    add(store, SHELF)

    assert found(store, text) == questions


def test_siblings_and_known_confusions_come_first(store: Store) -> None:
    twin = Note(Basic("key in front", "key behind", reverse=True), "S3")
    add(store, [*SHELF, twin])
    front, jwt = (
        store.row(
            "select c.id from cards c join notes n on n.guid = c.note"
            " where n.fields ->> 'front' = ? order by c.ordinal",
            [asked],
        )[0]
        for asked in ("key in front", "What signs a JWT?")
    )
    before = found(store, "key", "key in front")
    confuse(store, front, jwt)

    assert before[0] == "key behind"
    assert found(store, "key", "key in front")[:2] == [
        "What signs a JWT?",
        "key behind",
    ]
    assert found(store, "", "key in front") == ["What signs a JWT?"]


def test_a_search_is_limited_and_skips_retired_cards(store: Store) -> None:
    add(store, [*SHELF, *numbered(30)])

    assert len(found(store, "a 0")) == MAX_FOUND

    add(store, SHELF)
    assert found(store, "a 0") == []


# Drilling


def drill(store: Store, card_filter: CardFilter | None = None) -> Session:
    return Session(
        store, Clock(NOON + 60_000), card_filter, cram=CramOptions(confused=True)
    )


def asked_of(session: Session, *ratings: Rating) -> list[tuple[str, str]]:
    """Answer with the ratings, then Good; return each question and its partner."""
    seen: list[tuple[str, str]] = []
    for rating in (*ratings, *[GOOD] * 30):
        prompt = session.next()
        if prompt is None:
            return seen
        assert prompt.partner is not None
        seen.append((prompt.question.question, prompt.partner.question))
        session.answer(rating, 1)
    raise AssertionError(seen)


def test_a_pair_is_asked_until_both_are_known_in_a_row(
    store: Store,
) -> None:
    add(store, numbered(4))
    a, b, c, d = ids(store)
    confuse(store, a, b)
    confuse(store, c, d, NOON + 1)
    confuse(store, d, c, NOON + 2)
    before = store.rows("select * from cards order by id")

    seen = asked_of(drill(store), GOOD, HARD, AGAIN)

    first, second = ("A 002", "A 003"), ("A 003", "A 002")
    third, fourth = ("A 000", "A 001"), ("A 001", "A 000")
    assert seen == [first, second] * 3 + [third, fourth]
    assert store.rows("select * from cards order by id") == before
    assert contradictions(store) == []


def test_the_drill_counts_the_cards_left(store: Store) -> None:
    add(store, numbered(4))
    a, b, c, d = ids(store)
    confuse(store, a, b)
    confuse(store, c, d, NOON + 1)
    session = drill(store)
    seen = []
    for _ in range(4):
        session.next()
        seen.append((session.counts().total, session.done_today()))
        session.answer(GOOD, 1)

    assert session.next() is None
    assert session.name == "confused"
    assert seen == [(4, 0), (3, 1), (2, 2), (1, 3)]


def test_a_filter_keeps_pairs_with_one_matching_card(store: Store) -> None:
    add(store, [basic("a", "A"), basic("b", "B"), basic("c", "C"), basic("d", "C")])
    a, b, c, d = ids(store)
    confuse(store, a, b)
    confuse(store, c, d, NOON + 1)

    assert asked_of(drill(store, CardFilter("B"))) == [("a", "b"), ("b", "a")]
    bury(store, [a], NOON, NOON // 86_400_000)
    assert asked_of(drill(store, CardFilter("B"))) == []


def test_undo_in_a_drill_shows_the_pair_again(store: Store) -> None:
    add(store, numbered(2))
    make_due(store, ids(store))
    confuse(store, *ids(store))
    session = drill(store)
    session.next()
    session.answer(GOOD, 1)
    session.next()
    session.undo()
    session.next()

    assert session.counts().total == 2
    assert asked_of(session) == [("A 000", "A 001"), ("A 001", "A 000")]


@pytest.mark.parametrize("before", [(), (GOOD, AGAIN)], ids=["first", "filled anew"])
def test_an_undone_miss_does_not_repeat_the_pair(
    store: Store, before: tuple[Rating, ...]
) -> None:
    add(store, numbered(2))
    make_due(store, ids(store))
    confuse(store, *ids(store))
    session = drill(store)
    for rating in (*before, AGAIN):
        session.next()
        session.answer(rating, 1)
    session.next()
    session.undo()

    assert asked_of(session) == [("A 000", "A 001"), ("A 001", "A 000")]


def test_a_missed_card_still_counts_as_left(store: Store) -> None:
    add(store, numbered(2))
    confuse(store, *ids(store))
    session = drill(store)
    seen = []
    for rating in (AGAIN, GOOD, GOOD, GOOD):
        session.next()
        seen.append((session.counts().total, session.done_today()))
        session.answer(rating, 1)

    assert session.next() is None
    assert seen == [(2, 0), (2, 0), (2, 0), (1, 1)]


# In a session


def test_only_the_last_missed_answer_can_have_a_confusion(store: Store) -> None:
    add(store, numbered(4))
    session, other = Session(store, Clock()), ids(store)[3]
    session.next()
    session.answer(AGAIN, 1)
    missed = session.missed
    assert missed is not None
    assert missed.prompt.question.question == "A 000"
    question = session.next()

    assert session.confused_with(other)
    assert undone(session) == "confusion"
    assert session.next() == question
    assert session.confused_with(other)
    session.next()
    session.answer(GOOD, 1)
    assert session.missed is None
    assert not session.confused_with(other)
    assert table(store) == [(missed.review, missed.prompt.card.id, other)]


def test_undoing_a_confusion_keeps_the_present_question(store: Store) -> None:
    add(store, numbered(3))
    clock = Clock()
    session = Session(store, clock)
    session.next()
    session.answer(AGAIN, 1)
    question = session.next()
    session.confused_with(ids(store)[2])
    # Without the question on the screen, the missed card would come first now.
    clock.turn(minutes=2)
    before = store.rows("select * from cards order by id")

    session.undo()

    assert session.next() == question
    assert store.rows("select * from cards order by id") == before
    assert session.missed is not None


def test_an_undone_miss_cannot_have_a_confusion(store: Store) -> None:
    add(store, numbered(2))
    session = Session(store, Clock())
    session.next()
    session.answer(AGAIN, 1)
    session.undo()

    assert session.missed is None


def test_a_miss_in_a_cram_can_have_a_confusion(store: Store) -> None:
    add(store, numbered(2))
    make_due(store, ids(store))
    session = Session(store, Clock(), cram=CramOptions())
    prompt = session.next()
    assert prompt is not None
    session.answer(AGAIN, 1)
    (other,) = set(ids(store)) - {prompt.card.id}

    assert session.confused_with(other)
    assert confused_pairs(store) == (Confusion(*sorted((prompt.card.id, other)), 1),)
