"""Pieces of styled text become lines in linear time, and as one by one."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from work_limits import assert_linear

from export.anki.cloze_marks import CLOSE, HINT, MARK, NUMBERED, OPEN
from export.anki.html_to_markdown import to_markdown
from export.anki.markdown_lines import (
    BOLD,
    BREAK,
    Piece,
    _is_blank,
    _joined,
    _split,
    raw,
    written_inline,
)

OPENING = f"{OPEN}1{NUMBERED}"
TEXTS = st.lists(
    st.sampled_from(["!", "[", "$", "5", "*", "**", "\\", "a", " ", "\\$", ""])
    | st.sampled_from([OPENING, HINT, CLOSE, "$x$", "a" * 59, "*" * 61])
    | st.text("![$5*\\ a", max_size=4)
)
MARKS = [Piece(mark, kind="mark") for mark in (OPENING, HINT, CLOSE)]
PIECES = st.lists(st.sampled_from([*MARKS, BREAK, Piece(" "), Piece("a"), raw(" ")]))
LONG: dict[str, Callable[[int], str]] = {
    "bold words": lambda size: "q " + "<b>word</b> " * size,
    "mixed styles": lambda size: "<b>a<i>b</i>!</b>[" * size,
    "breaks in clozes": lambda size: "{{c1::" * size + "<br>" * size,
    "breaks before ends": lambda size: (
        "{{c1::" * size + "x" + "<br>" * size + "}}" * size
    ),
    "blanks before ends": lambda size: (
        "a<br>" + "<u> </u>" * size + "x" + "{{c1::a}}" * size
    ),
}


def pairwise(texts: list[str]) -> str:
    """The rule by which two texts are joined, for each text with all before it."""
    written = ""
    for text in texts:
        if written.endswith("!") and text.startswith("["):
            written = written[:-1] + "\\!"
        end = re.sub(MARK, "", written[-60:]).rstrip("*")
        begins = text.lstrip("*").startswith("$")
        begins = begins and (end[-1:].isdigit() or end[-1:] == "\\")
        ends = text[:1].isdigit() and end.endswith("$") and not end.endswith("\\$")
        written += f" {text}" if begins or ends else text
    return written


def moved(pieces: list[Piece]) -> list[list[Piece]]:
    """Lines for which each break moves the pieces around it."""
    lines: list[list[Piece]] = [[]]
    for piece in pieces:
        if piece.kind == "break":
            opening: list[Piece] = []
            while lines[-1] and (_is_blank(lines[-1][-1]) or lines[-1][-1].is_opening):
                opening.insert(0, lines[-1].pop())
            lines.append(opening)
        elif piece.kind == "mark" and not piece.is_opening and len(lines) > 1:
            breaks = 0
            while len(lines) > 1 and all(map(_is_blank, lines[-1])):
                lines.pop()
                breaks += 1
            lines[-1].append(piece)
            lines += [[] for _ in range(breaks if piece.text == CLOSE else 0)]
        else:
            lines[-1].append(piece)
    return lines


@given(TEXTS)
@example(["a!", "", "[b"])
@example(["5" + "*" * 60, "$x$"])
@example(["$x$", CLOSE, "5"])
def test_texts_are_joined_as_pair_by_pair(texts: list[str]) -> None:
    assert _joined(texts) == pairwise(texts)


@given(PIECES)
@example([Piece("a"), MARKS[0], BREAK, Piece("a"), BREAK, BREAK, MARKS[2], Piece("a")])
def test_breaks_leave_clozes_as_one_by_one(pieces: list[Piece]) -> None:
    assert _split(pieces) == moved(pieces)


@pytest.mark.parametrize("field", LONG.values(), ids=LONG)
def test_many_pieces_take_linear_time(field: Callable[[int], str]) -> None:
    assert_linear(lambda size: to_markdown(field(size)))


@pytest.mark.parametrize("style", [0, BOLD], ids=["one style", "two styles"])
def test_long_pieces_take_linear_time(style: int) -> None:
    pieces = [Piece("word " * 20), Piece("word " * 20, style)]

    assert_linear(lambda size: written_inline(pieces * (size // 2)), 40_000)


def test_nested_links_are_read_once() -> None:
    shown = to_markdown('<a href="https://e.org"><ul><li>x' * 19)

    assert shown.split("\n")[:2] == ["- x", "  - x"]  # each level doubled the time
    assert shown.count("x") == 19
