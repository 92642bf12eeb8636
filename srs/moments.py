"""Which moments of the review log are taken, and by which card."""

import sqlite3

from srs.rows import LOOK


class Moments:
    """Which moments of the log are taken, and by which card."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._taken: set[int] = set()
        self._known: set[tuple[int, int]] = set()
        self._newest: dict[int, int] = {}
        self.added: list[int] = []
        for moment, card, origin, aside in connection.execute(
            f"select r.id, r.card, r.origin_ms, r.void or {LOOK} from reviews r"
        ):
            self._taken.add(moment)
            self._known.add((card, origin))
            # An answer that was moved for want of room comes back as it was sent.
            self._known.add((card, moment))
            if not aside:
                self._newest[card] = max(moment, self._newest.get(card, 0))

    def has(self, card: int, moment: int) -> bool:
        """Tell whether the log has this answer to this card."""
        return (card, moment) in self._known

    def newest(self, card: int) -> int:
        """Give the moment of a card's last row, 0 for none; not of looks at it."""
        return self._newest.get(card, 0)

    def place(self, moment: int, card: int) -> int:
        """Take a moment, or the next free one after it."""
        self._known.add((card, moment))
        if moment in self._taken:
            while moment in self._taken:
                moment += 1
            self._known.add((card, moment))
        self._taken.add(moment)
        if moment > self._newest.get(card, 0):
            self._newest[card] = moment
        self.added.append(moment)
        return moment
