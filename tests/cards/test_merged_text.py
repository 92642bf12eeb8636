"""Edits of two sides in one text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text.merged_text import merged_text

texts = st.lists(st.sampled_from(["a", "b", "{{c1::a}}", "{{c2::b c}}", "."])).map(
    " ".join
)

CASES = {
    "apart": ("a b c", "x b c", "a b y", "x b y"),
    "a gap and a word after it": ("a b", "a b new", "a {{c1::b}}", "a {{c1::b}} new"),
    "the same edit": ("a b", "x b", "x b", "x b"),
    "one word": ("a b", "x b", "y b", None),
    "one place": ("a b", "a b x", "a b y", None),
}


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "expected"), CASES.values(), ids=CASES
)
def test_edits_apart_are_merged(
    base: str, ours: str, theirs: str, expected: str | None
) -> None:
    assert merged_text(base, ours, theirs) == expected


@given(base=texts, edited=texts)
def test_an_edit_of_one_side_is_taken(base: str, edited: str) -> None:
    assert merged_text(base, base, edited) == edited
    assert merged_text(base, edited, base) == edited


@given(base=texts, ours=texts, theirs=texts)
def test_the_sides_can_be_exchanged(base: str, ours: str, theirs: str) -> None:
    assert merged_text(base, ours, theirs) == merged_text(base, theirs, ours)
