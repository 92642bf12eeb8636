"""The cells of a table: white space, and the guard against formulas."""

from typing import TypeVar

_CellT = TypeVar("_CellT")

_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""First characters that make a cell a formula."""
_GUARD = "'"


def tidy_cell(text: str) -> str:
    """Return the text of a cell: no white space around it, LF at the ends of lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def guarded(cell: _CellT) -> _CellT | str:
    """Return a cell that a spreadsheet doesn't run as a formula.

    Source: https://owasp.org/www-community/attacks/CSV_Injection.
    """
    is_formula = isinstance(cell, str) and cell.startswith(_FORMULA)
    return f"{_GUARD}{cell}" if is_formula else cell


def unguarded(cell: str) -> str:
    """Return a cell without the guard, for names: a text may begin like this."""
    text = cell.removeprefix(_GUARD)
    return text if text.startswith(_FORMULA) else cell


def is_same_text(cell: str, text: str) -> bool:
    """Return True if a cell has a text, perhaps guarded.

    Args:
        cell: The text of the cell.
        text: The stored text.
    """
    return tidy_cell(cell) in (tidy_cell(text), tidy_cell(str(guarded(text))))
