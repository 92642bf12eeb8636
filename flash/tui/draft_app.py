"""Proposed cards on the full screen: a card beside the words of its note."""

from typing import ClassVar

from msgspec.structs import replace
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import TextArea

from cards.errors import FlashError
from cards.text.width import Line, StyledText, TextStyle, clean, wrap, wrap_evenly
from cards.translate import _
from flash.messages.draft_review import (
    NOT_SPLITTABLE,
    NOTHING_DONE,
    UNCHANGED,
    all_decided_text,
    decided_text,
    draft_help,
    draft_keys,
    position_text,
)
from flash.service.draft_review import DraftReview
from flash.service.drafted_card import DraftedCard
from flash.service.editor import edit_text
from flash.tui.app import PageWidget, ScreenApp, run_app
from flash.tui.card import (
    MAX_WIDTH,
    CardLayout,
    centred,
    covering_layout,
    indented,
)
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
    placed,
    progress_line,
)
from flash.tui.text_input import is_text
from flash.tui.view import AnsweringView, Overlay, key_name


class DraftView(AnsweringView, frozen=True):
    """What the screen shows at one moment."""

    card: DraftedCard | None = None
    at: int = 0
    total: int = 0
    sums: str = ""


def run_draft_screen(review: DraftReview) -> None:
    """Decide proposals on the full screen.

    Raises:
        SystemExit: See `flash.tui.app.run_screen`.
        Exception: The app failed.
    """
    run_app(DraftApp(review))


class DraftApp(ScreenApp):
    """Passes keys on to the review of proposals."""

    def __init__(self, review: DraftReview) -> None:
        """Show the first proposal."""
        self.drafts = review
        super().__init__(PageWidget(_view_of(review), _layout))

    def on_key(self, event: Key) -> None:
        """Scroll, or decide."""
        if self._is_ending or isinstance(self.screen, _Editor):
            return
        rows = self.rows_of(event.key)
        if rows:
            self.widget.scroll_card(rows)
            return
        key = key_name(event.key, event.character)
        if self.widget.view.overlay is not None:
            self._show("")
            return
        if key == "?":
            title, lines = draft_help()
            overlay = Overlay(title, tuple(lines))
            self.widget.show(replace(_view_of(self.drafts), overlay=overlay))
            return
        try:
            if key == "q" or (self.drafts.current is None and key != "u"):
                self.drafts.let_go()
                self.end(None)
                return
            message = self._press(key)
        except FlashError as error:
            self._show(str(error), is_alarm=True)
        else:
            self._show(message)

    def _press(self, key: str) -> str:
        """Do what a key says; return a message."""
        review = self.drafts
        match key:
            case "a":
                review.accept()
            case "d":
                review.drop()
            case "k":
                review.skip()
            case "s":
                return "" if review.split() else _(NOT_SPLITTABLE)
            case "u":
                return "" if review.undo() else _(NOTHING_DONE)
            case "e" if review.current is not None:
                self.push_screen(_Editor(review.text), self._edited)
            case "E" if review.current is not None:
                with self.suspended():
                    text = edit_text(review.text)
                review.edited(text)
        return ""

    def _edited(self, text: str | None) -> None:
        if text is None:
            self._show(_(UNCHANGED))
            return
        try:
            self.drafts.edited(text)
        except FlashError as error:
            self._show(str(error), is_alarm=True)
        else:
            self._show("")

    def _show(self, message: str, *, is_alarm: bool = False) -> None:
        view = _view_of(self.drafts)
        self.widget.show(replace(view, message=message, is_alarm=is_alarm))


class _CardText(TextArea):
    """Takes the characters of every script; Textual drops joiners and odd blanks."""

    def on_key(self, event: Key) -> None:
        typed = event.character or ""
        if is_text(typed) and not event.is_printable:
            event.stop()
            event.prevent_default()
            self.insert(typed)


class _Editor(ModalScreen[str | None]):
    """The YAML of a card, to be edited in place."""

    AUTO_FOCUS = "TextArea"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "save", priority=True),
        Binding("escape", "leave", priority=True),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def compose(self) -> ComposeResult:
        area = _CardText(self._text)
        area.border_title = _("Ctrl+S saves, Esc leaves")
        yield area

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def action_leave(self) -> None:
        self.dismiss(None)


def _view_of(review: DraftReview) -> DraftView:
    sums = decided_text(review.accepted, review.dropped, review.skipped)
    card, at, total = review.current, review.at, review.total
    return DraftView(card=card, at=at, total=total, sums=sums)


def _layout(
    view: DraftView, columns: int, rows: int, scroll: int | None = None
) -> Page:
    room = max(1, columns - 2)
    head: list[Line] = []
    if rows > CARD_ONLY:
        shown = min(view.at + 1, view.total)
        label = position_text(shown - 1, view.total) if view.total else ""
        head = [progress_line(view.at, view.total, label, room)]
    cover, covering = covering_layout(view, columns), covering_keys(view, columns)
    if cover is not None and covering is not None:
        frame = Frame(head, [()], footer(*covering, columns, rows))
        return placed(frame, cover, columns, rows, scroll)
    keys = key_rows(draft_keys() if view.card else draft_keys("u?q"), columns)
    frame = Frame(
        head,
        message_lines(view, columns, rows),
        keys if rows >= COMPACT else keys[:0],
    )
    width = max(1, min(MAX_WIDTH, columns - 4))
    left = max(0, (columns - width) // 2)
    card = CardLayout(indented(_lines(view, width), left))
    return placed(frame, card, columns, rows, scroll)


def _lines(view: DraftView, room: int) -> list[Line]:
    card = view.card
    if card is None:
        texts = (all_decided_text(), view.sums)
        return [
            centred(line, room)
            for text in texts
            for line in wrap_evenly((StyledText(text),), room)
        ]
    about = " · ".join(part for part in (card.rule, card.passage, card.heading) if part)
    lines = [*wrap(dim(clean(about)), room), ()]
    for words in card.lines:
        lines += wrap((StyledText(clean(words)),), room)
    lines += [(), (StyledText("─" * room, TextStyle.DIM),), ()]
    for line in clean(card.body).rstrip("\n").split("\n"):
        lines += wrap((StyledText(line, TextStyle.BOLD),), room)
    return lines
