"""Days until the bundled deck has been seen: 20 new cards a day, all Good.

    python bench/learn_deck.py [en|ja]

Two sittings a day, 09:00 and 20:00 UTC; each goes on until nothing is left.
"""

import sys
import tempfile
from pathlib import Path

from cards.deckfile.discovery import bundled_path
from flash.service.adding import apply_plan_of, read_files
from srs.models.cards import Rating
from srs.store.opening import open_store
from srs.study.queue import CardFilter
from srs.study.session import Session

_DAY_MS = 86_400_000
_START_MS = 1_798_707_600_000
"""2026-12-31 09:00 UTC."""
_SITTINGS_MS = (0, 11 * 3_600_000)
_SHOWN_DAYS = (30, 40, 50, 55, 60, 70, 100)


def main(language: str) -> None:
    """Print the share of cards seen after some days."""
    del language
