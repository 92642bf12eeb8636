"""Several processes on one store: no answer is lost or counts twice."""

import subprocess
from pathlib import Path

import pytest
from crash_harness import ratings, store_problems
from crash_process import ASKED, Result, start
from crash_scenarios import RATINGS, SCENARIOS
from store_fixtures import NOON

from srs.store.opening import open_store

pytestmark = pytest.mark.slow

REVIEW = ("review", "--plain")
ANSWERS = "".join(f"\n{rating}\n" for rating in RATINGS)
LIVE = {"FLASH_NOW": ""}
"""Use the real clock."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A store with cards and reviews, an edited deck file, and a package."""
    home = tmp_path / "home"
    home.mkdir()
    SCENARIOS["import"].prepare(home)
    fresh = "".join(f"  - front: new {n}\n    back: yes {n}\n" for n in range(40))
    (home / "more.yaml").write_text(f"deck: C\ncards:\n{fresh}", "utf-8")
    return home


def together(
    folder: Path, *commands: tuple[str, ...], clock: dict[str, str]
) -> list[Result]:
    """Start all commands, send answers to each, and wait for them."""
    processes = [start(folder, words, clock) for words in commands]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(ANSWERS + "q\n")
        process.stdin.flush()
    result = [result_of(process) for process in processes]
    assert [one.err for one in result if one.code] == []
    return result


def result_of(process: subprocess.Popen[str]) -> Result:
    out, err = process.communicate(timeout=60)
    return Result(process.returncode, out, err)


def reviews(path: Path) -> int:
    store = open_store(path, NOON)
    found: int = store.row("select count(*) from reviews")[0]
    store.close()
    return found


def counts(path: Path) -> tuple[int, int, int]:
    """Count notes, distinct notes, and cards."""
    store = open_store(path, NOON)
    sql = """
        select (select count(*) from notes), (select count(distinct text_key) from notes),
               (select count(*) from cards)
    """
    row = store.row(sql)
    store.close()
    return row


def test_ten_processes_add_the_same_file_once(tmp_path: Path) -> None:
    SCENARIOS["first add"].prepare(tmp_path)

    together(tmp_path, *[("add", "deck.yaml")] * 10, clock=LIVE)

    assert counts(tmp_path / "store.db") == (30, 30, 30)
    assert store_problems(tmp_path / "store.db") == []


def test_ten_processes_add_ten_files(tmp_path: Path) -> None:
    for number in range(10):
        text = "".join(f"  - {{front: {number}-{n}, back: b}}\n" for n in range(20))
        (tmp_path / f"{number}.yaml").write_text(f"deck: D{number}\ncards:\n{text}")

    together(tmp_path, *[("add", f"{n}.yaml") for n in range(10)], clock=LIVE)

    assert counts(tmp_path / "store.db") == (200, 200, 200)
    assert store_problems(tmp_path / "store.db") == []


@pytest.mark.parametrize("clock", [{}, LIVE], ids=["fixed clock", "real clock"])
def test_three_reviews_at_once_count_each_answer_once(
    home: Path, clock: dict[str, str]
) -> None:
    before = reviews(home / "store.db")

    result = together(home, REVIEW, REVIEW, REVIEW, clock=clock)

    given = sum(one.recorded for one in result)
    assert reviews(home / "store.db") == before + given > before
    assert store_problems(home / "store.db") == []


@pytest.mark.parametrize(
    "others",
    [
        [("add", "more.yaml")],
        [("import", "new.apkg"), ("import", "new.apkg")],
        [("config", "rollover", "13"), ("backup",), ("backup",)],
    ],
    ids=["add", "import", "config"],
)
def test_a_review_keeps_its_answers_during_other_commands(
    home: Path, others: list[tuple[str, ...]]
) -> None:
    before = reviews(home / "store.db")

    first, *_, last = together(home, REVIEW, *others, REVIEW, clock=LIVE)

    given = first.recorded + last.recorded
    imported = 6 if ("import", "new.apkg") in others else 0
    assert reviews(home / "store.db") == before + given + imported
    assert given > 0
    assert store_problems(home / "store.db") == []


def test_an_answer_uses_options_changed_since_the_question(tmp_path: Path) -> None:
    SCENARIOS["optimize"].prepare(tmp_path)
    review = start(tmp_path, REVIEW)
    assert review.stdout is not None
    next(line for line in review.stdout if ASKED in line)

    for words in (("optimize",), ("config", "rollover", "13")):
        assert result_of(start(tmp_path, words)).code == 0
    review.communicate("\n3\n\n3\nq\n")

    assert ratings(tmp_path / "store.db") == [3, 3]
    assert store_problems(tmp_path / "store.db") == []


def test_a_command_waits_for_a_locked_store(home: Path) -> None:
    store = open_store(home / "store.db", NOON)
    with store.transaction():
        adding = start(home, ("add", "more.yaml"))
        with pytest.raises(subprocess.TimeoutExpired):
            adding.wait(1)
    store.close()

    assert result_of(adding).code == 0
