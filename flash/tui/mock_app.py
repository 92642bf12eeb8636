"""The mock exam on the full screen: passes keys on and draws pages."""

from collections.abc import Callable, Sequence

from textual.events import Key, Paste

from flash.tui.app import PageWidget, ScreenApp, run_app
from flash.tui.confusion_search import KEYS as SEARCH_KEYS
from flash.tui.mock_page import mock_layout
from flash.tui.mock_view import MockViewModel
from flash.tui.text_input import pasted
from flash.tui.view import key_name
from srs.models.mock_exam import MockExam
from srs.study.mock_session import MockSession


def run_mock_screen(
    session: MockSession,
    describe: Callable[[MockExam], Sequence[str]],
    notices: Sequence[str] = (),
) -> None:
    """Hold a mock exam, or show its result, on the full screen.

    Args:
        session: The exam; every answer is on disk at once.
        describe: Returns the lines of the result.
        notices: Messages to show with the first question.

    Raises:
        SystemExit: See `flash.tui.app.run_screen`.
        StoreError: The last step was not saved.
        Exception: The app failed.
    """
    app = MockApp(session, describe, notices)
    run_app(app)
    if not session.is_finished:
        session.pause()
    if app.mock.failure is not None:
        raise app.mock.failure


class MockApp(ScreenApp):
    """A mock exam on the full screen; see `run_mock_screen`."""

    def __init__(
        self,
        session: MockSession,
        describe: Callable[[MockExam], Sequence[str]],
        notices: Sequence[str] = (),
    ) -> None:
        """Show the present question, or the result of a finished exam."""
        self.mock = MockViewModel(session, describe, notices)
        super().__init__(PageWidget(self.mock.view, mock_layout))

    def tick(self) -> None:
        """Show the time left, and hand the exam in when it is up."""
        if self.mock.tick():
            self.widget.show(self.mock.view)

    def on_key(self, event: Key) -> None:
        """Scroll, or pass a key on."""
        if self._is_ending:
            return
        is_search = self.mock.view.search is not None
        rows = 0 if is_search else self.rows_of(event.key)
        if rows:
            self.widget.scroll_card(rows)
            return
        key = key_name(event.key, event.character)
        if is_search and event.key not in SEARCH_KEYS:
            key = event.character or ""
        if self.mock.press(key):
            self.end(None)
        self.widget.show(self.mock.view)

    def on_paste(self, event: Paste) -> None:
        """Type what an input method or the clipboard sends at once."""
        for character in pasted(event.text):
            if self.mock.view.search is not None:
                self.mock.press(character)
        self.widget.show(self.mock.view)
