"""The schedule goes out: Anki shows the same as flash and computes the same."""

from pathlib import Path

import pytest
from anki_exchange import in_anki, package, studied
from srs_shelf import NOON, shelf

from srs.memory import State

# Anki counts learning cards by its own clock: this is today, at noon.
ZONES = ["UTC", "Asia/Tokyo", "America/Los_Angeles"]


@pytest.mark.parametrize("zone", ZONES)
def test_anki_shows_the_schedule_that_flash_shows(tmp_path: Path, zone: str) -> None:
    store = studied(tmp_path, zone, NOON, days=18, seed=len(zone))
    file = package(store, tmp_path / "deck.apkg", NOON)

    theirs = in_anki(zone, "take", collection=tmp_path / "c.anki2", file=file)
    computed = in_anki(zone, "compute", collection=tmp_path / "c.anki2")

    ours = {f"{c.guid}:{c.ordinal}": c for note in shelf(store) for c in note.cards}
    states = {card.progress.state for card in ours.values()}
    assert {State.NEW, State.REVIEW} <= states
    assert theirs.keys() == ours.keys()
    for name, card in ours.items():
        progress, shown = card.progress, theirs[name]
        assert shown["type"] == progress.state, name
        assert (shown["reps"], shown["lapses"]) == (progress.reps, progress.lapses)
        if progress.due_day is not None:
            assert shown["due"] + shown["first_day"] == progress.due_day
            assert shown["interval"] == progress.interval
        if progress.stability is not None:
            assert shown["data"]["s"] == pytest.approx(progress.stability, abs=1e-4)
            assert shown["data"]["d"] == pytest.approx(progress.difficulty, abs=5e-4)
            stability, difficulty = computed[name]
            assert stability == pytest.approx(progress.stability, rel=1e-3)
            assert difficulty == pytest.approx(progress.difficulty, abs=5e-3)
    log = store.rows(
        "select id, rating, interval, last_interval, kind from reviews"
        " where void = 0 order by id"
    )
    seen = sorted(tuple(row) for shown in theirs.values() for row in shown["log"])
    assert seen == log
    store.close()
