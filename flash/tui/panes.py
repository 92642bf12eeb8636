"""Two cards beside one another, so that the eye finds what tells them apart."""

from collections.abc import Sequence

from msgspec import Struct

from cards.text.width import Line, StyledText, TextStyle, line_width

_GAP = 4


class Pane(Struct, frozen=True):
    """The lines of a question and of its answer."""

    question: Sequence[Line]
    answer: Sequence[Line]


def half_room(room: int) -> int:
    """Give the columns that each of two halves has."""
    return max(1, (room - _GAP) // 2)


def side_by_side(left: Pane, right: Pane, room: int) -> list[Line]:
    """Set two cards into two columns, their answers at the same height.

    Args:
        left: The card that was asked; no line wider than `half_room`.
        right: The other one.
        room: Columns for both.
    """
    half = half_room(room)
    rule: Line = (StyledText("─" * half, TextStyle.DIM),)
    return [
        *_beside(left.question, right.question, half),
        (),
        *_beside([rule], [rule], half),
        (),
        *_beside(left.answer, right.answer, half),
    ]


def _beside(left: Sequence[Line], right: Sequence[Line], half: int) -> list[Line]:
    height = max(len(left), len(right))
    filled = [[*lines, *[()] * (height - len(lines))] for lines in (left, right)]
    return [
        (*one, StyledText(" " * (half - line_width(one) + _GAP)), *other)
        if other
        else one
        for one, other in zip(*filled, strict=True)
    ]
