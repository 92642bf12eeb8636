"""Remove cards: plan it, then retire their notes or delete them after a backup."""

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from cards.errors import FlashError
from cards.translate import _
from flash.service.context import AppContext
from flash.service.finding import FoundCards, find_some
from srs.store.backups import back_up
from srs.store.removal import RemovalSize, erase_notes, removal_size, retire_notes


class Removal(Struct, frozen=True):
    """Cards whose notes are to be removed."""

    found: FoundCards
    size: RemovalSize
    for_good: bool
    """The notes are deleted, not retired."""

    @property
    def about(self) -> str:
        """Return how the user named the cards."""
        return self.found.deck or self.found.query


def plan_removal(app: AppContext, words: Sequence[str], *, for_good: bool) -> Removal:
    """Count what a removal concerns; write nothing.

    Raises:
        FlashError: No card is meant, or all were removed before.
    """
    found = find_some(app, words, retired=True if for_good else None)
    removal = Removal(found, removal_size(app.store, found.cards), for_good)
    if not removal.size.in_use and not for_good:
        message = _("'{name}' has no cards left to remove").format(name=removal.about)
        raise FlashError(message, _("add --forever to delete the history, too"))
    return removal


def apply_removal(app: AppContext, removal: Removal) -> Path | None:
    """Remove notes as planned.

    Returns:
        The backup that was made before a deletion; None if the notes were retired.

    Raises:
        StoreError: The store or the backup can't be written; nothing was changed.
    """
    found, about = removal.found, removal.about
    if not removal.for_good:
        retire_notes(app.store, found.cards, about, app.now())
        return None
    version = app.store.version()
    backup = back_up(app.store, app.now())
    erase_notes(
        app.store,
        found.cards,
        about,
        app.now(),
        deck=found.deck,
        backup=backup,
        version=version,
    )
    app.store.shrink()
    return backup
