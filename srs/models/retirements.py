"""The cards that adding deck files retires."""

from msgspec import Struct

from cards.note import Note


class RetiredCard(Struct, frozen=True):
    """A card that its note no longer has, or whose note is no longer in its file."""

    guid: str
    note: Note
    """The note before the change."""
    part: str
    is_answered: bool


class Retirement(Struct, frozen=True):
    """A deck of which cards with answers, or a large part, would be retired."""

    deck: str
    cards: tuple[RetiredCard, ...]
    """The cards that would be retired, those with answers first."""
    total: int
    """Cards in use now."""

    @property
    def retired(self) -> int:
        """Count the cards that would be retired."""
        return len(self.cards)

    @property
    def answered(self) -> int:
        """Count those with answers."""
        return sum(card.is_answered for card in self.cards)
