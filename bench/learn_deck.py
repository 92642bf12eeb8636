"""Days until the bundled deck has been seen: 20 new cards a day, all Good.

    python bench/learn_deck.py [en|ja]

Two sittings a day, at 09:00 and 20:00 UTC.  Each takes two seconds a card and waits
for the learning steps until no card is left.
"""

import sys
import tempfile
from pathlib import Path

from cards.deckfile.discovery import bundled_path
from flash.service.adding import add_unasked
from flash.service.context import AppContext
from flash.service.deck_reading import read_files
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.study.session import Session

_HOUR_MS = 3_600_000
_START_MS = 1_798_707_600_000
"""2026-12-31 09:00 UTC."""
_SITTINGS_MS = (0, 11 * _HOUR_MS)
_ANSWER_MS = 2_000
_LAST_DAY = 70
_SHOWN_DAYS = (10, 20, 30, 40, 50, 55, 60, 70)


class _Clock:
    def __init__(self) -> None:
        self.now_ms = _START_MS

    def __call__(self) -> int:
        return self.now_ms


def main(language: str) -> None:
    """Print the share of the cards that were seen after some days."""
    folder, clock = bundled_path("aws-security", language), _Clock()
    if folder is None:
        sys.exit(f"no deck in '{language}'")
    with tempfile.TemporaryDirectory() as home:
        store = open_store(Path(home) / "store.db", clock())
        add_unasked(AppContext(store, clock), read_files([folder]))
        total, seen = _counts(store)
        print(f"{total} cards")
        for day in range(1, _LAST_DAY + 1):
            for sitting_ms in _SITTINGS_MS:
                clock.now_ms = _START_MS + (day - 1) * 24 * _HOUR_MS + sitting_ms
                _sit(Session(store, clock), clock)
            total, seen = _counts(store)
            if day in _SHOWN_DAYS:
                print(f"day {day:>3}: {seen:>4} seen, {100 * seen / total:.1f} %")
        store.close()


def _sit(session: Session, clock: _Clock) -> None:
    """Answer Good until the day has no card left for this sitting."""
    while True:
        if session.next() is not None:
            clock.now_ms += _ANSWER_MS
            session.answer(Rating.GOOD, _ANSWER_MS)
            continue
        wait_ms = session.waiting_ms()
        if wait_ms is None or wait_ms > _HOUR_MS:
            return
        clock.now_ms += max(1, wait_ms)


def _counts(store: Store) -> tuple[int, int]:
    """Return the cards in use, and those that were answered."""
    row = store.row("select count(*), sum(reps > 0) from cards where retired = 0")
    return row[0], row[1] or 0


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "en")
