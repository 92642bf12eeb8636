"""What the groups of figures are called, on a terminal and on a page."""

from itertools import pairwise

from srs.stats.difficult_cards import DifficultCards
from srs.stats.distributions import EDGES_S, CardGroup
from srs.stats.retention import INTERVALS


def interval_names() -> list[str]:
    """Name the groups of intervals: `1`, `2–3` and so on, days."""
    spans = [f"{before + 1}–{longest}" for before, longest in pairwise(INTERVALS)]
    return [str(INTERVALS[0]), *spans, f"over {INTERVALS[-1]}"]


def time_names() -> list[str]:
    """Name the groups of answer times, seconds."""
    spans = [f"{low}–{high}" for low, high in pairwise((0, *EDGES_S))]
    return [*spans, f"{EDGES_S[-1]}+"]


def group_name(one: CardGroup) -> str:
    """Name a group of cards by its ends."""
    return f"{one.low:g}+" if one.high is None else f"{one.low:g}–{one.high:g}"


def hour_name(hour: int) -> str:
    """Name an hour of the day by its beginning."""
    return f"{hour:02}:00"


def leeches_counted(found: DifficultCards) -> str:
    """Say how many leeches there are."""
    return "1 leech" if found.leeches == 1 else f"{found.leeches} leeches"
