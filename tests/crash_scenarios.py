"""Commands to interrupt, each with a function that prepares its folder."""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crash_process import run
from simulated_learner import fill, live
from store_fixtures import DAY_MS, NOON, add, give, numbered

from cards.note import Basic, Note
from srs.models.cards import Rating
from srs.store.connection import Store
from srs.store.opening import open_store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options, save_setting

RATINGS = "134213421342"
_CARDS = 30


@dataclass(frozen=True)
class Scenario:
    """A command and how to prepare its folder."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    stdin: str = ""


def _store(folder: Path, notes: int = _CARDS) -> Store:
    """Create a store with past answers."""
    store = open_store(folder / "store.db", NOON)
    save_setting(store, "time_zone", "UTC")
    save_options(store, "", {"new_per_day": 9999, "learning_steps": [60, 600]})
    add(store, numbered(notes), NOON - 40 * DAY_MS, str(folder / "deck.yaml"))
    cards = [row[0] for row in store.rows("select id from cards order by position")]
    for index, card in enumerate(cards[: notes // 2]):
        for number, rating in enumerate((3, 3, 1 + index % 4)):
            at = NOON - (30 - 5 * number) * DAY_MS + index * 60_000
            give(store, card, Rating(rating), at)
    return store


def _with_deck_file(folder: Path) -> None:
    (folder / "deck.yaml").write_text(_deck(range(_CARDS)), "utf-8")


def _deck(numbers: range, end: str = "") -> str:
    cards = "".join(
        f"  - front: A {n:03}\n    back: answer to A {n:03}{end if n % 5 == 0 else ''}\n"
        for n in numbers
    )
    return f"deck: A\ncards:\n{cards}"


def _reviewed(folder: Path) -> None:
    _store(folder).close()


def _with_edited_file(folder: Path) -> None:
    """Edit the deck file: some cards are changed, removed or new."""
    _store(folder).close()
    (folder / "deck.yaml").write_text(_deck(range(4, 2 * _CARDS), " now"), "utf-8")


def _with_package(folder: Path) -> None:
    """Add a package with notes, reviews, a picture and a preset."""
    other = folder / "other"
    other.mkdir()
    (other / "p.png").write_bytes(os.urandom(5000))
    store = _store(other)
    picture = Note(Basic("![](p.png)", "a picture"), "B", file=str(other / "b.yaml"))
    add(store, [picture, *numbered(20, "B")], NOON - DAY_MS, str(other / "b.yaml"))
    new = store.rows("select id from cards where reps = 0 order by id desc limit 6")
    for index, (card,) in enumerate(new):
        give(store, card, Rating.GOOD, NOON - 60_000 + index)
    store.close()
    words = ("--db", "other/store.db", "export", "new.apkg", "--with-schedule")
    result = run(folder, words)
    assert result.code == 0, result.err
    shutil.rmtree(other)
    _reviewed(folder)


def _long_history(folder: Path) -> None:
    """Create enough reviews to optimize parameters."""
    store = _store(folder, 150)
    ids = [row[0] for row in store.rows("select id from cards")]
    with store.transaction() as connection:
        connection.execute("delete from operations")
        connection.execute("delete from reviews")
    fill(store, live(ids, 540, 1))
    rebuild_cache(store, Options(store))
    store.close()


def _higher_retention(folder: Path) -> None:
    store = _store(folder)
    save_options(store, "", {"desired_retention": 0.97})
    store.close()


_ANSWERS = "".join(f"\n{rating}\n" for rating in RATINGS)

SCENARIOS: dict[str, Scenario] = {
    one.name: one
    for one in (
        Scenario("first add", ("add", "deck.yaml"), _with_deck_file),
        Scenario("add", ("add", "deck.yaml", "--yes"), _with_edited_file),
        Scenario("review", ("review", "--plain"), _reviewed, _ANSWERS + "q\n"),
        Scenario("import", ("import", "new.apkg"), _with_package),
        Scenario("reschedule", ("reschedule",), _higher_retention),
        Scenario("backup", ("backup",), _reviewed),
        Scenario("config", ("config", "rollover", "13"), _reviewed),
        Scenario("undo", ("undo",), _reviewed),
        Scenario("optimize", ("optimize",), _long_history),
    )
}
