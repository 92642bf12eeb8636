"""A review that is killed has lost no answer whose next question was shown."""

import signal
import subprocess
from pathlib import Path

import pytest
from crash_process import start

from flash.__main__ import main
from srs.store.connection import Store
from srs.store.opening import open_store

pytestmark = pytest.mark.slow

NOW_MS = 1_795_424_400_000
DECK = "deck: D\ncards:\n" + "".join(
    f"  - front: question {n}\n    back: answer {n}\n" for n in range(9)
)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T09:00:00+00:00")
    (tmp_path / "deck.yaml").write_text(DECK, "utf-8")
    assert main(["add", str(tmp_path / "deck.yaml"), "--json"]) == 0
    return tmp_path / "store.db"


def start_review(path: Path) -> subprocess.Popen[str]:
    return start(path.parent, ("review", "--plain"))


def wait_for(process: subprocess.Popen[str], text: str) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if text in line:
            return
    raise AssertionError(f"{text!r} never came")


def rate(process: subprocess.Popen[str], rating: str) -> None:
    """Show the answer and rate it."""
    assert process.stdin is not None
    process.stdin.write(f"\n{rating}\n")
    process.stdin.flush()


def reviews(path: Path) -> tuple[Store, list[tuple[int, int]]]:
    store = open_store(path, NOW_MS)
    return store, store.rows("select rating, undone from reviews order by id")


@pytest.mark.parametrize(
    "ending", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
)
def test_a_killed_review_keeps_its_answers(path: Path, ending: signal.Signals) -> None:
    process = start_review(path)
    wait_for(process, "question 0")
    for number, rating in enumerate("1342", 1):
        rate(process, rating)
        wait_for(process, f"question {number}")

    process.send_signal(ending)
    process.communicate()

    store, found = reviews(path)
    assert found == [(1, 0), (3, 0), (4, 0), (2, 0)]
    assert store.row("pragma integrity_check")[0] == "ok"
    store.close()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_review_ended_by_a_signal_makes_its_backup(
    path: Path, ending: signal.Signals
) -> None:
    process = start_review(path)
    wait_for(process, "question 0")
    rate(process, "3")
    wait_for(process, "question 1")

    process.send_signal(ending)
    process.communicate()

    assert process.returncode == 128 + ending
    assert len(list(path.with_name("store.db.backups").iterdir())) == 1


def test_two_reviews_at_once_count_an_answer_once(path: Path) -> None:
    first, second = start_review(path), start_review(path)
    wait_for(first, "question 0")
    wait_for(second, "question 0")

    rate(first, "4")
    wait_for(first, "question 1")
    rate(second, "1")
    wait_for(second, "Already answered in another session")
    for process in (first, second):
        process.communicate("q\n")

    store, found = reviews(path)
    assert found == [(4, 0)]
    store.close()
