"""The line in which text is typed."""

from functools import reduce

import pytest

from cards.text.width import StyledText, line_text, line_width
from flash.tui.text_input import TextInput, cursor_place, input_line, pasted

PERSIAN, FAMILY, FLAGS = "می\u200cخواهم", "👩\u200d👧", "🇯🇵🇫🇷"


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        (["left"], "one tw|o"),
        (["left", "left", "right"], "one tw|o"),
        (["right"], "one two|"),
        (["home"], "|one two"),
        (["home", "left", "backspace"], "|one two"),
        (["home", "end"], "one two|"),
        (["ctrl+a", "x"], "x|one two"),
        (["home", "ctrl+e"], "one two|"),
        (["home", "delete", "delete"], "|e two"),
        (["delete"], "one two|"),
        (["left", "backspace"], "one t|o"),
        (["ctrl+h"], "one tw|"),
        (["ctrl+w"], "one |"),
        (["ctrl+w", "ctrl+w"], "|"),
        (["\u3000", "あ", "\u3000", "ctrl+w"], "one two\u3000|"),
        (["left", "ctrl+u"], "|o"),
        (["か", "\u3099", "left"], "one two|か\u3099"),
        (["か", "\u3099", "left", "delete"], "one two|"),
        (["か", "\u3099", "backspace"], "one two|"),
        (["f5", "tab", ""], "one two|"),
        (["\x00", "\x1b", "\u202e", "\ue000"], "one two|"),
        (["\u00a0", "\u202f", "\u2003"], "one two\u00a0\u202f\u2003|"),
        ([*PERSIAN], f"one two{PERSIAN}|"),
        ([*FAMILY, "left"], f"one two|{FAMILY}"),
        ([*FAMILY, "left", "right"], f"one two{FAMILY}|"),
        ([*FAMILY, "left", "delete"], "one two|"),
        ([*FAMILY, *FLAGS, "backspace"], f"one two{FAMILY}{FLAGS[:2]}|"),
        ([*"👍🏽", "backspace"], "one two|"),
    ],
)
def test_a_key_moves_the_cursor_types_or_erases(keys: list[str], shown: str) -> None:
    found = reduce(TextInput.press, keys, TextInput("one two"))

    assert f"{found.before}|{found.after}" == shown


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("a\nb", "a b"),
        ("a\r\nb\n", "a b"),
        ("a\tb", "a b"),
        ("\n", ""),
        ("あ　い", "あ　い"),
    ],
)
def test_a_pasted_line_break_is_a_blank(text: str, typed: str) -> None:
    assert pasted(text) == typed


@pytest.mark.parametrize("columns", [4, 5, 10, 20, 80])
@pytest.mark.parametrize("at", [0, 1, 20, 39, 40])
def test_a_long_line_shows_the_text_around_its_cursor(columns: int, at: int) -> None:
    text = "東京abc" * 8

    line = input_line(TextInput(text[:at], text[at:]), columns)

    assert line_width(line) <= columns
    assert "▏" in line_text(line)


@pytest.mark.parametrize("at", range(len(PERSIAN) + 1))
def test_a_joiner_beside_the_cursor_has_no_code(at: int) -> None:
    line = input_line(TextInput(PERSIAN[:at], PERSIAN[at:]), 80)

    assert line_text(line) == f"› {PERSIAN[:at]}▏{PERSIAN[at:]}"


def test_the_cursor_is_found_by_column_and_row() -> None:
    typed = input_line(TextInput("東京", "a"), 80)

    assert cursor_place([(), typed]) == (6, 1)
    assert cursor_place([(), (StyledText("東京"),)]) == (0, 0)
