"""`flash due`: the counts of a review, kept for a shell prompt."""

import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from command_runner import CELLS, NOW, Run
from store_fixtures import NOON, add, ids, make_due, numbered

from flash import prompt
from srs.store.kept_counts import kept_counts
from srs.store.opening import open_store

NINE = NOON - 3 * 3_600_000
"""The time at which the commands run."""


@pytest.fixture
def flash(flash: Run) -> Run:
    Path("cells.yaml").write_text(CELLS, "utf-8")
    return flash


def kept() -> tuple[int, int, int] | None:
    return kept_counts(os.environ["FLASH_DB"], NINE)


def test_without_a_store_nothing_is_due_and_none_is_made(flash: Run) -> None:
    assert flash("due") == (0, "new 0 · learning 0 · due 0\n", "")
    assert flash.json("due") == {"new": 0, "learning": 0, "due": 0}
    assert flash("due", "--check")[0] == 3
    assert not Path(os.environ["FLASH_DB"]).exists()


@pytest.mark.parametrize(
    ("words", "counts"),
    [
        (["review", "--plain"], (2, 1, 0)),
        (["suspend", "powerhouse"], (2, 0, 0)),
        (["bury", "powerhouse"], (2, 0, 0)),
        (["config", "new_per_day", "1"], (1, 0, 0)),
        (["remove", "Cells"], (0, 0, 0)),
        (["remove", "Cells", "--forever", "--yes"], (0, 0, 0)),
        (["undo"], (0, 0, 0)),
    ],
    ids=lambda words: words[0] if isinstance(words, list) else "",
)
def test_a_command_that_changes_counts_keeps_them(
    flash: Run, words: list[str], counts: tuple[int, int, int]
) -> None:
    flash("add", "cells.yaml")
    assert kept() == (3, 0, 0)

    assert flash(*words, typed="\n3\nq\n")[0] == 0

    assert kept() == counts
    new, learning, due = counts
    assert flash("due")[1] == f"new {new} · learning {learning} · due {due}\n"
    assert flash("due", "--check")[0] == (0 if any(counts) else 3)


def test_counts_are_void_on_the_next_study_day(flash: Run) -> None:
    flash("add", "cells.yaml")
    path, hour_ms = os.environ["FLASH_DB"], 3_600_000

    # 9:00 UTC; the study day ends at 4:00.
    assert kept_counts(path, NINE + 19 * hour_ms - 1) == (3, 0, 0)
    assert kept_counts(path, NINE + 20 * hour_ms) is None
    assert kept_counts(path, NINE - 6 * hour_ms) is None


def test_counts_are_void_after_a_journey(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    flash("add", "cells.yaml")
    with monkeypatch.context() as patch:
        # Another study day begins at the same moment.
        patch.setenv("TZ", "Pacific/Auckland")
        time.tzset()
        there = kept()
        flash("due")
        again = kept()
    time.tzset()

    assert (there, again, kept()) == (None, (3, 0, 0), None)


def test_void_counts_are_computed_and_kept(flash: Run) -> None:
    flash("add", "cells.yaml")
    later = NOW.replace("2026-11-23", "2026-11-24")

    assert flash("due", now=later)[1] == "new 3 · learning 0 · due 0\n"
    assert kept() is None
    assert kept_counts(os.environ["FLASH_DB"], NINE + 86_400_000) == (3, 0, 0)


def test_reading_commands_do_not_write(flash: Run) -> None:
    flash("add", "cells.yaml")
    flash("due", now=NOW.replace("2026-11-23", "2026-11-24"))

    flash("list")
    flash("stats")

    assert kept() is None


def test_damaged_counts_are_void(flash: Run) -> None:
    assert kept_counts("missing/store.db", NINE) is None
    Path("text.db").write_text("no database", "utf-8")
    assert kept_counts("text.db", NINE) is None


@pytest.mark.parametrize("words", [["due"], ["due", "--json"], ["due", "--check"]])
def test_the_prompt_answers_as_the_command_does(
    flash: Run,
    words: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    flash("add", "cells.yaml")
    expected = flash(*words)
    monkeypatch.delenv("FLASH_NOW")
    monkeypatch.setattr("time.time_ns", lambda: NINE * 1_000_000)

    code = prompt.answer(words)

    assert (code, *capsys.readouterr()) == expected


def test_the_prompt_follows_another_time(
    flash: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    flash("add", "cells.yaml")
    flash("bury", "powerhouse")
    today, tomorrow = flash("due"), flash("due", now="2026-11-24T09:00:00+00:00")
    flash("due")
    assert today != tomorrow
    monkeypatch.setattr("time.time_ns", lambda: NINE * 1_000_000)
    monkeypatch.setenv("FLASH_NOW", "2026-11-24T09:00:00+00:00")

    code = prompt.answer(["due"])

    assert (code, *capsys.readouterr()) == tomorrow


def test_a_store_that_cannot_be_reached_is_an_error(
    flash: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ("x" * 300) / "flash.db"
    monkeypatch.setenv("FLASH_DB", str(path))
    monkeypatch.delenv("FLASH_NOW")

    assert prompt.answer(["due"]) is None
    assert flash("due") == (1, "", f"flash: {path}: File name too long\n")


@pytest.mark.parametrize("words", [["due", "--help"], ["due", "x"], ["list"], []])
def test_the_prompt_leaves_the_rest_to_the_command(words: list[str]) -> None:
    assert prompt.answer(words) is None


@pytest.mark.skipif(sys.platform != "linux", reason="where the data folder is")
@pytest.mark.parametrize("data", ["", "data", "/x"])
def test_the_prompt_finds_the_store_where_commands_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, data: str
) -> None:
    from flash.paths import store_path

    monkeypatch.delenv("FLASH_DB", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", data)

    assert prompt._store_path() == str(store_path(None))


def test_a_person_reads_why_there_are_no_new_cards(
    flash: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_store(Path(os.environ["FLASH_DB"]), NOON)) as store:
        add(store, numbered(130))
        make_due(store, ids(store)[:128])
    counts = "new 0 · learning 0 · due 50\n"
    why = (
        "Catching up: 50 of 128 overdue cards today, fastest-fading first."
        " No new cards.\n"
    )
    monkeypatch.setenv("COLUMNS", "120")

    assert flash("due") == (0, counts, "")
    assert set(flash.json("due")) == {"new", "learning", "due"}
    for words in (["decks"], ["stats"]):
        assert flash(*words)[1].count(why) == 1
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert prompt.answer(["due"]) is None
    assert flash("due") == (0, counts + why, "")
    assert flash("stats", "--html", "stats.html")[0] == 0
    assert why.strip() in Path("stats.html").read_text("utf-8")


def test_the_prompt_loads_only_sqlite() -> None:
    code = (
        "import sys, os, sqlite3; before = set(sys.modules); import flash.prompt;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        # Without site-packages, but with flash, wherever it is installed.
        env={"PYTHONPATH": str(Path(prompt.__file__).parents[1])},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )

    assert done.stdout.split() == [
        "cards",
        "cards.translate",
        "flash",
        "flash.language",
        "flash.messages",
        "flash.messages.due",
        "flash.prompt",
        "srs",
        "srs.store",
        "srs.store.kept_counts",
    ]
