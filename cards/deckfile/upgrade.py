"""Merge a new version of a deck into a copy that the user edits.

The text of each card is compared in three versions: the copy, the new version, and
the base, which is the version that the copy was last merged with.  A card that is as
in the base follows the new version; one that was edited, added or deleted stays so.
"""

from collections.abc import Container, Mapping, Sequence
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from textwrap import indent

from msgspec import Struct

from cards.deckfile.discovery import is_exam_text
from cards.deckfile.reader import card_starts, parse_deck
from cards.errors import DeckError, Place, Problem
from cards.identity.keys import text_key
from cards.questions import question_text
from cards.translate import _

Texts = Mapping[str, str]
"""The text of each deck file and exam file, by its path in the folder of the deck."""


class Difference(StrEnum):
    """What a new version has of something that the copy has differently."""

    CHANGED = "changed"
    REMOVED = "removed"
    DELETED_HERE = "deleted here"
    """The new version changed a card that was deleted in the copy."""


class KeptEdit(Struct, frozen=True):
    """Something that the copy and the new version both changed: the copy's stays."""

    file: str
    question: str
    """Of the card; empty for what the file has above its cards, or has no cards."""
    difference: Difference


class Upgrade(Struct, frozen=True):
    """A copy after its upgrade."""

    texts: Texts
    kept: tuple[KeptEdit, ...] = ()


class _Card(Struct, frozen=True):
    file: str
    text: str
    """Without the indent of its file and final blanks."""
    question: str


class _File(Struct, frozen=True):
    head: str
    """What is above the cards; all of a file that is no deck."""
    margin: str
    cards: tuple[str, ...]
    """Their names, in order."""


class _Version:
    """The files and cards of a version."""

    def __init__(
        self, folder: Path, texts: Texts, *, unedited: Container[str] = ()
    ) -> None:
        """Read the files; one of an older version may have mistakes.

        Args:
            folder: Where the copy is.
            texts: The files.
            unedited: Files that are left out if they can't be read.
        """
        self.files: dict[str, _File] = {}
        self.cards: dict[str, _Card] = {}
        for file, text in texts.items():
            try:
                self._read(folder / file, file, text)
            except DeckError:
                if file not in unedited:
                    raise

    def _read(self, path: Path, file: str, text: str) -> None:
        if is_exam_text(path.name, text):
            self.files[file] = _File(text, "", ())
            return
        notes = parse_deck(text, path).notes
        lines = text.splitlines()
        starts = card_starts(lines)
        spans = list(pairwise([*starts, len(lines) + 1]))
        if len(starts) != len(notes) or any(
            not start <= note.line < end
            for note, (start, end) in zip(notes, spans, strict=True)
        ):
            hint = _("begin each card on a line of its own, with '- '")
            message = _("a new version can't be merged into this layout")
            raise DeckError([Problem(Place(str(path)), message, hint)])
        head, first = lines[: starts[0] - 1], lines[starts[0] - 1]
        margin = first[: len(first) - len(first.lstrip())]
        names = tuple(note.id or text_key(note) for note in notes)
        self.files[file] = _File("\n".join(head), margin, names)
        for name, note, (start, end) in zip(names, notes, spans, strict=True):
            card = lines[start - 1 : end - 1]
            text = "\n".join(_dedented(line, len(margin)) for line in card).rstrip()
            self.cards[name] = _Card(file, text, question_text(note.content))


def _dedented(line: str, columns: int) -> str:
    return line[:columns].lstrip() + line[columns:]


def upgraded(folder: Path, mine: Texts, base: Texts, new: Texts) -> Upgrade:
    """Merge a new version of a deck into a copy.

    Args:
        folder: Where the copy is, for problems.
        mine: The copy.
        base: The version that it was last merged with; empty if unknown.
        new: The new version.

    Raises:
        DeckError: A file of the copy has mistakes, or its cards can't be told apart.
    """
    if mine == base or not mine:
        return Upgrade(new)
    if new in (mine, base):
        return Upgrade(mine)
    unedited = {file for file, text in base.items() if text == mine.get(file)}
    merging = _Merging(
        _Version(folder, mine, unedited=unedited),
        _Version(folder, base, unedited=base),
        _Version(folder, new),
    )
    merging.choose_cards()
    files = dict.fromkeys((*mine, *new))
    texts = {file: merging.text_of(file) for file in files}
    return Upgrade(
        {file: text for file, text in texts.items() if text}, tuple(merging.kept)
    )


class _Merging:
    def __init__(self, mine: _Version, base: _Version, new: _Version) -> None:
        self._mine, self._base, self._new = mine, base, new
        self._chosen: dict[str, _Card] = {}
        self.kept: list[KeptEdit] = []

    def choose_cards(self) -> None:
        """Choose a version of each card."""
        for name in dict.fromkeys((*self._mine.cards, *self._new.cards)):
            versions = (self._mine, self._base, self._new)
            cards = [version.cards.get(name) for version in versions]
            texts = [card.text if card else None for card in cards]
            present = cards[0] or cards[2]
            if present is None:
                continue
            takes_new = self._takes_new(present.file, present.question, *texts)
            chosen = cards[2] if takes_new else cards[0]
            if chosen is not None:
                self._chosen[name] = chosen

    def _takes_new(
        self,
        file: str,
        question: str,
        mine: str | None,
        base: str | None,
        new: str | None,
    ) -> bool:
        """Return True if the copy follows; report it if both differ from the base."""
        if mine == base:
            return True
        if new not in (mine, base):
            if new is None:
                difference = Difference.REMOVED
            else:
                difference = Difference.CHANGED if mine else Difference.DELETED_HERE
            self.kept.append(KeptEdit(file, question, difference))
        return False

    def text_of(self, file: str) -> str:
        """Return the text of a file; empty if nothing is left of it."""
        files = [v.files.get(file) for v in (self._mine, self._base, self._new)]
        mine, _base, new = files
        present = mine or new
        names = self._names(file, mine.cards if mine else (), new.cards if new else ())
        if present is None or (present.cards and not names):
            return ""
        heads = [one.head if one else None for one in files]
        head = heads[2] if self._takes_new(file, "", *heads) else heads[0]
        if not present.cards:
            return head or ""
        cards = [indent(self._chosen[name].text, present.margin) for name in names]
        return f"{head or present.head}\n" + "\n\n".join(cards) + "\n"

    def _names(self, file: str, mine: Sequence[str], new: Sequence[str]) -> list[str]:
        """Order the cards of a file as in the copy, new ones after their neighbours."""

        def is_here(name: str) -> bool:
            return name in self._chosen and self._chosen[name].file == file

        names = [name for name in mine if is_here(name)]
        at = 0
        for name in filter(is_here, new):
            if name in names:
                at = names.index(name)
            else:
                names.insert(at, name)
            at += 1
        return names
