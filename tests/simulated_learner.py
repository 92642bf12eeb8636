"""A simulated learner: reproducible review logs of any size.

FSRS schedules the cards with its default parameters.  Recall follows other
parameters, the learner's own, so that an optimizer has something to find.  Used by
tests and benchmarks.
"""

import random
from collections.abc import Iterator, Sequence

from srs.models.presets import DEFAULT_PARAMETERS
from srs.scheduler.fsrs6 import memory_model
from srs.scheduler.study_day import DAY_MS
from srs.store.connection import Store

OWN = (
    0.6,
    1.9,
    4.1,
    14.0,
    6.1,
    0.7,
    2.4,
    0.02,
    1.55,
    0.23,
    0.9,
    1.62,
    0.08,
    0.31,
    1.5,
    0.45,
    2.2,
    0.61,
    0.11,
    0.09,
    0.22,
)
"""The learner's own parameters."""

START_DAY = 19_500
Row = tuple[int, ...]
"""id, card, rating, milliseconds, state before, kind, state, step, interval, last
interval."""

_ROLLOVER_MS = 4 * 3_600_000 + 1000
_WAKING_MS = 57_600_000


def live(cards: Sequence[int], days: int, seed: int = 1) -> list[Row]:
    """Simulate reviews of some cards; return the log, oldest first.

    Args:
        cards: Ids of the cards.
        days: Length of the simulation; each card starts on a random day.
        seed: Random seed.
    """
    dice = random.Random(seed)
    taken: set[int] = set()
    rows: list[Row] = []
    for card in cards:
        begun = START_DAY + int(days * dice.random() * 0.9)
        for row in _life(card, begun, START_DAY + days, dice):
            at = row[0]
            while at in taken:
                at += 1
            taken.add(at)
            rows.append((at, *row[1:]))
    return sorted(rows)


def _life(card: int, day: int, end: int, dice: random.Random) -> Iterator[Row]:
    memory, belief = (0.0, 0.0), (0.0, 0.0)
    state, interval, passed = 0, 0, 0
    while day < end:
        at = day * DAY_MS + _ROLLOVER_MS + dice.randrange(_WAKING_MS)
        for turn in range(4):
            rating = _rating(state, memory[0], passed, dice)
            memory = _TRUE(*memory, passed, rating)
            belief = _KNOWN(*belief, passed, rating)
            to, step, following = _led(state, rating, belief[0], dice)
            took, kind = 2000 + dice.randrange(9000), (0, 0, 1, 2)[state]
            row = (card, rating, took, state, kind, to, step, following, interval)
            yield at + turn * 700_000, *row
            state, interval, passed = to, following, 0
            if state == 2:
                break
        passed = max(1, interval) + dice.choice((0, 0, 0, 0, 1, 2, 9))
        day += passed


def _rating(state: int, stability: float, elapsed: int, dice: random.Random) -> int:
    if state == 0:
        return dice.choices((1, 2, 3, 4), (25, 10, 50, 15))[0]
    if state != 2:
        return dice.choices((1, 2, 3), (8, 6, 86))[0]
    decay = OWN[20]
    recall = (1 + (0.9 ** (-1 / decay) - 1) * elapsed / stability) ** -decay
    if dice.random() > recall:
        return 1
    return dice.choices((2, 3, 4), (10, 80, 10))[0]


def _led(
    state: int, rating: int, stability: float, dice: random.Random
) -> tuple[int, int, int]:
    """Return state, step and interval: days, or seconds as a negative number."""
    if rating == 1:
        return (3, 0, -600) if state >= 2 else (1, 0, -60)
    if state in (0, 1) and rating == 2:
        return 1, 0, -330
    if state == 0 and rating == 3:
        return 1, 1, -600
    return 2, 0, max(1, round(stability * dice.uniform(0.93, 1.07)))


_TRUE = memory_model(OWN)
_KNOWN = memory_model(DEFAULT_PARAMETERS)


def fill(store: Store, rows: Sequence[Row]) -> None:
    """Insert the rows into the log; card states must be rebuilt afterwards."""
    with store.transaction() as connection:
        connection.executemany(
            "insert into reviews (id, card, origin_ms, rating, duration_ms, state_before, kind,"
            " offset_min, state, step, interval, last_interval, difficulty)"
            " values (?1, ?2, ?1, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9, ?10, 5.0)",
            rows,
        )
