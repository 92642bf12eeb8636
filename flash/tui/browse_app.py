"""Cards on the full screen: a query, a list, the selected card, keys to change it."""

from collections.abc import Sequence
from functools import reduce

from msgspec.structs import replace
from textual.events import Key, Paste

from cards.errors import FlashError
from cards.text.terminal import plain_text
from cards.text.width import (
    Line,
    StyledText,
    TextStyle,
    clipped,
    line_width,
    width_of,
    wrap,
)
from cards.translate import _
from flash.messages.browsing import (
    CHANGED_ELSEWHERE,
    NO_CARDS,
    PROMPTS,
    browse_help,
    browse_keys,
    found_line,
    sorted_line,
    typing_keys,
)
from flash.messages.cards import one_line
from flash.messages.listing import changed_line, list_headings, state_text
from flash.messages.review import NO_DECKS, NOTHING_TO_UNDO
from flash.service.browsing import Browser
from flash.terminal import padded
from flash.tui.app import PageWidget, ScreenApp, run_app
from flash.tui.card import card_layout, covering_layout
from flash.tui.page import (
    CARD_ONLY,
    COMPACT,
    Frame,
    Page,
    covering_keys,
    dim,
    footer,
    key_rows,
    message_lines,
    more_sign,
    placed,
)
from flash.tui.text_input import EDIT_KEYS, TextInput, input_line, pasted
from flash.tui.view import AnsweringView, Mode, Overlay, View, key_name
from srs.store.card_list import CardListRow
from srs.study.prompt import Prompt

_WIDE = 100
"""From this width on the card is beside the list."""
_LOADED = 120
"""Rows that are read around the selected one; no screen has more."""
_DIVIDER = " │ "
_MARKS = 3
"""Columns before a row of the list."""
_GAP = 2
_QUESTION = 24
"""Columns that a question needs at least; half of the width where that is less."""
_CARD_ROWS = {"J": 1, "K": -1, "shift+down": 1, "shift+up": -1}
"""By how many rows a key scrolls the card."""
_PURPOSES = {"/": "query", "d": "due", "t": "tag", "m": "deck"}
_CHANGES = {"s": "suspended", "b": "buried", "r": "reset", "x": "removed"}


class BrowseView(AnsweringView, frozen=True):
    """What the screen shows at one moment."""

    query: str = ""
    typing: TextInput | None = None
    """The text that is being typed."""
    purpose: str = "query"
    """What is being typed: query, due, tag or deck."""
    rows: tuple[CardListRow, ...] = ()
    at: int = 0
    """Index of the selected one of `rows`."""
    marked: frozenset[int] = frozenset()
    place: int = 0
    """Number of the selected card, from 1; 0 for none."""
    total: int = 0
    prompt: Prompt | None = None


def run_browser(browser: Browser) -> None:
    """Browse cards on the full screen; see `flash.tui.app.run_screen` for errors."""
    run_app(BrowseApp(browser))


