"""Review proposed cards one by one; what is accepted is in the deck file at once.

A proposal that was dropped is remembered by a comment in the deck file, and so is an
accepted part of one, so that the work can go on another day.  Each step can be undone
while nobody else has changed the file.
"""

from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from cards.deckfile.appending import empty_deck
from cards.deckfile.discovery import read_text
from cards.deckfile.reader import parse_deck
from cards.errors import FlashError, Place
from cards.translate import _
from flash.service.drafted_card import (
    DraftedCard,
    dropped_line,
    holds_only_drops,
    split_card,
)
from flash.service.drafting import Draft, write_draft
from flash.service.editor import keep_text
from flash.service.file_patches import without_returns, write_deck_text


class _Step(Struct, frozen=True):
    """What the last decision changed."""

    at: int
    cards: tuple[DraftedCard, ...]
    before: str | None
    after: str | None
    """Text of the deck file; None if there is none."""
    counts: tuple[int, int, int]


class DraftReview:
    """The proposals that are still to be decided."""

    def __init__(self, made: Draft, target: Path) -> None:
        """Begin with the first proposal.

        Args:
            made: The proposals.
            target: The deck file; it may not exist yet.
        """
        self._made, self.target = made, target
        self._cards = list(made.cards)
        self._steps: list[_Step] = []
        self._unsaved = ""
        """The text of the current card, if it was edited and has a mistake."""
        self.at = 0
        self.accepted = self.dropped = self.skipped = 0

    @property
    def current(self) -> DraftedCard | None:
        """The proposal to decide; None at the end."""
        return self._cards[self.at] if self.at < len(self._cards) else None

    @property
    def text(self) -> str:
        """The current card as YAML, as it was last edited."""
        return self._unsaved or self._needed().body

    @property
    def total(self) -> int:
        """Number of proposals."""
        return len(self._cards)

    def accept(self) -> None:
        """Write the current card to the deck file.

        Raises:
            DeckError: The file has mistakes.
            FlashError: The card can't be added to it; or see `let_go`.
        """
        card = self._decided()
        step = self._begin()
        append = step.before is not None and not holds_only_drops(self.target)
        write_draft(replace(self._made, cards=(card,)), self.target, append=append)
        self.accepted += 1
        self._finish(step)

    def drop(self) -> None:
        """Never propose the current card again; see `let_go`."""
        line = dropped_line(self._decided())
        step = self._begin()
        plain, line_end = without_returns(step.before or "")
        text = plain.rstrip("\n")
        text = f"{text}\n\n{line}" if text else line
        write_deck_text(self.target, text.replace("\n", line_end))
        self.dropped += 1
        self._finish(step)

    def skip(self) -> None:
        """Leave the current card for another time; see `let_go`."""
        self._decided()
        step = self._begin()
        self.skipped += 1
        self._finish(step)

    def split(self) -> bool:
        """Replace the current card by several; False if it can't be; see `let_go`."""
        card = self._decided()
        parts = split_card(card, self._made.language)
        if not parts:
            return False
        step = self._begin()
        self._cards[self.at : self.at + 1] = parts
        self._record(step)
        return True

    def edited(self, text: str) -> None:
        """Replace the current card by one or more in YAML.

        Raises:
            DeckError: The text has mistakes; `text` keeps it.
        """
        card, step = self._needed(), self._begin()
        self._unsaved = text
        head = empty_deck("draft", self._made.language)
        deck = parse_deck(head + text, self.target)
        blank = {"file": "", "line": 0, "column": 1}
        self._cards[self.at : self.at + 1] = [
            replace(card, card=replace(note, **blank)) for note in deck.notes
        ]
        self._record(step)

    def undo(self) -> bool:
        """Take back the last decision; False if there is none.

        Raises:
            FlashError: Somebody else has changed the file since.
        """
        if not self._steps:
            return False
        step = self._steps[-1]
        if self._text() != step.after:
            message = _("the file was changed in the meantime")
            raise FlashError(message, _("undo it there"), Place(str(self.target)))
        if step.before is None:
            self.target.unlink(missing_ok=True)
        elif step.before != step.after:
            write_deck_text(self.target, step.before)
        self._steps.pop()
        self._unsaved = ""
        self.at, self._cards = step.at, list(step.cards)
        self.accepted, self.dropped, self.skipped = step.counts
        return True

    def let_go(self) -> None:
        """Keep an edited text that has mistakes in a file, before it is given up.

        Raises:
            FlashError: There is one; the error names the file, and the next step goes
                on without the text.
        """
        if self._unsaved:
            file, self._unsaved = keep_text(self._unsaved), ""
            message = _("the edited text has mistakes; it is in {file}")
            hint = _("press the key again to go on with the card as it was")
            raise FlashError(message.format(file=file), hint)

    def _decided(self) -> DraftedCard:
        self.let_go()
        return self._needed()

    def _needed(self) -> DraftedCard:
        if self.current is None:
            raise IndexError(self.at)
        return self.current

    def _begin(self) -> _Step:
        counts = self.accepted, self.dropped, self.skipped
        cards, before = tuple(self._cards), self._text()
        return _Step(self.at, cards, before, None, counts)

    def _finish(self, step: _Step) -> None:
        self._record(step)
        self.at += 1

    def _record(self, step: _Step) -> None:
        self._steps.append(replace(step, after=self._text()))
        self._unsaved = ""

    def _text(self) -> str | None:
        return read_text(self.target) if self.target.exists() else None
