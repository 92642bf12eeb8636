"""Cards that are forgotten again and again, the worst first."""

from collections.abc import Iterable

from msgspec import Struct

from srs.stats.deck_filter import CARDS, DeckFilter
from srs.store.card_list import asked_of
from srs.store.connection import Store
from srs.store.notes import stored_note_of

SHOWN = 20
FEW_LAPSES = 3
"""With fewer a card is not worth a look."""


class AskedCard(Struct, frozen=True):
    """A card as a list of figures names it."""

    card: int
    deck: str
    question: str
    language: str
    """BCP 47; empty where its deck says none."""


class Leech(Struct, frozen=True):
    """A card that was forgotten often."""

    asked: AskedCard
    lapses: int
    difficulty: float
    """1 to 10."""
    leech: bool
    """It has reached the threshold of its deck."""
    suspended: bool


class Leeches(Struct, frozen=True):
    """How many leeches there are, and the worst cards."""

    count: int
    worst: tuple[Leech, ...]


def leeches(store: Store, chosen: DeckFilter) -> Leeches:
    """Find the leeches and the cards with the most lapses, suspended ones too."""
    values = chosen.values(few=FEW_LAPSES, shown=SHOWN)
    (count,) = store.row(
        f"select count(*) from cards where leech = 1 and retired = 0 and {CARDS}",
        values,
    )
    rows = store.rows(
        f"""
        select id, lapses, coalesce(difficulty, 0.0), leech, suspended
          from cards
         where lapses >= :few and retired = 0 and {CARDS}
         order by lapses desc, difficulty desc, id
         limit :shown
        """,
        values,
    )
    asked = questions(store, (row[0] for row in rows))
    worst = tuple(
        Leech(asked[card], lapses, difficulty, bool(leech), bool(suspended))
        for card, lapses, difficulty, leech, suspended in rows
    )
    return Leeches(count, worst)


def questions(store: Store, cards: Iterable[int]) -> dict[int, AskedCard]:
    """Read what some cards ask."""
    found = {}
    for card in cards:
        stored = stored_note_of(store, card)
        part = next(one.part for one in stored.cards if one.id == card)
        question, _ = asked_of(stored.note, part)
        note = stored.note
        found[card] = AskedCard(card, note.deck, question, note.language)
    return found
