"""Cards to look at and change: a query, its cards, marked ones, and what to do.

Without a terminal; `flash.tui.browse_app` shows it.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from functools import partial

from cards.errors import FlashError
from cards.names import split_tags
from cards.note import Note
from flash.messages.adding import with_retired
from flash.messages.cards import short_question
from flash.messages.edits import decks_by_hand, tags_by_hand
from flash.messages.listing import moved_line, tagged_lines
from flash.messages.operations import operation_text, undone_text
from flash.messages.review import edited_line, text_kept_line
from flash.service.context import AppContext
from flash.service.deck_changes import apply_change, plan_move
from flash.service.edited_files import (
    editable_file,
    reread,
    take_text,
    text_of_note,
)
from flash.service.edited_text import to_edit_again
from flash.service.editor import KeptTexts, edit_file, edit_text
from flash.service.file_patches import FilePatch, swap_patches
from flash.service.finding import find
from flash.service.note_media import open_media
from flash.service.set_due import due_days
from flash.service.tagging import apply_tagging, changed_tags, check_new_tag, plan_tags
from srs.models.retirements import RetiredCard
from srs.store import card_actions
from srs.store.card_list import CardListRow, card_list
from srs.store.connection import StoreError
from srs.store.notes import stored_note_of
from srs.store.operations import last_done_id
from srs.store.redo import redo_operations
from srs.store.removal import retire_notes
from srs.store.search import ORDERS
from srs.store.undo import undo_operations
from srs.study.prompt import Prompt, read_prompt

Leave = Callable[[], AbstractContextManager[None]]
"""Leaves the terminal to another program."""
_SORTS = tuple(ORDERS)
_MINUS = ("-", "－")
"""Begins a tag to be removed, of any width."""


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
        self._kept = KeptTexts()
        self._written: dict[int, tuple[FilePatch, ...]] = {}
        """Changed deck files by the operation whose undo changes them back."""
        self._version = app.store.version()
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
        """Find the cards again after a change; the selected one stays, if found.

        Raises:
            StoreError: The store can't be read.
        """
        before, at = self._selected(), self.at
        try:
            self.search(self.query)
        except StoreError:
            raise
        except FlashError:
            self.cards = ()
        place = (
            self.cards.index(before[0]) if before and before[0] in self.cards else at
        )
        self.at = max(0, min(place, len(self.cards) - 1))

    def has_other_choice(self) -> bool:
        """Find the cards again if another program has written.

        Returns:
            True if other cards than before are chosen or selected.
        """
        version, before = self._app.store.version(), (self.chosen(), self._selected())
        if version == self._version:
            return False
        self._version = version
        self.refresh()
        return (self.chosen(), self._selected()) != before

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
        self.marked ^= set(self._selected())
        self.move(1)

    def rows(self, first: int, count: int) -> list[CardListRow]:
        """Return some of the cards."""
        chosen = self.cards[first : first + count]
        return self._listed(chosen)

    def _listed(self, cards: Sequence[int]) -> list[CardListRow]:
        calendar, today = self._app.options.calendar, self._app.today()
        return card_list(self._app.store, calendar, cards, today=today)

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
        return marked or self._selected()

    def _selected(self) -> tuple[int, ...]:
        return self.cards[self.at : self.at + 1]

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
                retire_notes(store, cards, self._name_of(cards), now_ms)
                count = len(cards)
        self.refresh()
        return what, count, len(cards)

    def _name_of(self, cards: Sequence[int]) -> str:
        """Name cards by the question of the first one."""
        named = self._listed(cards)[:1]
        more = " …" if len(cards) > 1 else ""
        return "".join(short_question(first.question) + more for first in named)

    def tag(self, text: str) -> str:
        """Add tags to the notes of the chosen cards, and remove those after a `-`.

        Deck files are edited, too; comments and layout stay.

        Returns:
            What was changed, and what has to be changed by hand.

        Raises:
            FlashError: There is no tag, or a file can't be changed.
        """
        words = split_tags(text)
        removed = [word[1:] for word in words if word.startswith(_MINUS)]
        added = [word for word in words if not word.startswith(_MINUS)]
        for word in (*removed, *added) or ("",):
            check_new_tag(word)

        change = partial(changed_tags, added=added, removed=removed)
        tagging = plan_tags(self._app, self.chosen(), change)
        with self._app.store.transaction() as connection:
            apply_tagging(self._app, tagging, write=True)
            if tagging.in_files:
                self._written[last_done_id(connection)] = tagging.in_files
        self.refresh()
        files = len(tagging.in_files)
        by_hand = tags_by_hand(
            tagging.at_top, tagging.by_hand, tagging.missing, tagging.outdated
        )
        done = tagged_lines(len(tagging.updates), files, written=True)
        return " ".join([*done, *by_hand])

    def move_to_deck(self, deck: str) -> str:
        """Move the chosen cards to a deck.

        Returns:
            How many moved, and which have to be moved by hand.

        Raises:
            FlashError: The name of the deck is none.
        """
        change = plan_move(self._app, self.chosen(), deck)
        apply_change(self._app, change, write=False)
        self.refresh()
        by_hand = decks_by_hand(change.by_hand, change.missing, renamed=False)
        moved = moved_line(len(change.cards), change.deck, is_new=change.is_new)
        return " ".join([*([moved] if change.cards or not by_hand else []), *by_hand])

    def edit(self, leave: Leave) -> str:
        """Let the user edit the selected card, in its deck file or as YAML.

        Args:
            leave: Leaves the terminal to the editor.

        Returns:
            What was changed, or the mistakes of the text; `e` edits it again.

        Raises:
            FlashError: There is no editor, no file, or no such card any more.
        """
        card = self.cards[self.at]
        note = stored_note_of(self._app.store, card).note
        done = (
            self._edit_file(note, leave)
            if note.line
            else self._edit_text(note, card, leave)
        )
        self.refresh()
        return done

    def _edit_file(self, note: Note, leave: Leave) -> str:
        path, retired = editable_file(note), list[RetiredCard]()
        with leave():
            is_changed = edit_file(path, note.line)
        if is_changed:
            try:
                retired = reread(self._app, note.file)
            except StoreError:
                raise
            except FlashError as error:
                return str(error)
        return with_retired(edited_line(note, changed=is_changed), retired)

    def _edit_text(self, note: Note, card: int, leave: Leave) -> str:
        text = text_of_note(self._app.store, card)
        with leave():
            after = edit_text(self._kept.text_of(card, text), text)
        retired: list[RetiredCard] = []
        is_changed = after != text and bool(after.strip())
        if is_changed:
            try:
                retired = take_text(self._app, card, after, text)
            except FlashError as error:
                file = self._kept.keep(card, to_edit_again(error, after))
                return f"{error} {text_kept_line(file)}"
        self._kept.forget(card)
        return with_retired(edited_line(note, changed=is_changed), retired)

    def open_media(self) -> str:
        """Open the pictures and sounds of the selected card; return a message."""
        prompt, store = self.prompt(), self._app.store
        if prompt is None:
            return ""
        opener = self._app.options.opener
        return open_media(store, prompt, opener, is_answered=True)

    def undo(self) -> str:
        """Undo the last operation; return what was undone, empty for nothing.

        A tag that was changed here is changed back in the deck files, too.

        Raises:
            ExportError: A deck file can't be written; nothing was undone.
        """
        store, in_files = self._app.store, False
        with store.transaction() as connection:
            patches = self._written.get(last_done_id(connection), ())
            undone = undo_operations(store, 1)
            if patches:
                in_files = swap_patches(store, patches, undoes=True)
        self.refresh()
        return undone_text(undone[0].operation, in_files=in_files) if undone else ""

    def redo(self) -> str:
        """Do what was undone again; return what was done, empty for nothing.

        Raises:
            ExportError: A deck file can't be written; nothing was done.
            StoreError: The store has changed since.
        """
        store = self._app.store
        with store.transaction() as connection:
            done = redo_operations(store, 1)
            patches = self._written.get(last_done_id(connection), ()) if done else ()
            swap_patches(store, patches, undoes=False)
        self.refresh()
        return operation_text(done[0]) if done else ""
