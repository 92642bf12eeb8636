r"""Escapes of YAML in double quotes that cut TeX: `$\theta$` is a tab and `heta`."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.deckfile.reader import Deck, parse_deck
from cards.errors import DeckError
from cards.note import Basic

ESCAPES = "tr_NLPabefv0"
"""All but a line break, which may stand before a letter."""


def read(quoted: str) -> Deck:
    text = f"deck: D\ncards:\n  - front: {quoted}\n    back: a\n"
    return parse_deck(text, Path("d.yaml"))


def told(quoted: str) -> list[str]:
    """Return the errors or warnings about a text, without their places."""
    try:
        found = list(read(quoted).warnings)
    except DeckError as error:
        found = error.problems
    return [f"{one.message} ({one.hint})" for one in found]


@pytest.mark.parametrize(
    ("text", "command"),
    [
        (r"angle: $\theta$ and $\nu$ and $\rho$", r"\theta"),
        (r"$x$ and $a \neq b$", r"\neq"),
        (r"$$\n x \rightarrow y\n$$", r"\rightarrow"),
        (r"$$\nu$$", r"\nu"),
        (r"$a\_b$", r"\_b"),
        (r"$a\_{b}$", r"\_"),
        (r"$\tfoo$", r"\tfoo"),
        (r"the angle \theta", r"\theta"),
        (r"\\(\times\\)", r"\times"),
        (r"$\\alpha$ and $\tau$", r"\tau"),
    ],
)
def test_tex_that_an_escape_cuts_is_warned_about(text: str, command: str) -> None:
    assert told(f'"{text}"') == [
        f"'{command[:2]}' of '{command}' is an escape in double quotes"
        f" (write '\\{command}', or use single quotes)"
    ]


@pytest.mark.parametrize(
    ("text", "code", "command"),
    [
        (r"$\alpha$", 0x07, r"\alpha"),
        (r"$\beta$", 0x08, r"\beta"),
        (r"$\frac12$", 0x0C, r"\frac"),
        (r"$\vec x$", 0x0B, r"\vec"),
        (r"$\epsilon$", 0x1B, r"\epsilon"),
        (r"$\Lambda$", 0x2028, r"\Lambda"),
        (r"C:\bin", 0x08, r"\bin"),
        (r"a\\b\b", 0x08, r"\b"),
    ],
)
def test_a_command_is_not_told_to_be_removed(
    text: str, code: int, command: str
) -> None:
    assert told(f'"{text}"') == [
        f"control character U+{code:04X} (write '\\{command}', or use single quotes)"
    ]


def test_a_control_character_by_its_number_is_to_be_removed() -> None:
    assert told(r'"a\x1bb"') == ["control character U+001B (remove the escape)"]


@pytest.mark.parametrize(
    "text",
    [
        r"a\nb",
        r"one\ntwo\nthree",
        r"Il\nne faut pas\nu nas",
        r"name\tvalue",
        r"$x$\nand $y$",
        r"$$\nx = 1\n$$",
        r"costs $5\nor 6$",
        r"`a\theta` and ```\nx\to\n```",
        r"10\_km",
        r"$\\theta$ and $\\nu$ and \\$\\rho",
        r"\"quoted\" \u03b8",
    ],
)
def test_an_escape_that_may_be_meant_is_fine(text: str) -> None:
    assert told(f'"{text}"') == []


NAMES = st.sampled_from(
    "theta nu rho alpha beta frac times right not Lambda _x 0".split()
)


@given(st.lists(st.tuples(st.text("ab .", max_size=3), NAMES), min_size=1))
def test_tex_without_escapes_is_kept_as_typed(parts: list[tuple[str, str]]) -> None:
    text = " ".join(f"x{before} $\\{name}$" for before, name in parts)
    single, double = f"'{text}'", json.dumps(text)
    block = f"|\n      {text}"

    for quoted in (single, double, block):
        deck = read(quoted)
        content = deck.notes[0].content
        assert isinstance(content, Basic)
        assert (content.front.rstrip("\n"), deck.warnings) == (text, ())


@given(st.sampled_from(ESCAPES), st.text("abcdeghu", min_size=1, max_size=5))
def test_no_escape_before_a_letter_of_math_passes(escape: str, rest: str) -> None:
    assert len(told(f'"$\\{escape}{rest}$"')) == 1
