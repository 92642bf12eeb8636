"""Rows that flash never writes give an error with a fix, not a traceback."""

import contextlib
import io
import os
import shutil
import sqlite3
import tempfile
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import example, settings
from hypothesis import given as given_values
from hypothesis import strategies as st
from simulated_learner import fill, live
from store_fixtures import NOON, Rating, add, give, ids, new_store, numbered

from flash.__main__ import main
from srs.store.connection import Store
from srs.store.replay import rebuild_cache
from srs.store.settings import Options, save_options

pytestmark = pytest.mark.slow

EXAMPLES = int(os.environ.get("EXAMPLES", "25"))
"""The environment may ask for more."""

ODD = {
    "a preset that is a number": (
        "insert into presets values ('A', '7')",
        "1 unreadable setting",
    ),
    "a deck without a name": (
        "delete from decks",
        "1 deck without a name",
    ),
    "a memory of half": (
        "update cards set stability = 9 where reps = 0",
        "2 card states that differ from the review log",
    ),
    "a state that is none": (
        "update reviews set state = -1",
        "1 review with impossible values",
    ),
    "a step that is a number": (
        "update operations set before = '7' where name = 'add'",
        "1 operation that cannot be undone",
    ),
    "a date that is none": (
        "update notes set checked = 'soon'",
        "3 invalid dates",
    ),
}
COMMANDS = (
    ("stats",),
    ("stats", "--full"),
    ("log",),
    ("stale",),
    ("list",),
    ("reschedule",),
    ("simulate",),
    ("config", "rollover", "5"),
    ("export", "out.apkg", "--with-schedule"),
    ("undo",),
)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLASH_DB", str(tmp_path / "store.db"))
    monkeypatch.setenv("FLASH_NOW", "2026-11-23T12:00:00+00:00")
    made = new_store(tmp_path)
    add(made, numbered(3), NOON - 1000)
    give(made, ids(made)[0], Rating.GOOD, NOON - 500)
    made.close()
    return made.path


