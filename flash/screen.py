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
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from functools import cache
from pathlib import Path

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult, SuspendNotSupported
from textual.binding import Binding, BindingType
from textual.events import Key, Resize
from textual.strip import Strip
from textual.widget import Widget

from cards.columns import Line, Look
from flash.screen_editor import editor_command
from flash.screen_page import Page, lay_out
from flash.screen_state import Mode, Reviewing, View, Wish
from flash.words import NO_SOURCE, source_url
from srs.session import Session, Summary

_TICK_S = 1.0
_IDLE_S = 0.4
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
def _style(look: Look) -> Style:
    """Two colours that can be read on light and dark, and the dim of the terminal."""
    colour = "green" if look & (Look.ACCENT | Look.CODE) else None
    return Style(
        color="magenta" if look & Look.ALERT else colour,
        bold=bool(look & Look.BOLD) or None,
        italic=bool(look & Look.ITALIC) or None,
        underline=bool(look & Look.LINK) or None,
        dim=bool(look & Look.DIM) or None,
    )


def _strip(line: Line, columns: int) -> Strip:
    segments = [Segment(text, _style(look)) for text, look in line]
    return Strip(segments).adjust_cell_length(columns)


class Sheet(Widget):
    """The whole page, painted line by line."""

    DEFAULT_CSS = "Sheet { width: 100%; height: 100%; }"

    view: View = View()
    page = Page((), 0, 1)
    _scroll: int | None = None

    def show(self, view: View) -> None:
        """Show a view from its best place on."""
        if view is not self.view:
            self.view, self._scroll = view, None
            self._lay_out()

    def scroll_card(self, rows: int) -> None:
        """Move the card up by so many rows, down where negative."""
        self._scroll = self.page.scroll + rows
        self._lay_out()

    def on_resize(self, event: Resize) -> None:
        """Lay the view out anew for another size."""
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.size
        if columns and rows:
            self.page = lay_out(self.view, columns, rows, self._scroll)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint a row."""
        lines = self.page.lines
        return _strip(lines[y] if y < len(lines) else (), self.size.width)


class ReviewApp(App[None]):
    """A review on the full screen; see `run`."""

    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: "list[BindingType]" = [  # noqa: RUF012
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, session: Session) -> None:
        """Ask for the first question at once; all else comes when it is needed."""
        super().__init__(ansi_color=True)
        self.ended_by: signal.Signals | None = None
        self._reviewing = Reviewing(session)
        self.sheet = Sheet()
        self.sheet.view = self._reviewing.view

    def compose(self) -> ComposeResult:
        """Give the one widget."""
        yield self.sheet

    def on_mount(self) -> None:
        """Watch the clock and the signals; load what the first answer needs."""
        self.set_interval(_TICK_S, self._tick)
        self.set_timer(_IDLE_S, _warm_up)
        self._watch_signals()

    def _watch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _SIGNALS:
            try:
                loop.add_signal_handler(number, self._end, number)
            except (NotImplementedError, RuntimeError):
                # Windows, or not the main thread: the signal ends the process.
                return
"""
"""
