"""A damaged store is kept, and rebuilt from its backup and the log of the devices."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import CELLS, Run

PAGE = 4096
STORE = Path("store.db")


def without_header(data: bytearray) -> None:
    data[:100] = bytes(100)


def without_middle(data: bytearray) -> None:
    data[3 * PAGE : -5 * PAGE] = bytes(len(data) - 8 * PAGE)


def truncated(data: bytearray) -> None:
    del data[len(data) // 2 :]


Damage = Callable[[bytearray], None]
every_damage = pytest.mark.parametrize(
    "damage", [without_header, without_middle, truncated]
)


@pytest.fixture
def store(flash: Run) -> Run:
    """A store with an answer, and no write-ahead log beside it."""
    Path("cells.yaml").write_text(CELLS, "utf-8")
    flash("add", "cells.yaml")
    answer(flash, "2026-11-21T09:00:00+00:00")
    return flash


def answer(flash: Run, now: str) -> None:
    assert flash("review", "--plain", typed="\n3\nq\n", now=now)[0] == 0


def break_store(damage: Damage) -> bytes:
    data = bytearray(STORE.read_bytes())
    damage(data)
    STORE.write_bytes(data)
    return bytes(data)


def answers(flash: Run) -> int:
    return sum(one["reps"] for one in flash.json("list"))


@every_damage
@pytest.mark.parametrize("has_backup", [True, False])
def test_a_damaged_store_is_rebuilt_with_its_log(
    store: Run, damage: Damage, has_backup: bool
) -> None:
    Path("log").mkdir()
    store("sync", "log")
    answer(store, "2026-11-22T09:00:00+00:00")
    store("sync")
    for file in Path("store.db.backups").glob("*"):
        if not has_backup or "-22T" in file.name:
            file.unlink()
    broken = break_store(damage)

    code, out, _ = store("doctor")
    assert code == 1
    origin = "the backup of 2026-11-21 09:00 (UTC) and the log" if has_backup else ""
    assert f"--fix: rebuilt from {origin or 'the log'} {Path('log').absolute()}" in out
    assert STORE.read_bytes() == broken
    code, out, err = store("doctor", "--fix")

    assert (code, err) == (0, "")
    assert ("received" in out) == has_backup
    kept = Path(out.split("is kept: ")[1].splitlines()[0])
    assert kept.read_bytes() == broken
    assert answers(store) == 2
    assert store("doctor") == (0, "No problems found.\n", "")
    assert store("sync") == (0, "Nothing to send, nothing new.\n", "")


@every_damage
def test_without_a_log_the_user_is_told_what_is_lost(
    store: Run, damage: Damage
) -> None:
    answer(store, "2026-11-21T10:00:00+00:00")
    broken = break_store(damage)

    code, out, err = store("doctor", "--fix")

    assert (code, err) == (1, "")
    assert out.splitlines()[0].endswith(
        "('flash restore 2026-11-21T090000.db' goes back to 2026-11-21 09:00 (UTC);"
        " answers since then are lost)"
    )
    assert out.splitlines()[1:] == [
        "First try to recover the rest into a new store, see docs/data-model.md:",
        "  flash doctor --db new.db",
        f"  sqlite3 {STORE.absolute()} .recover | sqlite3 new.db",
        "  flash doctor --db new.db --fix",
        "  flash restore new.db",
    ]
    assert STORE.read_bytes() == broken

    assert store("restore", "2026-11-21T090000.db", "--yes")[0] == 0
    [kept] = Path("store.db.backups").glob("*.damaged")
    assert kept.read_bytes() == broken
    assert answers(store) == 1


@every_damage
def test_without_a_log_or_a_backup_nothing_is_touched(
    store: Run, damage: Damage
) -> None:
    for file in Path("store.db.backups").glob("*"):
        file.unlink()
    broken = break_store(damage)

    code, out, _ = store("doctor", "--fix")

    assert code == 1
    assert "(there is no backup, and no log of other devices)\n" in out
    assert STORE.read_bytes() == broken


def test_a_damaged_backup_is_passed_over(store: Run) -> None:
    store("backup")
    newest = Path("store.db.backups", "2026-11-23T090000.db")
    data = newest.read_bytes()
    newest.write_bytes(data[: len(data) // 2])
    break_store(truncated)

    assert "'flash restore 2026-11-21T090000.db'" in store("doctor")[1]


def test_without_its_log_the_store_is_that_of_the_backup(store: Run) -> None:
    Path("log").mkdir()
    store("sync", "log")
    Path("log").rename("elsewhere")
    break_store(without_header)

    code, out, err = store("doctor", "--fix")

    assert (code, "is kept" in out) == (1, True)
    assert "no such folder (create the folder first, or mount it)" in err
    assert answers(store) == 1
    Path("elsewhere").rename("log")
    assert store("sync", "--yes")[0] == 0


def test_another_file_is_no_store_to_rebuild(flash: Run) -> None:
    Path("notes.txt").write_text("my notes\n" * 900)

    code, out, _ = flash("doctor", "--fix", "--db", "notes.txt")

    assert (code, "file is not a database" in out) == (1, True)
    assert Path("notes.txt").read_text() == "my notes\n" * 900


def test_a_recovered_store_gets_its_version_again(store: Run) -> None:
    with closing(sqlite3.connect(STORE)) as connection:
        connection.execute("pragma user_version = 0")

    assert store("doctor") == (0, "No problems found.\n", "")
    assert store("restore", "store.db", "--yes", "--db", "other.db")[0] == 0


def flipped(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randrange(1, 300)):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def zeroed(chance: random.Random, data: bytearray) -> None:
    for _ in range(chance.randrange(1, 9)):
        page = chance.randrange(len(data) // PAGE)
        data[page * PAGE : (page + 1) * PAGE] = bytes(PAGE)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", [flipped, zeroed])
def test_no_command_breaks_down_on_a_damaged_store(
    store: Run, damage: Callable[[random.Random, bytearray], None], seed: int
) -> None:
    break_store(lambda data: damage(random.Random(100 + seed), data))

    for words in (["doctor"], ["stats"], ["list"], ["log"], ["undo"], ["backup"]):
        code, _, err = store(*words)

        assert code in (0, 1)
        if code and words != ["doctor"]:
            assert err.startswith("flash: ")
            assert err.endswith(")\n")


@pytest.mark.parametrize("is_emptied", [False, True], ids=["removed", "emptied"])
def test_a_lost_store_is_not_taken_for_a_new_one(
    store: Run, *, is_emptied: bool
) -> None:
    STORE.write_bytes(b"") if is_emptied else STORE.unlink()
    path = STORE.absolute()

    for words in ("review", "decks", "add cells.yaml", "doctor", "due", "sync log"):
        assert store(*words.split()) == (
            1,
            "",
            f"flash: {path}: the store is missing or empty, but it has backups"
            " ('flash restore' lists them; for a new store, first move"
            f" {path}.backups away)\n",
        )

    assert "2026-11-21T090000.db" in store("restore")[1]
    assert "2026-11-21T090000.db" in store("backup", "--list")[1]
    assert store("restore", "2026-11-21T090000.db", "--yes")[0] == 0
    assert answers(store) == 1


def test_a_lost_store_is_built_again_from_its_log(store: Run) -> None:
    Path("log").mkdir()
    store("sync", "log")
    STORE.unlink()

    assert store("restore", "--from-log", "log", "--yes")[0] == 0
    assert answers(store) == 1


def test_a_new_store_begins_when_the_backups_are_away(store: Run) -> None:
    STORE.unlink()
    Path("store.db.backups").rename("old")

    assert store("decks")[1].startswith("No decks yet.")
