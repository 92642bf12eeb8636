"""Clozes are parsed and rendered without loss."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text.cloze import (
    MAX_DEPTH,
    MAX_NUMBER,
    ClozeError,
    Hidden,
    Parts,
    hidden_text,
    numbers,
    parse_cloze,
    plain,
    render_cloze,
    renumber,
    walk,
)
from cards.text.cloze_writing import hide
from cards.text.terminal import plain_text

ODD_TEXTS = st.text("ab :}{$`\\*", max_size=12).filter(
    lambda text: plain_text(text.strip()).strip() != ""
)
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="{}:", exclude_categories=["Cs"]),
    min_size=1,
    max_size=6,
).filter(lambda text: text.strip() == text)
NUMBERS = st.integers(1, MAX_NUMBER)


def _joined(parts: list[str | Hidden]) -> Parts:
    """Join texts that stand side by side, as the parser reads them."""
    joined: list[str | Hidden] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        else:
            joined.append(part)
    return tuple(joined)


def written(parts: Parts) -> str:
    """Write the text in Anki's syntax."""
    return "".join(
        part
        if isinstance(part, str)
        else f"{{{{c{part.number}::{written(part.parts)}"
        + (f"::{part.hint}" if part.hint else "")
        + "}}"
        for part in parts
    )


def _hidden(inner: st.SearchStrategy[str | Hidden]) -> st.SearchStrategy[Hidden]:
    parts = st.lists(inner, min_size=1, max_size=3).map(_joined)
    # A hint follows the last text: one after a nested cloze would need some.
    return st.builds(
        lambda number, parts, hint: Hidden(
            number, parts, hint if isinstance(parts[-1], str) else ""
        ),
        NUMBERS,
        parts,
        st.just("") | TEXT,
    )


HIDDEN = _hidden(st.recursive(TEXT, lambda inner: TEXT | _hidden(inner), max_leaves=4))
WHOLE = st.tuples(HIDDEN, st.lists(TEXT | HIDDEN, max_size=4)).map(
    lambda both: _joined([both[0], *both[1]])
)


@pytest.mark.slow
@given(WHOLE)
def test_renumbered_clozes_hide_the_same_text(parts: Parts) -> None:
    moved = parse_cloze(renumber(parts, lambda number: MAX_NUMBER + 1 - number))

    assert plain(moved) == plain(parts)
    for number in numbers(parts):
        other = MAX_NUMBER + 1 - number
        assert hidden_text(moved, other) == hidden_text(parts, number)


@given(WHOLE)
def test_written_clozes_parse_to_the_same_parts(parts: Parts) -> None:
    assert parse_cloze(written(parts)) == parts


@given(WHOLE)
def test_a_number_hides_its_own_text_only(parts: Parts) -> None:
    for number in numbers(parts):
        assert render_cloze(parts, number, lambda hidden: plain(hidden.parts)) == plain(
            parts
        )
        assert "\0" in render_cloze(parts, number, lambda hidden: "\0")


