"""Cards to look at and change: a query, its cards, marked ones, and what to do.

Without a terminal; `flash.tui.browse_app` shows it.
"""

import re

from cards.errors import FlashError
from flash.messages.operations import undone_text
from flash.messages.translate import _
from flash.service.context import AppContext
from flash.service.finding import find
from srs.scheduler.study_day import date_day
from srs.store import card_actions
from srs.store.card_list import CardListRow, card_list
from srs.store.removal import retire_notes
from srs.store.search import ORDERS
from srs.store.undo import undo_operations
from srs.study.prompt import Prompt, read_prompt

LONGEST_DAYS = 36_500
_SORTS = tuple(ORDERS)


def due_days(text: str, today: int) -> tuple[int, int]:
    """Return the first and last study day of `3`, `3-7` or `2027-01-10`.

    Raises:
        FlashError: It is none of them, in the past or more than a century ahead.
    """
    hint = _("write 3, 3-7 or 2027-01-10")
    found = re.fullmatch("([0-9]{1,5})(?:-([0-9]{1,5}))?", text)
    if found:
        first, last = int(found[1]), int(found[2] or found[1])
    else:
        try:
            first = last = date_day(text) - today
        except ValueError:
            message = _("'{text}' is not a number of days").format(text=text)
            raise FlashError(message, hint) from None
    if not 0 <= first <= last <= LONGEST_DAYS:
        message = _("{text} is not from today to a century ahead").format(text=text)
        raise FlashError(message, hint)
    return today + first, today + last


class Browser:
    """The cards that a query finds, and the selected one."""

    def __init__(self, app: AppContext, query: str = "") -> None:
        """Find the first cards.

        Raises:
            FlashError: See `flash.service.finding.find`.
        """
        self._app = app
        self.query, self.order = query, ""
        self.cards: tuple[int, ...] = ()
        self.at = 0
        self.marked: set[int] = set()
        self.search(query)

    def search(self, query: str) -> None:
        """Find other cards; keep those of before if the query has a mistake.

        Raises:
            FlashError: See `flash.service.finding.find`.
        """
        words = [query] if query.strip() else []
        cards = find(self._app, words, order=self.order).cards
        self.query, self.cards, self.at = query, cards, 0
        self.marked &= set(cards)

    def refresh(self) -> None:
        """Find the cards again after a change; the selected one stays, if found."""
        before, at = self.cards[self.at : self.at + 1], self.at
        try:
            self.search(self.query)
        except FlashError:
            self.cards = ()
        place = (
            self.cards.index(before[0]) if before and before[0] in self.cards else at
        )
        self.at = max(0, min(place, len(self.cards) - 1))

    def sort(self) -> str:
        """Sort by the next order; return its name."""
        self.order = _SORTS[(_SORTS.index(self.order) + 1) % len(_SORTS)]
        self.refresh()
        return self.order

    def move(self, rows: int) -> None:
        """Select another card."""
        self.at = max(0, min(self.at + rows, len(self.cards) - 1))

    def mark(self) -> None:
        """Mark the selected card or take its mark away, and go on."""
        self.marked ^= set(self.cards[self.at : self.at + 1])
        self.move(1)

    def rows(self, first: int, count: int) -> list[CardListRow]:
        """Return some of the cards."""
        chosen = self.cards[first : first + count]
        return card_list(self._app.store, self._app.options.calendar, chosen)

    def prompt(self) -> Prompt | None:
        """Return the selected card as a review shows it; None if there is none."""
        if not self.cards:
            return None
        return read_prompt(
            self._app.store, self.cards[self.at], now_ms=0, ahead=False, partner=None
        )

    def chosen(self) -> tuple[int, ...]:
        """Return the marked cards, or the selected one."""
        marked = tuple(card for card in self.cards if card in self.marked)
        return marked or self.cards[self.at : self.at + 1]

    def change(self, what: str, value: str = "") -> tuple[str, int, int]:
        """Change the chosen cards.

        Args:
            what: suspended, buried, flagged, due, reset or removed.
            value: The flag, or the days until the cards are due.

        Returns:
            What was done, as `flash.messages.listing.changed_line` names it, how many
            cards changed, and how many were chosen.

        Raises:
            FlashError: The days can't be read.
        """
        app, cards = self._app, self.chosen()
        store, now_ms, day = app.store, app.now(), app.today()
        match what:
            case "suspended":
                count = card_actions.suspend(store, cards, now_ms, suspended=True)
                if not count:
                    what = "unsuspended"
                    count = card_actions.suspend(store, cards, now_ms, suspended=False)
            case "buried":
                count = card_actions.bury(store, cards, now_ms, day)
                if not count:
                    what = "unburied"
                    count = card_actions.unbury(store, cards, now_ms, day)
            case "flagged":
                what = what if int(value) else "unflagged"
                count = card_actions.flag(store, cards, now_ms, int(value))
            case "due":
                days = due_days(value, day)
                count = card_actions.set_due(store, app.options, cards, now_ms, days)
            case "reset":
                count = card_actions.reset(store, app.options, cards, now_ms)
            case _:
                retire_notes(store, cards, self.query or _("cards"), now_ms)
                count = len(cards)
        self.refresh()
        return what, count, len(cards)

    def undo(self) -> str:
        """Undo the last operation; return what was undone, empty for nothing."""
        undone = undo_operations(self._app.store, 1)
        self.refresh()
        return undone_text(undone[0].operation) if undone else ""
