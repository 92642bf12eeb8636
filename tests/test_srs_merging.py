"""Reviews made in Anki come back, whatever the order and however often."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from anki_exchange import in_anki, package, studied
from srs_shelf import DAY_MS, NOON, Clock, contradictions, shelf

from flash.importing import import_package
from flash.opened import Opened
from srs.memory import Rating, State, StoredCard
from srs.merging import Merged
from srs.session import Session
from srs.store import Store, open_store

START = NOON + 5 * 3_600_000
"""No place where people live changes its study day near this moment."""

needs_faketime = pytest.mark.skipif(
    shutil.which("faketime") is None,
    reason="Anki reads the clock itself: install faketime to turn it",
)


def merged(store: Store, file: Path, now_ms: int, **options: bool) -> Merged:
    """Import a file as the command does."""
    wanted = {"reviews_only": False, "dry_run": False, **options}
    return import_package(Opened(store, lambda: now_ms), file, **wanted).merged


def cards(store: Store) -> dict[str, StoredCard]:
    return {f"{c.guid}:{c.ordinal}": c for note in shelf(store) for c in note.cards}


def content(store: Store) -> list[Any]:
    """Give all that a merge may change."""
    return [
        store.rows("select * from notes order by guid"),
        store.rows("select * from cards order by id"),
        store.rows("select id, card, rating, interval, void from reviews order by id"),
        store.rows("select * from presets order by deck"),
    ]


def copy_of(store: Store, path: Path, now_ms: int) -> Store:
    store.connection.execute("pragma wal_checkpoint(truncate)")
    shutil.copy(store.path, path)
    return open_store(path, now_ms)


@needs_faketime
@pytest.mark.parametrize("zone", ["UTC", "Asia/Tokyo", "America/Los_Angeles"])
def test_reviews_made_in_anki_come_back(tmp_path: Path, zone: str) -> None:
    store = studied(tmp_path, zone, START, days=12, seed=3)
    there = tmp_path / "c.anki2"
    sent = package(store, tmp_path / "sent.apkg", START)
    in_anki(zone, "take", at_ms=START, collection=there, file=sent)
    packages: list[Path] = []
    for day in range(1, 4):
        at = START + day * DAY_MS
        in_anki(zone, "answer", at_ms=at, collection=there, count=12, seed=day)
        packages.append(tmp_path / f"{day}.apkg")
        theirs = in_anki(
            zone,
            "give_out",
            at_ms=at + 900_000,
            collection=there,
            file=packages[-1],
            legacy=day == 2,
        )
    now = START + 3 * DAY_MS + 3_600_000

    # Meanwhile some cards were answered here, too.
    clock = Clock(START + 2 * DAY_MS)
    session = Session(store, clock)
    answered_here: set[str] = set()
    for _ in range(4):
        turn = session.next()
        assert turn is not None
        answered_here.add(f"{turn.card.guid}:{turn.card.ordinal}")
        session.answer(Rating.GOOD, 1000)
        clock.turn(minutes=1)
    other = copy_of(store, tmp_path / "other.db", now)

    done = merged(store, packages[2], now)

    assert done.new_notes == done.unsound == 0
    assert done.reviews > 20
    assert contradictions(store) == []
    for name, card in cards(store).items():
        if name in answered_here:
            continue
        progress, shown = card.progress, theirs[name]
        assert shown["type"] == progress.state, name
        assert (shown["reps"], shown["lapses"]) == (progress.reps, progress.lapses)
        if progress.state is State.REVIEW:
            assert shown["due"] + shown["first_day"] == progress.due_day, name
        if progress.stability is not None:
            # Anki keeps the state of an answer with fewer digits than the log.
            assert shown["data"]["s"] == pytest.approx(progress.stability, rel=5e-3)

    after = content(store)
    again = merged(store, packages[2], now + 1)
    assert (again.reviews, again.marked, again.rescheduled) == (0, 0, 0)
    assert content(store) == after

    for file in (packages[1], packages[2], packages[0]):
        merged(other, file, now)
    assert content(other) == after
    store.close()
    other.close()


@needs_faketime
def test_what_was_done_to_cards_in_anki_is_honoured(tmp_path: Path) -> None:
    zone = "UTC"
    store = studied(tmp_path, zone, START, days=12, seed=5)
    there, back = tmp_path / "c.anki2", tmp_path / "back.apkg"
    sent = package(store, tmp_path / "sent.apkg", START)
    in_anki(zone, "take", at_ms=START, collection=there, file=sent)
    at = START + DAY_MS
    names = in_anki(zone, "touch", at_ms=at, collection=there)
    in_anki(
        zone, "give_out", at_ms=at + 60_000, collection=there, file=back, legacy=False
    )

    done = merged(store, back, at + 120_000)

    ours = cards(store)
    today = at // DAY_MS
    assert ours[names["due"]].progress.due_day == today + 9
    assert ours[names["reset"]].progress.state is State.NEW
    assert ours[names["suspended"]].suspended
    assert ours[names["flagged"]].flag == 3
    assert done.marked == 2
    assert contradictions(store) == []
    store.close()
