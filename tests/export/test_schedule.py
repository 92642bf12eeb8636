"""The schedule goes out: Anki shows the same as flash and computes the same."""

from pathlib import Path

import pytest
from anki_exchange import in_anki, package, studied
from store_fixtures import NOON, Clock, contradictions, new_store, shelf

from flash.service.context import AppContext
from flash.service.importing import import_package
from srs.models.cards import Rating, State, StoredCard
from srs.store.connection import Store
from srs.study.cram import CramOptions
from srs.study.due_cards import CardFilter
from srs.study.session import Session

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
        " where undone = 0 order by id"
    )
    seen = sorted(tuple(row) for shown in theirs.values() for row in shown["log"])
    assert seen == log
    store.close()


def cards_of(store: Store) -> dict[str, StoredCard]:
    return {f"{c.guid}:{c.ordinal}": c for note in shelf(store) for c in note.cards}


def cram(store: Store, count: int) -> None:
    """Look at cards of all states beside the schedule, new ones first of all."""
    clock = Clock(NOON - 3 * 3_600_000)
    wished = CardFilter(new=count // 2)
    session = Session(store, clock, wished, cram=CramOptions())
    for number in range(count):
        assert session.next() is not None
        session.answer(list(Rating)[number % 4], 2000)
        clock.turn(minutes=0.5)


def looks(store: Store) -> list[tuple[str, int, int]]:
    return store.rows(
        "select c.note || ':' || c.ordinal, r.rating, r.state_before from reviews r"
        " join cards c on c.id = r.card where r.kind = 3 and r.difficulty = 0"
        " order by r.id"
    )


@pytest.mark.slow
def test_cram_reviews_do_not_change_the_memory_in_anki(
    tmp_path: Path,
) -> None:
    store = studied(tmp_path, "UTC", NOON, days=12, seed=9)
    found = []
    for name in ("before", "after"):
        file = package(store, tmp_path / f"{name}.apkg", NOON)
        collection = tmp_path / f"{name}.anki2"
        theirs = in_anki("UTC", "take", collection=collection, file=file)
        rows = [row for card in theirs.values() for row in card.pop("log")]
        found.append((theirs, in_anki("UTC", "compute", collection=collection), rows))
        if name == "before":
            cram(store, 60)

    (cards, memory, log), (cards_after, memory_after, log_after) = found
    assert (cards_after, memory_after) == (cards, memory)
    added = sorted(row for row in log_after if row not in log)
    assert [(rating, kind) for _, rating, _, _, kind in added] == [
        (number % 4 + 1, 3) for number in range(60)
    ]
    store.close()


def test_cram_reviews_are_imported_as_cram_reviews(tmp_path: Path) -> None:
    store = studied(tmp_path, "UTC", NOON - 86_400_000, days=12, seed=4)
    cram(store, 160)
    clock = Clock(NOON)
    session = Session(store, clock)
    for _ in range(8):
        # Among them new cards that were looked at before they were learned.
        assert session.next() is not None
        session.answer(Rating.GOOD, 1000)
        clock.turn(minutes=1)
    file = package(store, tmp_path / "deck.apkg", clock())
    other = new_store(tmp_path / "other")

    done = import_package(
        AppContext(other, clock), file, reviews_only=False, dry_run=False
    ).merged

    assert (done.invalid_reviews, done.rescheduled) == (0, 0)
    assert {State.NEW, State.REVIEW} <= {before for _, _, before in looks(store)}
    assert looks(other) == looks(store)
    assert contradictions(other) == []
    ours = cards_of(store)
    for name, card in cards_of(other).items():
        progress, expected = card.progress, ours[name].progress
        assert progress.reps == expected.reps, name
        assert (progress.state, progress.due_day) == (expected.state, expected.due_day)
        assert progress.stability == expected.stability, name
    store.close()
    other.close()
