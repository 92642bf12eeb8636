"""How firmly cards are kept: how many have which stability, which difficulty."""

from msgspec import Struct

from srs.stats.deck_filter import CARDS, DeckFilter
from srs.store.connection import Store

STABILITIES = (1, 3, 7, 14, 30, 90, 180, 365, 730)
"""Where the groups of stability part, days; each begins with its lower end."""


class Group(Struct, frozen=True):
    """Some cards that are alike."""

    low: float
    """The least value that belongs to it."""
    high: float | None
    """The least that doesn't; None where it is open."""
    cards: int


class MemoryStates(Struct, frozen=True):
    """Cards in use that were ever answered, in groups."""

    stability: tuple[Group, ...]
    """Days until recall falls to 90 %."""
    difficulty: tuple[Group, ...]
    """From 1 to 10, in whole steps; 10 itself belongs to the last."""


def memory_states(store: Store, chosen: DeckFilter) -> MemoryStates:
    """Count the cards of each group."""
    rows = store.rows(
        f"""
        select {_stability_sql()}, min(cast(difficulty as integer), 9), count(*)
          from cards
         where stability is not null and suspended = 0 and retired = 0
           and {CARDS}
         group by 1, 2
        """,
        chosen.values(),
    )
    firm = [0] * (len(STABILITIES) + 1)
    hard = [0] * 9
    for group, difficulty, count in rows:
        firm[group] += count
        hard[max(1, difficulty) - 1] += count
    edges = (0, *STABILITIES)
    ends = (*STABILITIES, None)
    return MemoryStates(
        tuple(Group(*one) for one in zip(edges, ends, firm, strict=True)),
        tuple(Group(low, low + 1, count) for low, count in enumerate(hard, 1)),
    )


def _stability_sql() -> str:
    whens = (
        f"when stability < {high} then {index}"
        for index, high in enumerate(STABILITIES)
    )
    return f"case {' '.join(whens)} else {len(STABILITIES)} end"
