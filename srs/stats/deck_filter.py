"""Whose figures are told: those of all cards, or of a deck and what is under it."""

from typing import Any

from msgspec import Struct

from srs.store.card_list import deck_ids
from srs.store.connection import Store

CARDS = "(:all or deck in (select value from json_each(:decks)))"
"""Rows of `cards` that belong; to be joined into SQL."""
REVIEWS = """(:all or (select deck from cards where cards.id = reviews.card)
                      in (select value from json_each(:decks)))"""
"""Rows of `reviews` that belong.  A look at the card of each row: where a day is
left at its first answer, nothing has been gathered in vain."""


class DeckFilter(Struct, frozen=True):
    """A deck with its children, or all cards."""

    deck: str = ""
    """Empty for all."""
    decks: tuple[int, ...] = ()
    """The ids of the deck and of those under it."""

    def holds(self, deck: str) -> bool:
        """Tell whether a deck is the chosen one or is under it."""
        return not self.deck or f"{deck}::".startswith(f"{self.deck}::")

    def values(self, **more: Any) -> dict[str, Any]:
        """Give what `CARDS` and `REVIEWS` want bound, and more."""
        return {"all": not self.deck, "decks": str(list(self.decks)), **more}


def deck_filter(store: Store, deck: str) -> DeckFilter:
    """Choose a deck and its children; empty stands for all cards."""
    return DeckFilter(deck, tuple(deck_ids(store, deck))) if deck else DeckFilter()
