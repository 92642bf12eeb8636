"""When a session ends although cards are left."""

from msgspec import Struct


class SessionLimits(Struct, frozen=True):
    """When a session ends although cards are left."""

    limit: int | None = None
    """Maximum number of answers."""
    minutes: float | None = None

    def is_reached(self, answers: int, spent_ms: int) -> bool:
        """Return True if so many answers, or so much time, end the session."""
        if self.limit is not None and answers >= self.limit:
            return True
        return self.minutes is not None and spent_ms >= self.minutes * 60_000
