"""Run commands of flash as processes."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
ASKED = "(Enter shows the answer"


@dataclass(frozen=True)
class Result:
    """Exit code and output of a command."""

    code: int
    out: str
    err: str

    @property
    def acknowledged(self) -> int:
        """Count the answers whose next question was shown."""
        return max(0, self.out.count(ASKED) - 1)

    @property
    def recorded(self) -> int:
        """Count the ratings that a review asked for and did not refuse."""
        return self.out.count("(1 Again") - self.out.count("not recorded")


def start(
    folder: Path,
    words: tuple[str, ...],
    extra: dict[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """Start a command in a folder.

    Args:
        folder: Where its store is.
        words: Arguments of `flash`.
        extra: Environment variables to add; by default the clock is fixed at noon.
        before: Called in the new process before the command.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "FLASH_DB": str(folder / "store.db"),
        "FLASH_NOW": "2026-11-23T12:00:00+00:00",
        "TZ": "UTC",
        "LANG": "C.UTF-8",
        "RAYON_NUM_THREADS": "1",
        **(extra or {}),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "flash", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=folder,
        preexec_fn=before,  # noqa: PLW1509 - these tests start no threads
    )


def run(
    folder: Path,
    words: tuple[str, ...],
    stdin: str = "",
    extra: dict[str, str] | None = None,
) -> Result:
    """Run a command in a folder until it ends."""
    process = start(folder, words, extra)
    out, err = process.communicate(stdin)
    return Result(process.returncode, out, err)
