"""Finding a card by typing a part of its question or its answer.

All texts are folded once (NFKC, case, as `fold` does) and kept in memory; that
may happen in slices, so that a screen stays awake meanwhile.  Then a key costs one
look through them, also with 100,000 cards.
"""

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any
from unicodedata import normalize

import msgspec
from msgspec import Struct

from cards.note import Basic, Choice, Cloze, Compare, Content, ListNote, MultiQuestion
from cards.questions import Question, questions
from srs.models.cards import StoredCard
from srs.store.confusions import partners
from srs.store.connection import Store
from srs.store.rows import NOTE_COLUMNS, note_of

SHOWN = 8
"""Candidates at the most."""
SLICE = 4000
"""Notes that are folded at once: some 20 ms."""
_OPENED = 60
"""Notes at the most that are opened to look which of their cards is meant."""
_NO_MATCH = 2
_content = msgspec.json.Decoder(Content)
_tags = msgspec.json.Decoder(tuple[str, ...])
_CLOZE = re.compile(r"\{\{c\d+::|\}\}|::")


class Candidate(Struct, frozen=True):
    """A card that may be meant."""

    card: int
    question: str
    answer: str


def fold(text: str) -> str:
    """Write a text so that width and case of letters make no difference."""
    return text.lower() if text.isascii() else normalize("NFKC", text).casefold()


class Lookup:
    """The folded texts of all notes in use."""

    def __init__(self, store: Store) -> None:
        """Begin empty; see `load`."""
        self._store = store
        self._last = -1
        self._guids: list[str] = []
        self._decks: list[int] = []
        self._tags: list[str] = []
        self._texts: list[str] = []
        self._ordered: tuple[Any, list[int]] = (None, [])
        """For which card, and the places of the notes in the order for it."""
        self.is_whole = False
        """All notes are loaded."""

    def load(self, count: int = SLICE) -> None:
        """Fold the next so many notes."""
        sql = """
            select anki_id, guid, deck, tags, fields from notes
             where anki_id > :last and retired = 0
             order by anki_id limit :count
        """
        rows = self._store.rows(sql, {"last": self._last, "count": count})
        self.is_whole = len(rows) < count
        for row in rows:
            self._guids.append(row[1])
            self._decks.append(row[2])
            self._tags.append(row[3])
            self._texts.append(fold(_text(_content.decode(row[4]))))
        if rows:
            self._last = rows[-1][0]

    def find(self, card: StoredCard, text: str) -> tuple[Candidate, ...]:
        """Find the cards that were perhaps mixed up with one.

        Args:
            card: The card that was missed; never among the found ones.
            text: Words that stand in the question or the answer, or parts of them;
                empty for the cards with which it was mixed up before.

        Returns:
            The likeliest first: mixed up before, of the same note, of the same deck,
            with a tag in common.
        """
        words = fold(text).split()
        known = partners(self._store, card.id)
        if not words:
            return tuple(self._those(known))[:SHOWN]
        found: list[Candidate] = []
        for index in self._best(card, words, known):
            found += self._cards_of(self._guids[index], words, card.id)
            if len(found) >= SHOWN:
                break
        found.sort(key=lambda one: known.index(one.card) if one.card in known else 99)
        return tuple(found[:SHOWN])

    def _those(self, cards: tuple[int, ...]) -> Iterator[Candidate]:
        for card in cards:
            sql = "select note from cards where id = :card"
            guid = self._store.row(sql, {"card": card})[0]
            yield from (one for one in self._cards_of(guid, [], 0) if one.card == card)

    def _best(
        self, card: StoredCard, words: list[str], known: tuple[int, ...]
    ) -> Iterator[int]:
        """Give the notes that match, the likeliest first, by their places here."""
        texts = self._texts
        first, *others = words
        found = (
            place
            for place in self._order(card, known)
            if first in texts[place] and all(word in texts[place] for word in others)
        )
        return islice(found, _OPENED)

    def _order(self, card: StoredCard, known: tuple[int, ...]) -> list[int]:
        """Put all notes in the order in which they are likely, once for a card."""
        asked = card.id, known, len(self._texts)
        if self._ordered[0] != asked:
            first = {card.guid: 1, **dict.fromkeys(self._notes_of(known), 0)}
            home, mine = self._home_of(card)
            related = {
                tags for tags in set(self._tags) if mine & set(_tags.decode(tags))
            }
            ranks = [
                first[guid]
                if guid in first
                else (2 if deck == home else 4) + (tags not in related)
                for guid, deck, tags in zip(
                    self._guids, self._decks, self._tags, strict=True
                )
            ]
            order = sorted(range(len(ranks)), key=ranks.__getitem__)
            self._ordered = asked, order
        return self._ordered[1]

    def _home_of(self, card: StoredCard) -> tuple[int, set[str]]:
        sql = "select deck, tags from notes where guid = :guid"
        deck, tags = self._store.row(sql, {"guid": card.guid})
        return deck, set(_tags.decode(tags))

    def _notes_of(self, cards: tuple[int, ...]) -> set[str]:
        sql = "select note from cards where id in (select value from json_each(:ids))"
        return {row[0] for row in self._store.rows(sql, {"ids": str(list(cards))})}

    def _cards_of(self, guid: str, words: list[str], but: int) -> list[Candidate]:
        """Give the cards of a note that match, those first whose answer does."""
        sql = f"""
            select {NOTE_COLUMNS} from notes n join decks d on d.id = n.deck
             where n.guid = :guid
        """
        note = note_of(self._store.row(sql, {"guid": guid}))
        asked = {one.part: one for one in questions(note.content, note.language)}
        sql = """
            select id, part from cards
             where note = :guid and retired = 0 and id <> :but
             order by ordinal
        """
        rows = self._store.rows(sql, {"guid": guid, "but": but})
        ranked = sorted(
            (_distance(asked[part], words), place, card, part)
            for place, (card, part) in enumerate(rows)
            if part in asked
        )
        return [
            Candidate(card, asked[part].question, asked[part].answer)
            for distance, _, card, part in ranked
            if distance < _NO_MATCH
        ]


def _distance(question: Question, words: list[str]) -> int:
    """Tell where the words stand: 0 in the answer, 1 in both together, 2 nowhere."""
    answer = fold(question.answer)
    if all(word in answer for word in words):
        return 0
    whole = f"{fold(question.question)}\n{answer}"
    return 1 if all(word in whole for word in words) else _NO_MATCH


def _text(content: Content) -> str:
    """Put together what the questions and answers of a note are made of."""
    match content:
        case Basic():
            return f"{content.front}\n{content.back}"
        case Cloze():
            return _CLOZE.sub("", content.cloze)
        case ListNote():
            return "\n".join((content.list, *content.items))
        case Choice():
            return f"{content.choice}\n{content.answer}"
        case Compare():
            cells = (cell for row in content.by.values() for cell in row)
            return "\n".join((*content.compare, *content.by, *cells))
        case MultiQuestion():
            asked = content.questions
            return "\n".join(f"{one.front}\n{one.back}" for one in asked)
