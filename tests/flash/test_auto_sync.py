"""`auto_sync`: a review receives at its begin and sends at its end."""

import sys
import time
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from flash.cli.commands import serve as serve_command
from flash.service import auto_sync

CARD = '"which organelle"'


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


@pytest.mark.parametrize(
    ("words", "end"),
    [(["review", "--plain"], "q\n"), (["review", "--jsonl"], ""), (["serve"], "")],
    ids=["plain", "jsonl", "serve"],
)
def test_edits_lost_to_another_device_are_named(
    synced: Run, monkeypatch: pytest.MonkeyPatch, words: list[str], end: str
) -> None:
    monkeypatch.setattr(auto_sync, "_BOUND_S", 60.0)
    monkeypatch.setattr(serve_command, "run", lambda *_: None)
    other = ("--db", "other.db")
    synced(*other, "sync", "log", "--name", "laptop")
    monkeypatch.setenv("VISUAL", "sed -i s/Mitochondrion/lost/")
    synced(*other, "edit", CARD)
    monkeypatch.setenv("VISUAL", "sed -i s/Mitochondrion/kept/")
    synced("edit", CARD)
    synced(*other, "sync")

    code, _, err = synced(*words, typed=end)

    lost = (
        "'Which organelle makes most ATP?' was edited on two devices; the later edit"
        " was kept, without what laptop had: 'lost'\n"
    )
    assert code == 0
    assert err.endswith(lost)
    assert err.count(lost) == 1
    assert synced("review", "--plain", typed="q\n")[2] == ""


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ('{"error": {"message": "log: no such folder", "line": null}}\n', "log: no"),
        ("a remark\nflash: interrupted\n", "interrupted"),
        ("Traceback (most recent call last):\nKeyError: 1\n", "KeyError: 1"),
        ("", ""),
    ],
    ids=["error", "no json", "crash", "nothing"],
)
def test_a_failure_is_the_last_line(errors: str, shown: str) -> None:
    assert auto_sync._failure(errors).startswith(shown)


def test_review_does_not_wait_for_a_slow_log(
    synced: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [sys.executable, "-c", "import time; time.sleep(60)"]
    monkeypatch.setattr(auto_sync, "_command", lambda _path: words)
    monkeypatch.setattr(auto_sync, "_BOUND_S", 0.2)
    start = time.monotonic()

    code, _, err = synced("review", "--plain", typed="q\n")

    assert (code, err) == (0, "flash: sync: not synchronized yet; run flash sync\n")
    assert time.monotonic() - start < 30


def test_other_devices_keep_their_auto_sync(synced: Run) -> None:
    synced("sync")
    synced("sync", "log", "--db", "b.db")

    assert synced("config", "auto_sync", "--db", "b.db")[1] == "auto_sync          no\n"
