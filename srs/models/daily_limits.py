"""Daily limits: how many cards each deck may still show on a study day.

A deck has its own limit, and its cards also count for those of its parents.
"""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import Literal

from srs.models.presets import Preset, ancestry

LimitOf = Callable[[str], float]
"""Returns how many cards a deck with its children may show a day; all decks for ``""``.
"""


def deck_limit(
    preset_of: Callable[[str], Preset], kind: Literal["new_per_day", "reviews_per_day"]
) -> LimitOf:
    """Return the limits that presets set, by name of deck."""

    def limit(deck: str) -> float:
        return float(getattr(preset_of(deck), kind)) if deck else math.inf

    return limit


def in_all(most: float) -> LimitOf:
    """Return a limit for the cards of all decks together."""
    return lambda deck: math.inf if deck else most


def scaled(limit: LimitOf, factor: float) -> LimitOf:
    """Return limits multiplied by a factor, above 0."""
    return lambda deck: limit(deck) * factor


class Limits:
    """What is left of the limits of a day."""

    def __init__(self, limit: LimitOf, done: Mapping[str, int] | None = None) -> None:
        """Start from what was shown today.

        Args:
            limit: The limits.
            done: Cards shown today, by deck; None for none.
        """
        self._limit = cache(limit)
        self._parents: dict[str, list[str]] = {}
        self._left: dict[str, float] = {}
        self._done: dict[str, int] = {}
        for deck, count in (done or {}).items():
            for name in ancestry(deck):
                self._done[name] = self._done.get(name, 0) + count

    def _remaining(self, deck: str) -> float:
        if deck not in self._left:
            self._left[deck] = self._limit(deck) - self._done.get(deck, 0)
        return self._left[deck]

    def take(self, deck: str) -> bool:
        """Count one card; return False if the deck or a parent reached its limit."""
        if deck not in self._parents:
            self._parents[deck] = ancestry(deck)
        names = self._parents[deck]
        if min([self._remaining(name) for name in names]) < 1:
            return False
        for name in names:
            self._left[name] -= 1
        return True

    def is_used_up(self, roots: set[str]) -> bool:
        """Return True if none of the root decks can show another card."""
        return all(self._remaining(root) < 1 for root in roots)

    def next_day(self) -> None:
        """Begin another day; the fraction of a card that is left is carried over."""
        for deck, left in self._left.items():
            if left < math.inf:
                self._left[deck] = max(0.0, left) % 1 + self._limit(deck)
