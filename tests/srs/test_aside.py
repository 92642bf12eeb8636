"""A computation beside this process: its result, its failure, its end."""

import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from simulated_learner import fill, live
from store_fixtures import NOON, add, new_store, numbered

from srs.models.presets import Preset
from srs.store import bulk_replay as rebuild
from srs.store import fork_job as module
from srs.store.fork_job import aside, can_copy
from srs.store.replay import rebuild_all

HERE = os.getpid()

copies = pytest.mark.skipif(
    sys.platform != "linux", reason="only Linux copies processes; elsewhere all is here"
)


@pytest.fixture
def forced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Copy the process although the test runner may have threads of its own."""
    monkeypatch.setattr(module, "can_copy", lambda: True)


def whereabouts() -> tuple[int, float]:
    return os.getpid(), 0.1 + 0.2


@copies
@pytest.mark.usefixtures("forced")
def test_a_copy_computes_and_its_result_arrives_to_the_last_bit() -> None:
    with aside(whereabouts, tuple[int, float]) as result:
        process, number = result()

    assert process != HERE
    assert number == 0.1 + 0.2


def test_without_a_copy_the_job_runs_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "can_copy", lambda: False)

    with aside(whereabouts, tuple[int, float]) as result:
        assert result() == (HERE, 0.1 + 0.2)


def raising() -> int:
    raise LookupError("no such card")


def dying() -> int:
    if os.getpid() == HERE:
        return 7
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@copies
@pytest.mark.usefixtures("forced")
def test_what_the_job_raises_is_raised_here(capfd: pytest.CaptureFixture[str]) -> None:
    with (
        pytest.raises(LookupError, match="no such card"),
        aside(raising, int) as result,
    ):
        result()

    assert capfd.readouterr() == ("", "")


@copies
@pytest.mark.usefixtures("forced")
def test_a_copy_that_is_killed_is_replaced_by_work_here() -> None:
    with aside(dying, int) as result:
        assert result() == 7


@copies
@pytest.mark.usefixtures("forced")
def test_a_copy_ends_with_its_block(tmp_path: Path) -> None:
    reading, writing = os.pipe()

    def waiting() -> int:
        os.write(writing, str(os.getpid()).encode().ljust(20))
        signal.pause()
        return 0

    with pytest.raises(KeyboardInterrupt), aside(waiting, int):
        process = int(os.read(reading, 20))
        raise KeyboardInterrupt

    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    os.close(reading)
    os.close(writing)


def test_a_process_with_threads_is_never_copied() -> None:
    asked, done = threading.Event(), threading.Event()
    answers: list[bool] = []

    def ask() -> None:
        answers.append(can_copy())
        asked.set()
        done.wait()

    thread = threading.Thread(target=ask)
    thread.start()
    asked.wait()
    answers.append(can_copy())
    done.set()
    thread.join()

    assert answers == [False, False]


@pytest.mark.parametrize("is_copied", [True, False])
@pytest.mark.parametrize("has_reader", [True, False])
def test_a_long_log_in_two_parts_gives_what_one_gives(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_copied: bool,
    has_reader: bool,
) -> None:
    store = new_store(tmp_path)
    add(store, numbered(60), NOON)
    cards = [row[0] for row in store.rows("select id from cards")]
    fill(store, live(cards, 540))
    whole = list(rebuild_all(store.connection, lambda _: Preset(), 4))

    monkeypatch.setattr(rebuild, "_LONG", 1)
    if sys.platform == "linux":
        monkeypatch.setattr(module, "can_copy", lambda: is_copied)
    path = store.path if has_reader else None
    parts = list(rebuild_all(store.connection, lambda _: Preset(), 4, path=path))

    assert len(whole) == 60
    assert parts == whole
    store.close()
