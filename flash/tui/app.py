"""The review on the full screen: a Textual app that passes keys on and draws pages.

One widget draws the whole page line by line on the terminal's own background: there
is nothing to style, little to load, and an answer redraws in milliseconds.  The mouse
is left to the terminal, so text can be selected as usual; its wheel arrives as arrow
keys.
"""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key, Paste
from textual.geometry import Offset
from textual.strip import Strip
from textual.widget import Widget

from cards.errors import FlashError
from cards.text.width import Line, TextStyle
from cards.translate import _
from flash.messages.review import (
    FILE_UNCHANGED,
    TEXT_UNCHANGED,
)
from flash.messages.review_keys import DEFAULT_KEYS, ReviewKeys
from flash.service.editor import edit_file, edit_text
from flash.tui.confusion_search import KEYS as SEARCH_KEYS
from flash.tui.page import Page, layout
from flash.tui.text_input import cursor_place, pasted
from flash.tui.view import Mode, ScreenView, UiCommand, key_name
from flash.tui.view_model import ReviewViewModel
from srs.store.notes import shows_pictures
from srs.study.results import Summary
from srs.study.session import Session

ViewT = TypeVar("ViewT", bound=ScreenView)
Layout = Callable[[ViewT, int, int, int | None], Page]
"""Lays a view out for columns and rows, scrolled to a row."""
_TICK_S = 1.0
_IDLE_S = 0.4
_FAR = 1_000_000
_SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGHUP", "SIGTERM", "SIGINT")
    if hasattr(signal, name)
)


def run_screen(
    session: Session, notices: Sequence[str] = (), keys: ReviewKeys = DEFAULT_KEYS
) -> Summary:
    """Hold a review on the full screen.

    Args:
        session: The review; every answer is on disk before the next question.
        notices: Messages to show with the first question.
        keys: The keys.

    Returns:
        The summary of the review.

    Raises:
        SystemExit: A signal other than that of Ctrl-C ended the review, or the app
            failed.
        StoreError: The last step was not saved.
        Exception: The app failed.
    """
    app = ReviewApp(session, notices, keys, _picture_widget(session))
    run_app(app)
    if app.review.failure is not None:
        raise app.review.failure
    return session.summary()


def _picture_widget(session: Session) -> Any:
    """Return what draws pictures; None if it is not installed or not needed."""
    has_extra = find_spec("textual_image") is not None
    if not has_extra or not shows_pictures(session.store, session.cards_left()):
        return None
    from flash.tui.pictures import picture_widget  # noqa: PLC0415 - rare

    return picture_widget()


def run_app(app: "ScreenApp") -> None:
    """Run an app until the user leaves it; see `run_screen` for what is raised."""
    app.run(mouse=False)
    if app.ended_by not in (None, signal.SIGINT):
        sys.exit(128 + app.ended_by)
    if app.failure is not None:
        raise app.failure
    if app.return_code:
        sys.exit(app.return_code)


@cache
def _rich_style(style: TextStyle) -> Style:
    """Use two colours readable on light and dark, and the terminal's own dim."""
    colour = "green" if style & (TextStyle.ACCENT | TextStyle.CODE) else None
    return Style(
        color="magenta" if style & TextStyle.ALERT else colour,
        bold=bool(style & TextStyle.BOLD) or None,
        italic=bool(style & TextStyle.ITALIC) or None,
        underline=bool(style & TextStyle.LINK) or None,
        dim=bool(style & TextStyle.DIM) or None,
    )


def _strip(line: Line, columns: int) -> Strip:
    segments = [Segment(text, _rich_style(style)) for text, style in line]
    return Strip(segments).adjust_cell_length(columns)


