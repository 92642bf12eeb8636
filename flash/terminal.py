"""Terminal output: text, tables, bars and JSON, with widths right for Japanese.

Text from decks and packages is cleaned here, so that none of its control characters
reaches a terminal.
"""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import Any

from cards.errors import escaped
from cards.text.width import clean


def print_json(value: Any) -> None:
    """Print plain values or msgspec structs as one JSON document."""
    import msgspec  # slow; plain output does without

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    print(escaped(text, keep_lines=True))


def has_colour() -> bool:
    """Return True if stdout is a terminal and `NO_COLOR` is unset."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def styled(text: str, code: str) -> str:
    """Clean text and wrap it in an SGR code if stdout takes colours.

    Args:
        text: Untrusted text.
        code: `1` bold, `2` dim.
    """
    text = clean(text)
    return f"\x1b[{code}m{text}\x1b[0m" if has_colour() else text


def echo(text: str) -> None:
    """Print text, cleaned."""
    print(clean(text))


def echo_err(message: str) -> None:
    """Write a message to stderr, cleaned."""
    sys.stderr.write(clean(message) + "\n")


def counted(count: int, name: str) -> str:
    """Format a count with its noun: `1 card`, `2 cards`."""
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


def width(text: str) -> int:
    """Return how many terminal columns a text takes."""
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def clipped(text: str, columns: int) -> str:
    """Clean a text and truncate it to one line of at most `columns`."""
    text = " ".join(clean(text).split())
    if width(text) <= columns:
        return text
    kept = ""
    for character in text:
        if width(kept + character) > columns - 1:
            break
        kept += character
    return kept + "…"


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Pad a text with blanks to a number of columns."""
    blanks = " " * max(0, columns - width(text))
    return blanks + text if right else text + blanks


def print_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()
) -> None:
    """Print rows under a header, with aligned columns.

    Args:
        head: Names of the columns.
        rows: Cells, cleaned here; each row as long as the head.
        right: Indexes of the right-aligned columns.
    """
    rows = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(width(row[i]) for row in [head, *rows]) for i, _ in enumerate(head)]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(
            padded(cell, widths[i], right=i in right) for i, cell in enumerate(cells)
        ).rstrip()

    print(styled(line(head), "2"))
    for row in rows:
        print(line(row))


def bar(value: float, largest: float, columns: int) -> str:
    """Draw a bar in eighths of a column."""
    if largest <= 0 or value <= 0:
        return ""
    eighths = max(1, round(value / largest * columns * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + " ▏▎▍▌▋▊▉"[rest].strip()


def columns_of_terminal() -> int:
    """Return the width of the terminal; 80 without one."""
    return shutil.get_terminal_size((80, 24)).columns
