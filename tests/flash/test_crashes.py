"""An interrupted command does all of its work or none, and loses nothing.

`bench/crashes.py` runs the same checks for every call.
"""

import ctypes
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import faulty_disk
import pytest
from crash_harness import CrashTrial, dump, ratings
from crash_process import run, start
from crash_scenarios import RATINGS, SCENARIOS

pytestmark = pytest.mark.slow
resource = pytest.importorskip("resource")  # not on Windows

with_faults = pytest.mark.skipif(
    faulty_disk.library() is None, reason="needs Linux and a C compiler"
)
WRITING = ("first add", "add", "review", "import")


def trial_of(name: str, folder: Path) -> CrashTrial:
    return CrashTrial(SCENARIOS[name], folder / "trial")


@with_faults
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_kill_or_power_cut_leaves_all_or_nothing(name: str, tmp_path: Path) -> None:
    trial, rng = trial_of(name, tmp_path), random.Random(name)
    last = faulty_disk.count_fault_points(trial.calls)
    found: list[str] = []
    for _ in range(2):
        result = trial.killed_at(rng.randint(1, last))
        assert result.code == -9
        found += trial.problems(result)
    for result in trial.power_cuts(rng, 15):
        found += trial.problems(result)

    assert found == []


@pytest.mark.parametrize("name", ["review", "first add"])
def test_a_command_killed_at_any_time_is_all_or_nothing(
    name: str, tmp_path: Path
) -> None:
    trial, rng = trial_of(name, tmp_path), random.Random(name)
    for _ in range(3):
        result = trial.killed_after(rng.uniform(0.4, 1) * trial.duration_ms / 1000)

        assert trial.problems(result) == []


@with_faults
def test_ignored_syncs_lose_ratings(tmp_path: Path) -> None:
    trial = trial_of("review", tmp_path)
    trial.calls = [call for call in trial.calls if call.kind != "F"]

    lost = [trial.problems(one) for one in trial.power_cuts(random.Random(1), 25)]

    assert any(lost)


@with_faults
@pytest.mark.parametrize("name", WRITING)
def test_a_disk_error_is_reported_in_one_line(name: str, tmp_path: Path) -> None:
    trial, rng = trial_of(name, tmp_path), random.Random(name)
    last = faulty_disk.count_fault_points(trial.calls)
    for kind in ("eio", "enospc", "read"):
        times = rng.choice((1, 1_000_000))
        result = trial.failing_at(kind, rng.randint(1, last), times)

        assert trial.problems(result) == []
        assert result.code == 0 or result.err.startswith(("flash: ", "deck.yaml:"))


@with_faults
def test_a_backup_on_a_full_disk_leaves_no_file(tmp_path: Path) -> None:
    trial = trial_of("backup", tmp_path)
    last = faulty_disk.count_fault_points(trial.calls)
    left = set[str]()
    for at in range(last // 8, last, last // 8):
        trial.failing_at("enospc", at, 1_000_000)
        left |= {file.name for file in trial.home.glob("*.backups/*.part*")}

    assert left == set()


@with_faults
def test_an_unsaved_answer_is_reported_and_others_stay(
    tmp_path: Path,
) -> None:
    trial = trial_of("review", tmp_path)
    third = [i for i, call in enumerate(trial.calls) if b"(1 Again" in call.data][2]
    at = faulty_disk.count_fault_points(trial.calls[:third]) + 1

    result = trial.failing_at("eio", at)

    message = "Not saved: disk I/O error"
    assert [message in line for line in result.out.splitlines()].count(True) == 1
    assert result.code == 0
    wanted = [int(rating) for rating in RATINGS]
    assert ratings(trial.store) == [*wanted[:2], *wanted[3:]]


def without_privilege() -> None:
    """Make permissions apply to root: drop CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH."""
    if os.geteuid() == 0:
        libc = ctypes.CDLL(None)
        for capability in (1, 2):
            libc.prctl(24, capability, 0, 0, 0)


def run_with(
    folder: Path, words: tuple[str, ...], before: Callable[[], None]
) -> tuple[int, str]:
    process = start(folder, words, before=before)
    _, err = process.communicate("\n3\n" * 3)
    return process.returncode, err


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Path]:
    """A folder with a store; made writable again at the end."""
    folder = tmp_path / "locked"
    folder.mkdir()
    SCENARIOS["add"].prepare(folder)
    yield folder
    folder.chmod(0o700)


LINUX = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="drops root privileges with a Linux call",
)


@LINUX
@pytest.mark.parametrize(
    "words", [("review", "--plain"), ("add", "deck.yaml", "--yes")]
)
def test_a_read_only_folder_is_reported(locked: Path, words: tuple[str, ...]) -> None:
    locked.chmod(0o500)

    code, err = run_with(locked, words, without_privilege)

    assert code == 1
    assert err.startswith(f"flash: {locked}/store.db: ")
    assert err.endswith("(make the file and its folder writable)\n")


@LINUX
@pytest.mark.parametrize(
    "words", [("review", "--plain"), ("add", "deck.yaml", "--yes")]
)
def test_a_read_only_store_is_reported(locked: Path, words: tuple[str, ...]) -> None:
    (locked / "store.db").chmod(0o400)

    code, err = run_with(locked, words, without_privilege)

    hint = (
        "attempt to write a readonly database (make the file and its folder writable)"
    )
    assert (code, err) == (1, f"flash: {locked}/store.db: {hint}\n")


def test_a_file_size_limit_is_reported_and_undone(
    locked: Path,
) -> None:
    before, words = dump(locked / "store.db"), ("add", "deck.yaml", "--yes")
    largest = (16_384, 16_384)

    code, err = run_with(
        locked, words, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, largest)
    )

    said = "disk I/O error (the disk may be failing: back up to another one)"
    assert (code, err) == (1, f"flash: {locked}/store.db: {said}\n")
    assert dump(locked / "store.db") == before
    assert run(locked, words).code == 0


@pytest.mark.parametrize(
    "name", ["two words", "日本語 の フォルダ", "a'b\"c;d?e=%20#f"]
)
def test_any_folder_name_works(name: str, tmp_path: Path) -> None:
    folder = tmp_path / name
    folder.mkdir()
    SCENARIOS["review"].prepare(folder)
    scenario = SCENARIOS["review"]

    result = run(folder, scenario.words, scenario.stdin)
    saved = run(folder, ("backup",))

    assert (result.code, saved.code) == (0, 0)
    assert ratings(folder / "store.db") == [int(rating) for rating in RATINGS]
    # The review made a backup at its end, too.
    _, copy = sorted((folder / "store.db.backups").iterdir())
    shutil.copy(copy, tmp_path / "copy.db")
    assert len(ratings(tmp_path / "copy.db")) == len(RATINGS)
