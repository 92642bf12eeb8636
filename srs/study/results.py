"""What an answer and a session come to."""

from typing import Literal

from msgspec import Struct

from srs.models.cards import SchedulingState

Obstacle = Literal["", "removed", "suspended", "buried"]
"""What another session did with a card, so that a step on it was not recorded."""


class Answered(Struct, frozen=True):
    """The result of an answer."""

    applied: bool
    """False if another session dealt with the card; nothing was saved."""
    state: SchedulingState | None = None
    """The card after it."""
    became_leech: bool = False
    suspended: bool = False
    obstacle: Obstacle = ""
    """Why it was not applied; empty if the card was answered elsewhere."""


class Summary(Struct, frozen=True):
    """The totals of a session."""

    answered: int
    correct: int
    """Answers better than Again."""
    again: int
    duration_ms: int
    name: str = ""
    """As `Session.name`."""
