"""`flash sync --git`: two clones of one repository."""

import subprocess
from pathlib import Path

import pytest
from command_runner import CELLS, Run

from flash.service import git_log


def git(*words: str) -> str:
    done = subprocess.run(["git", *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.fixture
def clones(flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """An empty repository with two clones, of a user without a name in git."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    git("init", "--quiet", "--bare", "remote.git")
    git("clone", "--quiet", "remote.git", "one")
    git("clone", "--quiet", "remote.git", "two")
    (tmp_path / "cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml", "--db", "one.db")
    return flash


def sync(flash: Run, name: str) -> tuple[int, str, str]:
    return flash("sync", name, "--git", "--db", f"{name}.db")


def test_clones_of_an_empty_repository_exchange(clones: Run) -> None:
    assert sync(clones, "one") == (0, "Sent 3, received 0.\n", "")
    assert sync(clones, "two") == (
        0,
        "Sent 0, received 3 (0 reviews, 3 notes) from 1 device.\n",
        "",
    )
    clones("review", "--plain", "--db", "two.db", typed="\n3\nq\n")

    assert clones("sync", "--db", "two.db")[1] == "Sent 1, received 0.\n"
    assert clones("sync", "--db", "one.db")[1] == (
        "Sent 0, received 1 (1 review, 0 notes) from 1 device.\n"
    )
    assert clones("sync", "--db", "one.db")[1] == "Nothing to send, nothing new.\n"
    assert git("-C", "one", "status", "--porcelain") == ""


def test_push_that_comes_second_pulls_and_tries_again(
    clones: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clones("add", "cells.yaml", "--db", "two.db")
    other = git_log.GitLog.push

    def push(log: git_log.GitLog, device: str) -> None:
        monkeypatch.setattr(git_log.GitLog, "push", other)
        assert sync(clones, "one")[0] == 0
        other(log, device)

    monkeypatch.setattr(git_log.GitLog, "push", push)

    assert sync(clones, "two")[0] == 0

    tree = git("-C", "remote.git", "ls-tree", "-r", "--name-only", "HEAD")
    assert tree.count(".flashlog") == 2


def test_only_the_log_of_this_device_is_committed(clones: Run, tmp_path: Path) -> None:
    (tmp_path / "one" / "README").write_text("mine")
    git("-C", "one", "add", "README")

    assert sync(clones, "one")[0] == 0

    assert git("-C", "one", "status", "--porcelain") == "A  README\n"


def test_failed_push_is_reported_and_made_up_for(clones: Run, tmp_path: Path) -> None:
    sync(clones, "one")
    clones("review", "--plain", "--db", "one.db", typed="\n3\nq\n")
    (tmp_path / "remote.git").rename(tmp_path / "away.git")

    code, out, err = clones("sync", "--db", "one.db")

    assert (code, out) == (1, "")
    assert "git ls-remote: fatal: " in err
    (tmp_path / "away.git").rename(tmp_path / "remote.git")
    assert clones("sync", "--db", "one.db")[1] == "Sent 1, received 0.\n"
    assert sync(clones, "two")[1].startswith("Sent 0, received 4 ")


def test_lock_of_an_interrupted_git_is_named(
    clones: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_log, "_LOCK_S", 0)
    (tmp_path / "one" / ".git" / "index.lock").touch()

    code, out, err = sync(clones, "one")

    assert (code, out) == (1, "")
    assert ".git/index.lock: another git is at work there, or was interrupted" in err


def test_folder_without_git_is_refused(clones: Run, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    assert clones("sync", "plain", "--git") == (
        1,
        "",
        f"flash: {tmp_path / 'plain'}: not a working tree of git"
        " (make one with git clone)\n",
    )
