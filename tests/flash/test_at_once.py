"""Several programs at one store: no answer is lost or counts twice, nobody waits in vain."""

import re
import subprocess
from pathlib import Path

import pytest
from crash_harness import ratings, wrong
from crash_process import ASKED, Ended, start
from crash_scenarios import RATINGS, SCENARIOS
from store_fixtures import NOON

from srs.store.opening import open_store

REVIEW = ("review", "--plain")
ANSWERS = "".join(f"\n{rating}\n" for rating in RATINGS)
LIVE = {"FLASH_NOW": ""}
"""Each by the clock of the machine, as at home."""


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
) -> list[Ended]:
    """Start all, give each its answers, and wait for their ends."""
    processes = [start(folder, words, clock) for words in commands]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(ANSWERS + "q\n")
        process.stdin.flush()
    ended = [ended_of(process) for process in processes]
    assert [one.err for one in ended if one.code] == []
    return ended


def ended_of(process: subprocess.Popen[str]) -> Ended:
    out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)


def told_answers(ended: Ended) -> int:
    found = re.search(r"^(\d+) answers?,", ended.out, re.MULTILINE)
    return int(found[1]) if found else 0


def reviews(path: Path) -> int:
    store = open_store(path, NOON)
    found: int = store.row("select count(*) from reviews")[0]
    store.close()
    return found


def counts(path: Path) -> tuple[int, int, int]:
    """Count notes, different notes, and cards."""
    store = open_store(path, NOON)
    sql = """
        select (select count(*) from notes), (select count(distinct text_key) from notes),
               (select count(*) from cards)
    """
    row = store.row(sql)
    store.close()
    return row


def test_ten_programs_that_make_one_store_add_a_file_once(tmp_path: Path) -> None:
    SCENARIOS["first add"].prepare(tmp_path)

    together(tmp_path, *[("add", "deck.yaml")] * 10, clock=LIVE)

    assert counts(tmp_path / "store.db") == (30, 30, 30)
    assert wrong(tmp_path / "store.db") == []


def test_ten_programs_add_ten_files(tmp_path: Path) -> None:
    for number in range(10):
        text = "".join(f"  - {{front: {number}-{n}, back: b}}\n" for n in range(20))
        (tmp_path / f"{number}.yaml").write_text(f"deck: D{number}\ncards:\n{text}")

    together(tmp_path, *[("add", f"{n}.yaml") for n in range(10)], clock=LIVE)

    assert counts(tmp_path / "store.db") == (200, 200, 200)
    assert wrong(tmp_path / "store.db") == []


@pytest.mark.parametrize("clock", [{}, LIVE], ids=["in one millisecond", "as at home"])
def test_three_reviews_at_once_count_every_answer_once(
    home: Path, clock: dict[str, str]
) -> None:
    before = reviews(home / "store.db")

    ended = together(home, REVIEW, REVIEW, REVIEW, clock=clock)

    given = sum(map(told_answers, ended))
    assert reviews(home / "store.db") == before + given > before
    assert wrong(home / "store.db") == []


@pytest.mark.parametrize(
    "beside",
    [
        [("add", "more.yaml")],
        [("import", "new.apkg"), ("import", "new.apkg")],
        [("config", "rollover", "13"), ("backup",), ("backup",)],
    ],
    ids=["add", "import", "others"],
)
def test_a_review_keeps_its_answers_beside_other_commands(
    home: Path, beside: list[tuple[str, ...]]
) -> None:
    before = reviews(home / "store.db")

    first, *_, last = together(home, REVIEW, *beside, REVIEW, clock=LIVE)

    given = told_answers(first) + told_answers(last)
    brought = 6 if ("import", "new.apkg") in beside else 0
    assert reviews(home / "store.db") == before + given + brought
    assert given > 0
    assert wrong(home / "store.db") == []


def test_an_answer_follows_what_was_fitted_since_the_question(tmp_path: Path) -> None:
    SCENARIOS["optimize"].prepare(tmp_path)
    review = start(tmp_path, REVIEW)
    assert review.stdout is not None
    next(line for line in review.stdout if ASKED in line)

    for words in (("optimize",), ("config", "rollover", "13")):
        assert ended_of(start(tmp_path, words)).code == 0
    review.communicate("\n3\n\n3\nq\n")

    assert ratings(tmp_path / "store.db") == [3, 3]
    assert wrong(tmp_path / "store.db") == []


def test_a_store_that_is_held_for_a_while_is_waited_for(home: Path) -> None:
    store = open_store(home / "store.db", NOON)
    with store.transaction():
        adding = start(home, ("add", "more.yaml"))
        with pytest.raises(subprocess.TimeoutExpired):
            adding.wait(1)
    store.close()

    assert ended_of(adding).code == 0
