"""The store is removed or replaced while a review is open."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from terminal_review import ReviewSetup

from srs.models.cards import Rating
from srs.store.connection import StoreError

SUFFIXES = ("", "-wal", "-shm")


def remove(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> None:
    for suffix in suffixes:
        Path(f"{path}{suffix}").unlink()


def move(path: Path, suffixes: tuple[str, ...] = SUFFIXES) -> None:
    for suffix in suffixes:
        Path(f"{path}{suffix}").rename(f"{path}.away{suffix}")


def replace(path: Path) -> None:
    shutil.copyfile(path, "copy.db")
    Path("copy.db").replace(path)


def replace_by_itself(path: Path) -> None:
    """Copy and move back, as some synchronizing programs do."""
    for suffix in SUFFIXES:
        shutil.copyfile(f"{path}{suffix}", "copy")
        Path("copy").replace(f"{path}{suffix}")


WAYS: dict[str, Callable[[Path], object]] = {
    "removed": lambda path: remove(path, ("",)),
    "removed with its log": remove,
    "moved": lambda path: move(path, ("",)),
    "moved with its log": move,
    "replaced": replace,
    "replaced by a copy of itself": replace_by_itself,
    "emptied": lambda path: path.write_bytes(b""),
    "its log removed": lambda path: remove(path, ("-wal",)),
    "its index removed": lambda path: remove(path, ("-shm",)),
    "its folder removed": lambda path: shutil.rmtree(path.parent),
    "its folder moved": lambda path: path.parent.rename("elsewhere"),
}


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReviewSetup:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "data"
    folder.mkdir()
    return ReviewSetup(folder)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_answer_is_acknowledged_into_a_lost_file(
    setup: ReviewSetup, way: Callable[[Path], object]
) -> None:
    session = setup.session()
    session.next()
    assert session.answer(Rating.GOOD, 1000).applied
    shown = session.next()

    way(setup.path)
    for _ in range(2):
        with pytest.raises(StoreError) as caught:
            session.answer(Rating.GOOD, 1000)

    assert "removed or replaced by another program" in caught.value.message
    assert session.next() is shown
    assert session.done() == 1
    session.close()


def test_removal_during_an_answer_is_noticed(setup: ReviewSetup) -> None:
    session = setup.session()
    session.next()

    with pytest.raises(StoreError), session.store.transaction() as connection:
        connection.execute("update cards set flag = 1")
        remove(setup.path)
    session.close()


def test_other_programs_may_write_and_close_it(setup: ReviewSetup) -> None:
    session = setup.session()
    session.next()
    session.answer(Rating.GOOD, 1000)
    with closing(sqlite3.connect(setup.path)) as other:
        other.execute("update cards set flag = 1")
        other.commit()
        other.execute("pragma wal_checkpoint(truncate)")
        other.execute("vacuum")

    session.next()

    assert session.answer(Rating.GOOD, 1000).applied
    session.close()
