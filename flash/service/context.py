"""An open store with its settings and the clock."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from flash.clock import read_clock
from flash.paths import store_path

if TYPE_CHECKING:
    from srs.store.connection import Store
    from srs.store.settings import Options


class AppContext:
    """What nearly every use case works with."""

    def __init__(self, store: "Store", clock: Callable[[], int]) -> None:
        """Keep an open store and a clock."""
        self.store, self.clock = store, clock

    @property
    def options(self) -> "Options":
        """The settings in the store."""
        from srs.store.settings import Options

        return Options(self.store)

    def now(self) -> int:
        """Return the current time, UTC milliseconds."""
        return self.clock()


@contextmanager
def open_app(db: Path | None) -> Iterator[AppContext]:
    """Open the store while a command runs.

    Args:
        db: Database file; None for the default.

    Raises:
        StoreError: The store can't be opened, the disk fails, or rows that flash
            never writes make a command fail.
        FlashError: `$FLASH_NOW` is not a time.
    """
    from srs.store.connection import reading
    from srs.store.opening import open_store

    path, clock = chosen_store(db)
    store = open_store(path, clock())
    try:
        with reading(store.path):
            yield AppContext(store, clock)
    except _BY_ODD_ROWS:
        from srs.maintenance.doctor import explanation

        explained = explanation(store, clock())
        if explained is None:
            raise
        raise explained from None
    finally:
        store.close()


_BY_ODD_ROWS = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def chosen_store(db: Path | None) -> tuple[Path, Callable[[], int]]:
    """Return the path of the store, which is not opened, and the clock.

    Raises:
        FlashError: `$FLASH_NOW` is not a time.
    """
    return store_path(db), read_clock()
