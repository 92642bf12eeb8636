"""Markdown on a terminal: complete, and never too wide."""

import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st
from work_limits import assert_linear

from cards.text.markdown import is_simple
from cards.text.terminal import plain_text, terminal_lines
from cards.text.width import (
    _INVISIBLE,
    _PRINTABLE_INVISIBLE,
    StyledText,
    TextStyle,
    clean,
    clipped,
    line_text,
    line_width,
    width_of,
    wrap,
    wrap_evenly,
    wrap_whole_words,
)

PIECES = st.sampled_from(
    [
        "word ",
        "a longer word ",
        "鍵の管理、",
        "「とは」",
        "`code x` ",
        "**b** ",
        "ー",
        "é",
    ]
    + [
        "\n",
        "\n\n",
        "- item\n",
        "| a | b |\n|---|---|\n| c | 鍵 |\n",
        "```\nx  y\n```\n",
    ]
    + [
        "> said\n",
        "1. one\n",
        "$x$ ",
        "[l](https://e.org) ",
        "\x1b[31m",
        "\t",
        "\u202e",
    ]
)
MARKDOWN = st.lists(PIECES, max_size=8).map("".join)
WRITTEN = st.text(st.sampled_from("ab cd、。「」鍵管ー "), min_size=1, max_size=60)


ONE_LINE = st.lists(
    st.text(st.sampled_from("ab1鍵、_*`<&> -+.()|~=!]{}:\\$["), max_size=8)
    | st.sampled_from(["`a*b`", "**b c**", " & ", "` x `", "[...]", "$5"]),
    max_size=6,
).map("".join)


def styled_characters(text: str) -> list[tuple[str, TextStyle]]:
    lines = terminal_lines(text, 1000)
    return [(c, style) for line in lines for span, style in line for c in span]


@given(ONE_LINE)
def test_a_simple_line_looks_as_the_parser_shows_it(text: str) -> None:
    with patch("cards.text.blocks.is_simple", return_value=False):
        expected = styled_characters(text)

    assert styled_characters(text) == expected


def test_a_cloze_question_needs_no_parser() -> None:
    assert all(map(is_simple, ("KMS [...] a key in `us-east-1`", "from $5", "[a] b")))


@given(MARKDOWN, st.integers(2, 80))
def test_lines_fit_and_contain_no_control_characters(text: str, columns: int) -> None:
    for line in terminal_lines(text, columns):
        shown = line_text(line)
        # In a column narrower than its markers, one wide character may stand out.
        assert line_width(line) <= max(columns, 12)
        assert all(char.isprintable() or char in " \u3000" for char in shown)


@given(WRITTEN, st.integers(2, 30))
def test_wrapping_only_drops_blanks(text: str, columns: int) -> None:
    lines = wrap((StyledText(text),), columns)

    joined = "".join(line_text(line) for line in lines)
    assert joined.replace(" ", "") == text.replace(" ", "")
    assert all(line_width(line) <= columns for line in lines)


@given(WRITTEN, st.integers(2, 30))
def test_even_wrapping_needs_no_extra_lines(text: str, columns: int) -> None:
    line = (StyledText(text),)

    assert len(wrap_evenly(line, columns)) == len(wrap(line, columns))


@given(
    words=st.lists(st.text("ab/.", min_size=1, max_size=30), min_size=1),
    columns=st.integers(10, 30),
)
def test_even_wrapping_breaks_no_word_that_fits(words: list[str], columns: int) -> None:
    lines = wrap_evenly((StyledText(" ".join(words)),), columns)

    shown = " ".join(map(line_text, lines)).split(" ")
    assert [one for one in words if len(one) <= columns and one not in shown] == []


