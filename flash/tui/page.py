"""The page: header, card, ratings and keys laid out for a size of the terminal.

A pure function of the view and the size.  Header and ratings keep their places on
every card; the card between them scrolls if it is too long.
"""

from collections.abc import Sequence

from msgspec import Struct

from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clipped,
    line_text,
    line_width,
    width_of,
    wrap,
    wrap_evenly,
)
from cards.translate import _
from flash.messages.cards import interval_label, one_line
from flash.messages.review import (
    NOT_SCHEDULED,
    counts_label,
    deck_line,
    progress_label,
    rating_help,
)
from flash.tui.card import CardLayout, card_layout, centred
from flash.tui.view import AnsweringView, Mode, ScreenView, View

_CARD_KEYS = "uxesboi?q"
"""Keys shown with a card, by default key; the help has more."""
_GENERAL_KEYS = "u?q"
"""Keys that work without a question."""
SPACIOUS = 22
"""From this height on there is a blank row above the keys."""
COMPACT = 14
"""Below this height the deck, the counts and the lesser keys are left out."""
CARD_ONLY = 5
"""Up to this height only the card is shown."""
_LONG_INTERVAL = 36
"""Days whose label is as wide as any."""


class Page(Struct, frozen=True):
    """The text of each row."""

    lines: tuple[Line, ...]
    scroll: int
    """The first row of the card that is shown, within bounds."""
    step: int
    """Rows of the card that fit."""
    free: tuple[int, int] = (0, 0)
    """The first row below the card, and how many are free."""


class Frame(Struct, frozen=True):
    """What is above and below the card."""

    head: list[Line]
    message: list[Line]
    """One line or more, perhaps empty."""
    foot: list[Line]


def layout(view: View, columns: int, rows: int, scroll: int | None = None) -> Page:
    """Lay a view out.

    Args:
        view: What to show.
        columns: Width of the terminal, 1 or more.
        rows: Height of the terminal, 1 or more.
        scroll: First row of the card to show; None for the best position.

    Returns:
        A page of exactly so many rows, none wider than the terminal.
    """
    return placed(
        Frame(
            _header(view, columns, rows),
            message_lines(view, columns, rows),
            _footer(view, columns, rows),
        ),
        card_layout(view, columns),
        columns,
        rows,
        scroll,
    )


