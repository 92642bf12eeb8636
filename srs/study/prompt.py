"""A question before a person: a card read from the store, ready to be asked."""

import random

from msgspec import Struct
from msgspec.structs import replace

from cards.note import Note, Option
from cards.questions import Question, question_of
from srs.models.cards import StoredCard
from srs.store.connection import Store
from srs.store.revlog import seed_of
from srs.store.rows import CARD_COLUMNS, CARD_WIDTH, NOTE_COLUMNS, card_of, note_of


class Prompt(Struct, frozen=True):
    """One question before the person."""

    card: StoredCard
    note: Note
    question: Question
    """Its options stand in the order in which they are shown."""
    ahead: bool = False
    """A learning card before its time, because the person went ahead."""
    beside: Question | None = None
    """The card that this one was mixed up with, to be shown beside its answer."""


class LastLapse(Struct, frozen=True):
    """The last answer, where it was Again."""

    review: int
    """Its id in the log."""
    turn: Prompt


def read_prompt(
    store: Store, card: int, *, now_ms: int, ahead: bool, partner: int | None
) -> Prompt | None:
    """Read a card and make its question.

    Args:
        store: The store.
        card: Its id.
        now_ms: UTC milliseconds; decides with the card how options are shuffled.
        ahead: It comes before its time.
        partner: The card to be shown beside the answer.

    Returns:
        None where the card is gone or its note has gone on without it.
    """
    sql = f"""
        select {CARD_COLUMNS}, {NOTE_COLUMNS}
          from cards c
          join notes n on n.guid = c.note
          join decks d on d.id = n.deck
         where c.id = :card
    """
    row = store.row(sql, {"card": card})
    if row is None:
        return None
    stored, note = card_of(row), note_of(row[CARD_WIDTH:])
    try:
        question = question_of(note, stored.part)
    except KeyError:
        return None
    if question.options:
        shuffled = _shuffled(question.options, stored, now_ms)
        question = replace(question, options=shuffled)
    beside = None
    if partner is not None:
        other = read_prompt(store, partner, now_ms=now_ms, ahead=False, partner=None)
        beside = None if other is None else other.question
    return Prompt(stored, note, question, ahead, beside)


def _shuffled(
    options: tuple[Option, ...], card: StoredCard, now_ms: int
) -> tuple[Option, ...]:
    loose = [option for option in options if not option.pin]
    seed = f"{seed_of(card)}:{card.progress.reps}:{now_ms}"
    random.Random(seed).shuffle(loose)
    return (*loose, *(option for option in options if option.pin))
