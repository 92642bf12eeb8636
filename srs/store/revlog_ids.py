"""Which moments of the review log are taken, and by which card."""

import sqlite3

from srs.store.rows import CRAM_REVIEW

_MANY = 300
"""From so many questions on, the whole log is read at once."""


class RevlogIds:
    """Which moments of the log are taken, and by which card."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._taken: set[int] = set()
        self._known: set[tuple[int, int]] = set()
        self._newest: dict[int, int] = {}
        self._asked, self._is_read = 0, False
        self.added: list[int] = []

    def has(self, card: int, moment: int) -> bool:
        """Tell whether the log has this answer to this card."""
        if (card, moment) in self._known:
            return True
        # An answer that was moved for want of room comes back as it was sent.
        sql = """
            select 1 from reviews where card = ?1 and origin_ms = ?2
            union all select 1 from reviews where id = ?2 and card = ?1
        """
        return self._found(sql, card, moment) is not None

    def newest(self, card: int) -> int:
        """Give the moment of a card's last row, 0 for none; not of looks at it."""
        newest = self._newest.get(card, 0)
        sql = f"""
            select max(r.id) from reviews r
             where r.card = ? and r.void = 0 and not {CRAM_REVIEW}
        """
        row = self._found(sql, card)
        return max(newest, row[0] or 0) if row else newest

    def place(self, moment: int, card: int) -> int:
        """Take a moment, or the next free one after it."""
        self._known.add((card, moment))
        if self._is_taken(moment):
            while self._is_taken(moment):
                moment += 1
            self._known.add((card, moment))
        self._taken.add(moment)
        if moment > self._newest.get(card, 0):
            self._newest[card] = moment
        self.added.append(moment)
        return moment

    def _is_taken(self, moment: int) -> bool:
        if moment in self._taken:
            return True
        return self._found("select 1 from reviews where id = ?", moment) is not None

    def _found(self, sql: str, *values: int) -> tuple[int | None] | None:
        """Ask the table, until it was read as a whole."""
        if self._is_read:
            return None
        self._asked += 1
        if self._asked == _MANY:
            self._read()
        found: tuple[int | None] | None = self._run(sql, values).fetchone()
        return found

    def _read(self) -> None:
        for moment, card, origin, aside in self._run(
            f"select r.id, r.card, r.origin_ms, r.void or {CRAM_REVIEW} from reviews r"
        ):
            self._taken.add(moment)
            self._known.add((card, origin))
            self._known.add((card, moment))
            if not aside:
                self._newest[card] = max(moment, self._newest.get(card, 0))
        self._is_read = True
