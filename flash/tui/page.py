"""The page: header, card, ratings and keys laid out for a size of the terminal.

A pure function of the view and the size.  Header and ratings keep their places
on every card; the card between them scrolls where it is too long.
"""

from collections.abc import Sequence

from msgspec import Struct

from cards.text.width import Line, StyledText, TextStyle, line_width, width_of, wrap
from flash.messages.review import (
    KEYS,
    NOT_SCHEDULED,
    RATINGS,
    breadcrumb,
    counts_label,
    one_line,
)
from flash.tui.card import card_lines
from flash.tui.view_model import Mode, View

_ALL = "".join(key for key, _, _ in KEYS)
_ALWAYS = "u?q"
"""Keys that need no question."""
_HIGH = 22
"""From so many rows on there is room for a blank one above the keys."""
_LOW = 14
"""Below so many rows the deck, the counts and the lesser keys are left out."""
_TWO = len("1 Again 1.2 mo") + 1
_LOWEST = 5
"""Up to so many rows there is only the card."""
_MORE = len("↑↓ more") + 2


class Page(Struct, frozen=True):
    """What stands in each row."""

    lines: tuple[Line, ...]
    scroll: int
    """The first row of the card that is shown; what was asked for, within bounds."""
    step: int
    """Rows of the card that fit."""


