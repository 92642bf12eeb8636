"""The file that holds everything: made, refused, backed up, written in whole."""

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from srs.store import schema
from srs.store.connection import Store, StoreError, store_error
from srs.store.opening import open_store
from srs.store.settings import save_setting

NOON = 1_795_435_200_000
"""2026-11-23 12:00 UTC."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "flash" / "store.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    made = open_store(path, NOON)
    yield made
    made.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def refusal(path: Path) -> tuple[str, str]:
    """Give what is said when a file can't be opened as a store."""
    with pytest.raises(StoreError) as caught:
        open_store(path, NOON)
    assert caught.value.path == path
    return caught.value.message, caught.value.hint


def test_a_new_store_and_its_folder_are_private(path: Path, opened: Store) -> None:
    save_setting(opened, "time_zone", "UTC")

    files = {file.name: mode(file) for file in path.parent.iterdir()}

    assert mode(path.parent) == 0o700
    assert files == {"store.db": 0o600, "store.db-shm": 0o600, "store.db-wal": 0o600}


def test_answers_are_durable_and_ties_are_kept(opened: Store) -> None:
    pragmas = {
        name: opened.row(f"pragma {name}")[0]
        for name in ("journal_mode", "synchronous", "foreign_keys", "user_version")
    }

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "user_version": schema.VERSION,
    }


def test_every_table_is_strict(opened: Store) -> None:
    tables = dict(
        opened.rows(
            "select name, strict from pragma_table_list"
            " where schema = 'main' and name not like '%sqlite%'"
        )
    )

    assert tables == dict.fromkeys(
        [
            *"settings presets decks notes cards reviews operations".split(),
            *("anki_notetypes", "anki_notes", "confusions", "anki_marks"),
            *("clock", "mark_stamps", "option_stamps", "setting_stamps"),
            "file_bases",
            "deck_files",
            "mock_exams",
            *("confusion_stamps", "erased", "orphan_cards", "sync_devices"),
            *("sync_parked", "sync_places", "sync_segments"),
            *("browsers", "browser_steps", "note_media", "note_bases"),
        ],
        1,
    )


def test_a_store_opened_again_is_as_it_was(path: Path, opened: Store) -> None:
    save_setting(opened, "time_zone", "Asia/Tokyo")
    opened.close()

    again = open_store(path, NOON)

    assert again.setting("time_zone") == "Asia/Tokyo"
    assert not path.with_name("store.db.backups").exists()
    again.close()


def test_an_empty_file_becomes_a_store(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()

    made = open_store(file, NOON)

    assert made.row("select count(*) from notes") == (0,)
    made.close()


def test_a_migration_that_was_cut_short_is_done_again(tmp_path: Path) -> None:
    file = tmp_path / "half.db"
    with sqlite3.connect(file) as half:
        half.execute(
            "create table _sqlite_migrations"
            " (id integer primary key, migration_set text, name text, applied_at text)"
        )
    half.close()

    made = open_store(file, NOON)

    assert made.row("pragma user_version") == (schema.VERSION,)
    made.close()


def test_a_migration_happens_whole_or_not_at_all(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(schema, "_FIRST", schema._FIRST + "\ncreate table nonsense (")
        assert refusal(path)[0] == "incomplete input"

    made = open_store(path, NOON)

    assert made.row("select count(*) from notes") == (0,)
    made.close()


def test_an_older_store_is_backed_up_before_it_is_migrated(
    path: Path, opened: Store
) -> None:
    opened.connection.execute("pragma user_version = 0")
    opened.close()

    open_store(path, NOON).close()

    backups = path.with_name("store.db.backups")
    assert [file.name for file in backups.iterdir()] == ["2026-11-23T120000.db"]


def test_the_store_of_a_newer_flash_is_refused_and_left_alone(
    path: Path, opened: Store
) -> None:
    opened.connection.execute(f"pragma user_version = {schema.VERSION + 1}")
    opened.close()
    before = path.read_bytes()

    assert refusal(path) == (
        "made by a newer flash",
        f"it has version {schema.VERSION + 1}, this flash knows {schema.VERSION}: "
        "update flash",
    )
    assert path.read_bytes() == before


@pytest.mark.parametrize("version", [0, schema.VERSION, schema.VERSION + 1])
def test_somebody_elses_database_is_refused_and_left_alone(
    tmp_path: Path, version: int
) -> None:
    file = tmp_path / "other.db"
    with sqlite3.connect(file) as other:
        other.execute("create table notes (text)")
        other.execute(f"pragma user_version = {version}")
    other.close()
    before = file.read_bytes()

    assert refusal(file) == (
        "not a database of flash",
        "name another file with --db",
    )
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "deck.yaml"
    file.write_text("deck: A\n" * 200)

    message, hint = refusal(file)

    assert message == "file is not a database"
    assert hint == (
        "name another file with --db, or "
        "'flash doctor' says what it can be rebuilt from"
    )
    assert file.read_text() == "deck: A\n" * 200


def test_a_folder_is_no_store(tmp_path: Path) -> None:
    folder = tmp_path / "folder.db"
    (folder / "inside").mkdir(parents=True)

    assert refusal(folder)[1] == "name a file"


def test_a_file_where_the_folder_should_be_is_reported(tmp_path: Path) -> None:
    (tmp_path / "data").touch()

    assert refusal(tmp_path / "data" / "store.db") == (
        "File exists",
        "its folder is a file: name another path",
    )


def test_a_transaction_that_fails_leaves_nothing(opened: Store) -> None:
    class Stop(Exception):
        pass

    with pytest.raises(Stop), opened.transaction() as connection:
        connection.execute("insert into settings values ('a', '1')")
        raise Stop

    assert opened.rows("select * from settings") == []
    save_setting(opened, "b", "2")
    assert opened.rows("select name from settings") == [("b",)]


def journal(store: Store) -> str:
    return str(store.row("pragma journal_mode")[0])


def test_an_empty_store_is_filled_without_its_log(opened: Store) -> None:
    with opened.bulk_fill():
        during = journal(opened)
        save_setting(opened, "a", "1")

    assert (during, journal(opened)) == ("delete", "wal")
    assert opened.setting("a") == "1"


def test_what_fails_while_a_store_is_filled_leaves_nothing(opened: Store) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError),
        opened.bulk_fill(),
        opened.transaction() as connection,
    ):
        connection.execute("insert into decks (name) values ('A')")
        connection.execute("insert into decks (name) values ('A')")

    assert opened.rows("select * from decks") == []
    assert journal(opened) == "wal"


