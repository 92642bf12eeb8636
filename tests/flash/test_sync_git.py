"""`flash sync --git`: two clones of one repository."""

import os
import shutil
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
    assert (
        ".git/index.lock: another git process is running there, or was interrupted"
        in err
    )


def test_folder_without_git_is_refused(clones: Run, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()

    assert clones("sync", "plain", "--git") == (
        1,
        "",
        f"flash: {tmp_path / 'plain'}: not a git working tree"
        " (make one with git clone)\n",
    )


def stopping_git(folder: Path, word: str, then: str) -> str:
    """Return a search path with a git that runs a command at one word."""
    real = shutil.which("git")
    folder.mkdir()
    script = folder / "git"
    script.write_text(
        f'#!/bin/sh\nfor one in "$@"; do case $one in {word}) {then};; esac; done\n'
        f'exec {real} "$@"\n'
    )
    script.chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def test_sync_interrupted_before_its_commit_goes_on(
    clones: Run, tmp_path: Path
) -> None:
    sync(clones, "one")
    sync(clones, "two")
    clones("review", "--plain", "--db", "one.db", typed="\n3\nq\n")
    clones("review", "--plain", "--db", "two.db", typed="\n3\nq\n")
    clones("sync", "--db", "two.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", stopping_git(tmp_path / "bin", "commit", "exit 1"))
        code, out, err = clones("sync", "--db", "one.db")
    assert (code, out) == (1, "")
    assert "git commit: 1 (git status there shows more; then run flash --db" in err

    assert clones("sync", "--db", "one.db")[0] == 0

    assert clones("sync", "--db", "two.db")[1].startswith("Sent 0, received 1 ")
    assert git("-C", "one", "status", "--porcelain") == ""


def test_changes_of_the_user_in_the_folder_stay(clones: Run, tmp_path: Path) -> None:
    sync(clones, "one")
    (tmp_path / "one" / "README").write_text("mine\n")
    git("-C", "one", "add", "README")
    git(
        "-C",
        "one",
        "-c",
        "user.name=I",
        "-c",
        "user.email=i@i",
        "commit",
        "-qm",
        "mine",
    )
    sync(clones, "one")
    sync(clones, "two")
    clones("review", "--plain", "--db", "two.db", typed="\n3\nq\n")
    clones("sync", "--db", "two.db")
    (tmp_path / "one" / "README").write_text("changed\n")
    (tmp_path / "one" / "new").write_text("new\n")
    git("-C", "one", "add", "new")

    assert clones("sync", "--db", "one.db")[1].startswith("Sent 0, received 1 ")

    assert (tmp_path / "one" / "README").read_text() == "changed\n"
    assert git("-C", "one", "status", "--porcelain").split() == [
        *("M", "README", "A", "new")
    ]


@pytest.mark.parametrize("is_own", [True, False])
def test_rebase_in_progress_is_aborted_only_if_it_is_of_flash(
    clones: Run, tmp_path: Path, is_own: bool
) -> None:
    sync(clones, "one")
    sync(clones, "two")
    for name in ("one", "two"):
        clones("review", "--plain", "--db", f"{name}.db", typed="\n3\nq\n")
    clones("sync", "--db", "two.db")
    one = tmp_path / "one"
    git("-C", "one", "fetch", "--quiet")
    subject = "flash sync" if is_own else "my own"
    who = ("-c", "user.name=I", "-c", "user.email=i@i")
    git("-C", "one", *who, "commit", "--quiet", "--allow-empty", "-m", subject)
    stopped = ["git", "-C", "one", *who, "rebase", "-x", "kill -9 $PPID", "@{upstream}"]
    subprocess.run(stopped, capture_output=True, check=False)
    assert (one / ".git" / "rebase-merge").exists()

    code, out, err = clones("sync", "--db", "one.db")

    if is_own:
        assert (code, err) == (0, "")
        assert clones("sync", "--db", "two.db")[1].startswith("Sent 0, received 1 ")
    else:
        assert err == (
            f"flash: {one}: a rebase is in progress there"
            " (end it with git rebase --continue or --abort)\n"
        )


def test_folder_that_a_peer_made_a_link_is_not_written_through(
    clones: Run, tmp_path: Path
) -> None:
    sync(clones, "one")
    sync(clones, "two")
    clones("review", "--plain", "--db", "two.db", typed="\n3\nq\n")
    sync(clones, "two")
    (file,) = (tmp_path / "one").glob("*/*.flashlog")
    theirs = tmp_path / "two" / file.parent.name
    (tmp_path / "elsewhere").mkdir()
    shutil.rmtree(theirs)
    theirs.symlink_to(tmp_path / "elsewhere")
    who = ("-c", "user.name=I", "-c", "user.email=i@i")
    git("-C", "two", "add", "--all")
    git("-C", "two", *who, "commit", "--quiet", "-m", "link")
    git("-C", "two", "push", "--quiet")
    clones("review", "--plain", "--db", "one.db", typed="\n3\nq\n")

    code, out, err = clones("sync", "--db", "one.db")

    assert (code, out) == (1, "")
    assert f"{file.parent}: a symbolic link, which is not followed in a log" in err
    assert list((tmp_path / "elsewhere").iterdir()) == []
    assert git("-C", "one", "status", "--porcelain") == ""


def test_a_sync_in_a_hook_of_another_repository_leaves_that(
    clones: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git("init", "--quiet", "other")
    with monkeypatch.context() as hook:
        hook.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
        hook.setenv("GIT_INDEX_FILE", str(tmp_path / "other" / ".git" / "index"))
        assert sync(clones, "one")[0] == 0

    assert git("-C", "one", "log", "--format=%s") == "flash sync\n"
    assert git("-C", "other", "count-objects").startswith("0 objects")