def layout(view: View, columns: int, rows: int, scroll: int | None = None) -> Page:
    """Lay a view out.

    Args:
        view: What to show.
        columns: Width of the terminal, 1 or more.
        rows: Height of the terminal, 1 or more.
        scroll: First row of the card to show; None for the best place.

    Returns:
        A page of exactly so many rows, none wider than the terminal.
    """
    head = _header(view, columns, rows)
    foot = _footer(view, columns, rows)
    said = _said(view, columns)
    room = max(1, rows - len(head) - len(foot) - len(said))
    card = card_lines(view, columns)
    wanted = 0 if rows < _LOW else max(1, room // 6)
    top = max(0, min(wanted, room - len(card.lines)))
    lines = [()] * top + card.lines
    last = max(0, len(lines) - room)
    if scroll is None:
        # The question stays in sight where the answer has room below it.
        scroll = card.answer_at + top if card.answer_end + top > room else 0
        if card.focus:
            scroll = top + card.focus + 1 - room
    scroll = max(0, min(scroll, last))
    shown = lines[scroll : scroll + room]
    shown += [()] * (room - len(shown))
    said[-1] += _more(said[-1], columns, above=scroll, below=last - scroll)
    page = [*head, *shown, *said, *foot]
    return Page(tuple(page[:rows]), scroll, room)


def _header(view: View, columns: int, rows: int) -> list[Line]:
    room = max(1, columns - 2)
    if rows < _LOW:
        return [_progress(view, room)] if rows > _LOWEST else []
    counts = counts_label(view.counts, view.name)
    crumb = breadcrumb(view.turn.note.deck) if view.turn and not view.typed else ""
    if width_of(crumb) + width_of(counts) + 3 <= room:
        blanks = " " * (room - width_of(crumb) - width_of(counts))
        return [_dim(" " + crumb + blanks + counts), _progress(view, room)]
    wrapped = [
        *wrap((StyledText(crumb, TextStyle.DIM),), room),
        *wrap(_dim(counts), room),
    ]
    return [*((StyledText(" "), *line) for line in wrapped), _progress(view, room)]


def _progress(view: View, room: int) -> Line:
    total = view.done + view.counts.total
    label = f"{view.done} of {total}"
    if view.minutes_left is not None:
        label += f" · {view.minutes_left} min left"
    bar = room - len(label) - 2
    if bar < 4:
        return _dim(" " + label)
    halves = round(view.done / total * bar * 2) if total else bar * 2
    full, half = divmod(halves, 2)
    line = "━" * full + "╸" * half
    spans = (
        StyledText(" "),
        StyledText(line, TextStyle.ACCENT),
        StyledText("─" * (bar - len(line)), TextStyle.DIM),
        StyledText("  " + label, TextStyle.DIM),
    )
    return tuple(span for span in spans if span.text)


def _said(view: View, columns: int) -> list[Line]:
    """Say what happened, in the row above the ratings that else is empty."""
    room = max(1, columns - 2 - _MORE)
    look = TextStyle.ALERT if view.is_alarm else TextStyle.DIM
    lines = wrap((StyledText(one_line(view.message), look),), room)
    return [(StyledText(" "), *line) for line in lines]


def _more(line: Line, columns: int, *, above: int, below: int) -> Line:
    """Say that the card goes on beyond an edge."""
    arrows = ("↑" if above else "") + ("↓" if below else "")
    if not arrows:
        return ()
    text = f"{arrows} more"
    blanks = max(0, columns - 1 - line_width(line) - width_of(text))
    return (StyledText(" " * blanks), StyledText(text, TextStyle.ACCENT))


def _footer(view: View, columns: int, rows: int) -> list[Line]:
    main = [_centred(line, columns) for line in _main_keys(view, columns)]
    if rows < _LOW:
        return main if rows > _LOWEST else []
    gap: list[Line] = [()] if rows >= _HIGH else []
    if view.pages is not None:
        return [*main, *gap, ()]
    if view.typed is not None:
        return [*main, *gap, _dim(" ↑↓ choose  Esc leaves")]
    wanted = _ALL if view.turn else _ALWAYS
    return [*main, *gap, *_other_keys(wanted, columns)]


def _main_keys(view: View, columns: int) -> list[Line]:
    """Two rows: what the hand does next."""
    if view.pages is not None:
        return _key("any key", "goes back", columns)
    if view.typed is not None:
        key = ("Enter", "that one") if view.typed.found else ("Esc", "leaves it")
        return _key(*key, columns)
    match view.mode:
        case Mode.ASKING:
            return _key("Space", "shows the answer", columns)
        case Mode.ANSWERED:
            return _ratings(view.labels, columns - 2)
        case Mode.WAITING:
            return _key("Space", "goes ahead now", columns)
        case Mode.OVER:
            return _key("Space", "leaves", columns)


def _key(key: str, words: str, columns: int) -> list[Line]:
    line = (
        StyledText(key, TextStyle.ACCENT | TextStyle.BOLD),
        StyledText("  " + words),
    )
    return [*wrap(line, columns), ()][:2]


def _ratings(labels: Sequence[str], columns: int) -> list[Line]:
    """Each rating over its interval; four in a row, or two by two."""
    cells = [
        (
            (
                StyledText(str(int(rating)), TextStyle.ACCENT | TextStyle.BOLD),
                StyledText(" " + name),
            ),
            label,
        )
        for (rating, name, _), label in zip(RATINGS, labels or [""] * 4, strict=True)
    ]
    room = min(16, columns // 4)
    if room >= 8:
        upper = _joined([_in_cell(name, room) for name, _ in cells])
        if not labels:
            return [upper, _dim(NOT_SCHEDULED)]
        lower = [
            _in_cell((StyledText(label, TextStyle.DIM),), room) for _, label in cells
        ]
        return [upper, _joined(lower)]
    half = max(1, columns // 2)
    # Where even two don't fit, the digits have to do.
    kept = 2 if half >= _TWO else 1
    joined = [
        _in_cell((*name[:kept], StyledText(" " + label, TextStyle.DIM)), half)
        for name, label in cells
    ]
    return [_joined(joined[:2]), _joined(joined[2:])]


def _in_cell(line: Line, room: int) -> Line:
    blanks = max(0, room - line_width(line))
    return (
        StyledText(" " * (blanks // 2)),
        *line,
        StyledText(" " * (blanks - blanks // 2)),
    )


def _joined(lines: Sequence[Line]) -> Line:
    return tuple(span for line in lines for span in line if span.text)


def _other_keys(wanted: str, columns: int) -> list[Line]:
    """Two blanks between the keys, one where that saves a row."""
    return min((_key_rows(wanted, columns, gap) for gap in (2, 1)), key=len)


def _key_rows(wanted: str, columns: int, gap: int) -> list[Line]:
    lines: list[list[StyledText]] = [[]]
    used = 0
    for key, word in ((key, word) for key, word, _ in KEYS if key in wanted):
        size = len(key) + len(word) + 1
        if used and used + gap + size > columns:
            lines.append([])
            used = 0
        blanks = " " * (gap if used else 1)
        lines[-1] += [StyledText(blanks + key), StyledText(f" {word}", TextStyle.DIM)]
        used += len(blanks) + size
    return [tuple(line) for line in lines]


def _centred(line: Line, columns: int) -> Line:
    blanks = (columns - line_width(line)) // 2
    return (StyledText(" " * blanks), *line) if line and blanks > 0 else line


def _dim(text: str) -> Line:
    return (StyledText(text, TextStyle.DIM),)