def test_a_store_in_use_keeps_its_log(path: Path, opened: Store) -> None:
    other = open_store(path, NOON)
    assert other.setting("a") == ""

    with opened.bulk_fill():
        during = journal(opened)
        save_setting(opened, "a", "1")

    assert during == "wal"
    assert other.setting("a") == "1"
    other.close()


def test_a_store_with_notes_keeps_its_log(opened: Store) -> None:
    run = opened.connection.execute
    run("insert into decks (name) values ('A')")
    run(
        "insert into notes (anki_id, guid, id, text_key, kind, deck, language, fields,"
        " extra, tags, sources, changed, checked, recheck, file, line, created,"
        " modified) values (1, 'g', '', '', 'basic', 1, '', '', '', '', '', '', '', '',"
        " '', 0, 0, 0)"
    )

    with opened.bulk_fill():
        assert journal(opened) == "wal"


def test_a_store_that_another_program_holds_is_reported(
    path: Path, opened: Store
) -> None:
    other = open_store(path, NOON)
    opened.connection.execute("pragma busy_timeout = 0")

    with other.transaction(), pytest.raises(StoreError) as caught:
        save_setting(opened, "a", "1")

    assert caught.value.message == "database is locked"
    assert (
        caught.value.hint
        == "another program is using it: close that program and try again"
    )
    save_setting(opened, "a", "1")
    assert other.setting("a") == "1"
    other.close()


def test_a_store_that_can_not_be_written_is_reported(opened: Store) -> None:
    opened.connection.execute("pragma query_only = on")

    with pytest.raises(StoreError) as caught:
        save_setting(opened, "a", "1")

    assert caught.value.hint == "make the file and its folder writable"


@pytest.mark.parametrize(
    ("free", "hint"),
    [(0, "free some disk space"), (1 << 30, "the disk may be failing")],
)
def test_an_error_of_a_full_disk_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, hint: str
) -> None:
    # SQLite reports that there is no room for the index of its log in this way.
    error = sqlite3.OperationalError("disk I/O error")
    usage = SimpleNamespace(free=free)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: usage)

    assert store_error(tmp_path / "store.db", error).hint.startswith(hint)


def test_a_full_disk_is_reported_and_nothing_is_half_written(opened: Store) -> None:
    pages = opened.row("pragma page_count")[0]
    opened.connection.execute(f"pragma max_page_count = {pages}")

    with pytest.raises(StoreError) as caught:
        save_setting(opened, "a", "1" * 1_000_000)

    assert caught.value.hint == "free some disk space"
    assert opened.rows("select * from settings") == []
