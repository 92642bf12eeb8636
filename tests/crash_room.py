"""Commands that are ended in the middle, and what must be true of the store then.

A scenario is a folder with a store and the words of a command.  However the command
ends, the folder afterwards must hold what it held before or what it holds when
nothing goes wrong, and nothing between; of a review it must hold every answer whose
next question was printed, once.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import faulty_disk
from srs_shelf import DAY_MS, NOON, add, contradictions, give, numbered

from bench.lives import fill, live
from cards.note import Basic, Note
from srs.cache import rebuild_cache
from srs.memory import Rating
from srs.options import Options, save_options, save_setting
from srs.store import Store, StoreError, open_store

ROOT = Path(__file__).parent.parent
RATINGS = "134213421342"
ASKED = "(Enter shows the answer"
_CARDS = 30
_OWN = ("_sqlite_migrations", "readers", "sqlite_sequence")
"""Tables that tell when and by whom a file was used."""


@dataclass(frozen=True)
class Scenario:
    """A command, and the folder that it is started in."""

    name: str
    words: tuple[str, ...]
    prepare: Callable[[Path], None]
    stdin: str = ""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def acknowledged(self) -> int:
        """Count the answers whose next question was shown."""
        return max(0, self.out.count(ASKED) - 1)


def _store(folder: Path, notes: int = _CARDS) -> Store:
    """Make a store with some answers in the past, and the file it was added from."""
    store = open_store(folder / "store.db", NOON)
    save_setting(store, "time_zone", "UTC")
    save_options(store, "", {"new_per_day": 9999, "learning_steps": [60, 600]})
    add(store, numbered(notes), NOON - 40 * DAY_MS, str(folder / "deck.yaml"))
    cards = [row[0] for row in store.rows("select id from cards order by position")]
    for index, card in enumerate(cards[: notes // 2]):
        for turn, rating in enumerate((3, 3, 1 + index % 4)):
            at = NOON - (30 - 5 * turn) * DAY_MS + index * 60_000
            give(store, card, Rating(rating), at)
    return store


def _fresh(folder: Path) -> None:
    (folder / "deck.yaml").write_text(_deck(range(_CARDS)), "utf-8")


def _deck(numbers: range, end: str = "") -> str:
    cards = "".join(
        f"  - front: A {n:03}\n    back: answer to A {n:03}{end if n % 5 == 0 else ''}\n"
        for n in numbers
    )
    return f"deck: A\ncards:\n{cards}"


def _reviewed(folder: Path) -> None:
    _store(folder).close()


def _edited(folder: Path) -> None:
    """Some cards changed, some gone, some new."""
    _store(folder).close()
    (folder / "deck.yaml").write_text(_deck(range(4, 2 * _CARDS), " now"), "utf-8")


def _with_package(folder: Path) -> None:
    """Beside the store a package with notes, reviews, a picture and a preset."""
    other = folder / "other"
    other.mkdir()
    (other / "p.png").write_bytes(os.urandom(5000))
    store = _store(other)
    picture = Note(Basic("![](p.png)", "a picture"), "B", file=str(other / "b.yaml"))
    add(store, [picture, *numbered(20, "B")], NOON - DAY_MS, str(other / "b.yaml"))
    new = store.rows("select id from cards where reps = 0 order by id desc limit 6")
    for index, (card,) in enumerate(new):
        give(store, card, Rating.GOOD, NOON - 60_000 + index)
    store.close()
    words = ("--db", "other/store.db", "export", "new.apkg", "--with-schedule")
    ended = run(folder, words)
    assert ended.code == 0, ended.err
    shutil.rmtree(other)
    _reviewed(folder)


def _lived(folder: Path) -> None:
    """Enough of a life to fit parameters to."""
    store = _store(folder, 150)
    ids = [row[0] for row in store.rows("select id from cards")]
    with store.transaction() as connection:
        connection.execute("delete from operations")
        connection.execute("delete from reviews")
    fill(store, live(ids, 540, 1))
    rebuild_cache(store, Options(store))
    store.close()


def _stricter(folder: Path) -> None:
    store = _store(folder)
    save_options(store, "", {"desired_retention": 0.97})
    store.close()


_ANSWERS = "".join(f"\n{rating}\n" for rating in RATINGS)

SCENARIOS: dict[str, Scenario] = {
    one.name: one
    for one in (
        Scenario("first add", ("add", "deck.yaml"), _fresh),
        Scenario("add", ("add", "deck.yaml", "--yes"), _edited),
        Scenario("review", ("review", "--plain"), _reviewed, _ANSWERS + "q\n"),
        Scenario("import", ("import", "new.apkg"), _with_package),
        Scenario("reschedule", ("reschedule",), _stricter),
        Scenario("backup", ("backup",), _reviewed),
        Scenario("config", ("config", "rollover", "13"), _reviewed),
        Scenario("undo", ("undo",), _reviewed),
        Scenario("optimize", ("optimize",), _lived),
    )
}


def start(
    folder: Path,
    words: tuple[str, ...],
    extra: dict[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> subprocess.Popen[str]:
    """Start a command in a folder.

    Args:
        folder: Where its store is.
        words: After `flash`.
        extra: More of the environment; by default its clock stands at noon.
        before: Run in the new process before the command.
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
) -> Ended:
    """Run a command in a folder till it ends."""
    process = start(folder, words, extra)
    out, err = process.communicate(stdin)
    return Ended(process.returncode, out, err)


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
        return found + self._bad_backups()

    def unfinished(self) -> list[str]:
        """Run the command once more; say what is wrong if it doesn't end its work."""
        ended = self.play()
        if ended.code == 0 and dump(self.store) == self.allowed[1]:
            return []
        return [f"run again, it ends with {ended.code}: {ended.err or 'other rows'}"]

    def _lost(self, ended: Ended, answers: list[int]) -> list[str]:
        """Compare the answers in the store with those that were given."""
        refused = ended.out.count("That was not saved")
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