@given(WRITTEN, st.integers(0, 6), st.integers(8, 30))
def test_words_are_kept_whole_and_set_in(text: str, blanks: int, columns: int) -> None:
    whole = " " * blanks + "A label  " + text
    lines = [line_text(one) for one in wrap_whole_words((StyledText(whole),), columns)]

    assert "".join(lines).replace(" ", "") == whole.replace(" ", "")
    assert " ".join(lines).split()[:2] == ["A", "label"]
    words = {word for word in whole.split() if word.isascii()}
    assert words <= set(" ".join(lines).split())
    for line in lines:
        rest = line.lstrip(" ")
        assert width_of(line) <= columns or " " not in rest.rstrip(" ")


INVISIBLE = "\u200b\u200c\u200d\u2060\ufe0f\u180b\u3164\U000e0041\U000e0100"
HOSTILE = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("\x1b\x9b\x07\r\n\t\x7f\u202e\u2066\u200e\ud800aé\u3042👩🏴"),
        st.sampled_from(INVISIBLE),
    ),
    max_size=30,
)
RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


@given(HOSTILE)
def test_cleaned_text_moves_no_cursor(text: str) -> None:
    assert RAW.search(clean(text)) is None
    assert clean(clean(text)) == clean(text)


@given(
    st.text(st.sampled_from("ab s3:鍵é\n`*_[]()<>|-#>$&;\\!" + INVISIBLE), max_size=60)
)
def test_any_text_can_be_shown(text: str) -> None:
    for line in terminal_lines(text, 20):
        assert RAW.search(line_text(line)) is None


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("admin\u202exet.yaml", "admin<U+202E>xet.yaml"),
        ("s3:Get\u200bObject", "s3:Get<U+200B>Object"),
        ("pass\u200dword", "pass<U+200D>word"),
        ("a\U000e0041b", "a<U+E0041>b"),
        ("😀\ufe00\ufe01", "😀\ufe00<U+FE01>"),
        ("é\u200c\u200cé", "é<U+200C><U+200C>é"),
        ("Donau\u00addampf, \u200eabc\ufeff", "Donaudampf, abc"),
    ],
)
def test_misleading_characters_are_shown_as_code_points(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "می\u200cخواهم",
        "क्\u200dष",
        "ไทย\u200bไทย",
        "👩\u200d💻",
        "❤\ufe0f\u200d🔥",
        "1\ufe0f\u20e3",
    ]
    + [
        "葛\U000e0100",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "👍🏽",
        "ｶﾞ か\u3099",
    ],
)
def test_joiners_that_a_script_or_emoji_needs_stay(text: str) -> None:
    assert clean(text) == text


def test_printable_characters_without_width_are_known() -> None:
    invisible = re.findall(f"[{_INVISIBLE}]", "".join(map(chr, range(0x110000))))

    assert {one for one in invisible if one.isprintable()} <= _PRINTABLE_INVISIBLE


def test_deeply_nested_markup_is_shown_as_typed() -> None:
    text = "*" * 5000 + "a" + "*" * 5000

    assert plain_text(text) == text


@given(WRITTEN, st.integers(1, 20))
def test_clipped_text_fits(text: str, columns: int) -> None:
    assert width_of(clipped(text, columns)) <= columns


def test_long_text_is_clipped_without_being_measured() -> None:
    assert clipped("語" * 10_000_000, 5) == "語語…"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  new   one two three", ["  new   one two", "        three"]),
        (
            "a: /a/long/path/of-a/file.yaml ok",
            ["a:", "/a/long/path/of-a/file.yaml", "ok"],
        ),
        ("a long label here  one", ["a long label", "here  one"]),
        ("  今日：一つ、二つ、三つ", ["  今日：一つ、二", "  つ、三つ"]),
        ("", [""]),
    ],
)
def test_what_follows_is_set_in_like_its_text(text: str, expected: list[str]) -> None:
    lines = wrap_whole_words((StyledText(text),), 16)

    assert [line_text(line) for line in lines] == expected


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("one two three", 7, ["one two", "three"]),
        (
            "\u9375を管理する、そして\u9375",
            8,
            ["\u9375を管理", "する、そ", "して\u9375"],
        ),
        ("これは「とても」", 8, ["これは", "「とて", "も」"]),
        ("これは[とても]", 8, ["これは", "[とても]"]),
        ("128 bit", 40, ["128 bit"]),
        ("aaaaaaaaaa", 4, ["aaaa", "aaaa", "aa"]),
    ],
)
def test_text_breaks_where_its_language_allows_it(
    text: str, columns: int, expected: list[str]
) -> None:
    assert [line_text(line) for line in wrap((StyledText(text),), columns)] == expected


