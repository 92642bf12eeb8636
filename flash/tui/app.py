"""The full screen: a Textual app that hands keys on and paints pages.

One widget paints the whole page, line by line, on the terminal's own background:
nothing to style, hardly anything to load, and an answer repaints in milliseconds.
The mouse is left to the terminal, so that text can be selected as ever; its
wheel arrives as arrow keys.
"""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.strip import Strip
from textual.widget import Widget

from cards.text.width import Line, TextStyle
from flash.messages.review import NO_SOURCE, source_url
from flash.tui.confusion_search import KEYS as SEARCH_KEYS
from flash.tui.editor import editor_command
from flash.tui.page import Page, layout
from flash.tui.view_model import ReviewViewModel, UiCommand, View
from srs.study.session import Session, Summary

_TICK_S = 1.0
_IDLE_S = 0.4
_FAR = 1_000_000
_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGTERM", "SIGINT")
    if hasattr(signal, name)
)


def run(session: Session) -> Summary:
    """Hold a review on the full screen.

    Args:
        session: The review; every answer is on disk before the next question.

    Returns:
        What the run came to.

    Raises:
        KeyboardInterrupt: The person pressed Ctrl-C; nothing is lost.
        SystemExit: A signal ended the review, or the screen broke.
    """
    app = ReviewApp(session)
    app.run(mouse=False)
    if app.ended_by is signal.SIGINT:
        raise KeyboardInterrupt
    if app.ended_by is not None:
        sys.exit(128 + app.ended_by)
    if app.return_code:
        sys.exit(app.return_code)
    return session.summary()


@cache
def _style(look: TextStyle) -> Style:
    """Two colours that can be read on light and dark, and the dim of the terminal."""
    colour = "green" if look & (TextStyle.ACCENT | TextStyle.CODE) else None
    return Style(
        color="magenta" if look & TextStyle.ALERT else colour,
        bold=bool(look & TextStyle.BOLD) or None,
        italic=bool(look & TextStyle.ITALIC) or None,
        underline=bool(look & TextStyle.LINK) or None,
        dim=bool(look & TextStyle.DIM) or None,
    )


def _strip(line: Line, columns: int) -> Strip:
    segments = [Segment(text, _style(look)) for text, look in line]
    return Strip(segments).adjust_cell_length(columns)


class ReviewWidget(Widget):
    """The whole page, painted line by line."""

    DEFAULT_CSS = "Sheet { width: 100%; height: 100%; }"

    view: View = View()
    page = Page((), 0, 1)
    _scroll: int | None = None

    def show(self, view: View) -> None:
        """Show a view from its best place on; only other words leave it there."""
        if view is not self.view:
            if not _is_same_page(self.view, view):
                self._scroll = None
            self.view = view
            self._lay_out()

    def scroll_card(self, rows: int) -> None:
        """Move the card up by so many rows, down where negative."""
        self._scroll = self.page.scroll + rows
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the view out anew for another size."""
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.size
        if columns and rows:
            self.page = layout(self.view, columns, rows, self._scroll)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint a row."""
        lines = self.page.lines
        return _strip(lines[y] if y < len(lines) else (), self.size.width)


def _is_same_page(before: View, after: View) -> bool:
    """Tell whether two views differ in nothing but the message."""
    words = {"message": after.message, "is_alarm": after.is_alarm}
    return replace(before, **words) == after