class PageWidget(Widget, Generic[ViewT]):
    """The whole page of a view, drawn line by line."""

    DEFAULT_CSS = "PageWidget { width: 100%; height: 100%; }"

    page = Page((), 0, 1)
    _scroll: int | None = None

    def __init__(self, view: ViewT, layout: Layout[ViewT]) -> None:
        """Show a view, which `layout` lays out for the size of the terminal."""
        super().__init__()
        self.view, self._layout_of = view, layout
        self.laid_out: Callable[[], None] = lambda: None
        """Is called after each change of the page."""

    def show(self, view: ViewT) -> None:
        """Show a view; keep the scroll position if only the message changed."""
        if view is not self.view:
            if not view.is_same_page(self.view):
                self._scroll = None
            self.view = view
            self._lay_out()

    def scroll_card(self, rows: int) -> None:
        """Scroll the card down, or up if `rows` is negative."""
        self._scroll = self.page.scroll + rows
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the view out for the new size."""
        self._lay_out()

    def _lay_out(self) -> None:
        columns, rows = self.size
        if columns and rows:
            self.page = self._layout_of(self.view, columns, rows, self._scroll)
            # There an input method shows what it has not yet typed.
            self.app.cursor_position = Offset(*cursor_place(self.page.lines))
            self.refresh()
            self.laid_out()

    def render_line(self, y: int) -> Strip:
        """Draw a row."""
        lines = self.page.lines
        return _strip(lines[y] if y < len(lines) else (), self.size.width)


class ScreenApp(App[None]):
    """A full screen with one page; what Ctrl-C and signals do."""

    TITLE = "flash"
    ENABLE_COMMAND_PALETTE = False
    ALLOW_SELECT = False
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "quit", show=False, priority=True),
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, widget: PageWidget[Any]) -> None:
        """Show a widget."""
        super().__init__(ansi_color=True)
        self.ended_by: signal.Signals | None = None
        self.failure: BaseException | None = None
        self.widget = widget
        self._is_ending = False

    def _fatal_error(self) -> None:
        """End without Textual's traceback, which shows the text of cards raw."""
        self.failure = sys.exc_info()[1]
        self._close_messages_no_wait()

    def compose(self) -> ComposeResult:
        """Return the only widget."""
        yield self.widget

    def on_mount(self) -> None:
        """Start the clock and handle signals."""
        self.set_interval(_TICK_S, self.tick)
        self.set_timer(_IDLE_S, self.preload)
        self.app_resume_signal.subscribe(self, lambda _: self.refresh(layout=True))
        self._handle_signals()

    def _handle_signals(self) -> None:
        """End the app on a signal, where the loop can handle them."""
        loop = asyncio.get_running_loop()
        # Windows, or not the main thread: the signal ends the process.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            for number in _SIGNALS:
                loop.add_signal_handler(number, self.end, number)

    def preload(self) -> None:
        """Load what is needed soon, while the user reads."""

    def tick(self) -> None:
        """Look at the clock, once a second."""

    def rows_of(self, key: str) -> int:
        """Return by how many rows a key scrolls; 0 for other keys."""
        step = self.widget.page.step
        rows = {"up": -1, "down": 1, "pageup": -step, "pagedown": step}
        return {**rows, "home": -_FAR, "end": _FAR}.get(key, 0)

    def action_interrupt(self) -> None:
        """Quit; every answer is already saved."""
        self.end(signal.SIGINT)

    def end(self, number: signal.Signals | None) -> None:
        """Leave the screen, because of a signal or a key."""
        self._is_ending = True
        self.ended_by = self.ended_by or number
        self.exit()

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Leave the terminal, and Ctrl-C in it, to another program."""
        can_suspend = self._driver is not None and self._driver.can_suspend
        # Windows has no handler to remove.
        with suppress(NotImplementedError):
            asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        failure: Exception | None = None
        try:
            with self.suspend() if can_suspend else nullcontext():
                # Textual takes the terminal back only if nothing is raised here.
                try:
                    yield
                except Exception as error:  # noqa: BLE001 - raised below
                    failure = error
        finally:
            self._handle_signals()
        if failure is not None:
            raise failure


class ReviewApp(ScreenApp):
    """A review on the full screen; see `run_screen`."""

    CSS = "Screen { layers: default pictures; }"

    def __init__(
        self,
        session: Session,
        notices: Sequence[str] = (),
        keys: ReviewKeys = DEFAULT_KEYS,
        picture: Any = None,
    ) -> None:
        """Read the first question at once; load the rest when it is needed.

        `picture` is the class that draws pictures, see `flash.tui.pictures`.
        """
        self._store = session.store
        self.review = ReviewViewModel(session, notices, keys)
        super().__init__(PageWidget(self.review.view, layout))
        self._picture = picture

    def compose(self) -> ComposeResult:
        """Return the page, and what draws pictures over it."""
        yield self.widget
        if self._picture is not None:
            from flash.tui.pictures import PictureBox  # noqa: PLC0415 - rare

            box = PictureBox(self._picture, self._store)
            self.widget.laid_out = lambda: box.show_card(
                self.review.view, self.widget.page, self.widget.size.width
            )
            yield box

    def preload(self) -> None:
        """Load what the first answers need."""
        for name in ("fsrs", "markdown_it.tree", "mdit_py_plugins.dollarmath"):
            import_module(name)

    def tick(self) -> None:
        """Check if the next learning card is due."""
        if self.review.tick():
            self.widget.show(self.review.view)

    def on_key(self, event: Key) -> None:
        """Scroll, or pass a key on."""
        if self._is_ending:
            return
        if self._is_typing():
            self._type(event.key if event.key in SEARCH_KEYS else event.character or "")
            return
        key = key_name(event.key, event.character)
        rows = self.rows_of({"j": "down", "k": "up"}.get(key, key))
        if rows:
            self.widget.scroll_card(rows)
            return
        match self.review.press(key):
            case UiCommand.QUIT:
                self.end(None)
            case UiCommand.EDIT:
                self._edit()
            case UiCommand.MEDIA:
                self._open_media()
            case UiCommand.NOTHING:
                pass
        self.widget.show(self.review.view)

    def on_paste(self, event: Paste) -> None:
        """Type what an input method or the clipboard sends at once."""
        if self._is_typing():
            self._type(*pasted(event.text))

    def _is_typing(self) -> bool:
        view = self.review.view
        return view.overlay is None and (view.search or view.typing) is not None

    def _type(self, *keys: str) -> None:
        for key in keys:
            if key and self._is_typing():
                self.review.press(key)
        self.widget.show(self.review.view)

    def _open_media(self) -> None:
        from flash.service.note_media import open_media  # noqa: PLC0415 - rare

        view, session = self.review.view, self.review.session
        if view.prompt is not None:
            is_answered = view.mode is Mode.ANSWERED
            opener = session.options.opener
            self.review.show_message(
                open_media(session.store, view.prompt, opener, is_answered=is_answered)
            )

    def _edit(self) -> None:
        """Open the card's deck file in an editor, then reload it."""
        prompt = self.review.view.prompt
        if prompt is not None and not prompt.note.line:
            self._edit_text(prompt.card.id)
            return
        if prompt is None:
            return
        from flash.service.edited_files import editable_file  # noqa: PLC0415 - slow

        try:
            file = editable_file(prompt.note)
            with self.suspended():
                is_changed = edit_file(file, prompt.note.line)
        except FlashError as error:
            self.review.show_message(str(error), is_alarm=True)
            return
        if is_changed:
            self.review.reload()
        else:
            self.review.show_message(_(FILE_UNCHANGED))

    def _edit_text(self, card: int) -> None:
        """Open a card that has no file as YAML in an editor, and take it back."""
        from flash.service.edited_files import text_of_note  # noqa: PLC0415 - slow

        kept = self.review.kept
        try:
            before = text_of_note(self._store, card)
            with self.suspended():
                after = edit_text(kept.text_of(card, before), before)
        except FlashError as error:
            self.review.show_message(str(error), is_alarm=True)
            return
        if after == before or not after.strip():
            kept.forget(card)
            self.review.show_message(_(TEXT_UNCHANGED))
        else:
            self.review.reload(after, before)
