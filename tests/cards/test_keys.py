"""Keys and guids: what makes two notes the same note."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from cards.identity.keys import answer_key, duplicates, guid_for, text_key
from cards.note import Basic, MultiQuestion, Note, SubQuestion

COMPOSED = "ガウスの定理とは？"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)


def note(question: str, answer: str = "a", **more: object) -> Note:
    values = {"deck": "D::E", "language": "en", "file": "/decks/a.yaml", **more}
    return Note(Basic(question, answer), **values)


def test_decomposed_text_has_the_same_key_and_guid() -> None:
    assert DECOMPOSED != COMPOSED

    composed, decomposed = (
        note(COMPOSED, "グラム"),
        note(DECOMPOSED, unicodedata.normalize("NFD", "グラム")),
    )

    assert text_key(decomposed) == text_key(composed)
    assert guid_for(text_key(decomposed)) == guid_for(text_key(composed))
    assert answer_key(decomposed) == answer_key(composed)


def test_the_stored_name_of_a_kind_does_not_change() -> None:
    several = Note(MultiQuestion((SubQuestion("q", "a"),)), deck="D")

    assert (several.kind, several.kind_name) == ("several", "questions")
    assert text_key(several) == "d27064a1059eaccb8fa45e91773eae70"


def test_a_decomposed_question_is_a_duplicate() -> None:
    (problem,) = duplicates([note(COMPOSED), note(DECOMPOSED, line=9)], {})

    assert problem.place.line == 9


def test_duplicate_questions_are_reported_with_both_places() -> None:
    twice = [note("q", line=3), note(" q ", line=9, file="/decks/b.yaml")]

    problems = duplicates(twice, {})

    assert [str(problem) for problem in problems] == [
        "/decks/b.yaml:9:1: duplicate question 'q' "
        "(already asked at /decks/a.yaml:3:1; remove one, or give each an id)"
    ]


def test_a_duplicate_in_a_note_says_how_it_gets_an_id() -> None:
    twice = [note("q", line=3), note("q", line=9, file="/notes/b.md")]

    (problem,) = duplicates(twice, {})

    assert problem.hint == (
        "already asked at /decks/a.yaml:3:1; remove one, or give each an id with flash"
        " add --stamp"
    )


def test_one_id_in_two_languages_is_no_duplicate() -> None:
    english, japanese = note("q", id="x"), note("質問", id="x", language="ja")

    assert duplicates([english, japanese], {}) == []


@given(st.text(min_size=1), st.sets(st.text()))
def test_a_guid_is_short_stable_and_never_taken(name: str, taken: set[str]) -> None:
    first = guid_for(name)

    assert (len(first), guid_for(name)) == (12, first)
    assert guid_for(name, {first, *taken}) not in {first, *taken}
