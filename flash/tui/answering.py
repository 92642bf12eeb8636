"""What the states of the review and of the mock exam share.

That is the message, the source of a card, and the search for a confused card.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

from msgspec.structs import replace

from cards.translate import _
from flash.messages.cards import source_url
from flash.messages.review import NO_SOURCE, source_opened
from flash.service.reviewing import open_in_browser
from flash.tui.confusion_search import ConfusionSearch
from flash.tui.view import AnsweringView, Overlay
from srs.store.card_search import Candidate
from srs.store.connection import StoreError
from srs.study.prompt import Prompt

AnsweringViewT = TypeVar("AnsweringViewT", bound=AnsweringView)


class AnsweringModel(Generic[AnsweringViewT]):
    """State of a screen with questions."""

    def __init__(self, view: AnsweringViewT) -> None:
        """Start with a view and without a search."""
        self.view = view
        self._search: ConfusionSearch | None = None
        self.failure: StoreError | None = None
        """The last error of the store, unless a step was saved since."""

    def show_message(self, message: str, *, is_alarm: bool = False) -> None:
        """Show a short message until the next one, or until something is opened."""
        self.view = replace(self.view, message=message, is_alarm=is_alarm)

    def _cover(
        self, title: str, lines: Iterable[str], *, is_edit_offered: bool = False
    ) -> None:
        """Cover the card with a text."""
        self.show_message("")
        overlay = Overlay(title, tuple(lines), is_edit_offered)
        self.view = replace(self.view, overlay=overlay)

    def _open_source(self, prompt: Prompt | None) -> None:
        url = source_url(prompt.note) if prompt else ""
        opened = url and source_opened(url, is_open=open_in_browser(url))
        self.show_message(opened or _(NO_SOURCE))

    def _show_search(self, search: ConfusionSearch | None) -> None:
        """Show a search, or end it."""
        if search is not None:
            self.show_message("")
        self._search = search
        self.view = replace(self.view, search=search and search.view)

    def _press_in_search(self, search: ConfusionSearch, key: str) -> None:
        chosen = None if key == "escape" else search.press(key)
        if chosen is not None:
            self._record_confusion(search, chosen)
        is_over = chosen is not None or key == "escape"
        self._show_search(None if is_over else search)

    def _record_confusion(self, search: ConfusionSearch, chosen: Candidate) -> None:
        """Record that the missed card was confused with the chosen one."""
        raise NotImplementedError
