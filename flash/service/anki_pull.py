"""Fetch reviews, and perhaps notes, from a running Anki."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

from msgspec import Struct

from export.anki.ankiconnect import AnkiConnect
from export.anki.joined_packages import JoinedFiles, joined_collections
from flash.messages.queries import no_such_deck
from flash.service.context import AppContext
from flash.service.finding import find_deck
from flash.service.importing import (
    Imported,
    PackageSource,
    import_package,
    start_import,
)
from srs.models.presets import ancestry
from srs.store.anki_marks import remember_in_anki
from srs.store.decks import card_ids, deck_ids, root_decks


class Pulled(Struct, frozen=True):
    """The result of a pull."""

    decks: tuple[str, ...]
    """The decks that were fetched with their subdecks, as Anki calls them."""
    absent: tuple[str, ...]
    """Decks of flash of which Anki has neither the name nor a card."""
    imported: Imported | None
    """None if nothing was fetched."""


def pull(app: AppContext, anki: AnkiConnect, deck: str = "", *, new: bool) -> Pulled:
    """Merge the decks of Anki that have a name or cards of flash, in one operation.

    Args:
        app: The open store.
        anki: A running Anki.
        deck: Only this deck; with `new` it may be one that only Anki has.
        new: Import notes that only Anki has, too.

    Raises:
        ConnectError: Anki can't be reached or refuses; nothing was changed.
        FlashError: There is no such deck.
        StoreError: The store can't be written; nothing was.
    """
    store, there = app.store, {_key(name): name for name in anki.deck_names()}
    name = find_deck(app, deck, may_be_new=new)
    cards = {
        one: set(card_ids(store, deck_ids(store, one)))
        for one in ([name] if deck else root_decks(store))
    }
    if deck and not cards[name] and _key(name) not in there:
        raise no_such_deck(deck, list(there.values()))
    found = anki.decks_of(sorted(set[int]().union(*cards.values())))
    in_anki = {card for group in found.values() for card in group}
    decks = {there[_key(one)] for one in cards if _key(one) in there}
    # A deck of another name: it was renamed there, or cards were moved.
    decks |= {one if deck else one.split("::")[0] for one in found}
    absent = [
        one
        for one, own in cards.items()
        if _key(one) not in there and own.isdisjoint(in_anki)
    ]
    fetched = tuple(sorted(_topmost(decks)))
    imported = _merge(app, anki, fetched, new=new) if fetched else None
    with store.transaction(stamped=False) as connection:
        remember_in_anki(connection, in_anki, sent=False)
    return Pulled(fetched, tuple(absent), imported)


def _key(deck: str) -> str:
    """Return what is the same for names that are the same to Anki."""
    return normalize("NFC", deck).casefold()


def _topmost(decks: set[str]) -> Iterable[str]:
    """Leave out the decks that come with another one."""
    return (one for one in decks if decks.isdisjoint(ancestry(one)[1:-1]))


def _merge(
    app: AppContext, anki: AnkiConnect, decks: tuple[str, ...], *, new: bool
) -> Imported:
    with TemporaryDirectory(prefix="flash-") as folder, ExitStack() as opened:
        sources: list[PackageSource] = []
        for number, deck in enumerate(decks):
            file = Path(folder) / f"{number}.apkg"
            file.write_bytes(anki.fetch(deck))
            sources.append(opened.enter_context(start_import(file)))
        joined = PackageSource(
            JoinedFiles([one.package for one in sources]),
            joined_collections([one.collection for one in sources]),
        )
        return import_package(app, joined, reviews_only=not new, with_fields=not new)
