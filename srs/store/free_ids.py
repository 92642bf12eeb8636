"""Free numbers for rows that want one that may be taken, such as their millisecond."""

import sqlite3

_REVIEWS = "select 1 from reviews where id = ?1"


class FreeIds:
    """Gives each row the first free number from the wanted one on.

    It remembers the runs of taken numbers that it has passed, so that thousands of rows
    of one moment don't pass the same ones again and again.
    """

    def __init__(
        self, connection: sqlite3.Connection, is_taken: str = _REVIEWS
    ) -> None:
        """Keep the connection; the numbers are used in its present transaction.

        Args:
            connection: The store's, in a transaction.
            is_taken: Finds a row with the number `?1`; by default one of the log.
        """
        self._connection, self._is_taken = connection, is_taken
        self._beyond: dict[int, int] = {}
        """For a taken number a later one before which all are taken."""

    def take(self, wanted: int) -> int:
        """Return the first free number from the wanted one on, for a row to insert."""
        passed: list[int] = []
        free = wanted
        while True:
            beyond = self._beyond.get(free)
            if beyond is None and not self._exists(free):
                break
            passed.append(free)
            free = beyond or free + 1
        self._beyond.update(dict.fromkeys(passed, free))
        return free

    def _exists(self, number: int) -> bool:
        found = self._connection.execute(self._is_taken, (number,)).fetchone()
        return found is not None
