"""A store opened for a command, with its settings and the clock."""

import math
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flash.clock import read_clock
from flash.paths import store_path

if TYPE_CHECKING:
    from srs.store.connection import Store
    from srs.store.settings import Options

DbOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="FILE",
        help="The store; else $FLASH_DB, else your data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DeckOption = Annotated[
    str, typer.Option("--deck", metavar="DECK", help="Only this deck and its children.")
]
TagOption = Annotated[
    str, typer.Option("--tag", metavar="TAG", help="Only cards with this tag.")
]


def finite(value: float | None) -> float | None:
    """Refuse what is no number, which no bound does."""
    if value is not None and math.isnan(value):
        raise typer.BadParameter("this is no number")
    return value


class AppContext:
    """What nearly every command works with."""

    def __init__(self, store: "Store", clock: Callable[[], int]) -> None:
        """Keep an open store and a clock."""
        self.store, self.clock = store, clock

    @property
    def options(self) -> "Options":
        """Read the person's settings."""
        from srs.store.settings import Options

        return Options(self.store)

    def now(self) -> int:
        """Give the moment, UTC milliseconds."""
        return self.clock()


@contextmanager
def open_app(db: Path | None) -> Iterator[AppContext]:
    """Open the store for the time of a command.

    Raises:
        StoreError: It can't be opened, the disk fails meanwhile, or rows that flash
            never writes bring a command down.
        Trouble: `$FLASH_NOW` is no time.
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
    """Give the store's file, unopened, and the clock.

    Raises:
        Trouble: `$FLASH_NOW` is no time.
    """
    return store_path(db or _global_db()), read_clock()


def _global_db() -> Path | None:
    """Give the `--db` that stands before the command."""
    named = os.environ.get("_FLASH_GLOBAL_DB", "")
    return Path(named) if named else None
