"""Commands that are ended in the middle, and what must be true of the store then.

However a command ends, its folder afterwards must hold what it held before or what
it holds when nothing goes wrong, and nothing between; of a review it must hold every
answer whose next question was printed, once.
"""

import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import faulty_disk
from crash_process import Ended, run, start
from crash_scenarios import RATINGS, Scenario
from store_fixtures import NOON, contradictions

from srs.store.connection import StoreError
from srs.store.opening import open_store

_OWN = ("_sqlite_migrations", "readers", "sqlite_sequence")
"""Tables that tell when and by whom a file was used."""


def wrong(path: Path) -> list[str]:
    """Say what is wrong with a store, whatever it should hold."""
    try:
        store = open_store(path, NOON)
    except StoreError as error:
        return [str(error)]
    found: list[str] = []
    if store.rows("pragma integrity_check") != [("ok",)]:
        found.append("the store is damaged")
    if store.rows("pragma foreign_key_check"):
        found.append("rows of the store lack what they belong to")
    if contradictions(store):
        found.append("cards say other than their log")
    store.close()
    return found


def ratings(path: Path) -> list[int]:
    """Read the answers that were given since noon."""
    store = open_store(path, NOON)
    sql = "select rating from reviews where id >= :noon order by id"
    rows = store.rows(sql, {"noon": NOON})
    store.close()
    return [row[0] for row in rows]


def dump(path: Path) -> str:
    """Write out all that a store holds, as text that can be compared."""
    store = open_store(path, NOON)
    tables = [
        row[0]
        for row in store.rows("select name from sqlite_schema where type = 'table'")
    ]
    found = {
        table: store.rows(f"select * from {table} order by 1, 2")
        for table in sorted(tables)
        if table not in _OWN
    }
    store.close()
    return json.dumps(found)


def media(home: Path) -> dict[str, bytes]:
    """Read the pictures that came along, those that are still unpacked left out."""
    files = home.glob("store.db.media/[!.]*")
    return {file.name: file.read_bytes() for file in files}


class Room:
    """A scenario prepared once and played many times."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        """Prepare it under a folder of its own."""
        self.scenario = scenario
        # What the files are called is part of what a store holds.
        self.home = folder / "home"
        self._kept = folder / "kept"
        self._spare = folder / "spare"
        self._log = folder / "log"
        self._kept.mkdir(parents=True)
        self.home.mkdir()
        scenario.prepare(self.home)
        shutil.copytree(self.home, self._kept, dirs_exist_ok=True)

    def reset(self) -> None:
        """Put the folder back to what it was before the command."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self._kept, self.home)

    @property
    def store(self) -> Path:
        """Give the file of the store."""
        return self.home / "store.db"

    @cached_property
    def calls(self) -> list[faulty_disk.Call]:
        """Record what the command does to its files when nothing goes wrong."""
        self.reset()
        extra = faulty_disk.environment(self.home, log=self._log)
        ended = self.play(extra)
        assert ended.code == 0, ended.err
        return faulty_disk.read_log(self._log)

    @cached_property
    def milliseconds(self) -> int:
        """Measure how long the command takes."""
        self.reset()
        begun = time.perf_counter()
        self.play()
        return round(1000 * (time.perf_counter() - begun))

    @cached_property
    def allowed(self) -> tuple[str, str]:
        """Give what the store may hold afterwards: nothing or all of it."""
        self.reset()
        before = dump(self.store)
        ended = self.play()
        assert ended.code == 0, ended.err
        self._media = media(self.home)
        return before, dump(self.store)

    def play(self, extra: dict[str, str] | None = None) -> Ended:
        """Run the command as the folder is."""
        return run(self.home, self.scenario.words, self.scenario.stdin, extra)

    def killed_at(self, call: int) -> Ended:
        """Run the command and kill it in the n-th call that changes a file."""
        self.reset()
        return self.play(faulty_disk.environment(self.home, kind="kill", at=call))

    def killed_after(self, seconds: float) -> Ended:
        """Run the command and kill it after some time."""
        self.reset()
        process = start(self.home, self.scenario.words)
        assert process.stdin is not None
        try:
            process.stdin.write(self.scenario.stdin)
            process.stdin.close()
        except BrokenPipeError:
            pass
        process.stdin = None
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        out, err = process.communicate()
        return Ended(process.returncode, out, err)

    def failing_at(self, kind: str, call: int, times: int = 1) -> Ended:
        """Run the command on a disk that refuses the n-th call, and perhaps more."""
        self.reset()
        extra = faulty_disk.environment(self.home, kind=kind, at=call, times=times)
        return self.play(extra)

    def power_cuts(self, dice: random.Random, count: int) -> Iterator[Ended]:
        """Cut the power at some moments of the command; the folder is what is left."""
        calls = self.calls
        wanted = sorted(dice.randrange(len(calls) + 1) for _ in range(count))
        self.reset()
        disk, said, taken = faulty_disk.Disk(self.home), b"", 0
        for moment in wanted:
            for call in calls[taken:moment]:
                if call.what == "S":
                    said += call.data
                else:
                    disk.take(call)
            taken = moment
            shutil.rmtree(self.home, ignore_errors=True)
            self.home.mkdir()
            disk.cut(self.home, dice)
            yield Ended(-9, said.decode(), "")

    def complaints(self, ended: Ended) -> list[str]:
        """Say what is wrong with the folder after a command that ended somehow."""
        found = wrong(self.store)
        if "Traceback" in ended.err:
            found.append(ended.err)
        if found:
            return found
        if self.scenario.name == "review":
            found += self._lost(ended, ratings(self.store))
        elif dump(self.store) not in self.allowed:
            found.append("the store holds a part of what was to be done")
        elif dump(self.store) == self.allowed[1] and media(self.home) != self._media:
            found.append("notes are there without their pictures")
        return found + self._bad_backups()

    def unfinished(self) -> list[str]:
        """Run the command once more; say what is wrong if it doesn't end its work."""
        ended = self.play()
        if ended.code == 0 and dump(self.store) == self.allowed[1]:
            return []
        return [f"run again, it ends with {ended.code}: {ended.err or 'other rows'}"]

    def _lost(self, ended: Ended, answers: list[int]) -> list[str]:
        """Compare the answers in the store with those that were given."""
        refused = ended.out.count("Not saved")
        if refused:
            # Each refusal took one of the ratings; which, the next ones tell.
            given = len(RATINGS) - refused
            is_whole = len(answers) == given if ended.code == 0 else True
            return [] if is_whole else [f"{answers} of {given} answers"]
        kept = ended.acknowledged
        wanted = [int(rating) for rating in RATINGS]
        if answers in (wanted[:kept], wanted[: kept + 1]):
            return []
        return [f"of {wanted[:kept]} the store has {answers}"]

    def _bad_backups(self) -> list[str]:
        found: list[str] = []
        for file in self.home.glob("store.db.backups/*"):
            if file.suffix != ".db":
                continue
            copy: dict[str, Any] = json.loads(dump(file))
            if not copy["cards"] and self.scenario.name != "first add":
                found.append(f"{file.name} is no backup")
        return found
