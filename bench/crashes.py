"""Commands end in every way, many times; counted is what was lost.

Kills in a call that changes a file, kills at any moment, power cuts of a disk that
syncs as it says, disks that fail or are full, programs at once.  The rooms are
those of the tests (`tests/crash_harness.py`), played longer.  As root, a small disk of
its own (tmpfs) is filled to its last byte as well.

    PYTHONPATH=tests:. python bench/crashes.py --rounds 100
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import faulty_disk
from crash_harness import Room, ratings, wrong
from crash_process import Ended, run, start
from crash_scenarios import RATINGS, SCENARIOS
from store_fixtures import NOON

from srs.store.opening import open_store

_AGAIN = ("first add", "add", "import")
"""Commands that may simply be run once more."""


class Tally:
    """How often something was tried, and what went wrong."""

    def __init__(self) -> None:
        self.tried: Counter[str] = Counter()
        self.wrong: Counter[str] = Counter()

    def take(self, way: str, where: str, complaints: list[str]) -> None:
        """Count one try and tell what was wrong."""
        self.tried[way] += 1
        for complaint in complaints:
            self.wrong[way] += 1
            print(f"! {way}, {where}: {complaint[-600:]}", flush=True)


def kills(room: Room, dice: random.Random, rounds: int, tally: Tally) -> None:
    last = faulty_disk.counted(room.calls)
    name = room.scenario.name
    for number in range(rounds):
        if number % 2:
            at = dice.randint(1, last)
            ended, way = room.killed_at(at), "killed in a call"
            where = f"{name} in call {at} of {last}"
        else:
            after = dice.uniform(0, 1.1) * room.milliseconds / 1000
            ended, way = room.killed_after(after), "killed at any moment"
            where = f"{name} after {after:.3f} s"
        found = room.complaints(ended)
        if number % 2 and ended.code != -signal.SIGKILL:
            found.append("was not killed")
        if name in _AGAIN and not found and number % 5 == 0:
            found += room.unfinished()
        tally.take(way, where, found)


def power_cuts(room: Room, dice: random.Random, rounds: int, tally: Tally) -> None:
    for ended in room.power_cuts(dice, rounds):
        tally.take("power cut", room.scenario.name, room.complaints(ended))


def failures(room: Room, dice: random.Random, rounds: int, tally: Tally) -> None:
    last = faulty_disk.counted(room.calls)
    for _ in range(rounds):
        kind = dice.choice(("eio", "enospc", "erofs", "read"))
        at, times = dice.randint(1, last), dice.choice((1, 2, 5, 1_000_000))
        ended = room.failing_at(kind, at, times)
        found = room.complaints(ended) + untold(ended)
        where = f"{room.scenario.name}: {kind} in call {at} and {times - 1} more"
        tally.take(f"disk refuses ({kind})", where, found)


def untold(ended: Ended) -> list[str]:
    """Say whether a command that failed said nothing of it."""
    if ended.code == 0 or (ended.code == 1 and ended.err):
        return []
    return [f"ended with {ended.code}: {ended.err}"]


def full_disks(dice: random.Random, rounds: int, tally: Tally) -> None:
    """Review on a disk with only some kilobytes left."""
    with tempfile.TemporaryDirectory() as folder, SmallDisk(folder) as disk:
        if disk is None:
            print("no small disk: that needs root")
            return
        for _ in range(rounds):
            for file in disk.rglob("*"):
                if file.is_file():
                    file.unlink()
            SCENARIOS["review"].prepare(disk)
            fill(disk, dice.randrange(0, 120) * 1024)
            words = ("review", "--plain")
            answers = "".join(f"\n{rating}\n" for rating in RATINGS)
            ended = run(disk, words, answers + "q\n")
            (disk / "filling").unlink()
            refused = ended.out.count("That was not saved")
            given = len(RATINGS) - refused if ended.code == 0 else None
            kept = len(ratings(disk / "store.db"))
            found = wrong(disk / "store.db") + untold(ended)
            if given is not None and kept != given:
                found.append(f"{kept} of {given} answers")
            tally.take("disk of a few kilobytes", "review", found)


class SmallDisk:
    """A tmpfs of two megabytes for the time of a block; None without root."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def __enter__(self) -> Path | None:
        command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", self._folder]
        done = subprocess.run(command, check=False, capture_output=True)
        self._is_there = done.returncode == 0
        return Path(self._folder) if self._is_there else None

    def __exit__(self, *error: object) -> None:
        if self._is_there:
            subprocess.run(["umount", self._folder], check=True)


def fill(disk: Path, left: int) -> None:
    """Leave only so many bytes."""
    state = os.statvfs(disk)
    (disk / "filling").write_bytes(
        bytes(max(0, state.f_bavail * state.f_frsize - left))
    )


def together(dice: random.Random, rounds: int, tally: Tally) -> None:
    """Start two to ten commands at once on one store."""
    live = {"FLASH_NOW": ""}
    answers = "".join(f"\n{rating}\n" for rating in RATINGS) + "q\n"
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            home = Path(folder)
            SCENARIOS["import"].prepare(home)
            before = reviews(home)
            commands = list(some_commands(dice, dice.randint(2, 10)))
            processes = [start(home, words, live) for words in commands]
            ended: list[Ended] = []
            for process in processes:
                out, err = process.communicate(answers, timeout=120)
                ended.append(Ended(process.returncode, out, err))
            found = wrong(home / "store.db")
            found += [one.err for one in ended if one.code]
            brought = 6 if ("import", "new.apkg") in commands else 0
            given = sum(told_answers(one) for one in ended)
            if reviews(home) != before + brought + given:
                found.append(f"{reviews(home)} of {before} + {brought} + {given}")
            tally.take("at once", " · ".join(" ".join(w) for w in commands), found)


def some_commands(dice: random.Random, count: int) -> Iterator[tuple[str, ...]]:
    yield ("review", "--plain")
    others = [("review", "--plain"), ("import", "new.apkg"), ("backup",)]
    others += [("config", "rollover", str(hour)) for hour in (3, 13)]
    others += [("stats",), ("list", "--json")]
    for _ in range(count - 1):
        words = dice.choice(others)
        yield words


def reviews(home: Path) -> int:
    store = open_store(home / "store.db", NOON)
    found = int(store.row("select count(*) from reviews where rating > 0")[0])
    store.close()
    return found


def told_answers(ended: Ended) -> int:
    told = re.search(r"^(\d+) answers?, \d+ % right, ", ended.out, re.MULTILINE)
    return int(told[1]) if told else 0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=50, help="of each command")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="the name of one command")
    given = parser.parse_args()
    dice, tally, begun = random.Random(given.seed), Tally(), time.monotonic()
    for name in [given.only] if given.only else SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            room = Room(SCENARIOS[name], Path(folder) / "room")
            kills(room, dice, given.rounds, tally)
            failures(room, dice, given.rounds // 2, tally)
            power_cuts(room, dice, given.rounds * 4, tally)
            print(f"{name}: {sum(tally.tried.values())} so far", flush=True)
    if not given.only:
        full_disks(dice, given.rounds, tally)
        together(dice, given.rounds, tally)
    for way, count in tally.tried.items():
        print(f"{way:<24}{count:>7} times  {tally.wrong[way]:>4} wrong")
    print(f"{time.monotonic() - begun:.0f} s")
    sys.exit(bool(tally.wrong))


if __name__ == "__main__":
    main()
