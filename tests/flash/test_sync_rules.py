"""Rules by which devices with the same entries come to the same answers."""

from itertools import permutations
from pathlib import Path

import pytest
from devices import OwnDevice, exchange, merge_entries
from store_fixtures import DAY_MS, NOON, Clock, add, basic, give, ids

from cards.note import Note
from srs.merging.text_updates import TextUpdate, update_notes
from srs.models.cards import Rating
from srs.models.log_entries import ReviewEntry
from srs.store.connection import Store
from srs.store.notes import stored_notes
from srs.store.settings import save_options

FIRST, SECOND, THIRD = (letter * 16 for letter in "abc")


def answered(store: Store, device: str, rating: Rating) -> ReviewEntry:
    """Return an answer to the only card, given by a device at noon."""
    (name,) = store.rows("select note, uid from cards")
    results = {"state": 1, "step": 0, "interval": -600, "last_interval": 0}
    return ReviewEntry(
        *name,
        at=NOON,
        rating=rating,
        duration_ms=900,
        state_before=0,
        kind=0,
        offset_min=0,
        **results,
        difficulty=5.0,
        ease=0,
        origin="",
        device=device,
        stamp=NOON << 16,
    )


def kept(store: Store) -> list[tuple[int, str]]:
    return store.rows("select rating, device from reviews")


@pytest.mark.parametrize("order", list(permutations([FIRST, SECOND, THIRD])))
@pytest.mark.parametrize("one_by_one", [True, False], ids=["apart", "at once"])
def test_of_answers_in_one_millisecond_the_first_device_counts(
    store: Store, order: tuple[str, ...], one_by_one: bool
) -> None:
    add(store, [basic("q")])
    ratings = dict(zip((FIRST, SECOND, THIRD), (3, 1, 4), strict=True))
    entries = [answered(store, one, Rating(ratings[one])) for one in order]

    merge_entries(store, *entries, device="d" * 16, one_by_one=one_by_one)

    assert kept(store) == [(3, FIRST)]


@pytest.mark.parametrize(
    ("me", "expected"), [(FIRST, (2, "")), (THIRD, (3, SECOND))], ids=["own", "other"]
)
def test_own_answer_in_one_millisecond_has_no_precedence(
    store: Store, me: str, expected: tuple[int, str]
) -> None:
    add(store, [basic("q")])
    give(store, *ids(store), Rating.HARD, NOON)

    merge_entries(store, answered(store, SECOND, Rating.GOOD), device=me)

    assert kept(store) == [expected]


@pytest.fixture
def devices(tmp_path: Path) -> tuple[OwnDevice, OwnDevice]:
    """Two devices that have the same card, answered well for some years."""
    one, other = (OwnDevice(tmp_path / name, Clock(NOON)) for name in ("one", "other"))
    with one.opened() as store:
        add(store, [basic("q")])
        card, at, days = *ids(store), NOON - 900 * DAY_MS, 0
        while at + days * DAY_MS < NOON - 20 * DAY_MS:
            at += days * DAY_MS
            days = max(1, give(store, card, Rating.GOOD, at).progress.interval)
    exchange([one, other], tmp_path / "shared")
    return one, other


def both_answer(
    devices: tuple[OwnDevice, OwnDevice], ratings: tuple[Rating, Rating], apart_ms: int
) -> None:
    """Let each device answer the card before it knows of the other one."""
    for number, (device, rating) in enumerate(zip(devices, ratings, strict=True)):
        with device.opened() as store:
            give(store, *ids(store), rating, NOON + number * apart_ms)


@pytest.mark.parametrize("turned", [False, True])
def test_answers_in_one_millisecond_end_alike_on_both_devices(
    devices: tuple[OwnDevice, OwnDevice], tmp_path: Path, turned: bool
) -> None:
    both_answer(devices, (Rating.AGAIN, Rating.EASY), apart_ms=0)

    exchange(list(devices)[:: -1 if turned else 1], tmp_path / "later")

    one, other = (device.contents() for device in devices)
    assert one == other
    assert [row[2] for row in one["reviews"]].count(NOON) == 1
    first = min(devices, key=lambda device: device.identity())
    assert one["reviews"][-1][3] == (1 if first is devices[0] else 4)


def test_late_answers_follow_options_that_were_sent(
    devices: tuple[OwnDevice, OwnDevice], tmp_path: Path
) -> None:
    both_answer(devices, (Rating.AGAIN, Rating.GOOD), apart_ms=3_600_000)
    exchange(list(devices), tmp_path / "later")
    before = devices[0].contents()
    for device in devices:
        device.clock.turn(days=1)

    with devices[0].opened() as store:
        save_options(store, "A", {"desired_retention": 0.7}, devices[0].clock())
    exchange(list(devices), tmp_path / "later")

    one, other = (device.contents() for device in devices)
    assert one == other
    assert one["cards"] != before["cards"]


def test_late_answers_follow_a_note_to_another_deck(
    devices: tuple[OwnDevice, OwnDevice], tmp_path: Path
) -> None:
    one, other = devices
    with one.opened() as store:
        save_options(store, "B", {"desired_retention": 0.7}, NOON)
    both_answer(devices, (Rating.AGAIN, Rating.GOOD), apart_ms=3_600_000)
    exchange([one, other], tmp_path / "later")
    before = other.contents()

    with one.opened() as store:
        (known,) = stored_notes(store)
        note = Note(known.note.content, "B")
        update_notes(store, [TextUpdate(known.guid, note)], NOON + DAY_MS)
    exchange([one, other], tmp_path / "later")

    assert one.contents() == other.contents()
    assert other.contents()["cards"][0][4:] != before["cards"][0][4:]
