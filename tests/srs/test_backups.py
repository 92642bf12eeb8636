"""Copies of the store, and the way back to one while others are at work."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from store_fixtures import DAY_MS, NOON, add, basic, give, ids, new_store, numbered

from srs.maintenance.restore import prepared, present, restore, restored_name
from srs.models.cards import Rating
from srs.store.backups import (
    KEPT,
    Backup,
    Contents,
    back_up,
    back_up_daily,
    contents_of,
    list_backups,
    prepared_backup,
)
from srs.store.connection import Store, StoreError
from srs.store.opening import open_store
from srs.store.schema import VERSION
from srs.store.settings import Options, save_setting
from srs.study.session import Session


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "store.db"


@pytest.fixture
def opened(path: Path) -> Iterator[Store]:
    made = open_store(path, NOON)
    yield made
    made.close()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def put_back(path: Path, source: Path, now_ms: int = NOON) -> Path | None:
    with prepared(path, source, now_ms) as copy:
        return restore(path, copy, now_ms, source)


def refusal(path: Path, source: Path) -> tuple[str, str]:
    with pytest.raises(StoreError) as caught:
        put_back(path, source)
    assert caught.value.path == source
    return caught.value.message, caught.value.hint


def fronts(store: Store) -> list[str]:
    return [row[0] for row in store.rows("select fields ->> 'front' from notes")]


def test_a_backup_is_the_whole_store_while_it_is_in_use(
    path: Path, opened: Store
) -> None:
    save_setting(opened, "time_zone", "Asia/Tokyo")

    copy = back_up(opened, NOON)

    assert copy == path.with_name("store.db.backups") / "2026-11-23T120000.db"
    assert (mode(copy), mode(copy.parent)) == (0o600, 0o700)
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]
    again = open_store(copy, NOON)
    assert again.setting("time_zone") == "Asia/Tokyo"
    again.close()


def test_a_prepared_backup_that_is_not_kept_replaces_none(
    path: Path, opened: Store
) -> None:
    for day in range(KEPT):
        back_up(opened, NOON + day * DAY_MS)
    before = list_backups(path)

    with prepared_backup(opened, NOON + KEPT * DAY_MS):
        save_setting(opened, "time_zone", "Asia/Tokyo")

    assert list_backups(path) == before
    assert len(list(path.with_name("store.db.backups").iterdir())) == KEPT


def test_a_prepared_backup_is_the_store_before_the_block(opened: Store) -> None:
    with prepared_backup(opened, NOON) as keep, opened.transaction():
        save_setting(opened, "time_zone", "Asia/Tokyo")
        copy = keep()

    again = open_store(copy, NOON)
    assert again.setting("time_zone") == ""
    again.close()


def test_the_last_ten_backups_are_kept_and_one_of_each_month(
    path: Path, opened: Store
) -> None:
    start = datetime(2026, 8, 30, 12, tzinfo=UTC)
    for day in range(60):
        moment = start + timedelta(days=day)
        back_up(opened, int(moment.timestamp() * 1000))

    kept = sorted(file.name[:10] for file in path.parent.glob("*.backups/*"))

    assert len(kept) == 3 + KEPT
    assert kept[:3] == ["2026-08-30", "2026-09-01", "2026-10-01"]
    assert kept[3:] == [f"2026-10-{day}" for day in range(19, 29)]


def test_backups_with_a_date_to_come_do_not_displace_new_ones(
    opened: Store,
) -> None:
    ahead = [back_up(opened, NOON + day * DAY_MS) for day in range(400, 400 + KEPT)]

    made = [back_up(opened, NOON + hour * 3_600_000) for hour in range(12)]

    assert [file.exists() for file in made] == [True, False, *[True] * KEPT]
    months = {file.name[:7] for file in ahead}
    assert [file.exists() for file in ahead].count(True) == len(months)


def test_what_killed_backups_left_is_removed_after_a_day(opened: Store) -> None:
    folder = back_up(opened, NOON).parent
    old, new = folder / "a.db.7.part-journal", folder / "b.db.8.part"
    for file, age_ms in ((old, DAY_MS + 1000), (new, DAY_MS - 1000)):
        file.touch()
        os.utime(file, ((NOON - age_ms) / 1000,) * 2)

    back_up(opened, NOON)

    assert (old.exists(), new.exists()) == (False, True)


def test_a_backup_elsewhere_thins_out_nothing(tmp_path: Path, opened: Store) -> None:
    targets = [tmp_path / "copies" / f"{number}.db" for number in range(15)]

    found = [back_up(opened, NOON, target) for target in targets]

    assert found == targets
    assert all(target.stat().st_size > 0 for target in targets)


def test_a_backup_that_can_not_be_written_leaves_nothing(
    tmp_path: Path, opened: Store
) -> None:
    (tmp_path / "file").touch()
    target = tmp_path / "file" / "copy.db"

    with pytest.raises(StoreError) as caught:
        back_up(opened, NOON, target)

    assert (caught.value.path, caught.value.message) == (target, "File exists")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["data", "file"]


def test_backups_of_one_second_stand_beside_each_other(opened: Store) -> None:
    found = [back_up(opened, NOON).name for _ in range(3)]

    assert found == [f"2026-11-23T120000{end}.db" for end in ("", "-2", "-3")]
    listed = [one.path.name for one in list_backups(opened.path)]
    assert listed == list(reversed(found))


def test_a_backup_is_made_once_a_study_day(path: Path) -> None:
    opened = new_store(path.parent, "Asia/Tokyo")
    calendar = Options(opened).calendar
    hours = (0, 1, 6.9, 7.1, 8, 32)

    made = [
        back_up_daily(opened, calendar, NOON + round(hour * 3_600_000))
        for hour in hours
    ]

    # 12:00 in UTC is 21:00 in Tokyo, where the next study day begins at 04:00.
    assert [one is not None for one in made] == [True, False, False, True, False, True]
    opened.close()


def test_backups_are_listed_with_what_is_in_them(opened: Store) -> None:
    add(opened, numbered(2))
    give(opened, ids(opened)[0], Rating.GOOD, NOON + 5)
    first = back_up(opened, NOON)
    second = back_up(opened, NOON + DAY_MS)
    second.write_bytes(b"nothing" * 99)

    assert list_backups(opened.path) == [
        Backup(second, NOON + DAY_MS, 693, None),
        Backup(first, NOON, first.stat().st_size, Contents(VERSION, 2, 2, 1, NOON + 5)),
    ]


def test_a_store_that_is_damaged_makes_no_backup(opened: Store) -> None:
    add(opened, numbered(300))
    opened.connection.execute("pragma wal_checkpoint(truncate)")
    opened.close()
    with opened.path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 12)
    connection = sqlite3.connect(opened.path, isolation_level=None)
    damaged = Store(opened.path, connection)

    with pytest.raises(StoreError) as caught:
        back_up(damaged, NOON)

    assert "malformed" in caught.value.message
    assert list(opened.path.parent.glob("*.backups/*")) == []
    damaged.close()


# The way back


def test_a_restore_brings_back_all_and_keeps_what_was_there(opened: Store) -> None:
    add(opened, [basic("one")])
    copy = back_up(opened, NOON)
    add(opened, [basic("one"), basic("two")], NOON + 1)
    before = contents_of(opened.connection)

    saved = put_back(opened.path, copy)

    assert fronts(opened) == ["one"]
    assert saved is not None
    with closing(sqlite3.connect(saved)) as kept:
        assert contents_of(kept) == before
    assert {file.name for file in opened.path.parent.iterdir()} == {
        *("store.db", "store.db-wal", "store.db-shm", "store.db.backups")
    }


def test_a_review_that_is_open_goes_on_with_what_was_restored(opened: Store) -> None:
    add(opened, numbered(3))
    copy = back_up(opened, NOON)
    session = Session(open_store(opened.path, NOON), lambda: NOON)
    first = session.next()
    assert first is not None
    session.answer(Rating.GOOD, 900)
    session.next()

    put_back(opened.path, copy)

    answered = session.answer(Rating.EASY, 900)
    assert answered.applied
    assert opened.rows("select rating, undone from reviews") == [(4, 0)]
    assert opened.row("pragma integrity_check") == ("ok",)
    session.close()


def test_an_answer_to_a_card_not_in_the_backup_is_refused(
    opened: Store,
) -> None:
    copy = back_up(opened, NOON)
    add(opened, numbered(1))
    session = Session(open_store(opened.path, NOON), lambda: NOON)
    assert session.next() is not None

    put_back(opened.path, copy)

    assert not session.answer(Rating.GOOD, 900).applied
    assert session.next() is None
    session.close()


def test_a_store_that_another_program_holds_is_left_as_it_is(
    opened: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srs.maintenance.restore._TRIES", 1)
    copy = back_up(opened, NOON)
    add(opened, numbered(2))

    with opened.transaction(), pytest.raises(StoreError) as caught:
        put_back(opened.path, copy)

    assert (caught.value.path, caught.value.message) == (
        opened.path,
        "database is locked",
    )
    assert len(ids(opened)) == 2


def test_a_locked_source_is_refused_with_its_log(
    opened: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srs.maintenance.restore._TRIES", 1)
    source = tmp_path / "source.db"
    other = open_store(source, NOON)
    add(other, [basic("in the write-ahead log")])
    other.close()

    with closing(sqlite3.connect(source, isolation_level=None)) as holder:
        holder.execute("pragma locking_mode = exclusive")
        holder.execute("begin immediate")
        monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
        assert refusal(opened.path, source)[0] == "database is locked"


def test_a_source_that_shares_no_log_is_read_with_it(
    opened: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = open_store(tmp_path / "writer.db", NOON)
    add(writer, [basic("in the write-ahead log")])
    source = tmp_path / "source.db"
    for end in ("", "-wal"):
        Path(f"{source}{end}").write_bytes(Path(f"{writer.path}{end}").read_bytes())
    writer.close()
    connect = sqlite3.connect

    def read_only(name: str, *, uri: bool = False, **more: Any) -> sqlite3.Connection:
        if uri:  # as in a folder where nothing may be written
            raise sqlite3.OperationalError("unable to open database file")
        return connect(name, **more)

    monkeypatch.setattr(sqlite3, "connect", read_only)

    put_back(opened.path, source)

    assert fronts(opened) == ["in the write-ahead log"]


def test_a_restore_makes_a_store_where_there_is_none(
    opened: Store, tmp_path: Path
) -> None:
    add(opened, [basic("one")])
    copy = back_up(opened, NOON)
    target = tmp_path / "new" / "other.db"

    assert present(target) is None
    assert put_back(target, copy) is None

    made = open_store(target, NOON)
    assert fronts(made) == ["one"]
    assert mode(target) == 0o600
    made.close()


@pytest.mark.parametrize("damage", ["header", "middle", "no database"])
def test_a_damaged_store_is_kept_and_replaced(
    opened: Store, damage: str, tmp_path: Path
) -> None:
    add(opened, numbered(300))
    copy = back_up(opened, NOON, tmp_path / "copy.db")
    opened.close()
    data = bytearray(opened.path.read_bytes())
    if damage == "header":
        data[:100] = bytes(100)
    elif damage == "middle":
        data[4096 * 3 : 4096 * 15] = b"\xff" * 4096 * 12
    else:
        data = bytearray(b"deck: A\n" * 900)
    opened.path.write_bytes(data)

    saved = put_back(opened.path, copy)

    assert saved == opened.path.parent / "store.db.backups/2026-11-23T120000.damaged"
    assert saved.read_bytes() == data
    again = open_store(opened.path, NOON)
    assert len(ids(again)) == 300
    assert again.row("pragma integrity_check") == ("ok",)
    again.close()


def test_a_backup_is_found_by_its_name_beside_the_store(opened: Store) -> None:
    made = back_up(opened, NOON)

    assert restored_name(opened.path, Path(made.name)) == made
    assert restored_name(opened.path, made) == made
    assert restored_name(opened.path, Path("nowhere.db")) == Path("nowhere.db")


@pytest.mark.parametrize("folder", ["/nonexistent", "nonexistent/below", ".."])
def test_a_path_is_no_name_of_a_backup(opened: Store, folder: str) -> None:
    named = Path(folder, back_up(opened, NOON).name)

    assert restored_name(opened.path, named) == named


def test_the_backup_that_is_restored_is_not_thinned_out(opened: Store) -> None:
    made = [back_up(opened, NOON + day * DAY_MS) for day in range(-9, 1)]
    first_of_its_month = back_up(opened, NOON - 20 * DAY_MS)

    put_back(opened.path, made[0], NOON + DAY_MS)

    assert made[0].exists()
    assert first_of_its_month.exists()


def test_files_that_are_no_backups_change_nothing(
    opened: Store, tmp_path: Path
) -> None:
    add(opened, [basic("one")])
    text, empty = tmp_path / "deck.yaml", tmp_path / "empty.db"
    text.write_text("deck: A\n" * 200)
    empty.touch()
    other, newer = tmp_path / "other.db", tmp_path / "newer.db"
    damaged = back_up(opened, NOON, tmp_path / "damaged.db")
    damaged.write_bytes(damaged.read_bytes()[:-9000])
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create table notes (text)")
        connection.execute("pragma user_version = 2")
    back_up(opened, NOON, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute("pragma user_version = 99")
    lists = "'flash restore' lists the backups"

    assert refusal(opened.path, tmp_path / "none.db") == ("no such file", lists)
    assert refusal(opened.path, opened.path) == ("that is the store itself", lists)
    assert refusal(opened.path, text) == ("file is not a database", lists)
    assert refusal(opened.path, empty) == ("not a database of flash", lists)
    assert refusal(opened.path, other)[0] == "not a database of flash"
    assert refusal(opened.path, newer)[0] == "made by a newer flash"
    assert refusal(opened.path, damaged) == (
        "database disk image is malformed",
        "choose another backup: 'flash restore' lists them",
    )
    assert fronts(opened) == ["one"]
    assert list(opened.path.parent.glob("*.backups/*")) == []


def test_a_database_of_another_program_is_never_overwritten(
    opened: Store, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("create table mine (text)")

    with pytest.raises(StoreError) as caught:
        present(other)

    assert caught.value.message == "not a database of flash"
