"""Remove a deck: plan it, then retire its notes or delete them after a backup."""

from pathlib import Path

from msgspec import Struct

from cards.errors import FlashError
from flash.messages.translate import _
from flash.service.context import AppContext, check_deck
from srs.store.backups import back_up
from srs.store.removal import DeckSize, deck_size, delete_deck, retire_deck


class Removal(Struct, frozen=True):
    """A deck that is to be removed."""

    deck: str
    size: DeckSize
    for_good: bool
    """Its notes are deleted, not retired."""


def plan_removal(app: AppContext, deck: str, *, for_good: bool) -> Removal:
    """Count what a removal concerns; write nothing.

    Raises:
        FlashError: There is no such deck, or it was removed before.
    """
    if not deck:
        raise FlashError(_("no deck is named"), _("flash decks lists them"))
    check_deck(app, deck)
    size = deck_size(app.store, deck)
    if not size.in_use and not for_good:
        message = _("'{deck}' has no cards left to remove").format(deck=deck)
        raise FlashError(message, _("add --forever to delete its history, too"))
    return Removal(deck, size, for_good)


def apply_removal(app: AppContext, removal: Removal) -> Path | None:
    """Remove a deck as planned.

    Returns:
        The backup that was made before a deletion; None if the notes were retired.

    Raises:
        StoreError: The store or the backup can't be written; nothing was changed.
    """
    if not removal.for_good:
        retire_deck(app.store, removal.deck, app.now())
        return None
    version = app.store.version()
    backup = back_up(app.store, app.now())
    delete_deck(app.store, removal.deck, app.now(), backup=backup, version=version)
    return backup