def test_styles_are_kept_apart() -> None:
    (line,) = terminal_lines("a **b** `c`", 40)

    assert [(span.text, span.style) for span in line if span.text.strip()] == [
        ("a ", TextStyle.NORMAL),
        ("b", TextStyle.BOLD),
        ("c", TextStyle.CODE),
    ]


TABLE = "| | KMS | HSM |\n|---|---|---|\n| tenancy | many customers | one |"


def test_a_wide_terminal_shows_tables_as_columns() -> None:
    assert plain_text(TABLE).split("\n") == [
        "         KMS             HSM",
        "────────────────────────────",
        "tenancy  many customers  one",
    ]


def test_a_narrow_terminal_shows_tables_row_by_row() -> None:
    shown = [line_text(line).rstrip() for line in terminal_lines(TABLE, 16)]

    assert all(width_of(line) <= 16 for line in shown)
    assert "".join(shown).replace(" ", "").count("manycustomers") == 1


def test_words_of_a_table_are_not_broken() -> None:
    table = "| a | b |\n|---|---|\n| AdministratorAccess | some more words to wrap |"
    shown = {
        columns: [line_text(line).rstrip() for line in terminal_lines(table, columns)]
        for columns in (31, 30, 24)
    }

    assert shown[31] == [
        "a                    b",
        "───────────────────────────────",
        "AdministratorAccess  some more",
        "                     words to",
        "                     wrap",
    ]
    assert shown[30] == ["AdministratorAccess", "  b: some more words to wrap"]
    assert shown[24] == ["AdministratorAccess", "  b: some more words", "    to wrap"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("$x^{2k}$", "x²ᵏ"),
        (r"is $O(n \log n)$.", "is O(n log n)."),
        (r"$\alpha\,\in\,\mathbb{R}$", "α ∈ ℝ"),
        (r"$50\% \text{ of } H_2O$", "50% of H₂O"),
        (r"$$\sum_{i=1}^n i$$", "∑ᵢ₌₁ⁿ i"),
        (r"$\frac{1}{2}$", r"$\frac{1}{2}$"),
        (r"$e^{-t/S}$", r"$e^{-t/S}$"),
        (r"$\lx + k_B$", r"$\lx + k_B$"),
        ("$$\na &= b \\\\\nc &= d\n$$", "$$ a &= b \\\\ c &= d $$"),
    ],
)
def test_math_is_text_where_no_tex_remains(text: str, shown: str) -> None:
    lines = terminal_lines(text, 80)

    assert " ".join(line_text(line) for line in lines) == shown
    is_dim = any(span.style & TextStyle.DIM for line in lines for span in line)
    assert is_dim == ("$" in shown)


def test_list_items_hang_behind_their_markers() -> None:
    shown = [line_text(line).rstrip() for line in terminal_lines("- aa bb\n- cc", 6)]

    assert shown == ["• aa", "  bb", "• cc"]


def test_code_keeps_blanks_and_marks_continuations() -> None:
    shown = [
        line_text(line) for line in terminal_lines("```\na   b\n123456789\n```", 6)
    ]

    assert shown == ["a   b", "1234", "↪ 5678", "↪ 9"]


def test_a_long_text_takes_time_in_proportion() -> None:
    def show(count: int) -> None:
        text = "".join(f"line {n}\n" for n in range(count))
        terminal_lines(text, 80)

    assert_linear(show, 8_000)


def test_source_lines_are_joined_as_their_script_wants_it() -> None:
    assert plain_text("one\ntwo *three*\nfour") == "one two three four"
    assert plain_text("一\n二\n*三*\nx\n四") == "一二 三 x 四"
