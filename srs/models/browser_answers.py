"""An answer that a browser sends, maybe long after it was given."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from srs.models.cards import Rating, StoredCard

StepId = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
"""Made by the browser, 128 random bits."""
CardName = Annotated[str, Meta(max_length=10_000)]

CRAM = "cram"
"""Begins the token of a card that is shown without changing its schedule."""


class BrowserAnswer(Struct, frozen=True):
    """An answer of a browser."""

    id: StepId
    guid: CardName
    uid: CardName
    """With the guid the name of the card on every device."""
    at: Annotated[int, Meta(ge=0, le=2**53)]
    """When it was given, UTC milliseconds."""
    rating: Rating
    duration_ms: Annotated[int, Meta(ge=0)] = 0
    offset_min: Annotated[int, Meta(ge=-1440, le=1440)] = 0
    """Minutes east of UTC there and then."""
    seen: Annotated[str, Meta(max_length=100)] = ""
    """The token of the card as it was shown, see `seen_token`."""
    repeat: bool = False
    """The browser showed the card again before the store had its last answer."""


AnswerStatus = Literal["recorded", "duplicate", "undone", "stale", "unknown"]


def seen_token(card: StoredCard, mode: str = "") -> str:
    """Return a token of the card that changes with each answer."""
    return f"{mode}:{card.progress.reps}:{card.progress.last_ms or 0}"