class ReviewApp(App[None]):
    """A review on the full screen; see `run`."""

    TITLE = "flash"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        """Ask for the first question at once; all else comes when it is needed."""
        super().__init__(ansi_color=True)
        self.ended_by: signal.Signals | None = None
        self.reviewing = ReviewViewModel(session)
        self.sheet = ReviewWidget()
        self.sheet.view = self.reviewing.view
        self._is_ending = False

    def compose(self) -> ComposeResult:
        """Give the one widget."""
        yield self.sheet

    def on_mount(self) -> None:
        """Watch the clock and the signals; load what the first answer needs."""
        self.set_interval(_TICK_S, self.tick)
        self.set_timer(_IDLE_S, _warm_up)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self._watch_signals()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, self._end, number)
            except (NotImplementedError, RuntimeError, ValueError):
                # Windows, or not the main thread: the signal ends the process.
                return

    def tick(self) -> None:
        """Look whether the next learning card has come."""
        if self.reviewing.tick():
            self.sheet.show(self.reviewing.view)

    def on_key(self, event: Key) -> None:
        """Scroll, or do what the key stands for."""
        if self._is_ending:
            return
        if self.reviewing.view.typed is not None:
            named = event.key in SEARCH_KEYS
            self._type((event.key if named else event.character) or "")
            return
        rows = self._rows(event.key)
        if rows:
            self.sheet.scroll_card(rows)
            return
        key = event.key if event.key in ("space", "enter") else event.character
        match self.reviewing.press(key or ""):
            case UiCommand.QUIT:
                self._end(None)
            case UiCommand.EDIT:
                self._edit()
            case UiCommand.OPEN:
                self._open_source()
            case UiCommand.NOTHING:
                pass
        self.sheet.show(self.reviewing.view)

    def on_paste(self, event: Paste) -> None:
        """Type what an input method or the clipboard hands over at once."""
        if self.reviewing.view.typed is not None:
            self._type(*event.text)

    def _type(self, *keys: str) -> None:
        for key in keys:
            if key and self.reviewing.view.typed is not None:
                self.reviewing.press(key)
        self.sheet.show(self.reviewing.view)

    def _rows(self, key: str) -> int:
        step = self.sheet.page.step
        rows = {"up": -1, "down": 1, "pageup": -step, "pagedown": step}
        return {**rows, "home": -_FAR, "end": _FAR}.get(key, 0)

    def action_interrupt(self) -> None:
        """Leave as Ctrl-C does everywhere."""
        self._end(signal.SIGINT)

    def _end(self, number: signal.Signals | None) -> None:
        self._is_ending = True
        self.ended_by = self.ended_by or number
        self.exit()

    def _open_source(self) -> None:
        turn = self.reviewing.view.turn
        url = source_url(turn.note) if turn else ""
        if not url:
            self.reviewing.say(NO_SOURCE)
            return
        opened = open_in_browser(url)
        self.reviewing.say(f"opened {url}" if opened else url)

    def _edit(self) -> None:
        """Let the person edit the card's file, and take the change in."""
        turn = self.reviewing.view.turn
        file = Path(turn.note.file) if turn and turn.note.file else None
        if turn is None or file is None or not file.is_file():
            self.reviewing.say("the file of this card is not here", is_alarm=True)
            return
        command = editor_command(str(file), turn.note.line)
        if command is None:
            self.reviewing.say("no editor: set $VISUAL or $EDITOR", is_alarm=True)
            return
        before = file.stat().st_mtime_ns
        try:
            with self._away():
                subprocess.run(command, check=False)
        except OSError as error:
            message = f"{command[0]}: {error.strerror or error}"
            self.reviewing.say(message, is_alarm=True)
            return
        if file.is_file() and file.stat().st_mtime_ns != before:
            self.reviewing.reload()
        else:
            self.reviewing.say("nothing was changed")

    @contextmanager
    def _away(self) -> Iterator[None]:
        """Leave the terminal, and Ctrl-C in it, to another program."""
        loop = asyncio.get_running_loop()
        can_suspend = self._driver is not None and self._driver.can_suspend
        loop.remove_signal_handler(signal.SIGINT)
        # A handler, not SIG_IGN: that one the other program would inherit.
        signal.signal(signal.SIGINT, lambda *_: None)
        try:
            with self.suspend() if can_suspend else nullcontext():
                yield
        finally:
            self._watch_signals()


def open_in_browser(url: str) -> bool:
    """Open a web page beside the terminal; False where there is no browser."""
    import webbrowser

    try:
        browser = webbrowser.get()
        # A browser that runs in this very terminal would fight for it.
        if isinstance(browser, webbrowser.GenericBrowser) and not isinstance(
            browser, webbrowser.BackgroundBrowser
        ):
            return False
        return browser.open(url)
    except webbrowser.Error:
        return False


def _warm_up() -> None:
    """Load what the first answers need while the person reads the question."""
    for name in ("fsrs", "markdown_it.tree", "mdit_py_plugins.dollarmath"):
        import_module(name)
