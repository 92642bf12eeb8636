"""A typed answer is compared leniently and suggests a rating."""

import pytest

from cards.questions import Question
from srs.models.cards import Rating
from srs.study.typed_answer import TypedAnswer, check_typed

KEY = Question("front", "?", "The **access key**", accept=("アクセス キー", "No!"))


@pytest.mark.parametrize(
    "text",
    [
        "the ACCESS  key.",
        " Ｔｈｅ　ａｃｃｅｓｓ　ｋｅｙ！？",
        "あくせす きー",
        "ｱｸｾｽ ｷｰ。",
        "no",
        "No !",
    ],
)
def test_what_makes_no_difference_is_right(text: str) -> None:
    assert check_typed(KEY, text).rating is Rating.GOOD


@pytest.mark.parametrize(
    ("back", "text"),
    [
        ("S3 バケット", "S3バケット"),
        ("S3バケット", "S3　バケット"),
        ("公開 鍵\n暗号", "公開鍵 暗号"),
        ("−5℃", "-5℃"),
        ("-5℃", "－5℃"),
        ("10〜20", "10～20"),
        ("10–20", "10‑20"),
        ("ガードル", "か\u3099ーと\u3099る"),
        ("ガードル", "ｶﾞｰﾄﾞﾙ"),
    ],
)
def test_variants_of_japanese_input_are_right(back: str, text: str) -> None:
    assert check_typed(Question("front", "?", back), text).rating is Rating.GOOD


def test_a_blank_between_latin_words_counts() -> None:
    assert check_typed(Question("", "", "now here"), "nowhere").rating == 2


@pytest.mark.parametrize("typed", ["ｶﾞｰﾄﾙ", "か\u3099ーとる", "ガートル"])
def test_a_voicing_mark_belongs_to_its_character(typed: str) -> None:
    found = check_typed(Question("front", "?", "ガードル"), typed)

    marks = [(len(part) > 1, is_right) for part, is_right in found.typed]
    assert marks == [(True, True), (False, False), (False, True)]
    assert found.expected == (("ガー", True), ("ド", False), ("ル", True))
    assert "".join(part for part, _ in found.typed) == typed


@pytest.mark.parametrize("text", ["x^2 + 1", "x² + 1", "X2+1"])
def test_math_is_typed_as_text_or_as_its_source(text: str) -> None:
    right = text != "X2+1"

    assert (check_typed(Question("", "", "$x^2 + 1$"), text).rating == 3) == right


def test_a_near_answer_is_hard_and_shows_the_difference() -> None:
    assert check_typed(KEY, "the acess keys") == TypedAnswer(
        typed=(("the a", True), ("cess key", True), ("s", False)),
        expected=(("The a", True), ("c", False), ("cess key", True)),
        rating=Rating.HARD,
    )


@pytest.mark.parametrize("text", ["yes", "", "鍵", "\x1b[31m"])
def test_another_answer_is_again(text: str) -> None:
    found = check_typed(KEY, text)

    assert found.rating is Rating.AGAIN
    assert "".join(part for part, _ in found.typed) == text


def test_an_answer_of_only_marks_is_not_always_right() -> None:
    assert check_typed(Question("front", "?", "!"), "...").rating is Rating.AGAIN
    assert check_typed(Question("front", "?", "!"), "!").rating is Rating.GOOD
