"""The counts of a study day."""

from msgspec import Struct


class Backlog(Struct, frozen=True):
    """The cards of a study day on which a backlog is worked off."""

    due: int
    """Overdue cards that are asked today."""
    overdue: int
    """All of them."""
    new: int
    """New cards that are asked all the same."""


class DayCounts(Struct, frozen=True):
    """The cards of a study day; no card is counted twice."""

    new: int = 0
    """Asked today, after limits and burying; likewise learning and due."""
    learning: int = 0
    due: int = 0
    """Reviews; before an exam also those that come before they are due."""
    overdue: int = 0
    """Due, but beyond a limit, or left for a later day."""
    buried: int = 0
    """Hidden until tomorrow by the user, due or not; and due siblings of cards that are
    asked or were answered."""
    backlog: Backlog | None = None
