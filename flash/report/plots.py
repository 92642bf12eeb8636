"""Small plots of block characters, for terminals of any width."""

from collections.abc import Sequence

_EIGHTHS = " ▁▂▃▄▅▆▇█"
_SHADES = "·░▒▓█"


def column_plot(values: Sequence[float], *, rows: int, each: int) -> list[str]:
    """Draw values as columns beside each other.

    Args:
        values: 0 or more; the largest fills the height.
        rows: Lines that the plot takes.
        each: Characters that a column takes; wider ones than 1 leave a gap.

    Returns:
        The lines, the topmost first, blanks at their end kept.
    """
    largest = max(values, default=0)
    eighths = [_eighths(value, largest, rows) for value in values]
    lines = []
    for row in reversed(range(rows)):
        filled = (_EIGHTHS[min(8, max(0, one - 8 * row))] for one in eighths)
        lines.append("".join((cell * max(1, each - 1)).ljust(each) for cell in filled))
    return lines


def _eighths(value: float, largest: float, rows: int) -> int:
    if largest <= 0 or value <= 0:
        return 0
    return max(1, round(value / largest * rows * 8))


def range_plot(
    low: float, value: float, high: float, *, left: float, columns: int
) -> str:
    """Draw a share as a dot on the line of the range where it may lie.

    Args:
        low: The range's lower end, 0 to 1.
        value: The share.
        high: Its upper end.
        left: The share at the left edge; the right one is 1.
        columns: Characters.
    """

    def place(share: float) -> int:
        part = (share - left) / (1 - left) * (columns - 1)
        return min(columns - 1, max(0, round(part)))

    start, end = place(low), place(high)
    line = " " * start + "─" * (end - start + 1)
    dot = place(value)
    return line[:dot] + "●" + line[dot + 1 :]


def left_edge(lows: Sequence[float]) -> float:
    """Choose where an axis of shares begins: a round tenth below all, 0 to 0.8."""
    return min(0.8, int(min(lows, default=0.8) * 10) / 10)


def shade(level: int) -> str:
    """Give the character of a shade, 0 (nothing) to 4."""
    return _SHADES[level]