@given(st.text("c{}:1,9 a\n", max_size=30))
def test_any_text_is_a_cloze_or_has_a_hint(text: str) -> None:
    try:
        parts = parse_cloze(text)
    except ClozeError as error:
        assert error.message
        assert error.hint
        assert 0 <= error.offset <= len(text)
    else:
        assert numbers(parts)
        for number in numbers(parts):
            assert hidden_text(parts, number).strip()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{c12::x}}", (Hidden(12, ("x",)),)),
        ("a {{c1::b::h}} c", ("a ", Hidden(1, ("b",), "h"), " c")),
        ("{{c1::a {{c2::b}}}}", (Hidden(1, ("a ", Hidden(2, ("b",)))),)),
        ("{{c1::std::vector}}", (Hidden(1, ("std",), "vector"),)),
        ("{{c1::x}} and }}", (Hidden(1, ("x",)), " and ", "}}")),
        ("{{ braces }} {{c1::x}}", ("{{ braces ", "}}", " ", Hidden(1, ("x",)))),
        ("{{c1::a:b}}", (Hidden(1, ("a:b",)),)),
    ],
)
def test_text_is_split_at_its_clozes(text: str, expected: Parts) -> None:
    assert parse_cloze(text) == expected


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("no cloze", "no part is hidden", "hide one as {{c1::text}}"),
        ("{{c1::open", "cloze is never closed", "close it with '}}'"),
        ("{{c1::}}", "empty cloze", "write the hidden text after '::'"),
        ("{{c1::  ::hint}}", "empty cloze", "write the hidden text after '::'"),
        ("{{c0::x}}", "invalid cloze number '0'", "number clozes from 1 to 500"),
        ("{{c501::x}}", "invalid cloze number '501'", "number clozes from 1 to 500"),
        (
            "{{c" + "1" * 5000 + "::x}}",
            f"invalid cloze number '{'1' * 20}'",
            "number clozes from 1 to 500",
        ),
        (
            "{{c1,2::x}}",
            "one cloze with several numbers",
            "write {{c1::\u2026}} and nest a cloze with the other number",
        ),
        ("{{c::x}}", "not a cloze: '{{c::x'", "a cloze is written {{c1::text}}"),
        ("{{C1::x}}", "not a cloze: '{{C1::x'", "a cloze is written {{c1::text}}"),
        ("{{c1:x}}", "not a cloze: '{{c1:x'", "a cloze is written {{c1::text}}"),
        ("{c1::x}}", "not a cloze: '{c1::x'", "a cloze is written {{c1::text}}"),
        *(
            (
                f"{mark}は",
                f"not a cloze: '{mark[:-2]}'",
                "a cloze is written {{c1::text}}",
            )
            for mark in (
                "｛｛c1：：水｝｝",
                "{{c1：：水}}",
                "{{ｃ１::水}}",
                "｛｛c1::水｝｝",
            )
        ),
        ("`{{c1：：水}}`は", "no part is hidden", "hide one as {{c1::text}}"),
        (
            "{{c1::" * (MAX_DEPTH + 1) + "x" + "}}" * (MAX_DEPTH + 1),
            "clozes nested too deeply",
            "nest at most 8",
        ),
    ],
    ids=range(18),
)
def test_clozes_without_a_card_are_rejected(text: str, message: str, hint: str) -> None:
    with pytest.raises(ClozeError) as caught:
        parse_cloze(text)

    assert (caught.value.message, caught.value.hint) == (message, hint)


@given(text=ODD_TEXTS, hint=st.one_of(st.just(""), ODD_TEXTS))
def test_a_hidden_text_is_read_as_it_was(text: str, hint: str) -> None:
    parts = parse_cloze(f"a {hide(1, text, hint)} b")

    (hidden,) = walk(parts)
    assert letters(hidden_text(parts, 1)) == letters(text)
    assert letters(hidden.hint) == letters(hint)


def letters(text: str) -> str:
    """Return what a text shows, without blanks, which mean nothing in math."""
    return "".join(plain_text(f"a {text} b").split())


HIDDEN = {
    "a name": ("std::vec", "{{c1::std:\\:vec}}"),
    "an address": ("arn:aws:s3:::b", "{{c1::arn:aws:s3:\\:\\:b}}"),
    "math": ("$e^{x^{2}}$", "{{c1::$e^{x^{2} }$}}"),
    "colons in math": ("$a::b$", "{{c1::$a: :b$}}"),
    "code": ("`git push`", "{{c1::`git push`}}"),
    "code that would be cut": ("`a::*b`", "{{c1::a:\\:\\*b}}"),
    "a brace at the end": ("{a}", "{{c1::{a&#125;}}"),
    "a colon at the end": ("a:", "{{c1::a:}}"),
}


@pytest.mark.parametrize(("text", "expected"), HIDDEN.values(), ids=HIDDEN.keys())
def test_a_hidden_text_changes_only_where_it_has_to(text: str, expected: str) -> None:
    assert hide(1, text) == expected


def test_a_colon_before_a_hint_is_escaped() -> None:
    assert hide(1, "a:", "h") == "{{c1::a&#58;::h}}"
