"""Terminal output: text, tables, bars, progress and JSON, aligned for Japanese too.

Text from decks and packages is cleaned here, so that none of its control characters
reaches a terminal.
"""

import io
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TextIO

from cards.errors import DeckError, FlashError, Problem, printable
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clean,
    clipped,
    width_of,
    wrap_whole_words,
)
from cards.translate import ngettext

if TYPE_CHECKING:
    from threading import Event

_LONG = 5000
"""Fewest items for which a progress bar is shown."""
_BAR_COLUMNS = 36
_MOST_PROBLEMS = 100
_STYLES = {"1": TextStyle.BOLD, "2": TextStyle.DIM}
_CODES = {style: code for code, style in _STYLES.items()}
_STYLED = re.compile("\x1b\\[([12])m(.*?)\x1b\\[0m")
_SHORTEST = 12
"""Fewest columns that a shortened text needs."""


def print_json(value: Any) -> None:
    """Print plain values or msgspec structs as one JSON document."""
    import msgspec  # noqa: PLC0415 - slow, only for JSON

    text = msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
    if not (sys.stdout.encoding or "utf-8").lower().startswith("utf"):
        import json  # noqa: PLC0415 - not for the first question

        text = json.dumps(json.loads(text), indent=2)
    print(printable(text, keep_lines=True))


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


def fitted(text: str, stream: TextIO) -> str:
    """Break the lines of a clean text at blanks if a terminal is too narrow for them.

    Args:
        text: It may contain styles, see `styled`.
        stream: Where it goes.
    """
    if not stream.isatty():
        return text
    columns = terminal_columns()
    return "\n".join(
        "".join(
            f"\x1b[{_CODES[style]}m{part}\x1b[0m" if style in _CODES else part
            for part, style in wrapped
        )
        for line in text.split("\n")
        for wrapped in wrap_whole_words(_spans(line), columns)
    )


def _spans(text: str) -> Line:
    """Read the styles of `styled`."""
    plain, *others = _STYLED.split(text)
    found = [StyledText(plain)]
    for code, part, after in zip(others[::3], others[1::3], others[2::3], strict=True):
        found += [StyledText(part, _STYLES[code]), StyledText(after)]
    return tuple(span for span in found if span.text)


def echo(text: str = "") -> None:
    """Print text, cleaned."""
    print(fitted(clean(text), sys.stdout))


def echo_err(message: str) -> None:
    """Write a message to stderr, cleaned; a full or closed stderr is no error."""
    with suppress(OSError):
        sys.stderr.write(fitted(clean(message), sys.stderr) + "\n")


def echo_error(error: FlashError, *, as_json: bool) -> None:
    """Write an error to stderr."""
    if isinstance(error, DeckError):
        echo_problems(error.problems, as_json=as_json)
    elif as_json:
        no_place = dict.fromkeys(("file", "line", "column"))
        _echo_json({"message": str(error), **no_place})
    else:
        echo_err(f"flash: {error}")


def echo_problems(problems: list[Problem], *, as_json: bool) -> None:
    """Write the problems of deck files; the first one is JSON's `error`.

    JSON has all.  People get the first hundred: a copy of a deck in its folder has a
    problem for each card.
    """
    if not as_json:
        for problem in problems[:_MOST_PROBLEMS]:
            echo_err(str(problem))
        more = len(problems) - _MOST_PROBLEMS
        if more > 0:
            text = ngettext(
                "and {n} more problem (--json lists all)",
                "and {n} more problems (--json lists all)",
                more,
            )
            echo_err(text.format(n=more))
        return
    found = [problem_as_json(problem) for problem in problems]
    _echo_json({**found[0], "problems": found})


def problem_as_json(problem: Problem) -> dict[str, object]:
    """Return the parts of a problem of a deck file."""
    return {
        "message": problem.message,
        "hint": problem.hint,
        "file": problem.place.file,
        "line": problem.place.line,
        "column": problem.place.column,
    }


def _echo_json(error: dict[str, object]) -> None:
    import json  # noqa: PLC0415 - not for the first question

    text = json.dumps({"error": error}, ensure_ascii=False)
    sys.stderr.write(printable(text) + "\n")


def print_lines(lines: Iterable[str]) -> None:
    """Print lines that are clean already and may contain styles."""
    for line in lines:
        print(fitted(line, sys.stdout))


def print_code(text: str) -> None:
    """Print a text as a QR code, if the terminal has the characters for it.

    It is black on white on terminals of any colours: not every camera reads the
    opposite.
    """
    try:
        "▀".encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        return
    import segno

    drawn = io.StringIO()
    segno.make(text).terminal(out=drawn, compact=True)
    for line in drawn.getvalue().splitlines():
        print(f"\x1b[97;40m{line}\x1b[0m" if has_colour() else line)