def placed(
    frame: Frame, card: CardLayout, columns: int, rows: int, scroll: int | None
) -> Page:
    """Place a card inside a frame; see `layout`."""
    head, message, foot = frame.head, list(frame.message), frame.foot
    room = max(1, rows - len(head) - len(foot) - len(message))
    wanted = 0 if rows < COMPACT else max(1, room // 6)
    top = max(0, min(wanted, room - len(card.lines)))
    lines = [()] * top + card.lines
    last = max(0, len(lines) - room)
    if scroll is None:
        # Keep the question visible if the answer fits below it.
        scroll = card.answer_start + top if card.answer_end + top > room else 0
        if card.focus:
            scroll = top + card.focus + 1 - room
    scroll = max(0, min(scroll, last))
    shown = lines[scroll : scroll + room]
    shown += [()] * (room - len(shown))
    message[-1] += more_sign(message[-1], columns, above=scroll, below=last - scroll)
    page = [*head, *shown, *message, *foot]
    free = len(head) + len(lines), max(0, room - len(lines))
    return Page(tuple(page[:rows]), scroll, room, free)


def _header(view: View, columns: int, rows: int) -> list[Line]:
    room = max(1, columns - 2)
    total = view.done + view.counts.total
    label = progress_label(view.done, total, view.minutes_left)
    progress = progress_line(view.done, total, label, room)
    if rows < COMPACT:
        return [progress] if rows > CARD_ONLY else []
    counts = counts_label(view.counts, view.session_name)
    has_deck = view.prompt is not None and covering_keys(view, columns) is None
    crumb = deck_line(view.prompt) if view.prompt and has_deck else ""
    if width_of(crumb) + width_of(counts) + 3 <= room:
        blanks = " " * (room - width_of(crumb) - width_of(counts))
        return [dim(" " + crumb + blanks + counts), progress]
    wrapped = [*wrap(dim(crumb), room), *wrap(dim(counts), room)]
    return [*((StyledText(" "), *line) for line in wrapped), progress]


def progress_line(done: int, total: int, label: str, room: int) -> Line:
    """Draw how much of something is done, with a label."""
    bar = room - width_of(label) - 2
    if bar < 4:
        return dim(" " + label)
    halves = round(done / total * bar * 2) if total else bar * 2
    full, half = divmod(halves, 2)
    line = "━" * full + "╸" * half
    spans = (
        StyledText(" "),
        StyledText(line, TextStyle.ACCENT),
        StyledText("─" * (bar - len(line)), TextStyle.DIM),
        StyledText("  " + label, TextStyle.DIM),
    )
    return tuple(span for span in spans if span.text)


def _more_label() -> str:
    return _("more")


def message_lines(view: ScreenView, columns: int, rows: int) -> list[Line]:
    """Return the message above the keys; a blank row without one.

    One that is no alarm leaves most of the rows to the card.
    """
    room = max(1, columns - 2 - (len("↑↓ ") + width_of(_more_label()) + 2))
    style = TextStyle.ALERT if view.is_alarm else TextStyle.DIM
    lines = wrap_evenly((StyledText(one_line(view.message), style),), room)
    most = max(1, rows // 4)
    if len(lines) > most and not view.is_alarm:
        last = clipped(line_text(lines[most - 1]) + "…", room)
        lines[most - 1 :] = [(StyledText(last, style),)]
    return [(StyledText(" "), *line) for line in lines]


def more_sign(line: Line, columns: int, *, above: int, below: int) -> Line:
    """Return the sign that a card continues, to follow a line of the message.

    Args:
        line: The last of `message_lines`.
        columns: Width of the terminal.
        above: Rows of the card above the shown ones.
        below: Rows below them.
    """
    arrows = ("↑" if above else "") + ("↓" if below else "")
    if not arrows:
        return ()
    text = f"{arrows} {_more_label()}"
    blanks = max(0, columns - 1 - line_width(line) - width_of(text))
    return (StyledText(" " * blanks), StyledText(text, TextStyle.ACCENT))


def _footer(view: View, columns: int, rows: int) -> list[Line]:
    keys = covering_keys(view, columns)
    if keys is None:
        keys = _main_keys(view, columns), _other_keys(view, columns)
    return footer(*keys, columns, rows)


def footer(
    main: Sequence[Line], others: Sequence[Line], columns: int, rows: int
) -> list[Line]:
    """Place the keys needed next above the others, as far as there is room."""
    centre = [centred(line, columns) for line in main]
    if rows < COMPACT:
        return centre if rows > CARD_ONLY else []
    gap: list[Line] = [()] if others and rows >= SPACIOUS else []
    return [*centre, *gap, *others]


def covering_keys(
    view: AnsweringView, columns: int
) -> tuple[list[Line], list[Line]] | None:
    """Return the keys of what covers a card; None if nothing does."""
    if view.overlay is not None:
        return key_line(_("any key"), _("back"), columns)[:1], []
    if view.search is None:
        return None
    others = [dim(" " + _("↑↓ select  Esc cancel"))]
    if view.search.found:
        return key_line(_("Enter"), _("choose this card"), columns), others
    return key_line(_("Esc"), _("cancel"), columns), others


def _main_keys(view: View, columns: int) -> list[Line]:
    """Return the two rows with the keys needed next."""
    if view.typing is not None:
        return key_line(_("Enter"), _("show answer"), columns)
    match view.mode:
        case Mode.ASKING:
            options = len(view.prompt.question.options) if view.prompt else 0
            label = _("show answer; 1 to {last} chooses").format(last=min(9, options))
            label = label if options else _("show answer")
            return key_line(_("Space"), label, columns)
        case Mode.ANSWERED:
            return _ratings(view.intervals, columns - 2)
        case Mode.WAITING:
            return key_line(_("Space"), _("show it now"), columns)
        case Mode.OVER:
            return key_line(_("Space"), _("quit"), columns)


def key_line(key: str, label: str, columns: int) -> list[Line]:
    """Return two rows with the key needed next."""
    line = (
        StyledText(key, TextStyle.ACCENT | TextStyle.BOLD),
        StyledText("  " + label),
    )
    return [*wrap(line, columns), ()][:2]


def _ratings(intervals: Sequence[str], columns: int) -> list[Line]:
    """Return each rating above its interval; four in a row, or two by two."""
    names = [
        (
            StyledText(str(int(rating)), TextStyle.ACCENT | TextStyle.BOLD),
            StyledText(" " + name),
        )
        for rating, name, _when in rating_help()
    ]
    room = min(16, columns // 4)
    if room > max(map(line_width, names)):
        upper = _joined([_in_cell(name, room) for name in names])
        if not intervals:
            return [upper, dim(_(NOT_SCHEDULED))]
        lower = [_in_cell(dim(interval), room) for interval in intervals]
        return [upper, _joined(lower)]
    half = max(1, columns // 2)
    longest = max(map(line_width, names)) + 1
    longest += width_of(interval_label(_LONG_INTERVAL))
    # Only the digits where not even two names fit.
    kept = 2 if half > longest else 1
    cells = [
        _in_cell((*name[:kept], *dim(" " + interval)), half)
        for name, interval in zip(names, intervals or [""] * 4, strict=True)
    ]
    return [_joined(cells[:2]), _joined(cells[2:])]


def _in_cell(line: Line, room: int) -> Line:
    blanks = max(0, room - line_width(line))
    left = blanks // 2
    return (StyledText(" " * left), *line, StyledText(" " * (blanks - left)))


def _joined(lines: Sequence[Line]) -> Line:
    return tuple(span for line in lines for span in line if span.text)


def _other_keys(view: View, columns: int) -> list[Line]:
    """Return the other keys."""
    if view.typing is not None:
        return [dim(" " + _("Esc ends typing"))]
    keys = _GENERAL_KEYS if view.prompt is None else _CARD_KEYS
    is_answered = view.mode is Mode.ANSWERED
    if view.prompt and "![" in "".join(view.prompt.texts(is_answered=is_answered)):
        # In the same room; the help has both.
        keys = keys.replace("i", "p")
    shown = view.keys.help(keys)
    return key_rows([(key, label) for key, label, _description in shown], columns)


def key_rows(keys: Sequence[tuple[str, str]], columns: int) -> list[Line]:
    """Return keys with two blanks between them, one if that saves a row."""
    return min((_key_rows(keys, columns, gap) for gap in (2, 1)), key=len)


def _key_rows(keys: Sequence[tuple[str, str]], columns: int, gap: int) -> list[Line]:
    lines: list[list[StyledText]] = [[]]
    used = 0
    for key, label in keys:
        size = width_of(key) + width_of(label) + 1
        if used and used + gap + size > columns:
            lines.append([])
            used = 0
        blanks = " " * (gap if used else 1)
        lines[-1] += [StyledText(blanks + key), *dim(f" {label}")]
        used += len(blanks) + size
    return [tuple(line) for line in lines]


def dim(text: str) -> Line:
    """Return a line of dim text."""
    return (StyledText(text, TextStyle.DIM),)