@pytest.mark.parametrize(("statement", "expected"), ODD.values(), ids=ODD)
def test_damaged_rows_give_an_error_and_can_be_repaired(
    store: Path, statement: str, expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = sqlite3.connect(store)
    broken.execute(statement)
    broken.commit()
    broken.close()

    refused = [words for words in COMMANDS if main(list(words))]
    said = capsys.readouterr().err.splitlines()

    fix = "'flash doctor --fix' fixes it"
    assert f"flash: {store}: cannot be used: {expected} ({fix})" in said
    assert len(said) == len(refused)
    assert main(["doctor", "--fix"]) == 0
    assert [words for words in COMMANDS if main(list(words))] == []


def test_bug_with_a_sound_store_is_raised(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def buggy(store: Store, limit: int) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr("flash.cli.commands.history.last_operations", buggy)

    with pytest.raises(KeyError):
        main(["log"])


COLUMNS = """
    settings.name settings.value presets.deck presets.options decks.id decks.name
    notes.guid notes.anki_id notes.id notes.text_key notes.kind notes.deck notes.fields
    notes.extra notes.language notes.tags notes.sources notes.changed notes.checked
    notes.recheck notes.file notes.line notes.retired notes.modified cards.id cards.note
    cards.ordinal cards.part cards.deck cards.position cards.state cards.step
    cards.stability cards.difficulty cards.interval cards.due_ms cards.due_day
    cards.last_ms cards.last_day cards.reps cards.lapses cards.suspended cards.buried
    cards.leech cards.flag cards.marked_ms cards.retired reviews.id reviews.card
    reviews.origin_ms reviews.rating reviews.duration_ms reviews.state_before reviews.kind
    reviews.offset_min reviews.state reviews.step reviews.interval
    reviews.last_interval reviews.difficulty reviews.ease reviews.origin reviews.undone
    operations.at_ms operations.name operations.before operations.undone
""".split()
VALUES = [
    *(0, 1, -1, 2, 5, 7, 99, 10**6, -(10**6), 1 << 31, 1 << 40, 1 << 62, -(1 << 62)),
    *(None, 1.5, -3.25, float("inf"), 1e300, b"\xff\x00"),
    *(
        "",
        "x",
        "[]",
        "{}",
        "null",
        "[1]",
        '{"a":1}',
        "A::B",
        "::",
        "日本",
        "2026-01-01",
    ),
]
ODDLY = st.tuples(
    st.sampled_from(COLUMNS), st.sampled_from(VALUES), st.sampled_from([1, 3, 1000])
)
GONE = st.tuples(
    st.sampled_from(["decks", "notes", "cards", "reviews", "settings", "presets"]),
    st.just("gone"),
    st.sampled_from([1, 3, 1000]),
)


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that has seen a year, with settings of its own."""
    made = new_store(tmp_path_factory.mktemp("lived"))
    add(made, numbered(6), NOON - 700 * 86_400_000)
    add(made, numbered(4, "B::C"), NOON - 600 * 86_400_000, "/decks/two.yaml")
    fill(made, live(ids(made)[:8], 400))
    save_options(made, "", {"desired_retention": 0.88})
    save_options(made, "B", {"desired_retention": 0.93})
    rebuild_cache(made, Options(made))
    give(made, ids(made)[0], Rating.GOOD, NOON - 500)
    made.close()
    return made.path


def damaged(path: Path, changes: list[tuple[str, object, int]]) -> None:
    """Do what no program of ours does, as far as SQLite lets it be done."""
    connection = sqlite3.connect(path)
    for place, value, count in changes:
        table, _, column = place.partition(".")
        rows = f"rowid in (select rowid from {table} order by rowid limit {count})"
        with contextlib.suppress(sqlite3.Error):
            if value == "gone":
                connection.execute(f"delete from {table} where {rows}")
            else:
                sql = f"update {table} set {column} = ? where {rows}"
                connection.execute(sql, (value,))
    connection.commit()
    connection.close()


@settings(max_examples=EXAMPLES, deadline=None)
@example([("operations.at_ms", 1 << 62, 1)])
@example([("operations.before", "{}", 3)])
@example([("reviews.id", 1 << 62, 1)])
@example([("cards.due_day", 1 << 40, 3)])
@example([("decks", "gone", 1000), ("notes", "gone", 1000)])
@example([("cards", "gone", 3), ("reviews.kind", 4, 3)])
@given_values(st.lists(st.one_of(ODDLY, GONE), min_size=1, max_size=3))
def test_no_damaged_row_looks_like_a_bug_or_resists_repair(
    lived: Path, changes: list[tuple[str, object, int]]
) -> None:
    # A folder of its own: what an error holds may keep the file open for a while.
    folder = Path(tempfile.mkdtemp(dir=lived.parent))
    path = Path(shutil.copy(lived, folder))
    damaged(path, changes)
    spoken = io.StringIO()

    def run(*words: str) -> int:
        spoken.truncate(0)
        return main([*words, "--db", str(path)])

    clock = {"FLASH_NOW": "2026-11-23T12:00:00+00:00"}
    with (
        patch.dict(os.environ, clock),
        contextlib.chdir(folder),
        contextlib.redirect_stdout(spoken),
        contextlib.redirect_stderr(spoken),
    ):
        for words in (*COMMANDS, ("optimize", "--dry-run"), ("exam",), ("doctor",)):
            run(*words)
        for words in (("review", "--plain", "--limit", "3"), ("review", "--cram")):
            with patch("sys.stdin", io.StringIO("\n3\n\n1\n\n4\nq\n")):
                run(*words)
        run("doctor", "--fix")
        # What is left is for the person: a clock, a picture.
        run("doctor", "--json")
        assert '"fixable": true' not in spoken.getvalue()
        assert run("stats") == 0, spoken.getvalue()
        assert run("reschedule") == 0, spoken.getvalue()
