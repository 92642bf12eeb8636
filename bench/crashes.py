"""Interrupt commands in many ways and count lost data.

Kills in a call that changes a file, kills at any moment, power cuts, failing and full
disks, and concurrent commands.  The scenarios are those of the tests
(`tests/crash_harness.py`), repeated more often.  As root, a small tmpfs is filled
completely as well.

    PYTHONPATH=.:tests python bench/crashes.py --rounds 100
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import faulty_disk
from crash_harness import CrashTrial, ratings, store_problems
from crash_process import Result, run, start
from crash_scenarios import RATINGS, SCENARIOS
from store_fixtures import NOON

from srs.store.opening import open_store

_AGAIN = ("first add", "add", "import")
"""Commands that may be run again after a crash."""


class Tally:
    """Counts of trials and failures."""

    def __init__(self) -> None:
        self.trials: Counter[str] = Counter()
        self.failures: Counter[str] = Counter()

    def record(self, way: str, where: str, problems: list[str]) -> None:
        """Count a trial and print its failures."""
        self.trials[way] += 1
        for problem in problems:
            self.failures[way] += 1
            print(f"! {way}, {where}: {problem[-600:]}", flush=True)


def kills(trial: CrashTrial, rng: random.Random, rounds: int, tally: Tally) -> None:
    last = faulty_disk.count_fault_points(trial.calls)
    name = trial.scenario.name
    for number in range(rounds):
        if number % 2:
            at = rng.randint(1, last)
            result, way = trial.killed_at(at), "killed in a call"
            where = f"{name} in call {at} of {last}"
        else:
            after = rng.uniform(0, 1.1) * trial.duration_ms / 1000
            result, way = trial.killed_after(after), "killed at any moment"
            where = f"{name} after {after:.3f} s"
        found = trial.problems(result)
        if number % 2 and result.code != -signal.SIGKILL:
            found.append("was not killed")
        if name in _AGAIN and not found and number % 5 == 0:
            found += trial.rerun_problems()
        tally.record(way, where, found)


def power_cuts(
    trial: CrashTrial, rng: random.Random, rounds: int, tally: Tally
) -> None:
    for result in trial.power_cuts(rng, rounds):
        tally.record("power cut", trial.scenario.name, trial.problems(result))


def failures(trial: CrashTrial, rng: random.Random, rounds: int, tally: Tally) -> None:
    last = faulty_disk.count_fault_points(trial.calls)
    for _ in range(rounds):
        kind = rng.choice(("eio", "enospc", "erofs", "read"))
        at, times = rng.randint(1, last), rng.choice((1, 2, 5, 1_000_000))
        result = trial.failing_at(kind, at, times)
        found = trial.problems(result) + unreported(result)
        where = f"{trial.scenario.name}: {kind} in call {at} and {times - 1} more"
        tally.record(f"disk error ({kind})", where, found)


def unreported(result: Result) -> list[str]:
    """Describe a failure without a message."""
    if result.code == 0 or (result.code == 1 and result.err):
        return []
    return [f"ended with {result.code}: {result.err}"]


def full_disks(rng: random.Random, rounds: int, tally: Tally) -> None:
    """Review with only a few kilobytes of disk space left."""
    with tempfile.TemporaryDirectory() as folder, SmallDisk(folder) as disk:
        if disk is None:
            print("skipped the small disk: needs root")
            return
        for _ in range(rounds):
            for file in disk.rglob("*"):
                if file.is_file():
                    file.unlink()
            SCENARIOS["review"].prepare(disk)
            fill(disk, rng.randrange(0, 120) * 1024)
            words = ("review", "--plain")
            answers = "".join(f"\n{rating}\n" for rating in RATINGS)
            result = run(disk, words, answers + "q\n")
            (disk / "filling").unlink()
            refused = result.out.count("Not saved")
            given = len(RATINGS) - refused if result.code == 0 else None
            kept = len(ratings(disk / "store.db"))
            found = store_problems(disk / "store.db") + unreported(result)
            if given is not None and kept != given:
                found.append(f"{kept} of {given} answers")
            tally.record("disk nearly full", "review", found)


class SmallDisk:
    """Context manager: a tmpfs of two megabytes; None without root."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __enter__(self) -> Path | None:
        command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", self._folder]
        done = subprocess.run(command, check=False, capture_output=True)
        self._is_mounted = done.returncode == 0
        return Path(self._folder) if self._is_mounted else None

    def __exit__(self, *error: object) -> None:
        if self._is_mounted:
            subprocess.run(["umount", self._folder], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave only that many bytes free."""
    state = os.statvfs(disk)
    (disk / "filling").write_bytes(
        bytes(max(0, state.f_bavail * state.f_frsize - left))
    )


def concurrent(rng: random.Random, rounds: int, tally: Tally) -> None:
    """Start two to ten commands at once on one store."""
    live = {"FLASH_NOW": ""}
    answers = "".join(f"\n{rating}\n" for rating in RATINGS) + "q\n"
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            SCENARIOS["import"].prepare(home)
            before = reviews(home)
            commands = list(some_commands(rng, rng.randint(2, 10)))
            processes = [start(home, words, live) for words in commands]
            result: list[Result] = []
            for process in processes:
                out, err = process.communicate(answers, timeout=120)
                result.append(Result(process.returncode, out, err))
            found = store_problems(home / "store.db")
            found += [process.err for process in result if process.code]
            imported = 6 if ("import", "new.apkg") in commands else 0
            given = sum(one.recorded for one in result)
            if reviews(home) != before + imported + given:
                found.append(f"{reviews(home)} of {before} + {imported} + {given}")
            tally.record("at once", " · ".join(" ".join(w) for w in commands), found)


def some_commands(rng: random.Random, count: int) -> Iterator[tuple[str, ...]]:
    yield ("review", "--plain")
    others = [("review", "--plain"), ("import", "new.apkg"), ("backup",)]
    others += [("config", "rollover", str(hour)) for hour in (3, 13)]
    others += [("stats",), ("list", "--json")]
    for _ in range(count - 1):
        words = rng.choice(others)
        yield words


def reviews(home: Path) -> int:
    store = open_store(home / "store.db", NOON)
    found = int(store.row("select count(*) from reviews where rating > 0")[0])
    store.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="rounds per command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="run only this command")
    given = parser.parse_args()
    rng, tally, start_time = random.Random(given.seed), Tally(), time.monotonic()
    for name in [given.only] if given.only else SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            trial = CrashTrial(SCENARIOS[name], Path(folder) / "room")
            kills(trial, rng, given.rounds, tally)
            failures(trial, rng, given.rounds // 2, tally)
            power_cuts(trial, rng, given.rounds * 4, tally)
            print(f"{name}: {sum(tally.trials.values())} so far", flush=True)
    if not given.only:
        full_disks(rng, given.rounds, tally)
        concurrent(rng, given.rounds, tally)
    for way, count in tally.trials.items():
        print(f"{way:<24}{count:>7} trials  {tally.failures[way]:>4} failures")
    print(f"{time.monotonic() - start_time:.0f} s")
    sys.exit(bool(tally.failures))


if __name__ == "__main__":
    main()
