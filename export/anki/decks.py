"""Decks of a package: nested, each with the same id each time.

Anki knows a deck by its name, whatever the case of its letters; the id only ties
cards to it inside the package.
"""

import hashlib
import unicodedata
from typing import Any

DEFAULT_ID = 1
_DEFAULT = "default"
"""Every collection has this deck."""


class Decks:
    """The decks that cards are put in, with all the decks above them."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self.names: dict[int, str] = {}
        """By id, all but the default deck."""
        self._found: dict[str, int] = {}

    def id_of(self, name: str) -> int:
        """Give the id of a deck, made with those above it where it is new."""
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = self._made(name)
        return found

    def _made(self, name: str) -> int:
        path, number = "", DEFAULT_ID
        for segment in unicodedata.normalize("NFC", name).split("::"):
            wanted = f"{path}::{segment.strip()}" if path else segment.strip()
            key = wanted.casefold()
            if key not in self._ids:
                self._ids[key] = _id(key)
                if key != _DEFAULT:
                    self.names[_id(key)] = wanted
            number = self._ids[key]
            path = self.names.get(number, wanted)
        return number


def _id(key: str) -> int:
    if key == _DEFAULT:
        return DEFAULT_ID
    digest = hashlib.sha256(key.encode()).digest()
    return 1_000_000_000_000 + int.from_bytes(digest[:5], "big")


def deck_json(
    number: int, name: str, changed_s: int, preset: int = 1
) -> dict[str, Any]:
    """Write a deck as genanki does, with no cards done today and Anki's defaults."""
    import genanki

    deck: genanki.Deck = genanki.Deck(number, name)
    # genanki's counters belong to some day of 2015.
    names = ("lrnToday", "newToday", "revToday", "timeToday")
    today = {name: [0, 0] for name in names}
    return {**deck.to_json(), **today, "mod": changed_s, "conf": preset}
