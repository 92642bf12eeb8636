"""Stores of every earlier version, made by the flash of their time, go on whole.

`tests/stores` holds one for each version of the schema: a deck of all kinds that
was edited once, answers of two days, one of them undone, marks and settings.
"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database
from store_fixtures import contradictions, give

from srs.maintenance.checks import Finding, examine
from srs.models.cards import Rating
from srs.store import file_bases, opening, schema
from srs.store.backups import list_backups
from srs.store.connection import StoreError
from srs.store.notes import known_notes
from srs.store.opening import open_store
from srs.store.operations import last_operations
from srs.store.redo import redo_operations
from srs.store.schema import RETIRED_REVERSE, VERSION
from srs.store.undo import undo_operations

NOW = 1_795_600_800_000
"""2026-11-25 10:00 UTC."""

STORES = sorted(
    (Path(__file__).parents[1] / "stores").glob("version-*.sql"),
    key=lambda path: int(path.stem.removeprefix("version-")),
)
TABLES = ("settings", "presets", "decks", "notes", "cards", "reviews", "operations")

RETIRED = {"name": RETIRED_REVERSE, "value": "2"}
"""Told by the next `flash add`."""

RENAMED = {"took_ms": "duration_ms", "before": "state_before", "void": "undone"}
"""Columns of `reviews` that schema 4 renamed."""

of_each_version = pytest.mark.parametrize("dump", STORES, ids=lambda path: path.stem)
of_each_earlier_version = pytest.mark.parametrize(
    "dump", STORES[: VERSION - 1], ids=lambda path: path.stem
)


def made(dump: Path, folder: Path) -> Path:
    """Make the file of a store from its dump."""
    path = folder / "store.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text("utf-8"))
        connection.execute("pragma journal_mode = wal")
    return path


def contents(path: Path) -> dict[str, list[dict[str, object]]]:
    """Read all rows with the names of their columns."""
    found = {}
    with closing(sqlite3.connect(path)) as connection:
        for table in TABLES:
            cursor = connection.execute(f"select * from {table} order by 1, 2")
            names = [column[0] for column in cursor.description]
            found[table] = [dict(zip(names, row, strict=True)) for row in cursor]
    return found


def version(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("pragma user_version").fetchone()[0])


def test_there_is_a_store_of_every_earlier_version() -> None:
    numbers = [int(re.sub(r"\D", "", path.stem)) for path in STORES]

    assert numbers == list(range(1, len(STORES) + 1))
    assert len(STORES) >= VERSION - 1


@of_each_version
def test_a_store_of_any_version_keeps_every_value(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)
    before, number = contents(path), version(path)

    open_store(path, NOW).close()

    after = contents(path)
    assert version(path) == VERSION
    if number < 4:
        for card in before["cards"]:
            card["retired"] |= card["part"].endswith("\x1f<")
        before["settings"].append(RETIRED)
        before["settings"].sort(key=lambda row: row["name"])
    for review in before["reviews"]:
        review.pop("uid", None)  # always its id
    for table, rows in before.items():
        kept = [
            {name: row[RENAMED.get(name, name)] for name in old}
            if table == "reviews"
            else {name: row[name] for name in old}
            for old, row in zip(rows, after[table], strict=True)
        ]
        assert kept == rows


@pytest.mark.parametrize("dump", STORES[:4], ids=lambda path: path.stem)
def test_deck_files_of_an_old_store_are_known(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)

    with closing(open_store(path, NOW)) as opened:
        known = opened.rows("select * from deck_files")
        sql = "select distinct file from notes where retired = 0 and line > 0"
        files = {file for (file,) in opened.rows(sql)}

    assert files
    assert set(known) == {(file, 0, 0) for file in files}


@of_each_earlier_version
def test_bases_of_files_are_those_of_their_notes(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as later:
        # A later version may have another hash; the migration keeps its own.
        later.setattr(file_bases, "_hash", lambda *_text: "other")
        store = open_store(made(dump, tmp_path), now_ms=NOW)

    bases = store.rows(
        "select n.guid, b.hash from file_bases b, notes n on anki_id = note"
    )
    notes = {one.guid: file_bases.note_hash(one.note) for one in known_notes(store)}
    store.close()
    assert bases
    assert dict(bases).items() <= notes.items()


@of_each_version
def test_due_days_have_no_stamps_but_their_reviews(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)

    with closing(open_store(path, NOW)) as opened:
        sql = "select distinct mark from mark_stamps order by mark"
        assert opened.rows(sql) == [("buried",), ("suspended",)]
        names = opened.rows("select name from sqlite_master where type = 'trigger'")
        assert ("stamp_due",) not in names
        assert ("stamp_flag",) in names


@of_each_earlier_version
def test_a_redo_does_not_outlive_a_migration(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            """
            insert into operations (at_ms, name, before, undone)
            values (?, 'suspend', '{"redo": "rows of that schema", "about": "x"}', 1)
            """,
            (NOW,),
        )
        connection.commit()

    with closing(open_store(path, NOW)) as store:
        assert redo_operations(store, 1) == []
        sql = "select before from operations order by id desc limit 1"
        assert store.row(sql) == ('{"about":"x"}',)


@of_each_earlier_version
def test_an_earlier_store_is_backed_up_as_it_was(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)
    before, number = contents(path), version(path)

    open_store(path, NOW).close()

    (backup,) = list_backups(path)
    assert (version(backup.path), contents(backup.path)) == (number, before)


@of_each_version
def test_work_goes_on_in_a_store_of_any_version(dump: Path, tmp_path: Path) -> None:
    path = made(dump, tmp_path)
    # Stores 4 to 7, of development versions, kept cards that tables no longer ask.
    stray = (Finding("orphans", "cards_stray", 2),) if version(path) > 3 else ()
    opened = open_store(path, NOW)
    assert contradictions(opened) == []
    assert examine(opened, NOW).findings == stray
    steps = last_operations(opened)
    assert [(one.name, one.count, one.rating, one.about) for one in steps[:3]] == [
        ("bury", 1, 0, "plant cell / animal cell: wall"),
        ("suspend", 1, 0, "Which organelle makes most ATP?"),
        ("answer", 1, 2, "plant cell: wall?"),
    ]

    card = opened.row("select min(id) from cards where retired = 0 and suspended = 0")
    give(opened, card[0], Rating.GOOD, NOW)

    undone = undo_operations(opened, 99)
    standing = sum(not one.undone for one in steps)
    assert len(undone) == standing + 1
    assert opened.row("select count(*) from reviews where undone = 0") == (0,)
    assert opened.row("select count(*) from reviews where undone_stamp = 0") == (0,)
    assert opened.row("select count(*), max(state) from cards") == (14, 0)
    assert contradictions(opened) == []
    opened.close()


@of_each_version
def test_a_migration_that_fails_leaves_the_store_as_it_was(
    dump: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = made(dump, tmp_path)
    before, number = contents(path), version(path)

    def m999_half(db: Database) -> None:
        db.execute("alter table notes add column more text")
        db.execute("update notes set kind = 'half'")
        db.execute("pragma user_version = 999")
        db.execute("create table nonsense (")

    with monkeypatch.context() as patch:
        migrations = schema.migrations()
        migrations()(m999_half)
        patch.setattr(opening, "migrations", lambda: migrations)
        patch.setattr(opening, "VERSION", 999)
        with pytest.raises(StoreError) as caught:
            open_store(path, NOW)

    assert caught.value.message == "incomplete input"
    assert (version(path), contents(path)) == (number, before)
    open_store(path, NOW).close()
    assert version(path) == VERSION


def test_two_programs_that_migrate_at_once_do_it_once(tmp_path: Path) -> None:
    path = made(STORES[0], tmp_path)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        # The other one has looked at the version before this one migrates.
        assert other.execute("pragma user_version").fetchone() == (1,)
        open_store(path, NOW).close()
        schema.migrations().apply(Database(other))

        names = other.execute("select name from _sqlite_migrations").fetchall()

    assert len(names) == len(set(names)) == VERSION
