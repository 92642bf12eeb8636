"""Numbers that others wrote."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.numbers import whole_number

counts = st.integers(0, 10**20)


@given(counts, counts, st.integers(0, 5000))
def test_a_number_is_read_up_to_a_limit(number: int, most: int, zeros: int) -> None:
    expected = number if number <= most else None

    assert whole_number("0" * zeros + str(number), most) == expected


@given(st.integers(11, 10_000), counts)
def test_thousands_of_digits_are_more_than_any_limit(length: int, most: int) -> None:
    assert whole_number("9" * (length + 20), most) is None


@given(st.text(st.sampled_from("0123456789٣３²½-+_. e")))
def test_other_texts_are_no_numbers(text: str) -> None:
    assert (whole_number(text) is None) == (not text.isdecimal() or int(text) > 10**9)


@pytest.mark.parametrize("text", ["", "-1", "+1", "1_0", "²", "1.0", " 1", "0x1"])
def test_a_sign_or_a_point_is_no_part_of_a_number(text: str) -> None:
    assert whole_number(text) is None
