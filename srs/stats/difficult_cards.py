"""Cards that are forgotten often, and pairs of cards that are confused."""

from collections.abc import Iterable

from msgspec import Struct

from srs.store import statistics as queries
from srs.store.card_list import asked_of, question_texts
from srs.store.connection import Store
from srs.store.notes import stored_note_of
from srs.store.statistics import DeckFilter

SHOWN = 20
FEWEST_LAPSES = 3
"""Cards with fewer lapses are not listed."""


class CardQuestion(Struct, frozen=True):
    """A card as statistics list it."""

    card: int
    deck: str
    question: str
    language: str
    """BCP 47; empty if unset."""


class DifficultCard(Struct, frozen=True):
    """A card that was forgotten often."""

    asked: CardQuestion
    lapses: int
    difficulty: float
    """1 to 10."""
    leech: bool
    """It has reached the threshold of its deck."""
    suspended: bool


class DifficultCards(Struct, frozen=True):
    """The number of leeches, and the cards with the most lapses."""

    leeches: int
    cards: tuple[DifficultCard, ...]


class ConfusedPair(Struct, frozen=True):
    """Two cards, smaller id first."""

    first: CardQuestion
    second: CardQuestion
    times: int
    """How often either was taken for the other."""


def difficult_cards(store: Store, chosen: DeckFilter) -> DifficultCards:
    """Find the cards with the most lapses, suspended ones included."""
    rows = queries.cards_by_lapses(store, chosen, least=FEWEST_LAPSES, limit=SHOWN)
    asked = _questions(store, (row[0] for row in rows))
    cards = tuple(
        DifficultCard(asked[card], lapses, difficulty, bool(leech), bool(suspended))
        for card, lapses, difficulty, leech, suspended in rows
    )
    return DifficultCards(queries.count_leeches(store, chosen), cards)


def confused_pair_counts(store: Store, chosen: DeckFilter) -> tuple[ConfusedPair, ...]:
    """Count the confused pairs, most frequent first, at most `SHOWN`."""
    rows = queries.confusion_counts(store, chosen, limit=SHOWN)
    asked = _questions(store, {card for row in rows for card in row[:2]})
    return tuple(
        ConfusedPair(asked[first], asked[second], times)
        for first, second, times in rows
    )


def _questions(store: Store, cards: Iterable[int]) -> dict[int, CardQuestion]:
    found = {}
    for card in cards:
        stored = stored_note_of(store, card)
        one = next(one for one in stored.cards if one.id == card)
        note = stored.note
        question, _ = asked_of(question_texts(note), one.part)
        deck = one.deck or note.deck
        found[card] = CardQuestion(card, deck, question, note.language)
    return found