class BrowseApp(ScreenApp):
    """Passes keys on to the browser."""

    def __init__(self, browser: Browser) -> None:
        """Show the first cards."""
        self.browser = browser
        super().__init__(PageWidget(_view(browser), browse_layout))

    def on_key(self, event: Key) -> None:
        """Type, move, or change cards."""
        if self._is_ending:
            return
        view, key = self.widget.view, key_name(event.key, event.character)
        if view.typing is not None:
            self._type(event.key, event.character or "")
        elif view.overlay is not None:
            self._press_on_help(key)
        elif key == "q":
            self.end(None)
        else:
            self._press_on_list(key)

    def _press_on_help(self, key: str) -> None:
        """Scroll the help, or leave it."""
        rows = self._moves(key)
        if rows:
            self.widget.scroll_card(rows)
        else:
            self._show()

    def _press_on_list(self, key: str) -> None:
        rows, has_other_choice = self._moves(key), self.browser.has_other_choice()
        if key in _CARD_ROWS:
            self.widget.scroll_card(_CARD_ROWS[key])
        elif rows:
            self.browser.move(rows)
            self._show()
        elif key == "?":
            title, lines = browse_help()
            overlay = Overlay(title, tuple(lines))
            self.widget.show(replace(_view(self.browser), overlay=overlay))
        elif has_other_choice:
            self._show(_(CHANGED_ELSEWHERE), is_alarm=True)
        elif key in _PURPOSES:
            text = self.browser.query if key == "/" else ""
            self._show(typing=TextInput(text), purpose=_PURPOSES[key])
        else:
            try:
                self._show(self._press(key))
            except FlashError as error:
                self._show(_in_one_line(error), is_alarm=True)

    def on_paste(self, event: Paste) -> None:
        """Type what an input method or the clipboard sends at once."""
        typed, purpose = self.widget.view.typing, self.widget.view.purpose
        if typed is not None:
            self._show(
                typing=reduce(TextInput.press, pasted(event.text), typed),
                purpose=purpose,
            )

    def _moves(self, key: str) -> int:
        return {"j": 1, "k": -1}.get(key, self.rows_of(key))

    def _press(self, key: str) -> str:
        """Do what a key says; return a message."""
        browser = self.browser
        if key in _CHANGES and browser.cards:
            return changed_line(*browser.change(_CHANGES[key]))
        if key.isdecimal() and key in "01234567" and browser.cards:
            return changed_line(*browser.change("flagged", key))
        match key:
            case "space":
                browser.mark()
            case "escape":
                browser.marked.clear()
            case "o":
                return sorted_line(browser.sort())
            case "e" if browser.cards:
                return browser.edit(self.suspended)
            case "p":
                return browser.open_media()
            case "u":
                return browser.undo() or _(NOTHING_TO_UNDO)
            case "U":
                done = browser.redo()
                text = _("Redone: {what}") if done else _("Nothing to redo.")
                return text.format(what=done)
        return ""

    def _type(self, key: str, character: str) -> None:
        view = self.widget.view
        typing = view.typing or TextInput()
        match key:
            case "escape":
                self._show()
            case "enter":
                self._enter(typing.text.strip(), view.purpose)
            case _:
                typed = typing.press(key if key in EDIT_KEYS else character)
                self._show(typing=typed, purpose=view.purpose)

    def _enter(self, text: str, purpose: str) -> None:
        try:
            match purpose:
                case "query":
                    self.browser.search(text)
                    self._show()
                case _ if self.browser.has_other_choice():
                    self._show(_(CHANGED_ELSEWHERE), is_alarm=True)
                case "tag":
                    self._show(self.browser.tag(text))
                case "deck":
                    self._show(self.browser.move_to_deck(text))
                case _:
                    self._show(changed_line(*self.browser.change("due", text)))
        except FlashError as error:
            message = _in_one_line(error)
            self._show(message, is_alarm=True, typing=TextInput(text), purpose=purpose)

    def _show(
        self,
        message: str = "",
        *,
        is_alarm: bool = False,
        typing: TextInput | None = None,
        purpose: str = "query",
    ) -> None:
        view = _view(self.browser)
        about = {"message": message, "is_alarm": is_alarm}
        self.widget.show(replace(view, **about, typing=typing, purpose=purpose))


def _in_one_line(error: FlashError) -> str:
    message = error.message.partition("\n")[0]
    return str(FlashError(message, error.hint, error.place))


