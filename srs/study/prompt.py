"""A question that is shown to the user: a card and its note, read from the store."""

from msgspec import Struct
from msgspec.structs import replace

from cards.note import Note, Option
from cards.questions import Question, question_of
from srs.models.cards import StoredCard
from srs.store.connection import Store
from srs.store.queue import card_with_note
from srs.store.revlog import seed_of
from srs.study.results import Obstacle


class Prompt(Struct, frozen=True):
    """One question that is shown to the user."""

    card: StoredCard
    note: Note
    question: Question
    """Its options are in the order in which they are shown."""
    ahead: bool = False
    """True for a learning card that is shown before it is due."""
    partner: Question | None = None
    """The card that it was confused with, shown next to its answer."""

    @property
    def deck(self) -> str:
        """Return the deck of the card."""
        return self.card.deck or self.note.deck

    def texts(self, *, is_answered: bool) -> list[str]:
        """Return what is shown, as Markdown; before the answer only the question."""
        question, partner = self.question, self.partner
        texts = [question.question, *(option.text for option in question.options)]
        if is_answered:
            texts += [question.answer, question.context, self.note.extra]
            texts += [partner.question, partner.answer] if partner else []
        return texts


class LastLapse(Struct, frozen=True):
    """The last answer, if it was Again."""

    review: int
    """Its id in the review log."""
    prompt: Prompt


def read_prompt(
    store: Store, card: int, *, now_ms: int, ahead: bool, partner: int | None
) -> Prompt | None:
    """Read a card and its question.

    Args:
        store: The store.
        card: Its id.
        now_ms: UTC milliseconds; part of the seed that shuffles the options.
        ahead: The card is shown before it is due.
        partner: A card to show next to the answer.

    Returns:
        None if the card is gone or its note no longer asks it.
    """
    found = card_with_note(store, card)
    if found is None:
        return None
    stored, note = found
    try:
        question = question_of(note, stored.part)
    except KeyError:
        return None
    if question.options:
        shuffled = _shuffled(question.options, stored, now_ms)
        question = replace(question, options=shuffled)
    other = None
    if partner is not None:
        other = read_prompt(store, partner, now_ms=now_ms, ahead=False, partner=None)
    return Prompt(stored, note, question, ahead, other.question if other else None)


def obstacle_of(store: Store, card: StoredCard, day: int) -> Obstacle:
    """Return what another session did with a card that is shown; empty if nothing.

    Args:
        store: The store.
        card: The card as it was shown.
        day: The study day.
    """
    found = card_with_note(store, card.id)
    if found is None or found[0].retired:
        return "removed"
    if found[0].suspended:
        return "suspended"
    return "buried" if found[0].buried == day else ""


def _shuffled(
    options: tuple[Option, ...], card: StoredCard, now_ms: int
) -> tuple[Option, ...]:
    loose = [option for option in options if not option.pin]
    from random import Random  # noqa: PLC0415 - only for the options of a choice

    seed = f"{seed_of(card)}:{card.progress.reps}:{now_ms}"
    Random(seed).shuffle(loose)
    return (*loose, *(option for option in options if option.pin))
