"""Interrupt commands and check the store afterwards.

After any interruption the folder holds either its content before the command or its
content after a complete run.  After a review it holds every answer whose next
question was printed, exactly once.
"""

import json
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from functools import cached_property
from pathlib import Path
from typing import Any

import faulty_disk
from crash_process import Result, run, start
from crash_scenarios import RATINGS, Scenario
from store_fixtures import NOON, STAMP_TABLES, contradictions, table_rows

from srs.store.connection import StoreError
from srs.store.opening import open_store
from srs.store.operations import REDO

_OWN = ("_sqlite_migrations", "sqlite_sequence", *STAMP_TABLES)
"""Tables that record when and by whom a file was used."""


def store_problems(path: Path) -> list[str]:
    """Return the problems of a store, whatever its content."""
    try:
        with closing(open_store(path, NOON)) as store:
            if store.rows("pragma integrity_check") != [("ok",)]:
                return ["the store is corrupt"]
            found: list[str] = []
            if store.rows("pragma foreign_key_check"):
                found.append("rows violate foreign keys")
            if contradictions(store):
                found.append("card states differ from the review log")
    except StoreError as error:
        return [str(error)]
    return found


def ratings(path: Path) -> list[int]:
    """Return the ratings since noon."""
    store = open_store(path, NOON)
    sql = "select rating from reviews where id >= :noon order by id"
    rows = store.rows(sql, {"noon": NOON})
    store.close()
    return [row[0] for row in rows]


def dump(path: Path) -> str:
    """Return the content of a store as text that can be compared."""
    store = open_store(path, NOON)
    tables = [
        row[0]
        for row in store.rows("select name from sqlite_schema where type = 'table'")
    ]
    found = {
        table: table_rows(store, table) for table in sorted(tables) if table not in _OWN
    }
    store.close()
    # The counts for `flash due` follow the command in their own transaction.
    found["settings"] = [row for row in found["settings"] if "due_counts" not in row]
    # What an undo keeps for a redo has the stamps of the rows.
    found["operations"] = [
        tuple(map(_without_copy, row)) for row in found["operations"]
    ]
    return json.dumps(found)


def _without_copy(value: object) -> object:
    if not isinstance(value, str) or not value.startswith("{"):
        return value
    fields = json.loads(value)
    return json.dumps({name: fields[name] for name in fields if name != REDO})


def media(home: Path) -> dict[str, bytes]:
    """Read the imported media files, except unfinished ones."""
    files = home.glob("store.db.media/[!.]*")
    return {file.name: file.read_bytes() for file in files}


class CrashTrial:
    """A scenario prepared once and run many times."""

    def __init__(self, scenario: Scenario, folder: Path) -> None:
        """Prepare the scenario in a folder of its own."""
        self.scenario = scenario
        # The store contains paths, so every run uses the same folder.
        self.home = folder / "home"
        self._kept = folder / "kept"
        self._log = folder / "log"
        self._kept.mkdir(parents=True)
        self.home.mkdir()
        scenario.prepare(self.home)
        shutil.copytree(self.home, self._kept, dirs_exist_ok=True)

    def reset(self) -> None:
        """Restore the folder to its state before the command."""
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.copytree(self._kept, self.home)

    @property
    def store(self) -> Path:
        """Return the path of the store."""
        return self.home / "store.db"

    @cached_property
    def calls(self) -> list[faulty_disk.Call]:
        """Record the file operations of an undisturbed run."""
        self.reset()
        extra = faulty_disk.environment(self.home, log=self._log)
        result = self.run(extra)
        assert result.code == 0, result.err
        return faulty_disk.read_log(self._log)

    @cached_property
    def duration_ms(self) -> int:
        """Measure the duration of an undisturbed run."""
        self.reset()
        begun = time.perf_counter()
        self.run()
        return round(1000 * (time.perf_counter() - begun))

    @cached_property
    def allowed_dumps(self) -> tuple[str, str]:
        """Return the allowed contents: before the command and after a complete run."""
        self.reset()
        before = dump(self.store)
        result = self.run()
        assert result.code == 0, result.err
        self._media = media(self.home)
        return before, dump(self.store)

    def run(self, extra: dict[str, str] | None = None) -> Result:
        """Run the command in the folder as it is."""
        return run(self.home, self.scenario.words, self.scenario.stdin, extra)

    def killed_at(self, call: int) -> Result:
        """Run the command and kill it in the n-th call that changes a file."""
        self.reset()
        return self.run(faulty_disk.environment(self.home, kind="kill", at=call))

    def killed_after(self, seconds: float) -> Result:
        """Run the command and kill it after a time."""
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
        return Result(process.returncode, out, err)

    def failing_at(self, kind: str, call: int, times: int = 1) -> Result:
        """Run the command on a disk that fails the n-th call and maybe later ones."""
        self.reset()
        extra = faulty_disk.environment(self.home, kind=kind, at=call, times=times)
        return self.run(extra)

    def power_cuts(self, rng: random.Random, count: int) -> Iterator[Result]:
        """Simulate power cuts at random moments; leave the folder as it would be then."""
        calls = self.calls
        wanted = sorted(rng.randrange(len(calls) + 1) for _ in range(count))
        self.reset()
        disk, printed, applied = faulty_disk.Disk(self.home), b"", 0
        for moment in wanted:
            for call in calls[applied:moment]:
                if call.kind == "S":
                    printed += call.data
                else:
                    disk.apply(call)
            applied = moment
            shutil.rmtree(self.home, ignore_errors=True)
            self.home.mkdir()
            disk.cut_power(self.home, rng)
            yield Result(-9, printed.decode(), "")

    def problems(self, result: Result) -> list[str]:
        """Return the problems of the folder after an interrupted command."""
        found = store_problems(self.store)
        if "Traceback" in result.err:
            found.append(result.err)
        if found:
            return found
        if self.scenario.name == "review":
            found += self._lost(result, ratings(self.store))
        elif dump(self.store) not in self.allowed_dumps:
            found.append("the command was done in part")
        elif (
            dump(self.store) == self.allowed_dumps[1]
            and media(self.home) != self._media
        ):
            found.append("notes were imported without their media")
        return found + self._bad_backups()

    def rerun_problems(self) -> list[str]:
        """Run the command again; return problems if it does not complete."""
        result = self.run()
        if result.code == 0 and dump(self.store) == self.allowed_dumps[1]:
            return []
        return [
            f"run again, it exited with {result.code}: {result.err or 'other rows'}"
        ]

    def _lost(self, result: Result, answers: list[int]) -> list[str]:
        """Compare the answers in the store with those given."""
        refused = result.out.count("Not saved")
        if refused:
            # Each failed save skips one rating; which one depends on the failure.
            given = len(RATINGS) - refused
            is_whole = len(answers) == given if result.code == 0 else True
            return [] if is_whole else [f"{answers} of {given} answers"]
        kept = result.acknowledged
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
                found.append(f"{file.name} is not a backup")
        return found