def _view(browser: Browser) -> BrowseView:
    first = max(0, browser.at - _LOADED // 2)
    rows = tuple(browser.rows(first, _LOADED))
    return BrowseView(
        query=browser.query,
        rows=rows,
        at=browser.at - first,
        marked=frozenset(browser.marked),
        place=browser.at + 1 if rows else 0,
        total=len(browser.cards),
        prompt=browser.prompt(),
    )


def browse_layout(
    view: BrowseView, columns: int, rows: int, scroll: int | None = None
) -> Page:
    """Lay a view out; see `flash.tui.page.layout`.

    The rows of a page are those of the list.
    """
    cover, keys = covering_layout(view, columns), covering_keys(view, columns)
    if cover is not None and keys is not None:
        head = [_query_line(view, columns)] if rows > CARD_ONLY else []
        frame = Frame(head, [()], footer(*keys, columns, rows))
        return placed(frame, cover, columns, rows, scroll)
    foot = _foot(view, columns, rows)
    message = message_lines(view, columns, rows)
    is_wide = columns >= _WIDE
    listed = columns * 5 // 9 if is_wide else columns
    head = [_query_line(view, columns)]
    if rows >= COMPACT:
        head.append(_headings(view, listed))
    room = max(2, rows - len(head) - len(message) - len(foot))
    height = room if is_wide else max(1, room * 2 // 5)
    card = _card(view, columns - listed - len(_DIVIDER) if is_wide else columns)
    shown_rows = room if is_wide else max(0, room - height - 1)
    last = max(0, len(card) - shown_rows)
    scroll = max(0, min(scroll or 0, last))
    shown = _of_height(card[scroll:], shown_rows)
    body = _list(view, listed, height)
    if is_wide:
        body = [
            (*_filled(left, listed), *dim(_DIVIDER), *right)
            for left, right in zip(body, shown, strict=True)
        ]
    else:
        body += [dim("─" * columns), *shown]
    message[-1] += more_sign(message[-1], columns, above=scroll, below=last - scroll)
    page = [*head, *body, *message, *foot]
    return Page(tuple(page[:rows]), scroll, max(1, room // 2))


def _query_line(view: BrowseView, columns: int) -> Line:
    if view.typing is not None:
        label = _(PROMPTS[view.purpose]) if view.purpose in PROMPTS else ""
        typed = input_line(view.typing, max(1, columns - width_of(label)))
        return (*dim(label), *typed)
    count = found_line(view.place, view.total, len(view.marked))
    room = max(1, columns - width_of(count) - 4)
    query = clipped(one_line(view.query), room)
    blanks = " " * max(1, columns - width_of(query) - width_of(count) - 2)
    return (
        StyledText("› ", TextStyle.ACCENT),
        StyledText(query, TextStyle.BOLD),
        *dim(blanks + count),
    )


def _foot(view: BrowseView, columns: int, rows: int) -> list[Line]:
    """Return the keys that work now, as far as there is room."""
    if rows <= CARD_ONLY:
        return []
    if view.typing is not None:
        return [dim(clipped(" " + typing_keys(view.purpose), columns))]
    lines = key_rows(browse_keys(), columns)
    if rows >= COMPACT and len(lines) <= rows // 5:
        return lines
    # The help has the others.
    lines = key_rows(browse_keys(is_short=True), columns)
    return lines[:1] if rows < COMPACT else lines


def _widths(view: BrowseView, columns: int) -> list[int]:
    """Return the widths of number, state and due day; 0 for those without room."""
    cells = [list_headings()[:3], *map(_cells_of, view.rows)]
    widths = [max(map(width_of, column)) for column in zip(*cells, strict=True)]
    if not any(row.due for row in view.rows):
        widths[2] = 0
    room = columns - _MARKS - min(columns // 2, _QUESTION)
    for last in (2, 1, 0):
        if sum(width + _GAP for width in widths if width) > room:
            widths[last] = 0
    return widths


def _cells_of(row: CardListRow) -> tuple[str, str, str]:
    return row.number, state_text(row), (row.due or "")[:10]


def _about(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Return what is before a question; the number is set to the right."""
    return "".join(
        padded(cell, width, right=not place) + " " * _GAP
        for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        if width
    )


def _headings(view: BrowseView, columns: int) -> Line:
    if not view.rows:
        return ()
    *cells, question = list_headings()
    text = " " * _MARKS + _about(cells, _widths(view, columns)) + question
    return dim(clipped(text, columns))


def _list(view: BrowseView, columns: int, height: int) -> list[Line]:
    """Return so many rows of the list with the selected one among them."""
    if not view.rows:
        missing = _(NO_CARDS if view.query.strip() else NO_DECKS)
        lines = wrap(dim(missing), columns)
    else:
        first = max(0, min(view.at - height // 2, len(view.rows) - height))
        widths = _widths(view, columns)
        lines = [
            _row(view, row, widths, columns, is_selected=first + i == view.at)
            for i, row in enumerate(view.rows[first : first + height])
        ]
    return _of_height(lines, height)


def _row(
    view: BrowseView,
    row: CardListRow,
    widths: Sequence[int],
    columns: int,
    *,
    is_selected: bool,
) -> Line:
    mark = "▸" if is_selected else " "
    sign = "✓ " if row.card in view.marked else "  "
    about = _about(_cells_of(row), widths)
    room = max(1, columns - width_of(about) - _MARKS)
    question = clipped(one_line(plain_text(row.question)), room)
    style = TextStyle.BOLD if is_selected else TextStyle.NORMAL
    if row.suspended or row.retired:
        style |= TextStyle.DIM
    return (
        StyledText(mark + sign, TextStyle.ACCENT),
        StyledText(about, TextStyle.BOLD if is_selected else TextStyle.DIM),
        StyledText(question, style),
    )


def _card(view: BrowseView, columns: int) -> list[Line]:
    if view.prompt is None:
        return []
    return card_layout(View(mode=Mode.ANSWERED, prompt=view.prompt), columns).lines


def _of_height(lines: list[Line], height: int) -> list[Line]:
    return [*lines[:height], *[()] * (height - len(lines))]


def _filled(line: Line, columns: int) -> Line:
    return (*line, StyledText(" " * max(0, columns - line_width(line))))
