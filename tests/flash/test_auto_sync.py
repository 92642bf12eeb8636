"""`auto_sync`: a review receives at its begin and sends at its end."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from flash.service import auto_sync


@pytest.fixture
def synced(flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A store with cards and a log, at the time of the other processes."""
    monkeypatch.delenv("FLASH_NOW")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent.parent))
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    (tmp_path / "log").mkdir()
    flash("add", "cells.yaml")
    flash("sync", "log")
    flash("config", "auto_sync", "yes")
    return flash


def test_review_sends_its_answers(synced: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auto_sync, "_BOUND_S", 60.0)

    code, _, err = synced("review", "--plain", typed="\n3\nq\n")

    assert (code, err) == (0, "")
    assert synced("sync")[1] == "Nothing to send, nothing new.\n"
    assert "received 4 (1 review, 3 notes)" in synced("sync", "log", "--db", "b.db")[1]


def test_files_of_the_present_folder_are_no_modules(
    synced: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_sync, "_BOUND_S", 60.0)
    for name in ("cards", "sqlite3", "flash"):
        Path(f"{name}.py").write_text(f"open('{name} ran', 'w').close()", "utf-8")

    code, _, err = synced("review", "--plain", typed="q\n")

    assert (code, err) == (0, "")
    assert list(Path().glob("* ran")) == []


def test_failed_sync_is_one_line_after_the_review(
    synced: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto_sync, "_BOUND_S", 60.0)
    (tmp_path / "log").rename(tmp_path / "gone")

    code, _, err = synced("review", "--plain", typed="q\n")

    assert code == 0
    assert err == (
        f"flash: sync: {tmp_path / 'log'}: no such folder"
        " (create the folder first, or mount it)\n"
    )


def test_review_does_not_wait_for_a_slow_log(
    synced: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(_: auto_sync.AutoSync) -> "subprocess.Popen[str]":
        words = [sys.executable, "-c", "import time; time.sleep(60)"]
        return subprocess.Popen(
            words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )

    monkeypatch.setattr(auto_sync.AutoSync, "_start", slow)
    monkeypatch.setattr(auto_sync, "_BOUND_S", 0.2)
    start = time.monotonic()

    code, _, err = synced("review", "--plain", typed="q\n")

    assert (code, err) == (0, "flash: sync: not synchronized yet; run flash sync\n")
    assert time.monotonic() - start < 30


def test_other_devices_keep_their_auto_sync(synced: Run) -> None:
    synced("sync")
    synced("sync", "log", "--db", "b.db")

    assert synced("config", "auto_sync", "--db", "b.db")[1] == "auto_sync          no\n"
