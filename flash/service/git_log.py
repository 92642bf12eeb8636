"""A log in a working tree of git: pull before a sync, commit and push after it.

Devices write files of their own only, and media files by their content, so there is
never a conflict; a push that comes second pulls and tries again.
"""

import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from cards.errors import FlashError
from cards.translate import _
from srs.sync.log import MEDIA

_TIMEOUT_S = 300
_LOCK_S = 3
_TRIES = 5
_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
"""No question for a password: there may be nobody to answer."""
_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "flash"), ("EMAIL", "flash@localhost"))
}
_OF_A_REPOSITORY = """
    GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_NAMESPACE GIT_COMMON_DIR
    GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
""".split()
"""They name the repository of the hook or the rebase that runs flash."""
_SUBJECT = "flash sync"
_REMOTE = ("ls-remote", "pull", "push")


def git_environment(more: Mapping[str, str]) -> dict[str, str]:
    """Return variables with which git finds the repository of a folder itself.

    Args:
        more: Further variables.
    """
    own = {k: v for k, v in os.environ.items() if k not in _OF_A_REPOSITORY}
    return own | dict(more)


class GitLog:
    """A folder that git carries."""

    def __init__(self, folder: str) -> None:
        """Keep the folder.

        Raises:
            FlashError: It is no working tree of git.
        """
        self._folder, self._environment = folder, git_environment(_ENVIRONMENT)
        if self._run("config", "user.email").returncode:
            self._environment |= _WHO  # the user has no name in git
        if self._run("rev-parse", "--is-inside-work-tree").returncode:
            message = _("not a git working tree")
            raise FlashError(message, _("make one with git clone"), folder)

    def pull(self) -> None:
        """Fetch what others pushed; changes that are not committed stay.

        Raises:
            FlashError: Git fails.
        """
        self._wait_for_lock()
        self._end_rebase()
        if not self._has_branch():
            return  # no remote, or nothing was pushed yet
        source: tuple[str, ...] = ()
        if self._run("rev-parse", "--verify", "@{upstream}").returncode:
            source = ("origin", self._output("symbolic-ref", "--short", "HEAD"))
        done = self._run("pull", "--quiet", "--rebase", "--autostash", *source)
        if done.returncode:
            self._run("rebase", "--abort")
            raise self._failed("pull", done)

    def push(self, device: str) -> None:
        """Commit and push what a device wrote, and media files.

        Raises:
            FlashError: Git fails; the next sync pushes it.
        """
        self._wait_for_lock()
        places = (Path(self._folder, one) for one in (device, MEDIA))
        written = [one.name for one in places if one.is_dir() and not one.is_symlink()]
        if written:
            self._check("add", "--", *written)
            if self._run("diff", "--cached", "--quiet", "--", *written).returncode:
                self._check("commit", "--quiet", "-m", _SUBJECT, "--", *written)
        if not self._output("remote"):
            return
        ahead = self._run("rev-list", "--count", "@{upstream}..HEAD")
        if ahead.returncode == 0 and ahead.stdout.strip() == "0":
            return
        for _try in range(_TRIES):
            done = self._run("push", "--quiet", "--set-upstream", "origin", "HEAD")
            if done.returncode == 0:
                return
            if "rejected" not in done.stderr and "fetch first" not in done.stderr:
                break
            self.pull()
        raise self._failed("push", done)

    def _has_branch(self) -> bool:
        if not self._output("remote"):
            return False
        done = self._run("ls-remote", "--heads", "origin")
        if done.returncode:
            raise self._failed("ls-remote", done)
        return bool(done.stdout.strip())

    def _end_rebase(self) -> None:
        """Abort the rebase of a pull that was interrupted.

        Raises:
            FlashError: It is one of the user.
        """
        folder = self._git_path("rebase-merge")
        if not folder.exists():
            return
        ends = [
            Path(folder, name).read_text("utf-8").strip()
            for name in ("onto", "orig-head")
            if Path(folder, name).exists()
        ]
        subjects = self._run("log", "--format=%s", "..".join(ends)).stdout
        if len(ends) < 2 or set(subjects.splitlines()) - {_SUBJECT}:
            hint = _("end it with git rebase --continue or --abort")
            raise FlashError(_("a rebase is in progress there"), hint, self._folder)
        self._check("rebase", "--abort")

    def _git_path(self, name: str) -> Path:
        return Path(self._folder, self._output("rev-parse", "--git-path", name))

    def _wait_for_lock(self) -> None:
        lock = self._git_path("index.lock")
        deadline = time.monotonic() + _LOCK_S
        while lock.exists():
            if time.monotonic() > deadline:
                message = _("another git process is running there, or was interrupted")
                hint = _("wait for it, or delete the file")
                raise FlashError(message, hint, str(lock))
            time.sleep(0.1)

    def _output(self, *words: str) -> str:
        return self._check(*words).stdout.strip()

    def _check(self, *words: str) -> "subprocess.CompletedProcess[str]":
        done = self._run(*words)
        if done.returncode:
            raise self._failed(words[0], done)
        return done

    def _run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        try:
            return subprocess.run(  # noqa: S603 - git, with words of our own
                ["git", "-C", self._folder, *words],  # noqa: S607 - the user's git
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_TIMEOUT_S,
                check=False,
            )
        except FileNotFoundError:
            raise FlashError(_("git is not installed"), _("install git")) from None
        except subprocess.TimeoutExpired:
            message = _("git {command} did not finish").format(command=words[0])
            hint = _("try again when the network is better")
            raise FlashError(message, hint, self._folder) from None

    def _failed(
        self, command: str, done: "subprocess.CompletedProcess[str]"
    ) -> FlashError:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        reason = next(
            (line for line in lines if line.startswith(("fatal", "error"))),
            lines[-1] if lines else str(done.returncode),
        )
        message = _("git {command}: {reason}").format(command=command, reason=reason)
        hint = _("run flash sync again")
        if command not in _REMOTE:
            hint = _("git status there shows more; then run flash sync again")
        return FlashError(message, hint, self._folder)
