"""Which cards a query finds in a store."""

from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_fixtures import DAY_MS, NOON, TODAY, add, basic, give, new_store
from test_query import conditions, written

from cards.note import Basic, Cloze, Note, Source
from srs.models.cards import Rating
from srs.models.query import parse_query
from srs.store.card_actions import bury, flag, suspend
from srs.store.card_list import card_numbers
from srs.store.connection import Store
from srs.store.search import ORDERS, search_cards
from srs.store.settings import Options, save_options

AGAIN, GOOD, EASY = Rating.AGAIN, Rating.GOOD, Rating.EASY


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Eight cards in every state; `found` names them by their letters."""
    store = new_store(tmp_path_factory.mktemp("search"))
    kms = (Source("KMS guide", "https://example.org/kms"),)
    notes = [
        basic("a new Bucket", "AWS::IAM", tags=("iam", "one")),
        basic("b ＢＵＣＫＥＴ key", "AWS::IAM::Roles", tags=("iam::role",)),
        basic("c access key", "KMS", tags=("domain::iam",), id="sse-c"),
        basic("d kms:Decrypt", "KMS", tags=("iamx",), sources=kms),
        Note(Cloze('e Water is {{c1::hydro}}gen, "so"'), "Other IAM"),
        basic("f", "Other IAM", extra="50% of IAM"),
        basic("g", "KMS"),
    ]
    add(store, notes, NOON - 40 * DAY_MS, "/decks/old.yaml")
    add(store, [basic("h", "KMS")], NOON, "/decks/h.yaml")
    a, b, c, d, e, f, g, h = by_letter(store).values()
    save_options(store, "", {"leech_threshold": 1})
    for card in (b, c, d):
        give(store, card, EASY, NOON - 30 * DAY_MS)
    give(store, c, AGAIN, NOON - 2 * DAY_MS)
    give(store, d, GOOD, NOON)
    give(store, e, GOOD, NOON - 60_000)
    suspend(store, [f], NOON, suspended=True)
    bury(store, [b], NOON, TODAY)
    bury(store, [h], NOON, TODAY - 1)
    flag(store, [a], NOON, 3)
    store.connection.execute("update cards set retired = 1 where id = ?", (g,))
    return store


def by_letter(store: Store) -> dict[str, int]:
    rows = store.rows(
        "select substr(fields, instr(fields, '\":\"') + 3), c.id"
        " from cards c join notes n on n.guid = c.note order by c.id"
    )
    return {"abcdefgh"[index]: card for index, (_, card) in enumerate(rows)}


def found(store: Store, query: str, order: str = "") -> str:
    letters = {card: letter for letter, card in by_letter(store).items()}
    cards = search_cards(store, Options(store), parse_query(query), NOON, order=order)
    return "".join(letters[card] for card in cards)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", "abcdefh"),
        ("bucket", "ab"),
        ("bucket key", "b"),
        ('"access key"', "c"),
        ('"key access"', ""),
        ('"kms:Decrypt"', "d"),
        ("50%", "f"),
        ("a_new", ""),
        ("0% of%", ""),
        ("hydrogen", "e"),
        (r'"\"so\""', "e"),
        ("front", ""),
        ("cloze", ""),
        ("deck:iam", "ab"),
        ("deck:aws", "ab"),
        ("deck:iam::roles", "b"),
        ("deck:*iam", "abef"),
        ("deck:kms", "cdh"),
        ("deck:km", ""),
        ("tag:iam", "abc"),
        ("tag:role", "b"),
        ("tag:iam*", "abcd"),
        ("tag:leech", "c"),
        ("is:due", "ce"),
        ("is:new", "afh"),
        ("is:learn", "ce"),
        ("is:review", "bcd"),
        ("is:suspended", "f"),
        ("is:buried", "b"),
        ("is:leech", "c"),
        ("is:retired", "g"),
        ("-is:retired", "abcdefh"),
        ("prop:due<=0", "bce"),
        ("prop:due<-1", "b"),
        ("prop:s>8", "bd"),
        ("prop:d<5", "bde"),
        ("prop:r<0.8", "b"),
        ("prop:r=1", "de"),
        ("prop:ivl>=1", "bd"),
        ("prop:reps=2", "cd"),
        ("prop:lapses>=1", "c"),
        ("-prop:s>8", "acefh"),
        ("rated:1", "de"),
        ("rated:3", "cde"),
        ("rated:3:1", "c"),
        ("rated:99999", "bcde"),
        ("added:1", "h"),
        ("added:41", "abcdefh"),
        ("flag:3", "a"),
        ("flag:0", "bcdefh"),
        ("file:h.yaml", "h"),
        ("file:/decks/o*", "abcdef"),
        ("source:kms", "d"),
        ("source:url", ""),
        ("id:sse-c", "c"),
        ("id:x", ""),
        ("bucket or deck:kms -is:new", "abcd"),
        ("-(bucket or deck:kms)", "ef"),
        ("()", "abcdefh"),
    ],
)
def test_a_term_finds_its_cards(store: Store, query: str, expected: str) -> None:
    assert found(store, query) == expected


@pytest.mark.parametrize("term", ["file:[1]", "file:/a[1]*", "file:x?.md", "file:*x?*"])
def test_only_a_star_is_a_wildcard_in_a_path(tmp_path: Path, term: str) -> None:
    own = new_store(tmp_path)
    add(own, [basic("a")], NOON, "/a[1]/x?.md")
    add(own, [basic("b")], NOON, "/a1/xy.md")

    assert found(own, term) == "a"
    own.close()


def test_cards_are_sorted(store: Store) -> None:
    assert {order: found(store, "", order) for order in ORDERS} == {
        "": "abcdefh",
        "due": "bcedafh",
        "lapses": "cabdefh",
        "stability": "cebdafh",
        "added": "habcdef",
    }


def test_a_card_is_found_by_its_full_and_its_short_number(store: Store) -> None:
    cards = by_letter(store)

    numbers = card_numbers(store, cards.values())

    for letter in "abcdefh":
        assert found(store, f"card:{numbers[cards[letter]]}") == letter
        assert found(store, f"card:{cards[letter]}") == letter


def test_a_short_number_grows_with_its_likes(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic("one"), basic("two"), basic("three")])
    for card, (now,) in zip(
        (51234, 61234, 1235), store.rows("select id from cards"), strict=True
    ):
        store.connection.execute("update cards set id = ? where id = ?", (card, now))

    assert card_numbers(store, (51234, 61234, 1235)) == {
        51234: "51234",
        61234: "61234",
        1235: "1235",
    }
    store.close()


@settings(max_examples=60)
@given(conditions, st.sampled_from(sorted(ORDERS)))
def test_a_query_and_its_opposite_part_the_cards(
    store: Store, condition: object, order: str
) -> None:
    query = written(condition)  # type: ignore[arg-type]
    if "retired" in query:
        return

    both = found(store, query, order), found(store, f"-({query})", order)

    assert sorted("".join(both)) == list("abcdefh")


@settings(max_examples=60)
@given(conditions)
def test_conditions_that_hold_for_most_find_the_same(
    store: Store, condition: object
) -> None:
    query = written(condition)  # type: ignore[arg-type]

    with patch("srs.store.search._SAMPLED", 1):
        in_sample = found(store, query)

    assert in_sample == found(store, query)


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("**KMS（鍵管理）**は鍵を作る", "KMS（鍵管理）は"),
        ("次の条件で、\n正しいものは？", "条件で、正しい"),
        ("the **access** `key`", '"the access key"'),
        ("one line\nand another", '"line and"'),
        (r"5 \* 3", '"5 * 3"'),
        ("*鍵*を***渡す***と`失う`か", "鍵を渡すと失うか"),
        ("10〜20 ℃", "10～20"),
        ("−5 ℃", '"-5"'),
        ("-5 ℃", '"−5"'),
    ],
)
def test_a_text_is_found_as_it_is_shown(tmp_path: Path, text: str, query: str) -> None:
    store = new_store(tmp_path)
    notes = [
        Note(Basic(text, "x"), "A"),
        Note(Basic("x", text), "A"),
        Note(Basic("x", "y"), "A", extra=text),
    ]
    cloze = Note(Cloze(f"{text} {{{{c1::gap}}}}"), "A")
    add(store, [*notes, cloze, basic("other *words* _here_ and\nthere")])

    cards = search_cards(store, Options(store), parse_query(query), NOON)

    assert len(cards) == 4
    store.close()


@pytest.mark.parametrize("query", ["snakecase", "53", "ab", "condition"])
def test_marks_that_are_shown_part_a_text(tmp_path: Path, query: str) -> None:
    store = new_store(tmp_path)
    add(store, [basic("snake_case 5*3 `a` `b` con `di` tion")])

    assert not search_cards(store, Options(store), parse_query(query), NOON)
    store.close()


def test_marks_without_end_are_searched_in_no_time(tmp_path: Path) -> None:
    store = new_store(tmp_path)
    add(store, [basic("a" + "*" * 50_000 + "c")])
    query = '"' + "a*" * 500 + 'b"'

    assert not search_cards(store, Options(store), parse_query(query), NOON)
    store.close()
