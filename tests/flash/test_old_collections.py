"""Schedules of old and odd collections are imported as Anki reads them."""

import json
from pathlib import Path

import pytest
from foreign_packages import package
from store_fixtures import DAY_MS, NOON, contradictions, new_store, shelf

from flash.service.context import AppContext
from flash.service.importing import import_package
from srs.models.cards import SchedulingState, State
from srs.store.connection import Store
from srs.store.settings import Options

START_S = NOON // 1000 - 30 * 86_400
OPTIONS = {
    "new": {"perDay": 7, "delays": [1, 10]},
    "rev": {"perDay": 200, "maxIvl": 36500},
    "lapse": {"delays": [10], "leechFails": 8, "leechAction": 0},
    "fsrsParams6": [],
}


def config(version: int | None) -> str:
    found = {"creationOffset": 0} | ({"schedVer": version} if version else {})
    return f"update col set conf = '{json.dumps(found)}';"


def answers(*rows: tuple[int, int, int, int]) -> str:
    """Write rows: seconds since the start, rating, interval, kind."""
    values = [
        f"({(START_S + after) * 1000}, 2, -1, {rating}, {interval}, 0, 2500, 900, {kind})"
        for after, rating, interval, kind in rows
    ]
    return f"insert into revlog values {', '.join(values)};"


def imported(folder: Path, script: str) -> tuple[Store, SchedulingState]:
    store = new_store(folder)
    file = package(folder / "in.apkg", script)
    import_package(AppContext(store, lambda: NOON), file)
    return store, shelf(store)[0].cards[0].progress


@pytest.mark.parametrize("version", [None, 1, 2])
def test_ratings_in_learning_of_v1_are_shifted(
    tmp_path: Path, version: int | None
) -> None:
    rows = answers(
        (0, 1, -60, 0), (60, 2, -600, 0), (660, 3, 4, 0), (5 * 86_400, 2, 9, 1)
    )

    card = "update cards set type = 2, queue = 2, due = 2500;"

    store, _ = imported(tmp_path, config(version) + card + rows)

    found = [
        row[0]
        for row in store.rows("select rating from reviews where rating order by id")
    ]
    assert found == ([1, 2, 3, 2] if version == 2 else [1, 3, 4, 2])
    store.close()


def test_lapse_of_v1_is_relearned_when_it_is_due(tmp_path: Path) -> None:
    due = START_S + 6 * 86_400 + 600
    card = f"update cards set type = 2, queue = 1, due = {due}, ivl = 1, left = 1001;"
    rows = answers((0, 3, 5, 0), (6 * 86_400, 1, 1, 1))

    store, found = imported(tmp_path, config(1) + card + rows)

    assert (found.state, found.due_ms) == (State.RELEARNING, due * 1000)
    assert contradictions(store) == []
    store.close()


@pytest.mark.parametrize("due", [1_700_000_000, NOON // 1000 + 9_000_000])
def test_review_card_due_in_seconds_keeps_its_interval(
    tmp_path: Path, due: int
) -> None:
    changed = NOON // 1000 - 86_400
    card = (
        f"update cards set type = 2, queue = 2, due = {due}, ivl = 30, factor = 2300,"
        f" mod = {changed};"
    )

    store, found = imported(tmp_path, config(2) + card)

    today = Options(store).calendar.day(NOON)
    assert (found.state, found.interval, found.due_day) == (State.REVIEW, 30, today - 1)
    store.close()


def test_importing_a_broken_due_day_again_changes_nothing(tmp_path: Path) -> None:
    card = "update cards set type = 2, queue = 2, due = 1700000000, ivl = 30;"
    store, found = imported(tmp_path, config(2) + card)

    later = AppContext(store, lambda: NOON + DAY_MS)
    done = import_package(later, tmp_path / "in.apkg").merged

    assert (done.rescheduled, done.reviews) == (0, 0)
    assert shelf(store)[0].cards[0].progress == found
    store.close()


@pytest.mark.parametrize("name", ["A::", "A  B", " A", "A:: ::B"])
def test_deck_with_a_folded_name_keeps_its_preset(tmp_path: Path, name: str) -> None:
    decks = json.dumps({"1": {"id": 1, "name": name, "conf": 9, "dyn": 0}})
    presets = json.dumps({"9": OPTIONS})
    script = f"update col set decks = '{decks}', dconf = '{presets}';"

    store, _ = imported(tmp_path, config(2) + script)

    deck = shelf(store)[0].note.deck
    assert Options(store).own(deck)["new_per_day"] == 7
    store.close()
