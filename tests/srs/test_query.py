"""The query language: what parses, and where a mistake is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from srs.models.query import (
    MAX_NESTING,
    MAX_TERMS,
    PROPERTIES,
    STATES,
    AllOf,
    AnyOf,
    Condition,
    Flagged,
    Named,
    Not,
    Phrase,
    Property,
    QueryError,
    Recent,
    parse_query,
)

A, B, C = Phrase("a"), Phrase("b"), Phrase("c")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", AllOf(())),
        (" \n", AllOf(())),
        ("a", A),
        ("a b", AllOf((A, B))),
        ("a b or c", AnyOf((AllOf((A, B)), C))),
        ("a (b OR c)", AllOf((A, AnyOf((B, C))))),
        ("-a b", AllOf((Not(A), B))),
        ("-(a b)", Not(AllOf((A, B)))),
        ("--a", Not(Not(A))),
        ("a -", AllOf((A, Phrase("-")))),
        ("()", AllOf(())),
        ("a-b", Phrase("a-b")),
        ('"a b"', Phrase("a b")),
        ('"or"', Phrase("or")),
        (r'"say \"a\""', Phrase('say "a"')),
        ('"kms:Decrypt"', Phrase("kms:Decrypt")),
        (r'"deck\:IAM"', Phrase("deck:IAM")),
        ("deck:IAM", Named("deck", "IAM")),
        ("DECK:IAM", Named("deck", "IAM")),
        ("deck:A::B", Named("deck", "A::B")),
        ('deck:"A B"', Named("deck", "A B")),
        ('"deck:A B"', Named("deck", "A B")),
        ("is:Due", Named("is", "due")),
        ("prop:s>=10.5", Property("s", ">=", 10.5)),
        ("prop:due<-1", Property("due", "<", -1)),
        ("rated:7", Recent("rated", 7)),
        ("rated:7:1", Recent("rated", 7, 1)),
        ("added:3", Recent("added", 3)),
        ("flag:0", Flagged(0)),
        ("ＩＳ：ｄｕｅ", Named("is", "due")),
        ("tag：暗号化", Named("tag", "暗号化")),
        ('deck：A：：B"　C"', Named("deck", "A：：B　C")),
        ("prop:reps＝０", Property("reps", "=", 0)),
        ("prop:due＜－１", Property("due", "<", -1)),
        ("prop:s>=１．５", Property("s", ">=", 1.5)),
        ("rated：７：１", Recent("rated", 7, 1)),
        ("flag:１", Flagged(1)),
        ("card:０４１２", Named("card", "0412")),
        ("（a ｏｒ b）　c", AllOf((AnyOf((A, B)), C))),
        ("－（a　b）", Not(AllOf((A, B)))),
        ("－tag:a －５", AllOf((Not(Named("tag", "a")), Phrase("－５")))),
        ("（a)（b）((KMS（鍵）は))", AllOf((A, B, Phrase("KMS（鍵）は")))),
        ("KMS（鍵）は", Phrase("KMS（鍵）は")),
        ("用語：意味", Phrase("用語：意味")),
        ('"（a"', Phrase("（a")),
        ("（a", Phrase("（a")),
        ("a）", Phrase("a）")),
        ('"is：due"', Phrase("is：due")),
        ("東京　is:new", AllOf((Phrase("東京"), Named("is", "new")))),
    ],
)
def test_a_query_means(query: str, expected: Condition) -> None:
    assert parse_query(query) == expected


@pytest.mark.parametrize(
    ("query", "column", "mistake", "near"),
    [
        ('a "b', 2, "open quote", ""),
        ('deck:"b', 5, "open quote", ""),
        ("a (b", 2, "open parenthesis", ""),
        ("a) b", 1, "stray parenthesis", ""),
        ("or a", 0, "nothing before or", ""),
        ("a or", 2, "nothing after", ""),
        ("(a or)", 3, "nothing after", ""),
        ("a or or b", 2, "nothing after", ""),
        ("(a -)", 3, "nothing after", ""),
        ("a dekc:b", 2, "unknown key", "deck:"),
        ("kms:Decrypt", 0, "unknown key", ""),
        ("state:new", 0, "unknown key", "is:new"),
        ("status:Due", 0, "unknown key", "is:due"),
        ("a deck:", 7, "no value", ""),
        ("is:deu", 3, "unknown state", "due"),
        ("-is:x", 4, "unknown state", ""),
        ("prop:lapse>3", 5, "unknown property", "lapses"),
        ("prop:s", 5, "bad value", ""),
        ("rated:0", 6, "bad value", ""),
        ("rated:7:5", 6, "bad value", ""),
        ("added:3:1", 6, "bad value", ""),
        ("flag:8", 5, "bad value", ""),
        ("card:x", 5, "bad value", ""),
        ("(" * 60 + "a" + ")" * 60, MAX_NESTING + 1, "too deep", ""),
        ("-" * 60 + "a", MAX_NESTING + 1, "too deep", ""),
        ("a " * 300, 2 * MAX_TERMS, "too long", ""),
    ],
)
def test_a_mistake_has_its_place(
    query: str, column: int, mistake: str, near: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse_query(query)

    error = caught.value
    assert (error.column, error.mistake, error.near) == (column, mistake, near)


values = st.text(st.characters(codec="utf-8"), min_size=1, max_size=6)
terms = st.one_of(
    st.builds(Phrase, values),
    st.builds(Named, st.sampled_from(["deck", "tag", "file", "id"]), values),
    st.builds(Named, st.just("is"), st.sampled_from(STATES)),
    st.builds(
        Property,
        st.sampled_from(PROPERTIES),
        st.sampled_from(["<", "<=", "=", "!=", ">=", ">"]),
        st.integers(-9, 9).map(float),
    ),
    st.builds(Recent, st.just("rated"), st.integers(1, 99), st.integers(0, 4)),
    st.builds(Flagged, st.integers(0, 7)),
)
several = st.lists(st.deferred(lambda: conditions), min_size=2, max_size=3).map(tuple)
conditions: st.SearchStrategy[Condition] = st.one_of(
    terms,
    st.builds(Not, st.deferred(lambda: conditions)),
    st.builds(AllOf, several),
    st.builds(AnyOf, several),
)


def written(condition: Condition) -> str:
    """Write a condition as a query."""

    def quoted(text: str) -> str:
        return (
            '"'
            + text.replace("\\", "\\\\").replace('"', '\\"').replace(":", "\\:")
            + '"'
        )

    match condition:
        case Phrase(text):
            return quoted(text)
        case Named(key, value):
            return f"{key}:{quoted(value)}"
        case Property(name, operator, number):
            return f"prop:{name}{operator}{number}"
        case Recent(key, days, rating):
            return f"{key}:{days}:{rating}" if rating else f"{key}:{days}"
        case Flagged(flag):
            return f"flag:{flag}"
        case Not(inner):
            return f"-({written(inner)})"
        case AllOf(parts):
            return " ".join(f"({written(part)})" for part in parts)
        case AnyOf(parts):
            return " or ".join(f"({written(part)})" for part in parts)


@given(conditions)
def test_a_written_query_parses_to_the_same(condition: Condition) -> None:
    assert parse_query(written(condition)) == condition


@given(st.text(st.sampled_from('ab "\\:()-<1 orisdeckprop　（）：－'), max_size=30))
def test_any_text_parses_or_has_a_mistake_inside_it(query: str) -> None:
    try:
        parse_query(query)
    except QueryError as error:
        assert 0 <= error.column <= len(query)
