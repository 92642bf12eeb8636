"""Time to the first question of `flash review`, and from an answer to the next one.

Whole processes on a pty with a store of 100,000 cards and 1,000,000 reviews,
compared with importing the packages that such a program needs.
"""

import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from common import NOW_MS, make_store, seconds

_RUNS = 7
_ANSWERS = 200
_FULL = "import typer, sqlite_utils, fsrs, textual.app"
_PLAIN = "import typer, sqlite_utils, fsrs"


def imports(code: str) -> float:
    """Time a process that only imports."""
    return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True))


class Terminal:
    """A program on a pty."""

    def __init__(self, words: list[str], environment: dict[str, str]) -> None:
        self.started = time.perf_counter()
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.environ.update(environment)
            os.execv(sys.executable, [sys.executable, "-m", "flash", *words])
        self.seen = b""

    def wait_for(self, text: bytes, timeout: float = 20) -> float:
        """Read until a text appears; return the time."""
        end = time.perf_counter() + timeout
        while text not in self.seen:
            ready, _, _ = select.select([self.fd], [], [], end - time.perf_counter())
            if not ready:
                raise TimeoutError(self.seen[-500:])
            self.seen += os.read(self.fd, 65536)
        return time.perf_counter()

    def send(self, keys: bytes) -> float:
        """Send keys; forget earlier output."""
        self.seen = b""
        start = time.perf_counter()
        os.write(self.fd, keys)
        return start

    def kill(self) -> None:
        """Kill the process."""
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self.fd)


def first_question(words: list[str], environment: dict[str, str]) -> float:
    """Time a start until the question is shown."""
    terminal = Terminal(words, environment)
    shown = terminal.wait_for(b"What of number")
    terminal.kill()
    return shown - terminal.started


def answers(environment: dict[str, str]) -> list[float]:
    """Time answers on the full screen, from key press to next question."""
    terminal = Terminal(["review"], environment)
    terminal.wait_for(b"What of number")
    spent = []
    for _ in range(_ANSWERS):
        terminal.send(b" ")
        terminal.wait_for(b"Good")
        time.sleep(0.05)
        start = terminal.send(b"3")
        spent.append(terminal.wait_for(b"number") - start)
        time.sleep(0.05)
    terminal.kill()
    return spent


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "store.db"
        make_store(path, cards=100_000, reviews_each=10, folder=folder)
        print(f"store: {path.stat().st_size / 1e6:.0f} MB")
        now = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(NOW_MS / 1000))
        environment = {
            "FLASH_DB": str(path),
            "FLASH_NOW": now,
            "TERM": "xterm-256color",
        }
        figures: dict[str, list[float]] = {}
        runs: dict[str, Callable[[], float]] = {
            "imports, full": lambda: imports(_FULL),
            "review": lambda: first_question(["review"], environment),
            "imports, plain": lambda: imports(_PLAIN),
            "review --plain": lambda: first_question(
                ["review", "--plain"], environment
            ),
        }
        for _ in range(_RUNS):
            for label, run in runs.items():
                figures.setdefault(label, []).append(run())
        result = {label: statistics.median(times) for label, times in figures.items()}
        for label, median in result.items():
            print(f"{label:<16}{median * 1000:7.0f} ms")
        print(f"full  {result['review'] / result['imports, full']:.2f} x")
        print(f"plain {result['review --plain'] / result['imports, plain']:.2f} x")
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "flash", "stats", "--json"],
            check=True,
            capture_output=True,
            env={**os.environ, **environment},
        )
        print(f"stats {time.perf_counter() - start:.2f} s")
        spent = sorted(answers(environment))
        print(
            f"answer: median {statistics.median(spent) * 1000:.1f} ms, "
            f"99th percentile {spent[int(len(spent) * 0.99) - 1] * 1000:.1f} ms"
        )


if __name__ == "__main__":
    main()
