"""However a command ends, it has done all of its work or nothing, and lost nothing.

The same at length, in every call: `python bench/crashes.py`.
"""

import ctypes
import os
import random
import resource
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import faulty_disk
import pytest
from crash_harness import Room, dump, ratings
from crash_process import run, start
from crash_scenarios import RATINGS, SCENARIOS

with_faults = pytest.mark.skipif(
    faulty_disk.library() is None, reason="needs Linux and a C compiler"
)
WRITING = ("first add", "add", "review", "import")


def room_of(name: str, folder: Path) -> Room:
    return Room(SCENARIOS[name], folder / "room")


@with_faults
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_command_that_dies_or_loses_power_did_all_or_nothing(
    name: str, tmp_path: Path
) -> None:
    room, dice = room_of(name, tmp_path), random.Random(name)
    last = faulty_disk.counted(room.calls)
    found: list[str] = []
    for _ in range(2):
        ended = room.killed_at(dice.randint(1, last))
        assert ended.code == -9
        found += room.complaints(ended)
    for ended in room.power_cuts(dice, 15):
        found += room.complaints(ended)

    assert found == []


@pytest.mark.parametrize("name", ["review", "first add"])
def test_a_command_that_is_killed_at_any_moment_did_all_or_nothing(
    name: str, tmp_path: Path
) -> None:
    room, dice = room_of(name, tmp_path), random.Random(name)
    for _ in range(3):
        ended = room.killed_after(dice.uniform(0.4, 1) * room.milliseconds / 1000)

        assert room.complaints(ended) == []


@with_faults
def test_a_disk_that_only_pretends_to_sync_does_lose_ratings(tmp_path: Path) -> None:
    room = room_of("review", tmp_path)
    room.calls = [call for call in room.calls if call.what != "F"]

    lost = [room.complaints(one) for one in room.power_cuts(random.Random(1), 25)]

    assert any(lost)


@with_faults
@pytest.mark.parametrize("name", WRITING)
def test_a_disk_that_refuses_is_told_in_a_sentence(name: str, tmp_path: Path) -> None:
    room, dice = room_of(name, tmp_path), random.Random(name)
    last = faulty_disk.counted(room.calls)
    for kind in ("eio", "enospc", "read"):
        times = dice.choice((1, 1_000_000))
        ended = room.failing_at(kind, dice.randint(1, last), times)

        assert room.complaints(ended) == []
        assert ended.code == 0 or ended.err.startswith(("flash: ", "deck.yaml:"))


@with_faults
def test_an_answer_that_was_not_saved_is_told_and_the_others_stay(
    tmp_path: Path,
) -> None:
    room = room_of("review", tmp_path)
    third = [i for i, call in enumerate(room.calls) if b"(1 Again" in call.data][2]
    at = faulty_disk.counted(room.calls[:third]) + 1

    ended = room.failing_at("eio", at)

    told = "Not saved: disk I/O error"
    assert [told in line for line in ended.out.splitlines()].count(True) == 1
    assert ended.code == 0
    wanted = [int(rating) for rating in RATINGS]
    assert ratings(room.store) == [*wanted[:2], *wanted[3:]]


def without_privilege() -> None:
    """Let permission bits hold for root, too: CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):
            libc.prctl(24, capability, 0, 0, 0)


def told_by(
    folder: Path, words: tuple[str, ...], before: Callable[[], None]
) -> tuple[int, str]:
    process = start(folder, words, before=before)
    _, err = process.communicate("\n3\n" * 3)
    return process.returncode, err


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder with a store of some cards; made writable again at the end."""
    folder = tmp_path / "locked"
    folder.mkdir()
    SCENARIOS["add"].prepare(folder)
    yield folder
    folder.chmod(0o700)


LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="root's privilege is dropped as on Linux",
)


@LINUX
@pytest.mark.parametrize(
    "words", [("review", "--plain"), ("add", "deck.yaml", "--yes")]
)
def test_a_folder_that_may_not_be_written_is_told(
    locked: Path, words: tuple[str, ...]
) -> None:
    locked.chmod(0o500)

    code, err = told_by(locked, words, without_privilege)

    assert code == 1
    assert err.startswith(f"flash: {locked}/store.db: ")
    assert err.endswith("(make the file and its folder writable)\n")


@LINUX
@pytest.mark.parametrize(
    "words", [("review", "--plain"), ("add", "deck.yaml", "--yes")]
)
def test_a_store_that_may_not_be_written_is_told(
    locked: Path, words: tuple[str, ...]
) -> None:
    (locked / "store.db").chmod(0o400)

    code, err = told_by(locked, words, without_privilege)

    hint = (
        "attempt to write a readonly database (make the file and its folder writable)"
    )
    assert (code, err) == (1, f"flash: {locked}/store.db: {hint}\n")


def test_a_file_that_may_not_grow_is_told_and_nothing_is_half_written(
    locked: Path,
) -> None:
    before, words = dump(locked / "store.db"), ("add", "deck.yaml", "--yes")
    largest = (16_384, 16_384)

    code, err = told_by(
        locked, words, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, largest)
    )

    said = "disk I/O error (the disk may be failing: back up to another one)"
    assert (code, err) == (1, f"flash: {locked}/store.db: {said}\n")
    assert dump(locked / "store.db") == before
    assert run(locked, words).code == 0


@pytest.mark.parametrize(
    "name", ["two words", "日本語 の フォルダ", "a'b\"c;d?e=%20#f"]
)
def test_any_name_of_a_folder_will_do(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    SCENARIOS["review"].prepare(folder)
    scenario = SCENARIOS["review"]

    ended = run(folder, scenario.words, scenario.stdin)
    saved = run(folder, ("backup",))

    assert (ended.code, saved.code) == (0, 0)
    assert ratings(folder / "store.db") == [int(rating) for rating in RATINGS]
    # The review left one at its end, too.
    _, copy = sorted((folder / "store.db.backups").iterdir())
    shutil.copy(copy, tmp_path / "copy.db")
    assert len(ratings(tmp_path / "copy.db")) == len(RATINGS)