def page_lines(lines: Sequence[str]) -> None:
    """Print lines as `print_lines` does; through the user's pager if they are many."""
    rows = shutil.get_terminal_size((80, 24)).lines
    text = "".join(f"{fitted(line, sys.stdout)}\n" for line in lines)
    if not (sys.stdin.isatty() and sys.stdout.isatty()) or text.count("\n") < rows:
        print(text, end="")
        return
    import pydoc  # noqa: PLC0415 - only for long texts

    # Less keeps colours, and ends by itself if the text fits.
    os.environ.setdefault("LESS", "-FRX")
    pydoc.pager(text)


def clip_line(text: str, columns: int) -> str:
    """Clean a text and shorten it to one line of at most `columns`."""
    return clipped(" ".join(clean(text).split()), columns)


def padded(text: str, columns: int, *, right: bool = False) -> str:
    """Pad a text with blanks to a number of columns."""
    blanks = " " * max(0, columns - width_of(text))
    return blanks + text if right else text + blanks


def table_lines(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    long: int | None = None,
) -> list[str]:
    """Lay out rows under a header, with aligned columns.

    Args:
        head: Names of the columns.
        rows: Cells, cleaned here; each row is as long as the header.
        right: Indexes of the right-aligned columns.
        long: Index of a column that a narrow terminal shortens, or puts on lines of
            its own; a pipe gets it whole.
    """
    rows = [[clean(cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [
        max(width_of(row[i]) for row in [head, *rows]) for i, _ in enumerate(head)
    ]
    is_stacked = False
    if long is not None and sys.stdout.isatty():
        others = sum(widths) - widths[long] + 2 * (len(head) - 1)
        room = terminal_columns() - others
        is_stacked = room < min(widths[long], _SHORTEST)
        widths[long] = min(widths[long], terminal_columns() if is_stacked else room)

    def lines(cells: Sequence[str]) -> list[str]:
        shown = [
            padded(clipped(cell, widths[i]), widths[i], right=i in right)
            for i, cell in enumerate(cells)
        ]
        if not is_stacked or long is None:
            return ["  ".join(shown).rstrip()]
        return [shown.pop(long).rstrip(), f"  {'  '.join(shown)}".rstrip()]

    found = [line for row in rows for line in lines(row)]
    return [*(styled(line, "2") for line in lines(head)), *found]


def bar(value: float, largest: float, columns: int) -> str:
    """Draw a bar in eighths of a column."""
    if largest <= 0 or value <= 0:
        return ""
    eighths = max(1, round(value / largest * columns * 8))
    whole, rest = divmod(eighths, 8)
    return "█" * whole + " ▏▎▍▌▋▊▉"[rest].strip()


def terminal_columns() -> int:
    """Return the width of the terminal; 80 without one."""
    return shutil.get_terminal_size((80, 24)).columns


@contextmanager
def progress_bar(
    total: int, label: str, *, quiet: bool = False
) -> Iterator[Callable[[int], None]]:
    """Show progress on stderr if it is a terminal and there is much to do.

    Yields:
        A function that takes the number of finished items.
    """
    if total < _LONG or quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    shown = -1

    def show(done: int) -> None:
        nonlocal shown
        percent = 100 * done // total
        if percent > shown:
            shown = percent
            drawn = bar(done, total, _BAR_COLUMNS).ljust(_BAR_COLUMNS)
            sys.stderr.write(f"\r{label}  {drawn} {percent:3} %")
            sys.stderr.flush()

    try:
        yield show
    finally:
        sys.stderr.write("\n")


@contextmanager
def working(label: str, *, quiet: bool = False, every_s: float = 1) -> Iterator[None]:
    """Show on stderr if it is a terminal what takes long, and for how long.

    The block must not write or ask anything.

    Args:
        label: What is done, such as "importing".
        quiet: Show nothing.
        every_s: Seconds until it is shown, and between two updates.
    """
    if quiet or not sys.stderr.isatty():
        yield
        return
    from threading import Event, Thread  # noqa: PLC0415 - not for the first question

    is_done = Event()
    clock = Thread(target=_count_up, args=(label, is_done, every_s), daemon=True)
    clock.start()
    try:
        yield
    finally:
        is_done.set()
        clock.join()


def _count_up(label: str, is_done: "Event", every_s: float) -> None:
    text, begun = "", time.monotonic()
    while not is_done.wait(every_s):
        text = clean(f"{label} … {time.monotonic() - begun:.0f} s")
        _overwrite(text)
    if text:
        _overwrite(" " * width_of(text))
        _overwrite("")


def _overwrite(text: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()
